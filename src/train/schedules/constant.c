/*
 * constant: the base rate all the time.
 */
#include "train/schedule.h"

struct constant {
    double warmup;
};

static const struct cr_option options[] = {
    CR_SCHEDULE_WARMUP(struct constant),
    {0},
};

static double factor(const void *values, double time, double epochs)
{
    (void)values, (void)time, (void)epochs;
    return 1;
}

const struct cr_schedule cr_schedule_constant = {
    .entry = {.name = "constant", .help = "the same rate all the time", .options = options},
    .factor = factor,
};
