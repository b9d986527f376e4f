/*
 * Plans: the two walks, the run, and what can be asked of a plan.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "graph/plan.h"

static struct cr_place *place_of(const struct cr_plan *plan, const struct cr_value *value)
{
    return &plan->places[value->id];
}

static struct cr_emit emit_for(struct cr_plan *plan, const struct cr_vertex *vertex)
{
    const struct cr_fusion *fusion = &plan->fusions[vertex->id];

    return (struct cr_emit){.plan = plan,
                            .vertex = vertex,
                            .options = vertex->options,
                            .kernels = &plan->kernels,
                            .mode = plan->options.mode,
                            .batch = plan->options.batch,
                            .tail = &fusion->tail,
                            .lead = fusion->lead != vertex ? fusion->lead->op : NULL};
}

/* A group of fused vertices stands where its last one is: there all its inputs are made. */
static bool ends_group(const struct cr_plan *plan, const struct cr_vertex *vertex)
{
    const struct cr_vertex *lead = plan->fusions[vertex->id].lead;

    return lead != NULL && plan->fusions[lead->id].last == vertex;
}

static void next_tick(struct cr_plan *plan)
{
    plan->tick++;
    plan->asked_count = 0;
}

static void walk_forward(struct cr_plan *plan)
{
    plan->pass = "forward";
    for (int i = 0; i < plan->graph->vertices; i++) {
        const struct cr_vertex *vertex = plan->order[i];
        if (!ends_group(plan, vertex))
            continue;
        struct cr_emit emit = emit_for(plan, plan->fusions[vertex->id].lead);
        emit.vertex->op->forward(&emit);
        cr_plan_observe_group(&emit);
        next_tick(plan);
    }
}

/* d mean(loss) / d loss[n] = 1 / N */
static void begin_backward(struct cr_plan *plan, const struct cr_value *loss)
{
    struct cr_emit emit = emit_for(plan, loss->producer);
    struct cr_fill_args args = {.batch = plan->options.batch, .size = cr_shape_count(loss->shape), .value = 1.0};

    args.y = (void *)cr_emit_dout(&emit, 0);
    place_of(plan, loss)->begun = true;
    CR_EMIT(&emit, fill, args);
    next_tick(plan);
}

static bool has_backward(const struct cr_plan *plan, const struct cr_vertex *vertex)
{
    bool begun = false, wanted = false;

    for (int i = 0; i < vertex->outputs; i++)
        begun = begun || place_of(plan, vertex->out[i])->begun;
    for (int i = 0; i < vertex->inputs; i++)
        wanted = wanted || place_of(plan, vertex->in[i])->wanted;
    return begun && wanted && vertex->op->backward != NULL;
}

static void vertex_backward(struct cr_plan *plan, const struct cr_vertex *vertex)
{
    struct cr_emit emit = emit_for(plan, vertex);

    if (has_backward(plan, vertex))
        vertex->op->backward(&emit);
}

static void walk_backward(struct cr_plan *plan)
{
    plan->pass = "backward";
    plan->returning = true;
    begin_backward(plan, plan->options.loss);
    for (int i = plan->graph->vertices - 1; i >= 0; i--) {
        if (!ends_group(plan, plan->order[i]))
            continue;
        const struct cr_vertex *lead = plan->fusions[plan->order[i]->id].lead;
        /* The group from its end; what is between its vertices in the order belongs to other groups. */
        for (int j = i; j >= lead->id; j--)
            if (plan->fusions[plan->order[j]->id].lead == lead)
                vertex_backward(plan, plan->order[j]);
        next_tick(plan);
    }
}

static void observe_gradients(struct cr_plan *plan)
{
    for (int i = 0; i < plan->graph->values; i++) {
        const struct cr_place *place = &plan->places[i];
        if (plan->graph->value[i]->role != CR_ROLE_PARAM || !place->observed || !place->begun)
            continue;
        struct cr_emit emit = emit_for(plan, place->consumer);
        cr_plan_observe_gradient(&emit, plan->graph->value[i]);
        next_tick(plan);
    }
}

