#include "export/c/quantise.h"

#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

enum { BATCH = 64 };

/* ----------------------------------------------------------------------------------------------------------- values */

struct range {
    double least, most;
};

/* Four values of the graph a pass: so many outputs has a plan. */
static enum cr_status measure(struct range *ranges, const struct cr_program *program, int first, int count,
                              struct cr_context *context, const struct cr_samples *samples, struct cr_error *err)
{
    const struct cr_network *network = program->network;
    struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_INFER};
    struct cr_plan *plan;
    for (int i = 0; i < count; i++)
        options.outputs[i] = program->graph_value[first + i];
    CR_TRY(cr_plan_new(&plan, context, network->graph, network->params, &options, err));
    for (int64_t at = 0; at < samples->count; at += BATCH) {
        int64_t size = samples->count - at < BATCH ? samples->count - at : BATCH;
        cr_plan_run(plan, &(struct cr_feed){.count = size, .inputs = {samples->pixels + (size_t)at * samples->size}});
        for (int i = 0; i < count; i++) {
            const float *numbers = cr_plan_tensor(plan, options.outputs[i]).data;
            struct range *range = &ranges[first + i];
            int64_t all = size * cr_shape_count(options.outputs[i]->shape);
            for (int64_t k = 0; k < all; k++) {
                range->least = (double)numbers[k] < range->least ? (double)numbers[k] : range->least;
                range->most = (double)numbers[k] > range->most ? (double)numbers[k] : range->most;
            }
        }
    }
    cr_plan_free(plan);
    return CR_OK;
}

/* 0 is one of the numbers that have a place of their own: borders are 0. */
static struct cr_quantum quantum_of(struct range range)
{
    double scale = (range.most - range.least) / 255;
    if (!(scale > 0))
        scale = 1;
    double zero = round(-128 - range.least / scale);
    return (struct cr_quantum){scale, (int)(zero < -128 ? -128 : zero > 127 ? 127 : zero)};
}

/* Stages that choose among their numbers, or take means, leave the scale as it is. */
static bool keeps_scale(enum cr_stage_kind kind)
{
    return kind == CR_STAGE_MAXPOOL || kind == CR_STAGE_AVGPOOL || kind == CR_STAGE_MAXOUT || kind == CR_STAGE_UPSAMPLE;
}

enum cr_status cr_quantise_values(struct cr_quantum *quanta, const struct cr_program *program,
                                  struct cr_context *context, const struct cr_samples *samples, struct cr_error *err)
{
    struct range *ranges = cr_arena_alloc(program->arena, (size_t)program->values * sizeof *ranges); /* zeroed */
    if (!ranges)
        return cr_fail_memory(err);
    for (int first = 0; first < program->values; first += CR_MAX_OUTPUTS) {
        int rest = program->values - first;
        CR_TRY(measure(ranges, program, first, rest < CR_MAX_OUTPUTS ? rest : CR_MAX_OUTPUTS, context, samples, err));
    }
    for (int i = 0; i < program->count; i++) {
        const struct cr_stage *stage = &program->stages[i];
        quanta[stage->out] = keeps_scale(stage->kind) ? quanta[stage->in[0]] : quantum_of(ranges[stage->out]);
    }
    return CR_OK;
}

int8_t cr_quantise(struct cr_quantum quantum, double x)
{
    double q = round(x / quantum.scale) + quantum.zero;
    return (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
}

/* --------------------------------------------------------------------------------------------------------- products */

/* The output that a weight works into, in the order of cr_c_order. */
static int64_t output_of(const struct cr_stage *stage, int64_t outputs, int64_t index)
{
    if (stage->kind == CR_STAGE_UPCONV)
        return index / stage->x.channels % outputs;
    return index / (stage->weights / outputs);
}

static int32_t rounded(double x)
{
    return (int32_t)(x < -2147483647 ? -2147483647 : x > 2147483647 ? 2147483647 : round(x));
}

enum cr_status cr_quantise_product(struct cr_quantised *quantised, const struct cr_stage *stage, double x_scale,
                                   struct cr_arena *arena, struct cr_error *err)
{
    int64_t outputs = quantised->outputs = stage->y.channels;
    const float *weight = cr_c_order(stage, arena);
    double *most = cr_arena_alloc(arena, (size_t)outputs * sizeof *most); /* zeroed */
    quantised->weights = cr_arena_alloc(arena, (size_t)stage->weights);
    quantised->biases = cr_arena_alloc(arena, (size_t)outputs * sizeof *quantised->biases);
    quantised->scales = cr_arena_alloc(arena, (size_t)outputs * sizeof *quantised->scales);
    if (!weight || !most || !quantised->weights || !quantised->biases || !quantised->scales)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < stage->weights; i++) {
        int64_t o = output_of(stage, outputs, i);
        most[o] = fabs((double)weight[i]) > most[o] ? fabs((double)weight[i]) : most[o];
    }
    for (int64_t o = 0; o < outputs; o++) {
        double scale = most[o] > 0 ? most[o] / 127 : 1;
        quantised->scales[o] = scale * x_scale;
        quantised->biases[o] = stage->bias ? rounded((double)stage->bias[o] / quantised->scales[o]) : 0;
        most[o] = scale;
    }
    for (int64_t i = 0; i < stage->weights; i++)
        quantised->weights[i] = (int8_t)round((double)weight[i] / most[output_of(stage, outputs, i)]);
    return CR_OK;
}

void cr_quantise_ratio(double ratio, int32_t *multiplier, int8_t *shift)
{
    int exponent;
    double share = frexp(ratio, &exponent), whole = round(share * 0x1p31);
    if (whole >= 0x1p31) {
        whole /= 2;
        exponent++;
    }
    int places = 31 - exponent;
    for (; places > 62; places--)
        whole /= 2;
    for (; places < 1; places++) /* beyond 2^30: the result is out of range anyhow */
        whole = whole * 2 < 0x1p31 ? whole * 2 : 0x1p31 - 1;
    *multiplier = rounded(whole);
    *shift = (int8_t)places;
}

/* ------------------------------------------------------------------------------------------------------- activations
 */

static double elu(double x, double a)
{
    return x > 0 ? x : a * expm1(x);
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

double cr_quantise_function(const struct cr_stage *stage, double x)
{
    if (stage->kind == CR_STAGE_RELU)
        return x > 0 ? x : 0;
    switch ((enum cr_activation)stage->activation) {
    case CR_ACTIVATION_none:
        break;
    case CR_ACTIVATION_relu:
        return x > 0 ? x : 0;
    case CR_ACTIVATION_leaky_relu:
        return x > 0 ? x : stage->parameter * x;
    case CR_ACTIVATION_elu:
        return elu(x, stage->parameter);
    case CR_ACTIVATION_selu:
        return 1.0507009873554804934 * elu(x, 1.6732632423543772848);
    case CR_ACTIVATION_sigmoid:
        return logistic(x);
    case CR_ACTIVATION_hyperbolic_tangent:
        return tanh(x);
    case CR_ACTIVATION_softplus:
        return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
    case CR_ACTIVATION_gelu:
        return 0.5 * x * erfc(-x / sqrt(2));
    case CR_ACTIVATION_gelu_tanh:
        return x * logistic(1.5957691216057308 * x * (1 + 0.044715 * x * x));
    case CR_ACTIVATION_silu:
        return x * logistic(x);
    case CR_ACTIVATION_hard_swish:
        return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
    }
    return x;
}
