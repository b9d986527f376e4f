/*
 * What an op asks of its plan: addresses, and steps. See plan.h for the two walks.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "graph/plan.h"

static struct cr_place *place_of(struct cr_emit *emit, const struct cr_value *value)
{
    return &emit->plan->places[value->id];
}

static void *fail_memory(struct cr_plan *plan)
{
    plan->status = CR_ERROR_MEMORY;
    return plan->nowhere;
}

/* Notes an address that is given out. */
static void *give(struct cr_plan *plan, void *address, size_t size)
{
    if (plan->placing && plan->asked_count < CR_MOST_ASKED) {
        plan->asked[plan->asked_count].address = address;
        plan->asked[plan->asked_count++].size = size;
    }
    return address;
}

/* The address of a buffer, which is made on first use and lives at least until now. */
static void *use(struct cr_plan *plan, int *buffer, size_t size)
{
    if (!plan->placing) {
        if (*buffer == CR_NO_BUFFER)
            *buffer = cr_buffers_add(&plan->buffers, size, plan->tick);
        if (*buffer == CR_NO_BUFFER)
            return fail_memory(plan);
        cr_buffers_use(&plan->buffers, *buffer, plan->tick);
        return plan->nowhere;
    }
    return give(plan, plan->memory + plan->buffers.items[*buffer].offset, plan->buffers.items[*buffer].size);
}

/* What is made once lives from the plan's beginning to its end. */
static void last(struct cr_plan *plan, int buffer)
{
    if (buffer != CR_NO_BUFFER)
        plan->buffers.items[buffer].lasts = true;
}

void *cr_emit_use(struct cr_emit *emit, int *buffer, size_t size)
{
    return use(emit->plan, buffer, size);
}

static size_t activation_size(const struct cr_emit *emit, const struct cr_value *value)
{
    return (size_t)emit->batch * (size_t)cr_shape_count(value->shape) * emit->plan->number;
}

static const struct cr_param *param_of(const struct cr_emit *emit, const struct cr_value *value)
{
    return cr_params_find(emit->plan->params, value->name);
}

/* Where a value lies on the way back that has not been kept; the first who asks has it computed again. */
static void *again_address(struct cr_emit *emit, const struct cr_value *value)
{
    struct cr_place *place = place_of(emit, value);
    const struct cr_vertex *lead = emit->plan->fusions[value->producer->id].lead;

    if (!place->is_back) {
        struct cr_emit producer = cr_emit_member(emit, lead);
        producer.lead = NULL;
        producer.tail = &emit->plan->fusions[lead->id].tail;
        place->is_back = true;
        lead->op->again(&producer);
    }
    return use(emit->plan, &place->again, activation_size(emit, value));
}

static void *value_address(struct cr_emit *emit, const struct cr_value *value)
{
    if (value->role != CR_ROLE_ACTIVATION) {
        const struct cr_param *param = param_of(emit, value);
        return give(emit->plan, cr_params_tensor(emit->plan->params, param).data,
                    (size_t)param->count * emit->plan->number);
    }
    if (emit->plan->returning && place_of(emit, value)->is_lean)
        return again_address(emit, value);
    return use(emit->plan, &place_of(emit, value)->value, activation_size(emit, value));
}

void *cr_emit_in(struct cr_emit *emit, int input)
{
    return value_address(emit, emit->vertex->in[input]);
}

void *cr_emit_out(struct cr_emit *emit, int output)
{
    const struct cr_fusion *fusion = &emit->plan->fusions[emit->vertex->id];
    bool leads = output == 0 && fusion->lead == emit->vertex;

    return value_address(emit, leads ? fusion->last->out[0] : emit->vertex->out[output]);
}

/* Whether this vertex alone reads its input 0, and nobody does so in backward. */
static bool is_last_reader(const struct cr_emit *emit)
{
    const struct cr_plan *plan = emit->plan;
    const struct cr_value *value = emit->vertex->in[0];
    const struct cr_vertex *producer = value->producer;
    const struct cr_fusion *fusion;

    if (plan->places[value->id].consumers != 1 || cr_plan_keeps(plan, value) || producer->op->view)
        return false;
    if (emit->mode == CR_MODE_INFER || producer->op->backward == NULL)
        return true;
    fusion = &plan->fusions[plan->fusions[producer->id].lead->id];
    return fusion->lead->op->forgets &&
           (fusion->tail.activation == NULL || !cr_curve_by_result(cr_vertex_curve(fusion->tail.activation)));
}

