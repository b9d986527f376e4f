/*
 * The executor. One parallel region for all steps; in it, each phase's parts are shared out among the threads, with a
 * barrier between phases (team.h). Which thread runs a part changes nothing: parts depend on the shapes alone.
 */
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "base/arena.h"
#include "base/context.h"
#include "graph/steps.h"
#include "graph/team.h"

struct step {
    const struct cr_kernel *kernel;
    void *args; /* begins with int64_t batch */
    void *shared;
    struct cr_step_info info;
    int once; /* phases, the first ones, that only cr_steps_prepare runs */
    int64_t parts[CR_PHASES];
};

struct cr_steps {
    struct cr_context *context;
    struct cr_arena *arena; /* of the arguments */
    struct step *steps;
    int64_t count, capacity;
    int threads;
    bool observed; /* the steps that observe run too */
    bool alone;    /* one thread runs all */
    bool preparing;
    struct cr_team *team;
    size_t scratch_size; /* of one thread */
    char *scratch;       /* [threads][scratch_size] */
};

enum cr_status cr_steps_new(struct cr_steps **steps, struct cr_context *context, struct cr_error *err)
{
    struct cr_steps *made = calloc(1, sizeof(*made));

    *steps = NULL;
    if (made == NULL)
        return cr_fail_memory(err);
    made->context = context;
    made->threads = cr_context_threads(context);
    made->arena = cr_arena_new();
    made->team = cr_team_new(made->threads);
    if (made->arena == NULL || made->team == NULL) {
        cr_steps_free(made);
        return cr_fail_memory(err);
    }
    *steps = made;
    return CR_OK;
}

void cr_steps_free(struct cr_steps *steps)
{
    if (steps == NULL)
        return;
    cr_block_free(steps->context, steps->scratch);
    cr_arena_free(steps->arena);
    cr_team_free(steps->team);
    free(steps->steps);
    free(steps);
}

static void count_parts(struct step *step)
{
    for (int i = 0; i < CR_PHASES; i++) {
        const struct cr_phase *phase = &step->kernel->phases[i];
        step->parts[i] = phase->parts != NULL ? phase->parts(step->args) : 0;
    }
}

enum cr_status cr_steps_add(struct cr_steps *steps, const struct cr_kernel *kernel, const void *args, size_t size,
                            void *shared, int once, const struct cr_step_info *info, struct cr_error *err)
{
    struct step *step;
    size_t scratch = kernel->scratch != NULL ? kernel->scratch(args) : 0;

    if (steps->count == steps->capacity) {
        int64_t capacity = steps->capacity > 0 ? 2 * steps->capacity : 32;
        struct step *grown = realloc(steps->steps, (size_t)capacity * sizeof(*grown));
        if (grown == NULL)
            return cr_fail_memory(err);
        steps->steps = grown;
        steps->capacity = capacity;
    }
    step = &steps->steps[steps->count];
    *step = (struct step){.kernel = kernel, .shared = shared, .once = once, .info = *info};
    step->args = cr_arena_alloc(steps->arena, size);
    if (step->args == NULL)
        return cr_fail_memory(err);
    memcpy(step->args, args, size);
    count_parts(step);
    if (scratch > steps->scratch_size)
        steps->scratch_size = scratch;
    steps->count++;
    return CR_OK;
}

enum cr_status cr_steps_ready(struct cr_steps *steps, struct cr_error *err)
{
    /* Each thread's part begins on a page of its own, so that no two share a cache line. */
    steps->scratch_size = (steps->scratch_size + 4095) / 4096 * 4096;
    if (steps->scratch_size == 0)
        return CR_OK;
    steps->scratch = cr_block_alloc(steps->context, steps->scratch_size * (size_t)steps->threads);
    return steps->scratch != NULL ? CR_OK : cr_fail_memory(err);
}

void cr_steps_observe(struct cr_steps *steps, bool observed)
{
    steps->observed = observed;
}

void cr_steps_alone(struct cr_steps *steps, bool alone)
{
    steps->alone = alone;
}

