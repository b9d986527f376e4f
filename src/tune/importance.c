/*
 * How much each dimension matters for being among the best trials: PED-ANOVA (Watanabe et al. 2023, "PED-ANOVA:
 * efficiently quantifying hyperparameter importance in arbitrary subspaces"). Of each dimension the density p of the
 * best fifth is held against the density q of all trials by the divergence of Pearson, sum (p / q - 1)^2 q: where the
 * good ones lie as all lie, the dimension does not matter. Densities are of kernels on a grid, or shares of choices.
 */
#include <math.h>
#include <stdlib.h>

#include "tune/study.h"

enum { CELLS = 64, FEW = 10 };

static const double best_share = 0.2;

struct scored {
    double score;
    int64_t index;
};

static int by_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* density [cells] of the first `count` of the trials that have a value in the dimension; returns how many have. */
static int64_t estimate(const struct cr_dimension *dimension, int d, const struct cr_study_trial *trials,
                        const struct scored *order, int64_t count, int cells, double *density)
{
    int64_t used = 0;
    double sum = 0, squares = 0, total = 0;
    for (int64_t i = 0; i < count; i++) {
        double x = cr_axis_to_unit(dimension, trials[order[i].index].values[d]);
        if (isnan(x))
            continue;
        used++;
        sum += x;
        squares += x * x;
    }
    double spread = used > 1 ? sqrt(fmax(squares - sum * sum / (double)used, 0) / (double)(used - 1)) : 0;
    double width = fmax(1.06 * spread * pow((double)used, -0.2), 0.05); /* the rule of Scott */
    for (int c = 0; c < cells; c++)
        density[c] = 0;
    for (int64_t i = 0; i < count; i++) {
        double x = cr_axis_to_unit(dimension, trials[order[i].index].values[d]);
        if (isnan(x))
            continue;
        for (int c = 0; c < cells; c++) {
            double z = ((c + 0.5) / cells - x) / width;
            density[c] += dimension->kind == CR_CHOICES ? (int)x == c : exp(-z * z / 2);
        }
    }
    for (int c = 0; c < cells; c++) {
        density[c] += dimension->kind == CR_CHOICES ? 1.0 / cells : 1e-3;
        total += density[c];
    }
    for (int c = 0; c < cells; c++)
        density[c] /= total;
    return used;
}

static double divergence(const struct cr_dimension *dimension, int d, const struct cr_study_trial *trials,
                         const struct scored *order, int64_t best, int64_t count)
{
    int cells = dimension->kind == CR_CHOICES ? dimension->count : CELLS;
    double *p = malloc(2 * (size_t)cells * sizeof *p), *q = p + cells, sum = 0;
    if (!p)
        return 0;
    int64_t good = estimate(dimension, d, trials, order, best, cells, p);
    estimate(dimension, d, trials, order, count, cells, q);
    for (int c = 0; c < cells && good > 1; c++)
        sum += (p[c] / q[c] - 1) * (p[c] / q[c] - 1) * q[c];
    free(p);
    return sum;
}

enum cr_status cr_study_importance(const struct cr_study *study, const struct cr_study_trial *trials, int64_t count,
                                   double *importance, bool *known, struct cr_error *err)
{
    const struct cr_space *space = study->space;
    double total = 0;
    int64_t scored = 0;
    struct scored *order = malloc((size_t)(count + 1) * sizeof *order);
    if (!order)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++)
        if (trials[i].state == CR_TRIAL_COMPLETE || trials[i].state == CR_TRIAL_PRUNED)
            if (isfinite(trials[i].score))
                order[scored++] =
                    (struct scored){cr_store_maximizes(study->store) ? -trials[i].score : trials[i].score, i};
    qsort(order, (size_t)scored, sizeof *order, by_score);
    int64_t best = (int64_t)ceil(best_share * (double)scored);
    for (int d = 0; d < space->count; d++) {
        importance[d] = divergence(&space->axes[d].dimension, d, trials, order, best, scored);
        total += importance[d];
    }
    for (int d = 0; d < space->count && total > 0; d++)
        importance[d] /= total;
    *known = scored >= FEW && total > 0;
    free(order);
    return CR_OK;
}
