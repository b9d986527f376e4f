/*
 * The clock for durations: monotonic, seconds. Nothing that is computed may depend on it.
 */
#include "base/context.h"

#include <time.h>

double cr_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
