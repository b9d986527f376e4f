/*
 * What is seen of activations and gradients: their moments, for the ops that ask for them and for who reads them after
 * a run, and how they are spread.
 *
 * Who observes always gets the moments from the kernel that writes an activation, where it can leave them. Who observes
 * on request gets them from steps of their own that read the activation again right behind it, for kernels are planned
 * once: so a run that nobody looks at costs nothing, and the moments that a batch norm goes by are never touched.
 */
#include <math.h>
#include <string.h>

#include "graph/activation.h"
#include "graph/plan.h"
#include "kernels/moments.h"

enum { SPREAD_NUMBERS = 4096 /* that a histogram is made of */ };

static struct cr_place *place_of(const struct cr_plan *plan, const struct cr_value *value)
{
    return &plan->places[value->id];
}

static bool is_always(const struct cr_plan *plan)
{
    return plan->options.observe == CR_OBSERVE_ALWAYS;
}

/* Of a parameter all numbers are of one channel. */
static int64_t channels_of(const struct cr_value *value)
{
    bool one = value->role != CR_ROLE_ACTIVATION || value->shape.rank == 0;

    return one ? 1 : value->shape.dims[value->shape.rank - 1];
}

static void *moments_of(struct cr_emit *emit, const struct cr_value *value, int *buffer)
{
    return cr_emit_use(emit, buffer, cr_moments_size(channels_of(value), emit->plan->number));
}

void cr_emit_moments_out(struct cr_emit *emit, const struct cr_kernel *kernel, const void *args,
                         struct cr_finish *finish)
{
    const struct cr_value *value = emit->plan->fusions[emit->vertex->id].last->out[0];
    struct cr_place *place = place_of(emit->plan, value);
    bool seen = place->observed && is_always(emit->plan);

    if ((!place->measured && !seen) || !cr_plan_way(emit->plan, kernel, args)->moments)
        return;
    finish->moments = moments_of(emit, value, &place->moments);
    finish->extremes = seen;
    place->left = true;
}

const void *cr_emit_moments_in(struct cr_emit *emit, int input)
{
    const struct cr_value *value = emit->vertex->in[input];
    struct cr_place *place = place_of(emit->plan, value);

    return place->left ? moments_of(emit, value, &place->moments) : NULL;
}

/* ---------------------------------------------------------------------------------------------------------- emitting
 */

/* An activation between bounds says so: its bins lie there. */
static void set_bounds(const struct cr_value *value, struct cr_histogram *histogram)
{
    const struct cr_vertex *vertex = value->producer;

    if (vertex == NULL || strcmp(vertex->op->entry.name, "activation") != 0)
        return;
    switch (((const struct cr_activation_options *)vertex->options)->kind) {
    case CR_ACTIVATION_hyperbolic_tangent:
        histogram->low = -1;
        histogram->high = 1;
        break;
    case CR_ACTIVATION_sigmoid:
        histogram->high = 1;
        break;
    default:
        break;
    }
}

static void emit_histogram(struct cr_emit *emit, const struct cr_value *value, struct cr_histogram_args *args,
                           int64_t numbers)
{
    struct cr_histogram bounds = {.high = 0};

    set_bounds(value, &bounds);
    args->low = bounds.low;
    args->high = bounds.high;
    /* Odd, so that all channels are met where their number is a power of two. */
    args->stride = (numbers / SPREAD_NUMBERS) | 1;
    args->bins =
        cr_emit_use(emit, &place_of(emit->plan, value)->histogram, (CR_HISTOGRAM_BINS + 1) * sizeof(*args->bins));
    CR_EMIT(emit, histogram, *args);
}

static void emit_moments(struct cr_emit *emit, const struct cr_value *value, struct cr_moments_args *args)
{
    struct cr_place *place = place_of(emit->plan, value);

    if (is_always(emit->plan) && place->left)
        return;
    args->channels = channels_of(value);
    args->moments = moments_of(emit, value, is_always(emit->plan) ? &place->moments : &place->seen);
    CR_EMIT(emit, moments, *args);
}

static void observe_output(struct cr_emit *last, int output)
{
    const struct cr_value *value = last->vertex->out[output];
    int64_t size = cr_shape_count(value->shape);
    struct cr_moments_args moments = {.batch = last->batch, .pixels = size / channels_of(value)};
    struct cr_histogram_args histogram = {.batch = last->batch, .size = size};

    moments.x = histogram.x = cr_emit_out(last, output);
    emit_moments(last, value, &moments);
    emit_histogram(last, value, &histogram, size * last->batch);
}

void cr_plan_observe_group(struct cr_emit *emit)
{
    struct cr_plan *plan = emit->plan;
    struct cr_emit last = cr_emit_member(emit, plan->fusions[emit->vertex->id].last);

    plan->observing = true;
    for (int i = 0; i < last.vertex->outputs; i++)
        if (place_of(plan, last.vertex->out[i])->observed)
            observe_output(&last, i);
    plan->observing = false;
}

void cr_plan_observe_gradient(struct cr_emit *emit, const struct cr_value *value)
{
    const struct cr_params *params = emit->plan->params;
    const struct cr_param *param = cr_params_find(params, value->name);
    struct cr_moments_args moments = {.batch = emit->batch, .rows = param->count};
    struct cr_histogram_args histogram = {.batch = emit->batch, .count = param->count};

    moments.x = histogram.x = (const char *)params->gradients + (size_t)param->offset * emit->plan->number;
    emit->plan->observing = true;
    emit_moments(emit, value, &moments);
    emit_histogram(emit, value, &histogram, param->count);
    emit->plan->observing = false;
}

/* ------------------------------------------------------------------------------------------------------------ asking
 */

static const void *buffer_at(const struct cr_plan *plan, int buffer)
{
    return plan->memory + plan->buffers.items[buffer].offset;
}

static bool observe(const struct cr_plan *plan, const struct cr_value *value, int64_t begin, int64_t end,
                    struct cr_observed *observed)
{
    const struct cr_place *place = place_of(plan, value);
    int buffer = is_always(plan) ? place->moments : place->seen;
    struct cr_moments_sum sum;

    memset(observed, 0, sizeof(*observed));
    if (!plan->is_observed || !place->observed || buffer == CR_NO_BUFFER)
        return false;
    sum = cr_moments_sum(buffer_at(plan, buffer), plan->params->dtype, channels_of(value), begin, end);
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

bool cr_plan_observes(const struct cr_plan *plan, const struct cr_value *value)
{
    return place_of(plan, value)->observed;
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

bool cr_plan_histogram(const struct cr_plan *plan, const struct cr_value *value, struct cr_histogram *histogram)
{
    const struct cr_place *place = place_of(plan, value);
    const int64_t *bins;

    memset(histogram, 0, sizeof(*histogram));
    if (!plan->is_observed || !place->observed || place->histogram == CR_NO_BUFFER)
        return false;
    set_bounds(value, histogram);
    bins = buffer_at(plan, place->histogram);
    memcpy(histogram->bins, bins, sizeof(histogram->bins));
    histogram->nans = bins[CR_HISTOGRAM_BINS];
    return true;
}
