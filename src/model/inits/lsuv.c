/*
 * lsuv, layer-sequential unit variance (Mishkin & Matas 2016, algorithm 1): orthogonal; then, layer by layer from the
 * input on, what the layer makes of the first training batch is brought to variance 1: w /= sqrt(var y), until it is
 * near enough.
 */
#include <math.h>

#include "model/init.h"

struct lsuv {
    double tolerance;
    int64_t tries;
};

static const struct cr_option options[] = {
    CR_FLOAT("tolerance", struct lsuv, tolerance, .min = 1e-6, .max = 1, .def = 0.1,
             .help = "how far from 1 the variance may stay"),
    CR_INT("tries", struct lsuv, tries, .min = 1, .max = 1000, .def = 10, .help = "at most, for a layer"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    cr_init_orthogonalise(call, 1);
}

static double variance_of(struct cr_tensor tensor)
{
    double mean = 0, squares = 0;
    int64_t count = cr_init_count(tensor);

    for (int64_t i = 0; i < count; i++)
        mean += cr_init_get(tensor, i) / (double)count;
    for (int64_t i = 0; i < count; i++)
        squares += (cr_init_get(tensor, i) - mean) * (cr_init_get(tensor, i) - mean);
    return squares / (double)count;
}

static void scale(struct cr_tensor weights, double factor)
{
    for (int64_t i = 0, count = cr_init_count(weights); i < count; i++)
        cr_init_set(weights, i, factor * cr_init_get(weights, i));
}

static enum cr_status measure(const struct cr_init_data *data, struct cr_error *err)
{
    const struct lsuv *o = data->options;

    (void)err;
    for (int64_t i = 0; i < o->tries; i++) {
        double variance;
        cr_plan_run(data->plan, data->feed);
        variance = variance_of(cr_init_output(data));
        /* A layer that gives the same for every input cannot be helped; the training will show it. */
        if (!(variance > 0) || fabs(variance - 1) < o->tolerance)
            break;
        scale(data->weights, 1 / sqrt(variance));
    }
    return CR_OK;
}

const struct cr_init cr_init_lsuv = {
    .entry = {.name = "lsuv",
              .help = "orthogonal, then scaled to variance 1 on the first batch (Mishkin & Matas 2016)",
              .options = options},
    .fill = fill,
    .measure = measure,
};
