/*
 * The interval comes from a model of what looking costs and what a step costs (both by the shapes that the plan tells
 * of its steps, at the speeds of a fast machine), so that all machines and all resumed runs look at the same steps.
 */
#include "train/observing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"
#include "graph/op.h"

/* Seconds of a multiply-add (two operations), of a byte that streams, of a step's start, of a value that is told of. */
static const double per_flop = 1 / 200e9, per_byte = 1 / 20e9, per_step = 2e-6, per_value = 20e-6;
/* A weight is copied, read and compared: by one thread. */
static const double per_weight = 3e-9;
/* The share of the time that looking may take, and how often a training is looked at at most. */
static const double budget = 0.01;
enum { MOST_LOOKS = 400 };
/* Bins at each end of a bounded activation that count as saturated: |tanh| > 0.9, sigmoid outside 0.05..0.95. */
enum { SATURATED_BINS = 3 };

struct cr_observing {
    const struct cr_network *network;
    const struct cr_plan *plan;
    int64_t interval;
    void *before; /* [trainable] weights before the step */
    struct cr_seen_weights *weights;
    struct cr_seen_units *units;
    const struct cr_value **parameters, **activations;
    uint8_t *silence;
    struct cr_observation observation;
};

/* ---------------------------------------------------------------------------------------------------------- the cost
 */

static double seconds_of(const struct cr_step_info *info)
{
    double flops = info->product ? (double)info->flops * per_flop : 0, bytes = (double)info->bytes * per_byte;
    return (flops > bytes ? flops : bytes) + per_step;
}

static int64_t interval_by_shape(const struct cr_observing *observing, int64_t steps)
{
    const struct cr_observation *observation = &observing->observation;
    double step = 0, look = per_value * (observation->parameters + observation->activations) +
                            per_weight * (double)observing->network->params->trainable;
    for (int64_t i = 0; i < cr_plan_steps(observing->plan); i++) {
        struct cr_step_info info = cr_plan_step(observing->plan, i);
        *(info.observes ? &look : &step) += seconds_of(&info);
    }
    double interval = ceil(look / (budget * step)), least = ceil((double)steps / MOST_LOOKS);
    return (int64_t)fmax(fmax(interval, least), 1);
}

/* ------------------------------------------------------------------------------------------------ made and let go */

/* What the loss is made of says nothing about the network: a softmax's mean is always 1 / C. */
static bool is_told(const struct cr_value *value)
{
    const char *layer = value->producer ? value->producer->label : NULL;
    return value->role == CR_ROLE_ACTIVATION && layer && strcmp(layer, "loss") != 0 &&
           strcmp(layer, "probabilities") != 0 && !value->producer->op->view;
}

static bool is_learned(const struct cr_observing *observing, const struct cr_value *value)
{
    return value->role == CR_ROLE_PARAM && cr_params_find(observing->network->params, value->name);
}

static enum cr_status allocate(struct cr_observing *observing, struct cr_error *err)
{
    const struct cr_graph *graph = observing->network->graph;
    const struct cr_params *params = observing->network->params;
    size_t count = (size_t)graph->values + 1, bytes = 0;
    for (int i = 0; i < graph->values; i++)
        bytes += is_told(graph->value[i]) ? (size_t)(cr_plan_channels(graph->value[i]) + 7) / 8 : 0;
    observing->weights = calloc(count, sizeof *observing->weights);
    observing->units = calloc(count, sizeof *observing->units);
    observing->parameters = calloc(count, sizeof(struct cr_value *));
    observing->activations = calloc(count, sizeof(struct cr_value *));
    observing->silence = calloc(bytes + 1, 1);
    observing->before = malloc((size_t)params->trainable * cr_dtype_size(params->dtype) + 1);
    bool made = observing->weights && observing->units && observing->parameters && observing->activations &&
                observing->silence && observing->before;
    return made ? CR_OK : cr_fail_memory(err);
}

static void list_values(struct cr_observing *observing)
{
    const struct cr_graph *graph = observing->network->graph;
    struct cr_observation *observation = &observing->observation;
    uint8_t *silence = observing->silence;
    for (int i = 0; i < graph->values; i++) {
        const struct cr_value *value = graph->value[i];
        if (is_learned(observing, value))
            observing->parameters[observation->parameters++] = value;
        if (!is_told(value) || !cr_plan_observes(observing->plan, value))
            continue;
        struct cr_seen_units *units = &observing->units[observation->activations];
        units->layer = value->producer->label;
        units->op = value->producer->op->entry.name;
        units->units = cr_plan_channels(value);
        units->silence = silence;
        silence += (units->units + 7) / 8;
        observing->activations[observation->activations++] = value;
    }
    observation->weights = observing->weights;
    observation->units = observing->units;
}

