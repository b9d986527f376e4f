/*
 * coarse-to-fine: what a person does by hand. Even draws over the whole ranges first; then, stage by stage, draws from
 * ranges half as wide about one of the best points of the stages before. Choices stay with a good point's more and more
 * often.
 */
#include "tune/sampler.h"

#include <math.h>
#include <stdlib.h>

struct coarse {
    int64_t stages, keep;
};

enum { TRIES = 64, TRIALS_UNKNOWN = 60 };

static const struct cr_option options[] = {
    CR_INT("stages", struct coarse, stages, .min = 2, .max = 10, .def = 4,
           .help = "the ranges are halved between them; each has as many trials"),
    CR_INT("keep", struct coarse, keep, .min = 1, .max = 100, .def = 3, .help = "good points about which is drawn"),
    {0},
};

static int by_value(const void *a, const void *b)
{
    const struct cr_seen *x = *(const struct cr_seen *const *)a, *y = *(const struct cr_seen *const *)b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* The trials with a value, the best first. */
static enum cr_status rank(const struct cr_sampler_call *call, const struct cr_seen ***ranked, int64_t *count,
                           struct cr_error *err)
{
    const struct cr_seen **list = malloc((size_t)(call->count + 1) * sizeof *list);
    if (!list)
        return cr_fail_memory(err);
    *count = 0;
    for (int64_t i = 0; i < call->count; i++)
        if (call->seen[i].state == CR_SEEN_VALUE)
            list[(*count)++] = &call->seen[i];
    qsort(list, (size_t)*count, sizeof *list, by_value);
    *ranked = list;
    return CR_OK;
}

/* A range of `width` about `centre`, pushed back into 0..1 where it sticks out. */
static double draw_near(double centre, double width, struct cr_random *random)
{
    double low = fmin(fmax(centre - width / 2, 0), 1 - width);
    return low + width * cr_random_uniform(random);
}

static void draw(const struct cr_space *space, const struct cr_seen *about, double width, struct cr_random *random,
                 double *unit)
{
    for (int d = 0; d < space->count; d++) {
        const struct cr_dimension *dimension = &space->axes[d].dimension;
        double even = cr_sampler_uniform_axis(dimension, random);
        if (!about || isnan(about->unit[d]))
            unit[d] = even;
        else if (dimension->kind == CR_CHOICES)
            unit[d] = cr_random_uniform(random) < width ? even : about->unit[d];
        else
            unit[d] = draw_near(about->unit[d], width, random);
    }
}

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    const struct coarse *o = call->options;
    const struct cr_seen **ranked = NULL;
    int64_t count = 0, trials = call->trials > 0 ? call->trials : TRIALS_UNKNOWN;
    CR_TRY(rank(call, &ranked, &count, err));
    int64_t stage = call->number * o->stages / trials;
    stage = stage < o->stages ? stage : o->stages - 1;
    struct cr_random random = cr_sampler_stream(call, 0);
    for (int i = 0; i < TRIES; i++) {
        int64_t most = count < o->keep ? count : o->keep;
        const struct cr_seen *about = stage > 0 && most > 0 ? ranked[cr_random_below(&random, (uint64_t)most)] : NULL;
        draw(call->space, about, pow(0.5, (double)stage), &random, unit);
        if (cr_sampler_is_new(call, unit))
            break;
    }
    free(ranked);
    return CR_OK;
}

const struct cr_sampler cr_sampler_coarse_to_fine = {
    .entry = {.name = "coarse-to-fine",
              .help = "even draws from ranges that are halved about the best points, stage by stage",
              .options = options},
    .suggest = suggest,
};
