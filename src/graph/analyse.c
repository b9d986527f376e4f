/*
 * What a plan finds out before it walks: which values are live, which gradients are wanted, and which ops are fused.
 *
 * Fusion saves passes over memory, which is what is scarce. An op may absorb the ones behind it (a convolution its bias
 * and activation, a batch norm the sum and the activation) where nothing else needs what lies between. The backward
 * pass of an activation is left to the op that is the last to write the gradient of its output, where that one can: it
 * multiplies by the derivative as it writes.
 */
#include "graph/plan.h"

static struct cr_place *place_of(const struct cr_plan *plan, const struct cr_value *value)
{
    return &plan->places[value->id];
}

static bool is_live(const struct cr_plan *plan, const struct cr_vertex *vertex)
{
    for (int i = 0; i < vertex->outputs; i++)
        if (place_of(plan, vertex->out[i])->live)
            return true;
    return false;
}

bool cr_plan_keeps(const struct cr_plan *plan, const struct cr_value *value)
{
    bool kept = value->watched || value == plan->options.loss;

    for (int i = 0; i < CR_MAX_OUTPUTS; i++)
        kept = kept || value == plan->options.outputs[i];
    return kept;
}

/* From the outputs up: vertices are in order, so the last user of a value comes before its producer here. */
static void mark_live(struct cr_plan *plan)
{
    if (plan->options.loss != NULL)
        place_of(plan, plan->options.loss)->live = true;
    for (int i = 0; i < CR_MAX_OUTPUTS; i++)
        if (plan->options.outputs[i] != NULL)
            place_of(plan, plan->options.outputs[i])->live = true;
    for (int i = plan->graph->vertices - 1; i >= 0; i--) {
        if (!is_live(plan, plan->order[i]))
            continue;
        for (int j = 0; j < plan->order[i]->inputs; j++) {
            struct cr_place *place = place_of(plan, plan->order[i]->in[j]);
            place->live = true;
            place->consumers++;
            place->consumer = plan->order[i];
            if (j == 0 && plan->order[i]->op->measures && plan->options.mode == CR_MODE_TRAIN &&
                !cr_vertex_frozen(plan->order[i]))
                place->measured = true;
        }
    }
}

static void mark_wanted(struct cr_plan *plan)
{
    if (plan->options.mode != CR_MODE_TRAIN)
        return;
    for (int i = 0; i < plan->graph->values; i++) {
        const struct cr_value *value = plan->graph->value[i];
        const struct cr_vertex *producer = value->producer;
        struct cr_place *place = place_of(plan, value);
        place->wanted = place->live && (value->role == CR_ROLE_PARAM || value->watched);
        if (producer == NULL || producer->op->backward == NULL || !place->live)
            continue;
        for (int j = 0; j < producer->inputs; j++)
            place->wanted = place->wanted || place_of(plan, producer->in[j])->wanted;
    }
}

/* A frozen batch norm has no way back (model/freeze.c), which those behind it may need. */
static void fuse(struct cr_plan *plan, const struct cr_vertex *lead)
{
    struct cr_fusion *fusion = &plan->fusions[lead->id];
    bool frozen = plan->options.mode == CR_MODE_TRAIN && lead->op->measures && cr_vertex_frozen(lead);

    fusion->lead = fusion->last = lead;
    while (lead->op->absorb != NULL && !frozen) {
        const struct cr_value *value = fusion->last->out[0];
        const struct cr_place *place = place_of(plan, value);
        if (place->consumers != 1 || cr_plan_keeps(plan, value) || place->consumer->in[0] != value ||
            !lead->op->absorb(plan->options.mode, &fusion->tail, place->consumer))
            return;
        plan->fusions[place->consumer->id].lead = lead;
        fusion->last = place->consumer;
    }
}

/* Which values the loss depends on: only their gradients are ever begun. */
static void mark_counts(struct cr_plan *plan)
{
    if (plan->options.mode != CR_MODE_TRAIN)
        return;
    place_of(plan, plan->options.loss)->counts = true;
    for (int i = plan->graph->vertices - 1; i >= 0; i--) {
        const struct cr_vertex *vertex = plan->order[i];
        bool counts = false;
        for (int j = 0; j < vertex->outputs; j++)
            counts = counts || place_of(plan, vertex->out[j])->counts;
        for (int j = 0; j < vertex->inputs && counts && vertex->op->backward != NULL; j++)
            place_of(plan, vertex->in[j])->counts = true;
    }
}

