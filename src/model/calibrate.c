/*
 * Weights that start by what the network makes of data. In the order of the layers, each output is brought to variance
 * 1: w /= sqrt(var y), until it is near enough (Mishkin & Matas 2016, algorithm 1).
 *
 * The network runs as in use: dropout passes everything, and batch normalisation has its first statistics, mean 0 and
 * variance 1, so that it changes nothing.
 */
#include <math.h>
#include <string.h>

#include "model/builder.h"

static double number(struct cr_tensor tensor, int64_t index)
{
    return tensor.dtype == CR_F64 ? ((const double *)tensor.data)[index] : (double)((const float *)tensor.data)[index];
}

static double variance_of(struct cr_tensor tensor)
{
    double mean = 0, squares = 0;
    int64_t count = 1;

    for (int i = 0; i < tensor.rank; i++)
        count *= tensor.dims[i];
    for (int64_t i = 0; i < count; i++)
        mean += number(tensor, i) / (double)count;
    for (int64_t i = 0; i < count; i++)
        squares += (number(tensor, i) - mean) * (number(tensor, i) - mean);
    return squares / (double)count;
}

static void scale(struct cr_params *params, const struct cr_param *param, double factor)
{
    struct cr_tensor tensor = cr_params_tensor(params, param);

    for (int64_t i = 0; i < param->count; i++) {
        if (params->dtype == CR_F64)
            ((double *)tensor.data)[i] *= factor;
        else
            ((float *)tensor.data)[i] *= (float)factor;
    }
}

/* Whose output this parameter shapes. */
static const struct cr_vertex *user_of(const struct cr_graph *graph, const char *param)
{
    for (const struct cr_vertex *vertex = graph->first; vertex != NULL; vertex = vertex->next)
        for (int i = 0; i < vertex->inputs; i++)
            if (vertex->in[i]->role == CR_ROLE_PARAM && strcmp(vertex->in[i]->name, param) == 0)
                return vertex;
    return NULL;
}

static enum cr_status calibrate(const struct cr_builder *builder, const struct cr_pending *pending,
                                struct cr_context *context, struct cr_params *params, const struct cr_feed *feed,
                                struct cr_error *err)
{
    const struct cr_init_measure *o = pending->options;
    const struct cr_value *output = user_of(builder->graph, pending->name)->out[0];
    struct cr_plan_options options = {.batch = feed->count, .mode = CR_MODE_INFER, .outputs = {output}};
    struct cr_plan *plan;

    CR_TRY(cr_plan_new(&plan, context, builder->graph, params, &options, err));
    for (int64_t i = 0; i < o->tries; i++) {
        double variance;
        cr_plan_run(plan, feed);
        variance = variance_of(cr_plan_tensor(plan, output));
        /* A layer that gives the same for every input cannot be helped; the training will show it. */
        if (!(variance > 0) || fabs(variance - 1) < o->tolerance)
            break;
        scale(params, cr_params_find(params, pending->name), 1 / sqrt(variance));
    }
    cr_plan_free(plan);
    return CR_OK;
}

enum cr_status cr_builder_calibrate(const struct cr_builder *builder, struct cr_context *context,
                                    struct cr_params *params, const struct cr_feed *feed, struct cr_error *err)
{
    for (const struct cr_pending *pending = builder->pending; pending != NULL; pending = pending->next)
        if (!pending->constant && pending->init->measured)
            CR_TRY(calibrate(builder, pending, context, params, feed, err));
    return CR_OK;
}

int cr_builder_uncalibrated(const struct cr_builder *builder)
{
    int count = 0;

    for (const struct cr_pending *pending = builder->pending; pending != NULL; pending = pending->next)
        count += !pending->constant && pending->init->measured;
    return count;
}
