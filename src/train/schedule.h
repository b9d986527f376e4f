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

#include "train/watch.h"

/* What a schedule keeps that goes by the results of the epochs. All 0 at the beginning; kept in checkpoints. */
struct cr_schedule_state {
    struct cr_watch watch;
    int64_t falls, cooling;
};

/* The struct of the options begins with `double warmup`. */
struct cr_schedule {
    struct cr_entry entry;
    enum cr_status (*check)(const void *options, struct cr_error *err); /* NULL: all options go together */
    /* Without warm-up, above 0 for time < epochs. One of the two: by the time, or by the results so far. */
    double (*factor)(const void *options, double time, double epochs);
    double (*factor_after)(const void *options, const struct cr_schedule_state *state);
    /* The optimizer's momentum at that time; false: it is left alone. NULL: always. */
    bool (*momentum)(const void *options, double time, double epochs, double *momentum);
    void (*judge)(const void *options, struct cr_schedule_state *state, const struct cr_result *result);
    /* Whether it is longer than a training of `epochs`, and what cannot happen then; NULL: it never is. */
    bool (*doubt)(const void *options, double epochs, char *text, size_t size);
};

#define CR_SCHEDULE_WARMUP(struct_type)                           \
    CR_FLOAT("warmup", struct_type, warmup, .min = 0, .max = 1e6, \
             .help = "epochs in which the rate rises from 1 % to its full value")

/* Fails where the warm-up leaves nothing of `epochs`. */
enum cr_status cr_schedule_check(const struct cr_schedule_use *schedule, int64_t epochs, struct cr_error *err);
/* cr_schedule_factor with what is kept. */
double cr_schedule_factor_after(const struct cr_schedule_use *schedule, const struct cr_schedule_state *state,
                                double time, double epochs);
/* The momentum that the optimizer shall have at `time`; false: its own. The answer is the same at all times. */
bool cr_schedule_momentum(const struct cr_schedule_use *schedule, double time, double epochs, double *momentum);
/* Tells it the result of an epoch. */
void cr_schedule_judge(const struct cr_schedule_use *schedule, struct cr_schedule_state *state,
                       const struct cr_result *result);
/* Whether something of it cannot happen in a training of `epochs`, and what, written to `text`. */
bool cr_schedule_doubt(const struct cr_schedule_use *schedule, double epochs, char *text, size_t size);
/* Whether it goes by results. */
bool cr_schedule_keeps_state(const struct cr_schedule_use *schedule);

#endif
