/*
 * sobol: the scrambled sequence of Sobol, which leaves no gaps and needs no knowledge of the trials. The point of a
 * trial is that of its number, but for points that a space of few whole numbers and choices has had already.
 */
#include "tune/sampler.h"

enum { TRIES = 64 };

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    (void)err;
    cr_sampler_spread(call->space, call->seed, call->number, unit);
    struct cr_random random = cr_sampler_stream(call, 0);
    for (int i = 0; i < TRIES && !cr_sampler_is_new(call, unit); i++)
        cr_space_draw(call->space, &random, unit);
    return CR_OK;
}

const struct cr_sampler cr_sampler_sobol = {
    .entry = {.name = "sobol",
              .help = "evenly spread points: Sobol's sequence (1967) by Joe and Kuo (2008), scrambled (Owen 1995)"},
    .suggest = suggest,
};
