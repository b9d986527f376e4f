/*
 * random: an even draw (Bergstra and Bengio 2012). What every other sampler must be better than.
 */
#include "tune/sampler.h"

enum { TRIES = 64 };

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    (void)err;
    struct cr_random random = cr_sampler_stream(call, 0);
    for (int i = 0; i < TRIES; i++) {
        cr_space_draw(call->space, &random, unit);
        if (cr_sampler_is_new(call, unit))
            break;
    }
    return CR_OK;
}

const struct cr_sampler cr_sampler_random = {
    .entry = {.name = "random", .help = "even draws (Bergstra and Bengio 2012)"},
    .suggest = suggest,
};
