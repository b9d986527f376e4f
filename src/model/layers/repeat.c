/*
 * repeat: a list of layers, several times over, each with weights of its own.
 */
#include "model/layer.h"

struct repeat {
    int64_t times;
    const struct cr_node *layers;
};

static const struct cr_option options[] = {
    CR_INT("times", struct repeat, times, .min = 1, .max = 1000, .help = "how often"),
    CR_NODE("layers", struct repeat, layers, .kind = "layers", .help = "the list"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct repeat *o = options_;

    *y = x;
    for (int64_t i = 0; i < o->times; i++) {
        const struct cr_node *after = i + 1 < o->times && o->layers != NULL ? o->layers->first : build->next;
        CR_TRY(cr_build_layers(build, o->layers, after, *y, y, err));
    }
    return CR_OK;
}

const struct cr_layer cr_layer_repeat = {
    .entry = {.name = "repeat", .help = "a list of layers several times over", .options = options},
    .role = CR_LAYER_WEIGHTS,
    .build = build,
};
