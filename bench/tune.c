/*
 * How well samplers search: functions whose smallest value is known, as spaces of tagged YAML, and tables of trainings.
 *
 *     tune                                           mean regrets of the sampler that is the default
 *     tune list                                      the functions
 *     tune space FUNCTION                            its dimensions, one a line, for other programs
 *     tune serve FUNCTION SEED                       reads points, one a line, and answers with their regret
 *     tune run SAMPLER FUNCTION SEED TRIALS          "trial regret" whenever it gets smaller, then the time of a trial
 *     tune time SAMPLER FUNCTION TRIALS              the median time of a proposal after so many random trials
 *
 * The regret of a point is its value less the smallest one there is; nan where a training diverged.
 * bench/tune/compare.py runs all of it beside Optuna. Tables lie in bench/tune, which the variable CRADLE_TABLES
 * replaces.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tune/problem.h"

/* ------------------------------------------------------------------------------------------------------------ commands
 */

static void tell_space(const struct cr_space *space)
{
    for (int i = 0; i < cr_space_count(space); i++) {
        const struct cr_dimension *d = cr_space_dimension(space, i);
        if (d->kind == CR_CHOICES)
            printf("choice %d %d %d\n", d->count, d->parent, d->branch);
        else
            printf("%s%s %.17g %.17g %d %d\n", d->log ? "log" : "", d->whole ? "int" : "float", d->low, d->high,
                   d->parent, d->branch);
    }
}

static void serve(const struct problem *problem)
{
    double values[PROBLEM_MOST];
    for (;;) {
        for (int d = 0; d < cr_space_count(problem->space); d++)
            if (scanf("%lf", &values[d]) != 1)
                return;
        printf("%.17g\n", problem_regret(problem, values));
        fflush(stdout);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/*
 * Asks for `trials` one by one. Of trial i: the smallest regret until then (NaN: all diverged), and the seconds that
 * its proposal took; either may be NULL.
 */
static enum cr_status search(const struct problem *problem, const struct cr_study_options *options, int64_t trials,
                             double *best, double *seconds, struct cr_error *err)
{
    struct cr_study *study;
    const struct cr_study_trial *trial;
    enum cr_status status = cr_study_open(&study, problem->space, options, err);
    for (int64_t i = 0; i < trials && status == CR_OK; i++) {
        double begun = now();
        status = cr_study_ask(study, &trial, err);
        if (seconds)
            seconds[i] = now() - begun;
        if (status != CR_OK || !trial) /* all points of a table were tried */
            break;
        double regret = problem_regret(problem, trial->values);
        for (int64_t later = i; best && later < trials; later++)
            best[later] = i == 0 ? regret : fmin(best[later], regret);
        status = cr_study_tell(study, trial->number, isnan(regret) ? CR_TRIAL_FAILED : CR_TRIAL_COMPLETE, regret,
                               isnan(regret) ? "diverged" : NULL, err);
    }
    cr_study_free(study);
    return status;
}

static enum cr_status run(const struct problem *problem, const char *sampler, uint64_t seed, int64_t trials,
                          struct cr_error *err)
{
    struct cr_study_options options = {.sampler = sampler, .trials = trials, .seed = seed};
    double *best = calloc(2 * (size_t)trials + 1, sizeof *best);
    if (!best || trials < 1)
        return cr_fail(err, CR_ERROR_ARGUMENT, "TRIALS: expected a whole number above 0");
    enum cr_status status = search(problem, &options, trials, best, best + trials, err);
    for (int64_t i = 0; i < trials && status == CR_OK; i++)
        if (isfinite(best[i]) && (i == 0 || !(best[i] >= best[i - 1])))
            printf("%lld %.9g\n", (long long)i + 1, best[i]);
    if (status == CR_OK)
        printf("ms %.3f\n", 1000 * best[2 * trials - 1]);
    free(best);
    return status;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The study lies in a file, so that one sampler can fill it and another go on. */
static enum cr_status time_proposals(const struct problem *problem, const char *sampler, int64_t trials,
                                     struct cr_error *err)
{
    enum { TIMES = 7 };
    double seconds[TIMES];
    struct cr_study_options options = {.file = "tune-time.db", .sampler = "random", .seed = 1};
    remove(options.file);
    enum cr_status status = search(problem, &options, trials, NULL, NULL, err);
    options.sampler = sampler;
    if (status == CR_OK)
        status = search(problem, &options, TIMES, NULL, seconds, err);
    remove(options.file);
    qsort(seconds, TIMES, sizeof *seconds, by_size);
    if (status == CR_OK)
        printf("ms %.3f\n", 1000 * seconds[TIMES / 2]);
    return status;
}

/* Mean regrets of the sampler `auto`. */
static enum cr_status overview(struct problem *problem, struct cr_error *err)
{
    enum { SEEDS = 3, TRIALS = 100, MARKS = 4 };
    static const int marks[MARKS] = {10, 20, 50, 100};
    printf("%-22s", "regret after");
    for (int m = 0; m < MARKS; m++)
        printf("%10d", marks[m]);
    printf("   ms\n");
    for (int i = 0; problem_name(i); i++) {
        double means[MARKS] = {0}, best[TRIALS], seconds[TRIALS];
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct cr_study_options options = {.trials = TRIALS, .seed = seed};
            enum cr_status status = problem_open(problem, problem_name(i), seed, err);
            if (status == CR_OK)
                status = search(problem, &options, TRIALS, best, seconds, err);
            problem_close(problem);
            CR_TRY(status);
            for (int m = 0; m < MARKS; m++)
                means[m] += best[marks[m] - 1] / SEEDS;
        }
        printf("%-22s", problem_name(i));
        for (int m = 0; m < MARKS; m++)
            printf("%10.3g", means[m]);
        printf("%5.0f\n", 1000 * seconds[TRIALS - 1]);
    }
    return CR_OK;
}

static const char usage[] =
    "usage: tune [list | space FUNCTION | serve FUNCTION SEED | run SAMPLER FUNCTION SEED TRIALS "
    "| time SAMPLER FUNCTION TRIALS]\n";

static enum cr_status act(struct problem *problem, int count, char **words, struct cr_error *err)
{
    const char *command = words[1];
    bool runs = count == 6 && !strcmp(command, "run"), times = count == 5 && !strcmp(command, "time");
    bool serves = count == 4 && !strcmp(command, "serve"), tells = count == 3 && !strcmp(command, "space");
    if (!runs && !times && !serves && !tells)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s", usage);
    uint64_t seed = runs || serves ? strtoull(words[runs ? 4 : 3], NULL, 10) : 1;
    CR_TRY(problem_open(problem, words[runs || times ? 3 : 2], seed, err));
    if (runs)
        return run(problem, words[2], seed, strtoll(words[5], NULL, 10), err);
    if (times)
        return time_proposals(problem, words[2], strtoll(words[4], NULL, 10), err);
    if (serves)
        serve(problem);
    else
        tell_space(problem->space);
    return CR_OK;
}

int main(int argc, char **argv)
{
    static struct problem problem; /* its table is large */
    struct cr_error err;
    enum cr_status status = CR_OK;
    if (argc == 1) {
        status = overview(&problem, &err);
    } else if (argc == 2 && !strcmp(argv[1], "list")) {
        for (int i = 0; problem_name(i); i++)
            puts(problem_name(i));
    } else {
        status = act(&problem, argc, argv, &err);
        problem_close(&problem);
    }
    if (status != CR_OK)
        fprintf(stderr, "tune: %s\n", err.message);
    return status != CR_OK;
}
