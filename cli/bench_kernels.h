/*
 * The table of `cradle bench --kernels`.
 */
#ifndef CLI_BENCH_KERNELS_H
#define CLI_BENCH_KERNELS_H

#include "session.h"

/* Measures the kernels whose names have `part` in them (NULL: all), and prints a row for each as it is known. */
enum cr_status bench_kernels(struct session *session, const char *part, double seconds, bool json);

#endif
