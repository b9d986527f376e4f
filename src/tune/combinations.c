#include "tune/combinations.h"

static int64_t levels_of(const struct cr_dimension *d, int64_t levels)
{
    return d->whole && d->high - d->low + 1 < (double)levels ? (int64_t)(d->high - d->low) + 1 : levels;
}

/* Combinations of the dimensions below a branch. */
static double count(const struct cr_space *space, int64_t levels, int parent, int branch)
{
    double product = 1;
    for (int i = parent + 1; i < space->count; i++) {
        const struct cr_dimension *d = &space->axes[i].dimension;
        if (d->parent != parent || d->branch != branch)
            continue;
        double own = d->kind == CR_CHOICES ? 0 : (double)levels_of(d, levels);
        for (int c = 0; c < d->count; c++)
            own += count(space, levels, i, c);
        product *= own;
    }
    return product;
}

double cr_combinations(const struct cr_space *space, int64_t levels)
{
    return count(space, levels, -1, -1);
}

static double level_of(const struct cr_dimension *d, int64_t levels, int64_t level)
{
    if (d->whole && (double)levels == d->high - d->low + 1) /* each of them */
        return cr_axis_to_unit(d, d->low + (double)level);
    return levels == 1 ? 0.5 : (double)level / (double)(levels - 1);
}

/* Splits `index` into the combination of the dimensions below a branch. */
static void split(const struct cr_space *space, int64_t levels, int parent, int branch, int64_t index, double *unit)
{
    for (int i = parent + 1; i < space->count; i++) {
        const struct cr_dimension *d = &space->axes[i].dimension;
        if (d->parent != parent || d->branch != branch)
            continue;
        int64_t own = d->kind == CR_CHOICES ? 0 : levels_of(d, levels);
        for (int c = 0; c < d->count; c++)
            own += (int64_t)count(space, levels, i, c);
        int64_t rest = index % own;
        index /= own;
        if (d->kind == CR_RANGE) {
            unit[i] = level_of(d, own, rest);
            continue;
        }
        int c = 0;
        for (int64_t below; rest >= (below = (int64_t)count(space, levels, i, c)); c++)
            rest -= below;
        unit[i] = c;
        split(space, levels, i, c, rest, unit);
    }
}

void cr_combination(const struct cr_space *space, int64_t levels, int64_t index, double *unit)
{
    for (int d = 0; d < space->count; d++)
        unit[d] = 0;
    split(space, levels, -1, -1, index, unit);
}
