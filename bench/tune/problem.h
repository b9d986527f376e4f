/*
 * What is searched: a space, and the regret of a point of it.
 */
#ifndef BENCH_TUNE_PROBLEM_H
#define BENCH_TUNE_PROBLEM_H

#include "table.h"

enum { PROBLEM_MOST = 32 };

struct function;

struct problem {
    const struct function *function;
    struct cr_config *config;
    struct cr_space *space;
    double offset[PROBLEM_MOST]; /* -1..1, of the seed: by how much the smallest value is moved */
    struct table table;
};

/* The name of a problem; NULL behind the last. */
const char *problem_name(int index);
/* The seed moves the smallest value, and where a range of a table begins. Close it after a failure too. */
enum cr_status problem_open(struct problem *problem, const char *name, uint64_t seed, struct cr_error *err);
void problem_close(struct problem *problem);
/* The value of a point less the smallest one there is; NaN: the training diverged. */
double problem_regret(const struct problem *problem, const double *values);

#endif