/* Whether this vertex gives the value a gradient. */
static bool gives(const struct cr_plan *plan, const struct cr_vertex *vertex, const struct cr_value *value)
{
    bool uses = false, counts = false;

    for (int i = 0; i < vertex->inputs; i++)
        uses = uses || vertex->in[i] == value;
    for (int i = 0; i < vertex->outputs; i++)
        counts = counts || place_of(plan, vertex->out[i])->counts;
    return uses && counts && vertex->op->backward != NULL;
}

/*
 * The vertex that is the last to write the gradient of a value: of the first group that gives it one, as the groups
 * come in the order of their ends; NULL where that is not its lead alone.
 */
static const struct cr_vertex *last_giver(const struct cr_plan *plan, const struct cr_value *value)
{
    for (int i = value->producer->id + 1; i < plan->graph->vertices; i++) {
        const struct cr_vertex *lead = plan->fusions[i].lead;
        bool others = false;
        if (lead == NULL || plan->fusions[lead->id].last != plan->order[i])
            continue;
        for (int j = lead->id + 1; j <= i; j++)
            others = others || (plan->fusions[j].lead == lead && gives(plan, plan->order[j], value));
        if (others)
            return NULL;
        if (gives(plan, lead, value))
            return lead;
    }
    return NULL;
}

/*
 * Whether the one op that uses this value takes its gradient back through the activation that made it; through views,
 * which change nothing; or the last of several.
 */
static bool is_derived(const struct cr_plan *plan, const struct cr_value *value, struct cr_curve curve)
{
    const struct cr_place *place = place_of(plan, value);
    const struct cr_vertex *last;

    if (cr_plan_keeps(plan, value))
        return false;
    if (place->consumers == 1 && place->consumer->in[0] == value) {
        const struct cr_op *op = place->consumer->op;
        return (op->derives && (op->product || cr_curve_by_result(curve))) ||
               (op->view && is_derived(plan, place->consumer->out[0], curve));
    }
    last = last_giver(plan, value);
    return last != NULL && last->in[0] == value && last->op->derives_sum;
}

/* What goes into the activation behind a batch norm is nowhere: where the derivative is told by that, it is its own. */
static bool can_leave(const struct cr_plan *plan, const struct cr_vertex *activation, struct cr_curve curve)
{
    const struct cr_vertex *lead = plan->fusions[activation->id].lead;

    return lead != NULL && (cr_curve_by_result(curve) || !lead->op->derives_tail);
}

/*
 * Whether a value is computed again on the way back: its producer can, from what is kept anyway, and the one op that
 * uses it is a product, beside which that costs little.
 */
static bool is_lean(const struct cr_plan *plan, const struct cr_value *value)
{
    const struct cr_place *place = place_of(plan, value);
    const struct cr_fusion *fusion = &plan->fusions[value->producer->id];

    if (!plan->options.lean || fusion->lead == NULL || fusion->lead->op->again == NULL || cr_plan_keeps(plan, value) ||
        plan->fusions[fusion->lead->id].tail.add != NULL || plan->fusions[fusion->lead->id].last != value->producer)
        return false;
    return place->consumers == 1 && place->consumer->in[0] == value && place->consumer->op->product && place->counts;
}

/* What a plan stores of its own, and the gradients of parameters. */
static void mark_observed(struct cr_plan *plan)
{
    for (int i = 0; i < plan->graph->values; i++) {
        const struct cr_value *value = plan->graph->value[i];
        const struct cr_vertex *lead = value->producer != NULL ? plan->fusions[value->producer->id].lead : NULL;
        struct cr_place *place = place_of(plan, value);
        if (value->role == CR_ROLE_PARAM)
            place->observed = place->wanted;
        else if (lead != NULL)
            place->observed = plan->fusions[lead->id].last == value->producer && !value->producer->op->view;
    }
}

void cr_plan_analyse(struct cr_plan *plan)
{
    mark_live(plan);
    mark_wanted(plan);
    mark_counts(plan);
    for (int i = 0; i < plan->graph->vertices; i++)
        if (is_live(plan, plan->order[i]) && plan->fusions[i].lead == NULL)
            fuse(plan, plan->order[i]);
    for (int i = 0; i < plan->graph->vertices; i++) {
        const struct cr_vertex *vertex = plan->order[i];
        struct cr_place *place = place_of(plan, vertex->out[0]);
        struct cr_curve curve = cr_vertex_curve(vertex);
        place->is_lean = is_lean(plan, vertex->out[0]);
        if (curve.kind != CR_ACTIVATION_none && can_leave(plan, vertex, curve) &&
            is_derived(plan, vertex->out[0], curve))
            place->derived = vertex;
        if (vertex->op->view)
            place->derived = place_of(plan, vertex->in[0])->derived;
    }
    if (plan->options.observe)
        mark_observed(plan);
}