static enum cr_status walk(struct cr_plan *plan, bool placing)
{
    plan->placing = placing;
    plan->returning = false;
    plan->tick = 0;
    plan->asked_count = plan->shared_count = 0;
    for (int i = 0; i < plan->graph->values; i++)
        plan->places[i].begun = plan->places[i].is_back = plan->places[i].left = false;
    for (int i = 0; i < plan->buffers.count; i++)
        plan->buffers.items[i].shared = false;
    walk_forward(plan);
    if (plan->options.mode == CR_MODE_TRAIN)
        walk_backward(plan);
    observe_gradients(plan);
    return plan->status;
}

/* What can be read after a run lives until its end. */
static void keep(struct cr_plan *plan, int buffer)
{
    if (buffer != CR_NO_BUFFER)
        cr_buffers_use(&plan->buffers, buffer, plan->tick);
}

static void keep_outputs(struct cr_plan *plan)
{
    for (int i = 0; i < plan->buffers.count; i++)
        if (plan->buffers.items[i].lasts) {
            cr_buffers_use(&plan->buffers, i, 0);
            keep(plan, i);
        }
    if (plan->options.loss != NULL)
        keep(plan, place_of(plan, plan->options.loss)->value);
    for (int i = 0; i < CR_MAX_OUTPUTS; i++)
        if (plan->options.outputs[i] != NULL)
            keep(plan, place_of(plan, plan->options.outputs[i])->value);
    for (int i = 0; i < plan->graph->values; i++)
        if (plan->places[i].observed) {
            keep(plan, plan->places[i].moments);
            keep(plan, plan->places[i].seen);
            keep(plan, plan->places[i].histogram);
        }
    for (int i = 0; i < plan->graph->values; i++)
        if (plan->graph->value[i]->watched)
            keep(plan, plan->places[i].gradient);
}

static enum cr_status check(const struct cr_params *params, const struct cr_plan_options *options, struct cr_error *err)
{
    if (options->batch < 1 || options->batch > (1 << 24))
        return cr_fail(err, CR_ERROR_ARGUMENT, "a plan's batch must be 1..16777216, not %lld",
                       (long long)options->batch);
    if (options->mode == CR_MODE_TRAIN && options->loss == NULL)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a training plan needs a loss");
    if (options->mode == CR_MODE_TRAIN && options->constant)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a training plan changes the parameters: they are not constant");
    if (options->mode == CR_MODE_TRAIN && params->gradients == NULL)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a training plan needs parameters with gradients");
    return CR_OK;
}

/* So that no size or count overflows in what follows; no machine has that much memory. */
static enum cr_status check_sizes(const struct cr_plan *plan, struct cr_error *err)
{
    const int64_t most = (int64_t)1 << 40; /* numbers */
    char text[96];

    for (int i = 0; i < plan->graph->values; i++) {
        const struct cr_value *value = plan->graph->value[i];
        if (value->role != CR_ROLE_ACTIVATION || cr_shape_count(value->shape) <= most / plan->options.batch)
            continue;
        cr_shape_describe(value->shape, text, sizeof(text));
        return cr_fail(err, CR_ERROR_MEMORY, "out of memory: a batch of %lld times %s numbers (%s) is too large",
                       (long long)plan->options.batch, text, value->name);
    }
    return CR_OK;
}

/* A network in use may be so small that one thread is through before the others are awake. */
static void choose_threads(struct cr_plan *plan)
{
    const int64_t small = 2000000; /* operations: some twenty microseconds */

    cr_steps_alone(plan->steps, plan->options.mode == CR_MODE_INFER && cr_plan_flops(plan) * plan->count < small);
}

static enum cr_status make(struct cr_plan *plan, struct cr_error *err)
{
    const struct cr_graph *graph = plan->graph;
    int count = 0;

