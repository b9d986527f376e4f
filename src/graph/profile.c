/*
 * What a plan can tell of its steps. A step touches what its op asked for in this tick and put into its arguments.
 */
#include <string.h>

#include "graph/plan.h"

static size_t size_at(const struct cr_plan *plan, const void *address)
{
    for (int i = 0; i < plan->asked_count; i++)
        if (plan->asked[i].address == address)
            return plan->asked[i].size;
    return 0;
}

static int64_t bytes_touched(const struct cr_plan *plan, const void *args, size_t size)
{
    size_t bytes = 0;

    for (size_t at = 0; at + sizeof(void *) <= size; at += sizeof(void *)) {
        void *address;
        memcpy(&address, (const char *)args + at, sizeof(address));
        bytes += size_at(plan, address);
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
                                 .observes = plan->observing,
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
