/*
 * Weights that start by what the network makes of data, in the order of the layers, each by its init's `measure`.
 *
 * The network runs as in use: dropout passes everything, and batch normalisation has its first statistics, mean 0 and
 * variance 1, so that it changes nothing.
 */
#include <string.h>

#include "model/builder.h"

struct cr_tensor cr_init_input(const struct cr_init_data *data)
{
    return cr_plan_tensor(data->plan, data->user->in[0]);
}

struct cr_tensor cr_init_output(const struct cr_init_data *data)
{
    return cr_plan_tensor(data->plan, data->user->out[0]);
}

int64_t cr_init_count(struct cr_tensor tensor)
{
    int64_t count = 1;

    for (int i = 0; i < tensor.rank; i++)
        count *= tensor.dims[i];
    return count;
}

double cr_init_get(struct cr_tensor tensor, int64_t index)
{
    return tensor.dtype == CR_F64 ? ((const double *)tensor.data)[index] : (double)((const float *)tensor.data)[index];
}

void cr_init_set(struct cr_tensor tensor, int64_t index, double value)
{
    if (tensor.dtype == CR_F64)
        ((double *)tensor.data)[index] = value;
    else
        ((float *)tensor.data)[index] = (float)value;
}

/* Whose output this parameter shapes. */
static const struct cr_vertex *user_of(const struct cr_graph *graph, const char *param)
{
    for (const struct cr_vertex *vertex = graph->first; vertex != NULL; vertex = vertex->next)
        for (int i = 0; i < vertex->inputs; i++)
            if (vertex->op->roles[i] == CR_ROLE_PARAM && strcmp(vertex->in[i]->name, param) == 0)
                return vertex;
    return NULL;
}

static enum cr_status calibrate(const struct cr_builder *builder, const struct cr_pending *pending,
                                struct cr_context *context, struct cr_params *params, const struct cr_feed *feed,
                                struct cr_error *err)
{
    struct cr_init_data data = {.options = pending->options,
                                .node = pending->node,
                                .weights = cr_params_tensor(params, cr_params_find(params, pending->name)),
                                .user = user_of(builder->graph, pending->name),
                                .feed = feed};
    struct cr_plan_options options = {
        .batch = feed->count, .mode = CR_MODE_INFER, .outputs = {data.user->in[0], data.user->out[0]}};
    enum cr_status status;

    CR_TRY(cr_plan_new(&data.plan, context, builder->graph, params, &options, err));
    status = pending->init->measure(&data, err);
    cr_plan_free(data.plan);
    return status;
}

enum cr_status cr_builder_calibrate(const struct cr_builder *builder, struct cr_context *context,
                                    struct cr_params *params, const struct cr_feed *feed, struct cr_error *err)
{
    for (const struct cr_pending *pending = builder->pending; pending != NULL; pending = pending->next)
        if (!pending->constant && pending->init->measure != NULL)
            CR_TRY(calibrate(builder, pending, context, params, feed, err));
    return CR_OK;
}

int cr_builder_uncalibrated(const struct cr_builder *builder)
{
    int count = 0;

    for (const struct cr_pending *pending = builder->pending; pending != NULL; pending = pending->next)
        count += !pending->constant && pending->init->measure != NULL;
    return count;
}
