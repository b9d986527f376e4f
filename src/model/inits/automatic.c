/*
 * auto: he where an activation of the ReLU family follows, xavier otherwise; both normal.
 */
#include "model/init.h"

static void fill(const struct cr_init_call *call)
{
    cr_init_spread(call, call->relu ? cr_init_he_variance(call) : cr_init_xavier_variance(call), false);
}

const struct cr_init cr_init_automatic = {
    .entry = {.name = "auto", .help = "he before an activation of the ReLU family, xavier otherwise"},
    .fill = fill,
};
