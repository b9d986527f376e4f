/*
 * auto: a name for the choice that cr_sampler_choose makes when the study is opened; it is never asked itself.
 */
#include "tune/sampler.h"

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    (void)call;
    (void)unit;
    return cr_fail(err, CR_ERROR_ARGUMENT, "auto is replaced by another sampler when a study is opened");
}

const struct cr_sampler cr_sampler_auto = {
    .entry = {.name = "auto",
              .help = "grid where all points fit into the trials, gp for up to 400 trials, else tpe; says which"},
    .suggest = suggest,
};
