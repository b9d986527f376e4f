/*
 * A schedule: the factor on the base learning rate over time. One file under schedules/ that ends in one const struct
 * cr_schedule, and one line in schedules.def.
 *
 * Time is in epochs from the beginning of training, with fractions; a schedule's own time runs through the warm-up. The
 * warm-up is one for all (schedule.c).
 */
#ifndef CR_TRAIN_SCHEDULE_H
#define CR_TRAIN_SCHEDULE_H

#include <cradle/train.h>

/* The struct of the options begins with `double warmup`. */
struct cr_schedule {
    struct cr_entry entry;
    enum cr_status (*check)(const void *options, struct cr_error *err); /* NULL: all options go together */
    double (*factor)(const void *options, double time, double epochs);  /* without warm-up; above 0 for time < epochs */
};

#define CR_SCHEDULE_WARMUP(struct_type)                           \
    CR_FLOAT("warmup", struct_type, warmup, .min = 0, .max = 1e6, \
             .help = "epochs in which the rate rises from 1 % to its full value")

/* Fails where the warm-up leaves nothing of `epochs`. */
enum cr_status cr_schedule_check(const struct cr_schedule_use *schedule, int64_t epochs, struct cr_error *err);

#endif
