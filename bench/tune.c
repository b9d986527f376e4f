/*
 * How well samplers search: functions whose smallest value is known, as spaces of tagged YAML.
 *
 *     tune                                           mean regrets of the sampler that is the default
 *     tune list                                      the functions
 *     tune space FUNCTION                            its dimensions, one a line, for other programs
 *     tune serve FUNCTION SEED                       reads points, one a line, and answers with their regret
 *     tune run SAMPLER FUNCTION SEED TRIALS          "trial regret" whenever it gets smaller, then the time of a trial
 *
 * The regret of a point is its value less the smallest one there is. bench/tune/compare.py runs all of it beside
 * Optuna.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cradle/tune.h>

#include "base/random.h"

enum { MOST = 32 };
static const double pi = 3.141592653589793;

/* ---------------------------------------------------------------------------------------------------- the functions
 * Values come in the order of the space; NaN where there is none. Those whose smallest value lies in the middle or in a
 * corner are moved by an offset that the seed draws, -1..1 a dimension.
 */

/* Branin (Dixon and Szego 1978). */
static double branin(const double *v, const double *offset)
{
    (void)offset;
    double x = v[0], y = v[1], a = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
    return a * a + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10 - 0.39788735772973816;
}

/* Hartmann (Dixon and Szego 1978): four hills in 3 and in 6 dimensions. */
static double hartmann(const double *v, int dims, const double *a, const double *p)
{
    static const double alpha[4] = {1, 1.2, 3, 3.2};
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        double inner = 0;
        for (int d = 0; d < dims; d++)
            inner += a[i * dims + d] * (v[d] - p[i * dims + d]) * (v[d] - p[i * dims + d]);
        sum += alpha[i] * exp(-inner);
    }
    return -sum;
}

static double hartmann3(const double *v, const double *offset)
{
    static const double a[12] = {3, 10, 30, 0.1, 10, 35, 3, 10, 30, 0.1, 10, 35};
    static const double p[12] = {0.3689, 0.1170, 0.2673, 0.4699, 0.4387, 0.7470,
                                 0.1091, 0.8732, 0.5547, 0.0381, 0.5743, 0.8828};
    (void)offset;
    return hartmann(v, 3, a, p) + 3.86278214782076;
}

static double hartmann6(const double *v, const double *offset)
{
    static const double a[24] = {10, 3,   17,  3.5, 1.7, 8, 0.05, 10, 17,   0.1, 8,   14,
                                 3,  3.5, 1.7, 10,  17,  8, 17,   8,  0.05, 10,  0.1, 14};
    static const double p[24] = {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886, 0.2329, 0.4135,
                                 0.8307, 0.3736, 0.1004, 0.9991, 0.2348, 0.1451, 0.3522, 0.2883,
                                 0.3047, 0.6650, 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381};
    (void)offset;
    return hartmann(v, 6, a, p) + 3.322368011415515;
}

/* Ackley (1987) in 5 dimensions, moved by up to 60 % of the range. */
static double ackley(const double *v, const double *offset)
{
    double squares = 0, waves = 0;
    for (int d = 0; d < 5; d++) {
        double x = v[d] - 0.6 * 32.768 * offset[d];
        squares += x * x / 5;
        waves += cos(2 * pi * x) / 5;
    }
    return -20 * exp(-0.2 * sqrt(squares)) - exp(waves) + 20 + exp(1);
}

/* Rosenbrock (1960) in 4 dimensions, moved. */
static double rosenbrock(const double *v, const double *offset)
{
    double sum = 0;
    for (int d = 0; d + 1 < 4; d++) {
        double x = v[d] - 2 * offset[d], y = v[d + 1] - 2 * offset[d + 1];
        sum += 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x);
    }
    return sum;
}

/* A valley in log x and y, with another bottom for each of three choices, and a whole number. */
static double mixed(const double *v, const double *offset)
{
    static const double depth[3] = {0.4, 0, 0.2};
    int choice = (int)v[3];
    double x = log10(v[0]) + 2.5 + offset[0] + 0.3 * choice, y = v[1] - 0.5 - 0.3 * offset[1];
    double n = (v[2] - 8 - round(5 * offset[2])) / 6;
    return x * x + 3 * (y + 0.2 * x) * (y + 0.2 * x) + n * n + 0.2 * (1 - cos(3 * pi * y)) + depth[choice];
}

