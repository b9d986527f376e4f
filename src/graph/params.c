/*
 * Parameters: every PARAM and STATE value of a graph as a slice of one flat buffer, so that an update, a norm, a copy
 * or a file is one loop. The order is: those that decay, the other learned ones, the states; in each, as the graph made
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "graph/graph.h"

static int order_of(const struct cr_value *value)
{
    return value->role == CR_ROLE_STATE ? 2 : value->decay ? 0 : 1;
}

static void lay_out(struct cr_params *params, struct cr_param *items, const struct cr_graph *graph)
{
    int64_t ends[3];

    for (int order = 0; order < 3; order++) {
        for (int i = 0; i < graph->values; i++) {
            const struct cr_value *value = graph->value[i];
            struct cr_param *item = &items[params->count];
            if (value->role == CR_ROLE_ACTIVATION || order_of(value) != order)
                continue;
            *item = (struct cr_param){.name = value->name,
                                      .shape = value->shape,
                                      .kind = value->role == CR_ROLE_STATE ? CR_STATE : CR_PARAM,
                                      .decay = value->decay,
                                      .offset = params->total,
                                      .count = cr_shape_count(value->shape)};
            params->total += item->count;
            params->count++;
        }
        ends[order] = params->total;
    }
    params->decayed = ends[0];
    params->trainable = ends[1];
    params->items = items;
}

enum cr_status cr_params_new(struct cr_params **params, struct cr_context *context, const struct cr_graph *graph,
                             enum cr_dtype dtype, bool gradients, struct cr_error *err)
{
    struct cr_params *made = calloc(1, sizeof(*made));
    struct cr_param *items = calloc((size_t)graph->values + 1, sizeof(*items));
    size_t number = cr_dtype_size(dtype);

    *params = NULL;
    if (made == NULL || items == NULL)
        goto fail;
    made->dtype = dtype;
    lay_out(made, items, graph);
    made->values = cr_block_alloc(context, ((size_t)made->total + 1) * number);
    if (made->values == NULL)
        goto fail;
    memset(made->values, 0, (size_t)made->total * number);
    if (gradients) {
        made->gradients = cr_block_alloc(context, ((size_t)made->trainable + 1) * number);
        if (made->gradients == NULL)
            goto fail;
        memset(made->gradients, 0, (size_t)made->trainable * number);
    }
    *params = made;
    return CR_OK;

fail:
    if (made != NULL)
        cr_block_free(context, made->values);
    free(items);
    free(made);
    return cr_fail_memory(err);
}

void cr_params_free(struct cr_context *context, struct cr_params *params)
{
    if (params == NULL)
        return;
    cr_block_free(context, params->values);
    cr_block_free(context, params->gradients);
    free((void *)params->items);
    free(params);
}

const struct cr_param *cr_params_find(const struct cr_params *params, const char *name)
{
    for (int i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return &params->items[i];
    return NULL;
}

struct cr_tensor cr_params_tensor(const struct cr_params *params, const struct cr_param *param)
{
    struct cr_tensor tensor = {.dtype = params->dtype, .rank = param->shape.rank};

    memcpy(tensor.dims, param->shape.dims, sizeof(tensor.dims));
    tensor.data = (char *)params->values + (size_t)param->offset * cr_dtype_size(params->dtype);
    return tensor;
}
