/*
 * branch: several lists of layers that all begin at the same input; their results are put side by side (Szegedy et al.
 * 2015) or added. An empty list is the input itself.
 *
 *     - branch: {lists: [[conv: {filters: 16, kernel: 1}], [conv: 16, relu, conv: 16], []], join: concat}
 */
#include "model/layer.h"

struct branch {
    const struct cr_node *lists;
    int join;
};

enum { CONCAT, ADD };

static const struct cr_name joins[] = {{"concat", CONCAT}, {"add", ADD}, {0}};

static const struct cr_option options[] = {
    CR_NODE("lists", struct branch, lists, .kind = "lists of layers", .help = "each begins at the same input"),
    CR_CHOICE("join", struct branch, join, .def = CONCAT, .names = joins, .help = "side by side, or their sum"),
    {0},
};

static enum cr_status build_list(struct cr_build *build, const struct cr_node *list, struct cr_value *x,
                                 struct cr_value **y, struct cr_error *err)
{
    if (list->kind == CR_NODE_SEQUENCE && list->count == 0) {
        *y = x;
        return CR_OK;
    }
    return cr_build_layers(build, list, NULL, x, y, err);
}

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct branch *o = options_;
    struct cr_value *inputs[2] = {NULL};

    if (o->lists == NULL || o->lists->kind != CR_NODE_SEQUENCE || o->lists->count < 2)
        return cr_node_fail(o->lists != NULL ? o->lists : build->node, err,
                            "expected two lists of layers or more (lists: [[conv: 8], [conv: 8, relu]])");
    for (const struct cr_node *list = o->lists->first; list != NULL; list = list->next) {
        CR_TRY(build_list(build, list, x, &inputs[1], err));
        if (inputs[0] != NULL)
            CR_TRY(cr_build_apply(build, o->join == CONCAT ? "concat" : "add", NULL, inputs, &inputs[1], err));
        inputs[0] = inputs[1];
    }
    *y = inputs[0];
    return CR_OK;
}

const struct cr_layer cr_layer_branch = {
    .entry = {.name = "branch", .help = "lists of layers beside each other, joined", .options = options},
    .role = CR_LAYER_WEIGHTS,
    .build = build,
};
