/*
 * maxout (Goodfellow et al. 2013): the largest of k linear pieces, behind dense or conv. `dense: 64` and `maxout: 2`
 * give 32 units; with enough pieces one can be any convex function.
 */
#include <math.h>

#include "graph/tables.h"
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return cr_build_apply(build, "maxout", options, &x, y, err);
}

/*
 * Keeps the mean square: that of the largest of k standard normal numbers is the integral of z^2 k p(z) P(z)^(k - 1),
 * p their density and P its share below z; 1 for k = 2.
 */
static struct cr_start start_of(const void *options)
{
    double pieces = (double)*(const int64_t *)options /* its only option */, square = 0;
    const double step = 1.0 / 64, bound = 10;

    for (double z = -bound; z <= bound; z += step)
        square +=
            step * z * z * pieces * exp(-z * z / 2) / sqrt(2 * acos(-1)) * pow(erfc(-z / sqrt(2)) / 2, pieces - 1);
    return (struct cr_start){CR_FAN_IN, 1 / square};
}

const struct cr_layer cr_layer_maxout = {
    .entry = {.name = "maxout",
              .help = "the largest of several linear pieces (Goodfellow et al. 2013)",
              .options = cr_maxout_options},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 1},
    .start_of = start_of,
    .build = build,
};
