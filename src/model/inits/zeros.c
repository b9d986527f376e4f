/*
 * zeros: for biases and for the last layer of a classifier. Hidden layers of zeros never learn: all their units stay
 * equal.
 */
#include "model/init.h"

static void fill(const struct cr_init_call *call)
{
    for (int64_t i = 0; i < call->count; i++)
        call->values[i] = 0;
}

const struct cr_init cr_init_zeros = {
    .entry = {.name = "zeros", .help = "every number 0"},
    .fill = fill,
};
