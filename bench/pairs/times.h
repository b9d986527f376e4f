/*
 * Pairs of times, kept in a file from call to call, and what they say: the median of their ratios with its interval.
 */
#ifndef BENCH_PAIRS_TIMES_H
#define BENCH_PAIRS_TIMES_H

#include <cradle/base.h>

struct times {
    double (*pair)[2]; /* [count], seconds of a step of each side */
    int count;
};

struct verdict {
    double seconds[2];       /* the median of each side */
    double ratio, low, high; /* the first side's to the second's; the interval holds 95 % */
};

enum cr_status times_add(struct times *times, const double *pair, struct cr_error *err);
/* The pairs of earlier calls, none where there is no such file. Its first line must be `title`. */
enum cr_status times_read(struct times *times, const char *path, const char *title, struct cr_error *err);
enum cr_status times_write(const struct times *times, const char *path, const char *title, struct cr_error *err);
/* Of one pair or more. */
enum cr_status times_judge(const struct times *times, struct verdict *verdict, struct cr_error *err);

#endif