void *cr_emit_out_over(struct cr_emit *emit)
{
    struct cr_place *in = place_of(emit, emit->vertex->in[0]);

    if (is_last_reader(emit) && in->value != CR_NO_BUFFER && !emit->plan->buffers.items[in->value].shared)
        place_of(emit, emit->vertex->out[0])->value = in->value;
    return cr_emit_out(emit, 0);
}

const void *cr_emit_dout(struct cr_emit *emit, int output)
{
    const struct cr_value *value = emit->vertex->out[output];

    return use(emit->plan, &place_of(emit, value)->gradient, activation_size(emit, value));
}

void *cr_emit_din(struct cr_emit *emit, int input, bool *add)
{
    const struct cr_value *value = emit->vertex->in[input];
    struct cr_place *place = place_of(emit, value);

    if (!place->wanted)
        return NULL;
    *add = place->begun;
    place->begun = true;
    if (value->role == CR_ROLE_PARAM) {
        const struct cr_param *param = param_of(emit, value);
        char *gradients = emit->plan->params->gradients;
        return give(emit->plan, gradients + (size_t)param->offset * emit->plan->number,
                    (size_t)param->count * emit->plan->number);
    }
    return use(emit->plan, &place->gradient, activation_size(emit, value));
}

void *cr_emit_din_over(struct cr_emit *emit, int input, bool *add)
{
    struct cr_plan *plan = emit->plan;
    struct cr_place *place = place_of(emit, emit->vertex->in[input]);
    int buffer = place_of(emit, emit->vertex->out[0])->gradient;

    if (!place->wanted || place->begun || buffer == CR_NO_BUFFER || plan->buffers.items[buffer].shared ||
        emit->vertex->out[0]->watched)
        return cr_emit_din(emit, input, add);
    place->gradient = buffer;
    return cr_emit_din(emit, input, add);
}

static bool has_other_branch(struct cr_emit *emit, int input)
{
    for (int i = 0; i < emit->vertex->inputs; i++)
        if (i != input && emit->vertex->in[i]->role == CR_ROLE_ACTIVATION &&
            place_of(emit, emit->vertex->in[i])->wanted)
            return emit->lead == NULL;
    return false;
}

void cr_emit_pass(struct cr_emit *emit, int input)
{
    const struct cr_value *value = emit->vertex->in[input];
    struct cr_place *place = place_of(emit, value);
    struct cr_copy_args args = {.batch = emit->batch, .size = cr_shape_count(value->shape)};

    if (!place->wanted)
        return;
    args.x = cr_emit_dout(emit, 0);
    if (place->consumers == 1) {
        place->gradient = place_of(emit, emit->vertex->out[0])->gradient;
        place->begun = true;
        if (has_other_branch(emit, input) || emit->vertex->out[0]->watched)
            emit->plan->buffers.items[place->gradient].shared = true;
        return;
    }
    args.y = cr_emit_din(emit, input, &args.add);
    CR_EMIT(emit, copy, args);
}

struct cr_emit cr_emit_member(const struct cr_emit *emit, const struct cr_vertex *vertex)
{
    struct cr_emit member = *emit;

    member.vertex = vertex;
    member.options = vertex->options;
    member.lead = vertex != emit->vertex ? emit->vertex->op : NULL;
    return member;
}

struct cr_curve cr_vertex_curve(const struct cr_vertex *vertex)
{
    return vertex != NULL && vertex->op->curve != NULL ? vertex->op->curve(vertex) : (struct cr_curve){0};
}

/* The input of one that a product has absorbed is nowhere else. */
void *cr_emit_told_by(struct cr_emit *emit, const struct cr_vertex *activation)
{
    struct cr_plan *plan = emit->plan;

    if (cr_curve_by_result(cr_vertex_curve(activation)))
        return value_address(emit, activation->out[0]);
    if (plan->fusions[activation->id].lead == activation)
        return value_address(emit, activation->in[0]);
    return use(plan, &plan->saved[activation->id][0], activation_size(emit, activation->in[0]));
}

struct cr_curve cr_emit_back(const struct cr_emit *emit, int input)
{
    return cr_vertex_curve(emit->plan->places[emit->vertex->in[input]->id].derived);
}

void cr_emit_derive(struct cr_emit *emit, int input, struct cr_finish *finish)
{
    const struct cr_vertex *activation = place_of(emit, emit->vertex->in[input])->derived;

    finish->back = cr_vertex_curve(activation);
    finish->of = activation != NULL ? cr_emit_told_by(emit, activation) : NULL;
}