    CR_TRY(check_sizes(plan, err));
    plan->order = cr_arena_alloc(plan->arena, ((size_t)graph->vertices + 1) * sizeof(*plan->order));
    plan->fusions = cr_arena_alloc(plan->arena, ((size_t)graph->vertices + 1) * sizeof(*plan->fusions));
    plan->places = cr_arena_alloc(plan->arena, ((size_t)graph->values + 1) * sizeof(*plan->places));
    plan->saved = cr_arena_alloc(plan->arena, ((size_t)graph->vertices + 1) * sizeof(*plan->saved));
    plan->labels = cr_block_alloc(plan->context, (size_t)plan->options.batch * sizeof(int32_t));
    if (plan->order == NULL || plan->fusions == NULL || plan->places == NULL || plan->saved == NULL ||
        plan->labels == NULL)
        return cr_fail_memory(err);
    for (struct cr_vertex *vertex = graph->first; vertex != NULL; vertex = vertex->next)
        plan->order[count++] = vertex;
    for (int i = 0; i < graph->values; i++)
        plan->places[i].value = plan->places[i].gradient = plan->places[i].again = plan->places[i].moments =
            plan->places[i].seen = plan->places[i].histogram = CR_NO_BUFFER;
    for (int i = 0; i < graph->vertices; i++)
        for (int j = 0; j < CR_SAVED_SLOTS; j++)
            plan->saved[i][j] = CR_NO_BUFFER;

    cr_plan_analyse(plan);
    if (walk(plan, false) != CR_OK)
        return cr_fail_memory(err);
    keep_outputs(plan);
    CR_TRY(cr_buffers_place(&plan->buffers, &plan->memory_size, err));
    plan->memory = cr_block_alloc(plan->context, plan->memory_size + 1);
    if (plan->memory == NULL)
        return cr_fail(err, CR_ERROR_MEMORY, "out of memory: a batch of %lld needs %.1f MB",
                       (long long)plan->options.batch, (double)plan->memory_size / 1e6);
    /* A page is slow when it is first touched: better now than in the first step. */
    memset(plan->memory, 0, plan->memory_size + 1);
    CR_TRY(cr_steps_new(&plan->steps, plan->context, err));
    if (walk(plan, true) != CR_OK)
        return cr_fail_memory(err);
    plan->count = plan->options.batch;
    CR_TRY(cr_steps_ready(plan->steps, err));
    choose_threads(plan);
    if (plan->options.constant)
        cr_steps_prepare(plan->steps);
    return CR_OK;
}

enum cr_status cr_plan_new(struct cr_plan **plan, struct cr_context *context, const struct cr_graph *graph,
                           struct cr_params *params, const struct cr_plan_options *options, struct cr_error *err)
{
    struct cr_plan *made;
    enum cr_status status;

    *plan = NULL;
    CR_TRY(check(params, options, err));
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return cr_fail_memory(err);
    made->context = context;
    made->graph = graph;
    made->params = params;
    made->options = *options;
    made->number = cr_dtype_size(params->dtype);
    made->arena = cr_arena_new();
    if (made->arena == NULL)
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_kernels_choose(&made->kernels, cr_context_cpu(context), params->dtype, err));
    CR_GO(make(made, err));
    *plan = made;
    return CR_OK;

done:
    cr_plan_free(made);
    return status;
}

void cr_plan_free(struct cr_plan *plan)
{
    if (plan == NULL)
        return;
    cr_steps_free(plan->steps);
    cr_block_free(plan->context, plan->memory);
    cr_block_free(plan->context, plan->labels);
    cr_block_free(plan->context, plan->soft);
    free(plan->buffers.items);
    free(plan->shared);
    cr_arena_free(plan->arena);
    free(plan);
}