enum cr_status cr_observing_new(struct cr_observing **observing, const struct cr_network *network,
                                const struct cr_plan *plan, int64_t interval, int64_t steps, struct cr_error *err)
{
    *observing = NULL;
    struct cr_observing *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->network = network;
    made->plan = plan;
    enum cr_status status = allocate(made, err);
    if (status != CR_OK) {
        cr_observing_free(made);
        return status;
    }
    list_values(made);
    made->interval = interval > 0 ? interval : interval_by_shape(made, steps);
    *observing = made;
    return CR_OK;
}

void cr_observing_free(struct cr_observing *observing)
{
    if (!observing)
        return;
    free(observing->weights);
    free(observing->units);
    free(observing->parameters);
    free(observing->activations);
    free(observing->silence);
    free(observing->before);
    free(observing);
}

int64_t cr_observing_interval(const struct cr_observing *observing)
{
    return observing->interval;
}

void cr_observing_set_interval(struct cr_observing *observing, int64_t interval)
{
    observing->interval = interval;
}

bool cr_observing_is_due(const struct cr_observing *observing, int64_t step)
{
    return step % observing->interval == 0 || (step < observing->interval && (step & (step - 1)) == 0);
}

/* ----------------------------------------------------------------------------------------------------------- looking
 */

void cr_observing_begin(struct cr_observing *observing)
{
    const struct cr_params *params = observing->network->params;
    memcpy(observing->before, params->values, (size_t)params->trainable * cr_dtype_size(params->dtype));
}

/* Norms of the old weights and of the difference to the new ones, four sums at a time. */
#define CR_COMPARE(name, real)                                                              \
    static void name(const real *before, const real *after, int64_t count, double norms[2]) \
    {                                                                                       \
        double weight[4] = {0}, update[4] = {0};                                            \
        for (int64_t i = 0; i < count; i++) {                                               \
            double w = (double)before[i], d = (double)after[i] - w;                         \
            weight[i % 4] += w * w;                                                         \
            update[i % 4] += d * d;                                                         \
        }                                                                                   \
        norms[0] = sqrt(weight[0] + weight[1] + weight[2] + weight[3]);                     \
        norms[1] = sqrt(update[0] + update[1] + update[2] + update[3]);                     \
    }
CR_COMPARE(compare_floats, float)
CR_COMPARE(compare_doubles, double)

static void see_weights(const struct cr_observing *observing, const struct cr_value *value,
                        struct cr_seen_weights *seen)
{
    const struct cr_params *params = observing->network->params;
    const struct cr_param *param = cr_params_find(params, value->name);
    struct cr_observed gradient;
    double norms[2];
    *seen = (struct cr_seen_weights){.name = param->name, .count = param->count, .decays = value->decay};
    if (params->dtype == CR_F64)
        compare_doubles((const double *)observing->before + param->offset,
                        (const double *)params->values + param->offset, param->count, norms);
    else
        compare_floats((const float *)observing->before + param->offset, (const float *)params->values + param->offset,
                       param->count, norms);
    seen->weight = norms[0];
    seen->update = norms[1];
    seen->gradient = cr_plan_observe(observing->plan, value, &gradient) ? gradient.norm : 0;
    cr_plan_histogram(observing->plan, value, &seen->spread);
}

static double saturated(const struct cr_histogram *histogram)
{
    int64_t ends = 0, all = histogram->nans;
    if (!(histogram->low < histogram->high))
        return NAN;
    for (int b = 0; b < CR_HISTOGRAM_BINS; b++) {
        bool end = (b < SATURATED_BINS) || b >= CR_HISTOGRAM_BINS - SATURATED_BINS;
        all += histogram->bins[b];
        ends += end ? histogram->bins[b] : 0;
    }
    return all > 0 ? (double)ends / (double)all : 0;
}

static void see_units(const struct cr_observing *observing, const struct cr_value *value, struct cr_seen_units *seen)
{
    uint8_t *silence = observing->silence + (seen->silence - observing->silence); /* the same, to be written */
    struct cr_observed all, unit;
    cr_plan_observe(observing->plan, value, &all);
    seen->mean = all.mean;
    seen->deviation = all.deviation;
    seen->least = all.least;
    seen->most = all.most;
    seen->zeros = all.zeros;
    seen->silent = 0;
    memset(silence, 0, (size_t)(seen->units + 7) / 8);
    for (int64_t u = 0; u < seen->units; u++) {
        if (!cr_plan_observe_channel(observing->plan, value, u, &unit) || unit.most > 0 || isnan(unit.mean))
            continue;
        silence[u / 8] |= (uint8_t)(1 << u % 8);
        seen->silent++;
    }
    cr_plan_histogram(observing->plan, value, &seen->spread);
    seen->saturated = saturated(&seen->spread);
}

const struct cr_observation *cr_observing_end(struct cr_observing *observing)
{
    struct cr_observation *observation = &observing->observation;
    for (int i = 0; i < observation->parameters; i++)
        see_weights(observing, observing->parameters[i], &observing->weights[i]);
    for (int i = 0; i < observation->activations; i++)
        see_units(observing, observing->activations[i], &observing->units[i]);
    return observation;
}
