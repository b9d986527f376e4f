/*
 * The problems: functions whose smallest value is known, and tables of trainings.
 */
#include "problem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { SPACE = 512 };
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

/*
 * Tables of trainings on the digits. A range counts the levels of its column; where it begins, "@", is drawn by the
 * seed, so that no search begins at a good value by the way the table was laid out.
 */
#define DENSE "units: !int [0, 4, @]\nact: !choice [relu, tanh, elu]\nlr: !int [0, 8, @]\nbatch: !int [0, 3, @]\n"
#define OPTIMIZER                                                                                  \
    "dropout: !int [0, 2, @]\no: !choice [{sgd: {lr: !int [0, 8, @], momentum: !int [0, 2, @]}}, " \
    "{adam: {lr: !int [0, 7, @]}}]\nbatch: !int [0, 3, @]\n"
#define CONV                                                                                                       \
    "filters: !int [0, 2, @]\nkernel: !int [0, 1, @]\npool: !choice [maxpool, avgpool]\ndropout: !int [0, 1, @]\n" \
    "lr: !int [0, 7, @]\nbatch: !int [0, 2, @]\n"

static const struct function {
    const char *name, *space;
    double (*regret)(const double *values, const double *offset); /* NULL: a table */
    const char *table;
    bool loss; /* of the table: the smallest loss is searched for, not the largest accuracy */
} functions[] = {
    {"branin", "x: !uniform [-5, 10]\ny: !uniform [0, 15]\n", .regret = branin},
    {"hartmann3", FLOATS3("0", "1"), .regret = hartmann3},
    {"hartmann6", FLOATS6("0", "1"), .regret = hartmann6},
    {"ackley", FLOATS5("-32.768", "32.768"), .regret = ackley},
    {"rosenbrock", FLOATS4("-5", "10"), .regret = rosenbrock},
    {"mixed", "x: !log [1e-5, 1]\ny: !uniform [0, 1]\nn: !int [1, 20]\nc: !choice [a, b, c]\n", .regret = mixed},
    {"conditional",
     "d: !uniform [0, 1]\n"
     "o: !choice [{sgd: {lr: !log [1e-4, 1], momentum: !uniform [0, 1]}}, "
     "{adam: {lr: !log [1e-6, 1], amsgrad: !choice [no, yes]}}, {rms: {lr: !log [1e-5, 1]}}]\n",
     .regret = conditional},
    {"digits-dense", DENSE, .table = "digits-dense.csv"},
    {"digits-dense-loss", DENSE, .table = "digits-dense.csv", .loss = true},
    {"digits-optimizer", OPTIMIZER, .table = "digits-optimizer.csv"},
    {"digits-optimizer-loss", OPTIMIZER, .table = "digits-optimizer.csv", .loss = true},
    {"digits-conv", CONV, .table = "digits-conv.csv"},
    {"digits-conv-loss", CONV, .table = "digits-conv.csv", .loss = true},
};

/* -------------------------------------------------------------------------------------------------------- problems
 */

const char *problem_name(int index)
{
    return index < (int)(sizeof functions / sizeof *functions) ? functions[index].name : NULL;
}

/* The space's text, where "N, @" becomes "N, k" with k from 0 to N. */
static void draw_starts(const char *space, struct cr_random *random, char text[SPACE])
{
    size_t used = 0;
    int high = 0;
    for (const char *at = space; *at && used + 4 < SPACE; at++) {
        high = *at >= '0' && *at <= '9' ? *at - '0' : high; /* ends have one digit */
        text[used++] = *at != '@' ? *at : (char)('0' + cr_random_below(random, (uint64_t)high + 1));
    }
    text[used] = 0;
}

static enum cr_status open_table(struct problem *problem, struct cr_error *err)
{
    const char *folder = getenv("CRADLE_TABLES");
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "bench/tune", problem->function->table);
    return table_read(&problem->table, path, problem->space, problem->function->loss, err);
}

enum cr_status problem_open(struct problem *problem, const char *name, uint64_t seed, struct cr_error *err)
{
    char space[SPACE];
    struct cr_random random = cr_random_at(seed, CR_RANDOM_TEST, 0, 0);
    int index = 0;
    while (problem_name(index) && strcmp(problem_name(index), name) != 0)
        index++;
    problem->config = NULL;
    problem->space = NULL;
    if (!problem_name(index))
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: no such function; tune list names them", name);
    problem->function = &functions[index];
    for (int d = 0; d < PROBLEM_MOST; d++)
        problem->offset[d] = 2 * cr_random_uniform(&random) - 1;
    draw_starts(problem->function->space, &random, space);
    CR_TRY(cr_config_parse(&problem->config, space, name, err));
    CR_TRY(cr_space_new(&problem->space, problem->config, err));
    return problem->function->table ? open_table(problem, err) : CR_OK;
}

void problem_close(struct problem *problem)
{
    cr_space_free(problem->space);
    cr_config_free(problem->config);
}

double problem_regret(const struct problem *problem, const double *values)
{
    return problem->function->table ? table_regret(&problem->table, values)
                                    : problem->function->regret(values, problem->offset);
}
