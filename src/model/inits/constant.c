/*
 * constant: every number the same. Units of a hidden layer then stay equal: for experiments and single units.
 */
#include "model/init.h"

struct constant {
    double value;
};

static const struct cr_option options[] = {
    CR_FLOAT("value", struct constant, value, .help = "of every number"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct constant *o = call->options;

    for (int64_t i = 0; i < call->count; i++)
        call->values[i] = o->value;
}

const struct cr_init cr_init_constant = {
    .entry = {.name = "constant", .help = "every number the same", .options = options},
    .fill = fill,
};
