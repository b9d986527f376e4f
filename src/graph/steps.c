/*
 * The executor. One parallel region for all steps; in it, each phase's parts are shared out among the threads,
/* Adds the time since the last lap. */
static void lap(double *began, double *seconds)
{
    double now = cr_clock();

    *seconds += now - *began;
    *began = now;
}

/* What thread `thread` of `threads` does of all steps. `seconds` is NULL in all threads but one. */
static void run_share(const struct cr_steps *steps, int thread, int threads, double *seconds)
{
    char *scratch = steps->scratch != NULL ? steps->scratch + (size_t)thread * steps->scratch_size : NULL;
    double began = seconds != NULL ? cr_clock() : 0;

    for (int64_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->steps[i];
        for (int phase = 0; phase < CR_PHASES; phase++) {
            if (step->parts[phase] == 0)
                continue;
            cr_team_begin(steps->team, thread, threads, step->parts[phase]);
            for (int64_t part; (part = cr_team_take(steps->team, thread, threads)) >= 0;) {
                struct cr_work work = {step->args, part, step->shared, scratch};
                step->kernel->phases[phase].run(&work);
            }
            cr_team_wait(steps->team, threads);
        }
        if (seconds != NULL)
            lap(&began, &seconds[i]);
    }
}

static void run(const struct cr_steps *steps, double *seconds)
{
    /* GNU's OpenMP allocates a team each time one thread is asked for, and ends the program where it cannot. */
    if (steps->threads == 1) {
        run_share(steps, 0, 1, seconds);
        return;
    }
#pragma omp parallel num_threads(steps->threads)
    run_share(steps, omp_get_thread_num(), omp_get_num_threads(), omp_get_thread_num() == 0 ? seconds : NULL);
}

void cr_steps_run(const struct cr_steps *steps)
{
    run(steps, NULL);
}

void cr_steps_time(const struct cr_steps *steps, double *seconds)
{
    run(steps, seconds);
}

int64_t cr_steps_count(const struct cr_steps *steps)
{
    return steps->count;
}

struct cr_step_info cr_steps_info(const struct cr_steps *steps, int64_t index)
{
    const struct step *step = &steps->steps[index];
    struct cr_step_info info = step->info;

    info.parts = 0;
    for (int phase = 0; phase < CR_PHASES; phase++)
        info.parts += step->parts[phase];
    return info;
}