/* Three branches with their own values, as of optimizers, beside two values that all share. */
static double conditional(const double *v, const double *offset)
{
    double shared = 2 * (v[0] - 0.5 - 0.3 * offset[0]) * (v[0] - 0.5 - 0.3 * offset[0]);
    if (v[1] == 0) {
        double lr = log10(v[2]) + 1.5 + offset[1], momentum = v[3] - 0.8 - 0.1 * offset[2];
        return shared + 0.5 * (lr + 2 * momentum) * (lr + 2 * momentum) + 4 * momentum * momentum;
    }
    if (v[1] == 1) {
        double lr = log10(v[4]) + 3 + offset[3];
        return shared + 0.05 + 0.7 * lr * lr + (v[5] == 1 ? 0 : 0.1);
    }
    double lr = log10(v[6]) + 2;
    return shared + 0.3 + lr * lr;
}

#define FLOATS2(a, b) "x0: !uniform [" a ", " b "]\nx1: !uniform [" a ", " b "]\n"
#define FLOATS3(a, b) FLOATS2(a, b) "x2: !uniform [" a ", " b "]\n"
#define FLOATS4(a, b) FLOATS3(a, b) "x3: !uniform [" a ", " b "]\n"
#define FLOATS5(a, b) FLOATS4(a, b) "x4: !uniform [" a ", " b "]\n"
#define FLOATS6(a, b) FLOATS5(a, b) "x5: !uniform [" a ", " b "]\n"

static const struct function {
    const char *name, *space;
    double (*regret)(const double *values, const double *offset);
} functions[] = {
    {"branin", "x: !uniform [-5, 10]\ny: !uniform [0, 15]\n", branin},
    {"hartmann3", FLOATS3("0", "1"), hartmann3},
    {"hartmann6", FLOATS6("0", "1"), hartmann6},
    {"ackley", FLOATS5("-32.768", "32.768"), ackley},
    {"rosenbrock", FLOATS4("-5", "10"), rosenbrock},
    {"mixed", "x: !log [1e-5, 1]\ny: !uniform [0, 1]\nn: !int [1, 20]\nc: !choice [a, b, c]\n", mixed},
    {"conditional",
     "d: !uniform [0, 1]\n"
     "o: !choice [{sgd: {lr: !log [1e-4, 1], momentum: !uniform [0, 1]}}, "
     "{adam: {lr: !log [1e-6, 1], amsgrad: !choice [no, yes]}}, {rms: {lr: !log [1e-5, 1]}}]\n",
     conditional},
};

