/*
 * The moments of activations and gradients: for the ops that ask for them, and for who reads them after a run. The
 * kernel that writes an activation leaves them where it can; else a step of their own reads it again.
 */
#include <math.h>
#include <string.h>

#include "graph/plan.h"
#include "kernels/moments.h"

static struct cr_place *place_of(const struct cr_plan *plan, const struct cr_value *value)
{
    return &plan->places[value->id];
}

/* Of a parameter all numbers are of one channel. */
static int64_t channels_of(const struct cr_value *value)
{
    bool one = value->role != CR_ROLE_ACTIVATION || value->shape.rank == 0;

    return one ? 1 : value->shape.dims[value->shape.rank - 1];
}

static void *moments_of(struct cr_emit *emit, const struct cr_value *value)
{
    return cr_emit_use(emit, &place_of(emit->plan, value)->moments,
                       cr_moments_size(channels_of(value), emit->plan->number));
}

void cr_emit_moments_out(struct cr_emit *emit, const struct cr_kernel *kernel, const void *args,
                         struct cr_finish *finish)
{
    const struct cr_value *value = emit->plan->fusions[emit->vertex->id].last->out[0];
    struct cr_place *place = place_of(emit->plan, value);

    if ((!place->measured && !place->observed) || !cr_plan_way(emit->plan, kernel, args)->moments)
        return;
    finish->moments = moments_of(emit, value);
    finish->extremes = place->observed;
    place->left = true;
}

const void *cr_emit_moments_in(struct cr_emit *emit, int input)
{
    const struct cr_value *value = emit->vertex->in[input];

    return place_of(emit->plan, value)->left ? moments_of(emit, value) : NULL;
}

void cr_plan_observe_group(struct cr_emit *emit)
{
    struct cr_emit last = cr_emit_member(emit, emit->plan->fusions[emit->vertex->id].last);

    for (int i = 0; i < last.vertex->outputs; i++) {
        const struct cr_value *value = last.vertex->out[i];
        int64_t channels = channels_of(value);
        struct cr_moments_args args = {
            .batch = emit->batch, .pixels = cr_shape_count(value->shape) / channels, .channels = channels};
        if (!place_of(emit->plan, value)->observed || place_of(emit->plan, value)->left)
            continue;
        args.x = cr_emit_out(&last, i);
        args.moments = moments_of(emit, value);
        CR_EMIT(emit, moments, args);
    }
}

void cr_plan_observe_gradient(struct cr_emit *emit, const struct cr_value *value)
{
    const struct cr_params *params = emit->plan->params;
    const struct cr_param *param = cr_params_find(params, value->name);
    struct cr_moments_args args = {.batch = emit->batch, .channels = 1, .rows = param->count};

    args.x = (const char *)params->gradients + (size_t)param->offset * emit->plan->number;
    args.moments = moments_of(emit, value);
    CR_EMIT(emit, moments, args);
}

static bool observe(const struct cr_plan *plan, const struct cr_value *value, int64_t begin, int64_t end,
                    struct cr_observed *observed)
{
    const struct cr_place *place = place_of(plan, value);
    struct cr_moments_sum sum;

    memset(observed, 0, sizeof(*observed));
    if (!place->observed || place->moments == CR_NO_BUFFER)
        return false;
    sum = cr_moments_sum(plan->memory + plan->buffers.items[place->moments].offset, plan->params->dtype,
                         channels_of(value), begin, end);
    if (sum.count <= 0)
        return false;
    *observed = (struct cr_observed){.count = sum.count,
                                     .mean = sum.mean,
                                     .deviation = sqrt(sum.squares / sum.count),
                                     .norm = sqrt(sum.squares + sum.count * sum.mean * sum.mean),
                                     .least = sum.least,
                                     .most = sum.most,
                                     .zeros = sum.zeros / sum.count};
    return true;
}

bool cr_plan_observe(const struct cr_plan *plan, const struct cr_value *value, struct cr_observed *observed)
{
    return observe(plan, value, 0, channels_of(value), observed);
}

int64_t cr_plan_channels(const struct cr_value *value)
{
    return channels_of(value);
}

bool cr_plan_observe_channel(const struct cr_plan *plan, const struct cr_value *value, int64_t channel,
                             struct cr_observed *observed)
{
    return observe(plan, value, channel, channel + 1, observed);
}