bool cr_emit_is_derived(const struct cr_emit *emit)
{
    return emit->plan->places[emit->vertex->out[0]->id].derived != NULL;
}

bool cr_emit_is_left(const struct cr_emit *emit)
{
    return cr_emit_is_derived(emit) || (emit->lead != NULL && emit->lead->derives_tail);
}

void cr_emit_view(struct cr_emit *emit)
{
    int buffer;

    cr_emit_in(emit, 0);
    buffer = place_of(emit, emit->vertex->in[0])->value;
    place_of(emit, emit->vertex->out[0])->value = buffer;
    if (buffer != CR_NO_BUFFER)
        emit->plan->buffers.items[buffer].shared = true;
}

void *cr_emit_saved(struct cr_emit *emit, int slot, size_t bytes)
{
    return use(emit->plan, &emit->plan->saved[emit->vertex->id][slot], bytes);
}

void *cr_emit_made(struct cr_emit *emit, int slot, size_t bytes)
{
    void *address = cr_emit_saved(emit, slot, bytes);

    if (emit->plan->options.constant)
        last(emit->plan, emit->plan->saved[emit->vertex->id][slot]);
    return address;
}

size_t cr_emit_number(const struct cr_emit *emit)
{
    return emit->plan->number;
}

const void *const *cr_emit_feed(struct cr_emit *emit, int slot)
{
    return &emit->plan->feeds[slot];
}

const int32_t *cr_emit_labels(struct cr_emit *emit)
{
    return emit->plan->labels;
}

const void *cr_emit_soft(struct cr_emit *emit, int64_t classes)
{
    struct cr_plan *plan = emit->plan;

    assert(plan->soft == NULL || plan->soft_classes == classes); /* one loss with soft targets a plan */
    if (plan->soft == NULL) {
        plan->soft = cr_block_alloc(plan->context, (size_t)emit->batch * (size_t)classes * plan->number);
        plan->soft_classes = classes;
        if (plan->soft == NULL)
            return fail_memory(plan);
    }
    return plan->soft;
}

const struct cr_step_key *cr_emit_key(struct cr_emit *emit)
{
    return &emit->plan->key;
}

/* Which shared block a step uses is found in the first walk and looked up by its number in the second. */
static int *shared_of(struct cr_plan *plan)
{
    if (plan->shared_count == plan->shared_capacity) {
        int capacity = plan->shared_capacity > 0 ? 2 * plan->shared_capacity : 64;
        int *grown = realloc(plan->shared, (size_t)capacity * sizeof(*grown));
        if (grown == NULL)
            return NULL;
        plan->shared = grown;
        plan->shared_capacity = capacity;
    }
    if (!plan->placing)
        plan->shared[plan->shared_count] = CR_NO_BUFFER;
    return &plan->shared[plan->shared_count++];
}

/* The way that CRADLE_CONV asks for where a kernel has it and it takes these arguments, else the cheapest. */
const struct cr_kernel *cr_plan_way(const struct cr_plan *plan, const struct cr_kernel *kernel, const void *args)
{
    const char *wish = cr_context_conv(plan->context);
    const struct cr_way *way = plan->kernels.ways;

    if (wish != NULL && kernel->way != NULL && strcmp(wish, kernel->way) == 0)
        return kernel;
    for (; wish != NULL && way != NULL && way->kernel != NULL; way++)
        if ((const char *)kernel == (const char *)&plan->kernels + way->place &&
            strncmp(wish, way->kernel->way, strlen(wish)) == 0 && way->kernel->takes(args))
            return way->kernel;
    return cr_kernel_best(&plan->kernels, kernel, args);
}

void cr_emit_step(struct cr_emit *emit, const struct cr_kernel *kernel, const void *args, size_t size)
{
    struct cr_plan *plan = emit->plan;
    const struct cr_kernel *best = cr_plan_way(plan, kernel, args);
    size_t bytes = best->shared != NULL ? best->shared(args) : 0;
    int *shared = shared_of(plan), once = plan->options.constant ? best->constant : 0;
    void *block;
    struct cr_step_info info;

    if (shared == NULL) {
        fail_memory(plan);
        return;
    }
    block = bytes > 0 ? use(plan, shared, bytes) : NULL;
    if (bytes > 0 && once > 0)
        last(plan, *shared);
    if (!plan->placing || plan->status != CR_OK)
        return;
    info = cr_plan_describe(plan, emit->vertex, kernel, args, size);
    info.way = best->way != NULL ? best->way : "";
    plan->status = cr_steps_add(plan->steps, best, args, size, block, once, &info, NULL);
}