void cr_steps_batch(struct cr_steps *steps, int64_t batch)
{
    for (int64_t i = 0; i < steps->count; i++) {
        memcpy(steps->steps[i].args, &batch, sizeof(batch));
        count_parts(&steps->steps[i]);
    }
}

/* Adds the time since the last lap. */
static void lap(double *began, double *seconds)
{
    double now = cr_clock();

    *seconds += now - *began;
    *began = now;
}

/* One thread of the region. */
struct member {
    struct cr_team *team;
    int thread, threads;
    /* What has run since the last barrier: nothing, phases of one part in thread 0 alone, or a phase of several. */
    enum { NOTHING, ALONE, SHARED } since;
};

static void meet(struct member *member)
{
    if (member->since != NOTHING)
        cr_team_wait(member->team, member->threads);
    member->since = NOTHING;
}

static void run_part(const struct step *step, int phase, int64_t part, char *scratch)
{
    struct cr_work work = {step->args, part, step->shared, scratch};
    step->kernel->phases[phase].run(&work);
}

/* Phases of one part that follow each other need no barrier between them: all of them are thread 0's. */
static void run_alone(const struct step *step, int phase, struct member *member, char *scratch)
{
    if (member->since == SHARED)
        meet(member);
    if (member->thread == 0)
        run_part(step, phase, 0, scratch);
    member->since = ALONE;
}

static void run_phase(const struct step *step, int phase, struct member *member, char *scratch)
{
    meet(member);
    cr_team_begin(member->team, member->thread, member->threads, step->parts[phase]);
    for (int64_t part; (part = cr_team_take(member->team, member->thread, member->threads)) >= 0;)
        run_part(step, phase, part, scratch);
    member->since = SHARED;
}

/* What this thread does of all steps. Where they are timed, thread 0 reads the clock behind a barrier. */
static void run_share(const struct cr_steps *steps, struct member *member, double *seconds)
{
    char *scratch = steps->scratch != NULL ? steps->scratch + (size_t)member->thread * steps->scratch_size : NULL;
    double began = seconds != NULL ? cr_clock() : 0;

    for (int64_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->steps[i];
        if (step->info.observes && !steps->observed)
            continue;
        int end = steps->preparing ? step->once : CR_PHASES;
        for (int phase = steps->preparing ? 0 : step->once; phase < end; phase++) {
            if (step->parts[phase] == 1)
                run_alone(step, phase, member, scratch);
            else if (step->parts[phase] > 1)
                run_phase(step, phase, member, scratch);
        }
        if (seconds == NULL)
            continue;
        meet(member);
        if (member->thread == 0)
            lap(&began, &seconds[i]);
    }
}

/* `next` may be NULL. */
static void run(const struct cr_steps *steps, const struct cr_steps *next, double *seconds)
{
    /* GNU's OpenMP allocates a team each time one thread is asked for, and ends the program where it cannot. */
    if (steps->threads == 1 || steps->alone) {
        struct member member = {.team = steps->team, .threads = 1};
        run_share(steps, &member, seconds);
        if (next != NULL)
            run_share(next, &member, NULL);
        return;
    }
#pragma omp parallel num_threads(steps->threads)
    {
        struct member member = {.team = steps->team, .thread = omp_get_thread_num(), .threads = omp_get_num_threads()};
        run_share(steps, &member, seconds);
        if (next != NULL)
            run_share(next, &member, NULL);
        meet(&member); /* not at OpenMP's own barrier, which on a busy machine spins for milliseconds */
    }
}

void cr_steps_prepare(struct cr_steps *steps)
{
    steps->preparing = true;
    run(steps, NULL, NULL);
    steps->preparing = false;
}

void cr_steps_run(const struct cr_steps *steps)
{
    run(steps, NULL, NULL);
}

void cr_steps_run_both(const struct cr_steps *first, const struct cr_steps *then)
{
    if (first->threads == then->threads) {
        run(first, then, NULL);
        return;
    }
    cr_steps_run(first);
    cr_steps_run(then);
}

void cr_steps_time(const struct cr_steps *steps, double *seconds)
{
    run(steps, NULL, seconds);
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
    for (int phase = step->once; phase < CR_PHASES; phase++)
        info.parts += step->parts[phase];
    return info;
}