static const struct function *find(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

static void draw_offset(uint64_t seed, double offset[MOST])
{
    struct cr_random random = cr_random_at(seed, CR_RANDOM_TEST, 0, 0);
    for (int d = 0; d < MOST; d++)
        offset[d] = 2 * cr_random_uniform(&random) - 1;
}

/* ------------------------------------------------------------------------------------------------------------ commands
 */

static int fail(const struct cr_error *err)
{
    fprintf(stderr, "tune: %s\n", err->message);
    return 1;
}

static int tell_space(const struct cr_space *space)
{
    for (int i = 0; i < cr_space_count(space); i++) {
        const struct cr_dimension *d = cr_space_dimension(space, i);
        if (d->kind == CR_CHOICES)
            printf("choice %d %d %d\n", d->count, d->parent, d->branch);
        else
            printf("%s%s %.17g %.17g %d %d\n", d->log ? "log" : "", d->whole ? "int" : "float", d->low, d->high,
                   d->parent, d->branch);
    }
    return 0;
}

static int serve(const struct function *function, int dims, uint64_t seed)
{
    double values[MOST], offset[MOST];
    draw_offset(seed, offset);
    for (;;) {
        for (int d = 0; d < dims; d++)
            if (scanf("%lf", &values[d]) != 1)
                return 0;
        printf("%.17g\n", function->regret(values, offset));
        fflush(stdout);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* best[i]: the smallest regret of the first i + 1 trials. Returns the seconds of the last suggestion, < 0: failed. */
static double search(const struct function *function, const struct cr_space *space, const char *sampler, uint64_t seed,
                     int64_t trials, double *best, struct cr_error *err)
{
    struct cr_study *study;
    const struct cr_study_trial *trial;
    double offset[MOST], last = 0;
    struct cr_study_options options = {.sampler = sampler, .trials = trials, .seed = seed};
    draw_offset(seed, offset);
    enum cr_status status = cr_study_open(&study, space, &options, err);
    for (int64_t i = 0; i < trials && status == CR_OK; i++) {
        double begun = now();
        status = cr_study_ask(study, &trial, err);
        last = now() - begun;
        if (status != CR_OK || !trial)
            break;
        double regret = function->regret(trial->values, offset);
        best[i] = i == 0 ? regret : fmin(best[i - 1], regret);
        status = cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE, regret, NULL, err);
    }
    cr_study_free(study);
    return status == CR_OK ? last : -1;
}

static int run(const struct function *function, const struct cr_space *space, const char *sampler, uint64_t seed,
               int64_t trials)
{
    struct cr_error err;
    double *best = calloc((size_t)trials + 1, sizeof *best);
    double last = best ? search(function, space, sampler, seed, trials, best, &err) : -1;
    if (last < 0)
        return fail(&err);
    for (int64_t i = 0; i < trials; i++)
        if (i == 0 || best[i] < best[i - 1])
            printf("%lld %.9g\n", (long long)i + 1, best[i]);
    printf("ms %.3f\n", 1000 * last);
    free(best);
    return 0;
}

static enum cr_status open_space(const struct function *function, struct cr_config **config, struct cr_space **space,
                                 struct cr_error *err)
{
    CR_TRY(cr_config_parse(config, function->space, function->name, err));
    return cr_space_new(space, *config, err);
}

/* Mean regrets of the sampler `auto`. */
static int overview(void)
{
    enum { SEEDS = 3, TRIALS = 100, MARKS = 4 };
    static const int marks[MARKS] = {10, 20, 50, 100};
    printf("%-12s", "regret after");
    for (int m = 0; m < MARKS; m++)
        printf("%10d", marks[m]);
    printf("   ms\n");
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        struct cr_error err;
        struct cr_config *config;
        struct cr_space *space;
        double means[MARKS] = {0}, best[TRIALS], last = 0;
        if (open_space(&functions[i], &config, &space, &err) != CR_OK)
            return fail(&err);
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            if ((last = search(&functions[i], space, NULL, seed, TRIALS, best, &err)) < 0)
                return fail(&err);
            for (int m = 0; m < MARKS; m++)
                means[m] += best[marks[m] - 1] / SEEDS;
        }
        printf("%-12s", functions[i].name);
        for (int m = 0; m < MARKS; m++)
            printf("%10.3g", means[m]);
        printf("%5.0f\n", 1000 * last);
        cr_space_free(space);
        cr_config_free(config);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct cr_error err;
    struct cr_config *config;
    struct cr_space *space;
    const char *command = argc > 1 ? argv[1] : "";
    if (argc == 1)
        return overview();
    if (argc == 2 && !strcmp(command, "list")) {
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
            puts(functions[i].name);
        return 0;
    }
    bool runs = argc == 6 && !strcmp(command, "run");
    const struct function *function = argc > 2 ? find(argv[runs ? 3 : 2]) : NULL;
    if (!function) {
        fprintf(stderr,
                "usage: tune [list | space FUNCTION | serve FUNCTION SEED | run SAMPLER FUNCTION SEED TRIALS]\n");
        return 2;
    }
    if (open_space(function, &config, &space, &err) != CR_OK)
        return fail(&err);
    int code = runs ? run(function, space, argv[2], strtoull(argv[4], NULL, 10), strtoll(argv[5], NULL, 10))
               : argc == 4 && !strcmp(command, "serve")
                   ? serve(function, cr_space_count(space), strtoull(argv[3], NULL, 10))
                   : tell_space(space);
    cr_space_free(space);
    cr_config_free(config);
    return code;
}
