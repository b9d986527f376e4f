/*
 * What a plan can tell of its steps. A step touches the buffers and parameters whose addresses stand in its arguments.
 */
#include <string.h>

#include "graph/plan.h"

/* Buffers that share an address live at different times. */
static size_t buffer_at(const struct cr_plan *plan, const char *address)
{
    for (int i = 0; i < plan->buffers.count; i++) {
        const struct cr_buffer *buffer = &plan->buffers.items[i];
        if (address == plan->memory + buffer->offset && buffer->first <= plan->tick && plan->tick <= buffer->last)
            return buffer->size;
    }
    return 0;
}

/* In the values, or, where the parameter is learned, in the gradients. */
static size_t param_at(const struct cr_plan *plan, const char *address)
{
    const struct cr_params *params = plan->params;

    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        size_t offset = (size_t)param->offset * plan->number;
        bool learned = params->gradients != NULL && param->kind == CR_PARAM;
        if (address == (char *)params->values + offset || (learned && address == (char *)params->gradients + offset))
            return (size_t)param->count * plan->number;
    }
    return 0;
}

static int64_t bytes_touched(const struct cr_plan *plan, const void *args, size_t size)
{
    size_t bytes = 0;

    for (size_t at = 0; at + sizeof(char *) <= size; at += sizeof(char *)) {
        char *address;
        memcpy(&address, (const char *)args + at, sizeof(address));
        bytes += buffer_at(plan, address) + param_at(plan, address);
    }
    return (int64_t)bytes;
}

struct cr_step_info cr_plan_describe(const struct cr_plan *plan, const struct cr_vertex *vertex,
                                     const struct cr_kernel *kernel, const void *args, size_t size)
{
    bool product = vertex->op->product;
    int64_t flops = product ? cr_vertex_flops(vertex) : cr_shape_count(vertex->out[0]->shape);

    return (struct cr_step_info){.layer = vertex->label,
                                 .op = vertex->op->entry.name,
                                 .pass = plan->pass,
                                 .kernel = cr_kernel_name(&plan->kernels, kernel),
                                 .product = product,
                                 .flops = flops * plan->options.batch,
                                 .bytes = bytes_touched(plan, args, size)};
}

int64_t cr_plan_steps(const struct cr_plan *plan)
{
    return cr_steps_count(plan->steps);
}

struct cr_step_info cr_plan_step(const struct cr_plan *plan, int64_t index)
{
    return cr_steps_info(plan->steps, index);
}
