/*
 * pool: maxpool or avgpool by an option, so that a search can choose between them.
 */
#include "graph/pool.h"
#include "model/layer.h"

struct pool {
    int type;
    struct cr_pool_options window;
};

enum { MAX, AVERAGE };

static const struct cr_name types[] = {{"max", MAX}, {"average", AVERAGE}, {0}};

static const struct cr_option options[] = {
    CR_CHOICE("type", struct pool, type, .def = MAX, .names = types, .help = "the largest number, or the mean"),
    CR_POOL_OPTIONS(struct pool, window.),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct pool *o = options_;

    return cr_build_apply(build, o->type == MAX ? "maxpool" : "avgpool", &o->window, &x, y, err);
}

const struct cr_layer cr_layer_pool = {
    .entry = {.name = "pool", .help = "the largest number or the mean of each window", .options = options},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
