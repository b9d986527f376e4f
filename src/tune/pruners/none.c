/*
 * none: every trial is trained to its end.
 */
#include "tune/pruner.h"

static enum cr_status decide(const struct cr_pruner_call *call, bool *prune, struct cr_error *err)
{
    (void)call;
    (void)err;
    *prune = false;
    return CR_OK;
}

const struct cr_pruner cr_pruner_none = {
    .entry = {.name = "none", .help = "every trial goes to its end"},
    .decide = decide,
};
