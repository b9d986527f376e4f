/*
 * Frozen layers: their parameters are states, which have no gradient and which no optimizer knows.
 *
 * A frozen batch norm also keeps its running statistics and normalises by them, in training too: what it makes of a
 * picture is then what it made when it was trained (the way of fine-tuning: the body as it is, a new head). There is no
 * way back through it, nor through other frozen norms and prelu, so that what lies before them must be frozen too.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "model/builder.h"

bool cr_freeze_has(const struct cr_node *freeze, const char *layer)
{
    if (freeze == NULL)
        return false;
    if (freeze->kind == CR_NODE_SCALAR)
        return fnmatch(freeze->text, layer, 0) == 0;
    for (const struct cr_node *item = freeze->first; item != NULL; item = item->next)
        if (item->kind == CR_NODE_SCALAR && fnmatch(item->text, layer, 0) == 0)
            return true;
    return false;
}

static enum cr_status check_pattern(const struct cr_builder *builder, const struct cr_node *pattern,
                                    struct cr_error *err)
{
    if (pattern->kind != CR_NODE_SCALAR)
        return cr_node_fail(pattern, err, "expected names of layers (freeze: ['conv*', batchnorm1])");
    for (int i = 1; i < builder->row_count; i++) /* row 0 is the input */
        if (fnmatch(pattern->text, builder->rows[i].name, 0) == 0)
            return CR_OK;
    return cr_node_fail(pattern, err, "no layer is called %s; the first are %s%s%s", pattern->text,
                        builder->rows[1].name, builder->row_count > 2 ? ", " : "",
                        builder->row_count > 2 ? builder->rows[2].name : "");
}

/* Ops that give their parameters a gradient in the same step as their input. */
static bool needs_params(const struct cr_vertex *vertex)
{
    static const char *const names[] = {"batchnorm", "groupnorm", "prelu"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(vertex->op->entry.name, names[i]) == 0)
            return cr_vertex_frozen(vertex);
    return false;
}

/* A layer with learned parameters that the vertex's results are made of, or NULL; `trained` has those of the values. */
static const char *find_trained(const struct cr_vertex *vertex, const char *const *trained)
{
    const char *found = NULL;

    for (int i = 0; i < vertex->inputs && found == NULL; i++)
        found = vertex->in[i]->role == CR_ROLE_PARAM ? vertex->label : trained[vertex->in[i]->id];
    return found;
}

/* One walk in the order of the graph: each value once, however many ways lead to it. */
static enum cr_status check_order(const struct cr_builder *builder, const char **trained, struct cr_error *err)
{
    for (const struct cr_vertex *vertex = builder->graph->first; vertex != NULL; vertex = vertex->next) {
        const char *before = needs_params(vertex) ? trained[vertex->in[0]->id] : NULL;
        if (before != NULL)
            return cr_node_fail(builder->freeze, err,
                                "%s is frozen, but %s before it is not: freeze that too, or neither", vertex->label,
                                before);
        for (int i = 0; i < vertex->op->outputs; i++)
            trained[vertex->out[i]->id] = find_trained(vertex, trained);
    }
    return CR_OK;
}

enum cr_status cr_freeze_check(const struct cr_builder *builder, struct cr_error *err)
{
    const struct cr_node *freeze = builder->freeze;

    if (freeze == NULL)
        return CR_OK;
    if (freeze->kind == CR_NODE_SCALAR || freeze->kind == CR_NODE_MAP)
        CR_TRY(check_pattern(builder, freeze, err));
    for (const struct cr_node *item = freeze->first; item != NULL; item = item->next)
        CR_TRY(check_pattern(builder, item, err));
    const char **trained = calloc((size_t)builder->graph->values + 1, sizeof(*trained));
    if (trained == NULL)
        return cr_fail_memory(err);
    enum cr_status status = check_order(builder, trained, err);
    free(trained);
    return status;
}
