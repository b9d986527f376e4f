/*
 * plateau: the rate falls by a factor when the result of an epoch has not got better for `patience` epochs.
 *
 *     max(gamma^falls, least)
 *
 * The result is that of the validation part, or of the training part where nothing is held out. Better is by more than
 * the share `threshold` of the best; in the `cooldown` epochs after a fall nothing is counted. (PyTorch's
 * ReduceLROnPlateau.) What was seen so far is kept in checkpoints.
 */
#include <math.h>
#include <stdio.h>

#include "train/schedule.h"

struct plateau {
    double warmup;
    int watch;
    int64_t patience, cooldown;
    double gamma, threshold, least;
};

static const struct cr_option options[] = {
    CR_INT("patience", struct plateau, patience, .min = 0, .max = 1e6, .def = 10,
           .help = "epochs without a better result that are borne"),
    CR_FLOAT("gamma", struct plateau, gamma, .min = 1e-6, .max = 0.999999, .def = 0.1, .help = "factor of each fall"),
    CR_CHOICE("watch", struct plateau, watch, .def = CR_WATCH_LOSS, .names = cr_watch_names,
              .help = "which result has to get better"),
    CR_FLOAT("threshold", struct plateau, threshold, .min = 0, .max = 1, .def = 1e-4,
             .help = "share of the best that a better result differs by"),
    CR_INT("cooldown", struct plateau, cooldown, .min = 0, .max = 1e6,
           .help = "epochs after a fall in which nothing is counted"),
    CR_FLOAT("least", struct plateau, least, .min = 0, .max = 1, .help = "the factor does not fall below this"),
    CR_SCHEDULE_WARMUP(struct plateau),
    {0},
};

static double factor_after(const void *values, const struct cr_schedule_state *state)
{
    const struct plateau *o = values;
    return fmax(pow(o->gamma, (double)state->falls), o->least);
}

static void judge(const void *values, struct cr_schedule_state *state, const struct cr_result *result)
{
    const struct plateau *o = values;
    cr_watch_look(&state->watch, o->watch, o->threshold, result);
    if (state->cooling > 0) {
        state->cooling--;
        state->watch.waited = 0;
    }
    if (state->watch.waited <= o->patience)
        return;
    state->falls++;
    state->cooling = o->cooldown;
    state->watch.waited = 0;
}

static bool doubt(const void *values, double epochs, char *text, size_t size)
{
    const struct plateau *o = values;
    snprintf(text, size, "%lld epochs without a better result are borne", (long long)o->patience);
    return (double)o->patience >= epochs;
}

const struct cr_schedule cr_schedule_plateau = {
    .entry = {.name = "plateau", .help = "falls by a factor when the results get no better", .options = options},
    .factor_after = factor_after,
    .judge = judge,
    .doubt = doubt,
};
