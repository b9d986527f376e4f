/*
 * auto: as the activation says that follows. he before those of the ReLU family (less where they leak), lecun before
 * selu and maxout, xavier otherwise (wider before tanh); all normal.
 */
#include "model/init.h"

static void fill(const struct cr_init_call *call)
{
    cr_init_spread(call, call->start, false);
}

const struct cr_init cr_init_automatic = {
    .entry = {.name = "auto",
              .help = "he before an activation of the ReLU family, lecun before selu, xavier otherwise"},
    .fill = fill,
};