static void take_feed(struct cr_plan *plan, const struct cr_feed *feed)
{
    memcpy(plan->feeds, feed->inputs, sizeof(plan->feeds));
    plan->key = (struct cr_step_key){.seed = feed->seed, .step = feed->step};
    if (feed->labels != NULL)
        memcpy(plan->labels, feed->labels, (size_t)feed->count * sizeof(int32_t));
    if (feed->soft != NULL && plan->soft != NULL)
        memcpy(plan->soft, feed->soft, (size_t)feed->count * (size_t)plan->soft_classes * plan->number);
    plan->is_observed =
        plan->options.observe == CR_OBSERVE_ALWAYS || (plan->options.observe == CR_OBSERVE_ASKED && feed->observe);
    cr_steps_observe(plan->steps, plan->is_observed);
    if (feed->count != plan->count) {
        cr_steps_batch(plan->steps, feed->count);
        plan->count = feed->count;
        choose_threads(plan);
    }
}

void cr_plan_run(struct cr_plan *plan, const struct cr_feed *feed)
{
    take_feed(plan, feed);
    cr_steps_run(plan->steps);
}

void cr_plan_run_and(struct cr_plan *plan, const struct cr_feed *feed, const struct cr_steps *then)
{
    take_feed(plan, feed);
    cr_steps_run_both(plan->steps, then);
}

void cr_plan_profile(struct cr_plan *plan, const struct cr_feed *feed, double *seconds)
{
    take_feed(plan, feed);
    cr_steps_time(plan->steps, seconds);
}

static struct cr_tensor view(const struct cr_plan *plan, const struct cr_value *value, int buffer)
{
    struct cr_tensor tensor = {.dtype = plan->params->dtype, .rank = value->shape.rank + 1};

    tensor.dims[0] = plan->count;
    memcpy(&tensor.dims[1], value->shape.dims, (size_t)value->shape.rank * sizeof(int64_t));
    if (buffer != CR_NO_BUFFER)
        tensor.data = plan->memory + plan->buffers.items[buffer].offset;
    return tensor;
}

struct cr_tensor cr_plan_tensor(const struct cr_plan *plan, const struct cr_value *value)
{
    bool kept = value == plan->options.loss;

    for (int i = 0; i < CR_MAX_OUTPUTS; i++)
        kept = kept || value == plan->options.outputs[i];
    return view(plan, value, kept ? place_of(plan, value)->value : CR_NO_BUFFER);
}

struct cr_tensor cr_plan_gradient(const struct cr_plan *plan, const struct cr_value *value)
{
    return view(plan, value, value->watched ? place_of(plan, value)->gradient : CR_NO_BUFFER);
}

int64_t cr_plan_batch(const struct cr_plan *plan)
{
    return plan->options.batch;
}

size_t cr_plan_memory(const struct cr_plan *plan)
{
    return plan->memory_size;
}

const char *cr_plan_cpu(const struct cr_plan *plan)
{
    return plan->kernels.name;
}

int64_t cr_vertex_flops(const struct cr_vertex *vertex)
{
    return vertex->op->flops != NULL ? vertex->op->flops(vertex) : cr_shape_count(vertex->out[0]->shape);
}

int64_t cr_plan_flops(const struct cr_plan *plan)
{
    int64_t flops = 0;

    for (const struct cr_vertex *vertex = plan->graph->first; vertex != NULL; vertex = vertex->next)
        if (plan->fusions[vertex->id].lead != NULL)
            flops += cr_vertex_flops(vertex);
    return flops;
}

void cr_plan_print(const struct cr_plan *plan, void (*print)(void *user, const char *line), void *user)
{
    char line[160];

    for (int64_t i = 0; i < cr_steps_count(plan->steps); i++) {
        struct cr_step_info info = cr_steps_info(plan->steps, i);
        snprintf(line, sizeof(line), "%4lld  %-14s %-22s %-10s %6lld parts", (long long)i, info.layer, info.op,
                 info.pass, (long long)info.parts);
        print(user, line);
    }
    snprintf(line, sizeof(line), "memory %.2f MB, kernels %s", (double)plan->memory_size / 1e6, plan->kernels.name);
    print(user, line);
}
