/*
 * paired: for cross-validation. A trial ends before its last fold where it is worse than the best complete trial by
 * more than chance: fold by fold the two were judged on the same samples, so the t-test of paired differences tells
 * them apart after few folds. Reports are means of the folds so far (step k after k folds); the score of fold k
 * follows:
 *
 *     s_k = k m_k - (k - 1) m_(k-1),   d_k = s_k - best_k,   t = mean(d) / (sd(d) / sqrt(k)),   one-sided, 95 %
 */
#include "tune/pruner.h"

#include <math.h>

struct paired {
    int64_t folds;
};

static const struct cr_option options[] = {
    CR_INT("folds", struct paired, folds, .min = 2, .max = 1000, .def = 2, .help = "no trial is ended after fewer"),
    {0},
};

/* The 95 % quantile of Student's t, by degrees of freedom; beyond the last the normal one is near enough. */
static double quantile(int64_t freedom)
{
    static const double t[] = {6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812};
    return freedom <= 10 ? t[freedom - 1] : 1.812;
}

/* The loss of fold k, from 1; NaN where it is not known. */
static double fold_loss(const struct cr_pruner_call *call, const struct cr_study_trial *trial, int64_t k)
{
    double before = k > 1 ? (double)(k - 1) * cr_pruner_at(call, trial, k - 1) : 0;
    return (double)k * cr_pruner_at(call, trial, k) - before;
}

/* The complete trial of the smallest final loss; NULL: there is none. */
static const struct cr_study_trial *find_best(const struct cr_pruner_call *call)
{
    const struct cr_study_trial *best = NULL;
    for (int64_t i = 0; i < call->count; i++)
        if (call->trials[i].state == CR_TRIAL_COMPLETE &&
            (!best || cr_pruner_loss(call, call->trials[i].score) < cr_pruner_loss(call, best->score)))
            best = &call->trials[i];
    return best;
}

static enum cr_status decide(const struct cr_pruner_call *call, bool *prune, struct cr_error *err)
{
    const struct paired *o = call->options;
    const struct cr_study_trial *best = find_best(call);
    int64_t folds = call->own->reports[call->own->report_count - 1].step;
    double sum = 0, squares = 0;
    (void)err;
    *prune = false;
    if (!best || folds < o->folds || folds < 2)
        return CR_OK;
    for (int64_t k = 1; k <= folds; k++) {
        double d = fold_loss(call, call->own, k) - fold_loss(call, best, k);
        sum += d;
        squares += d * d;
    }
    double mean = sum / (double)folds, variance = fmax(squares - sum * mean, 0) / (double)(folds - 1);
    *prune = mean > quantile(folds - 1) * sqrt(variance / (double)folds); /* false where a fold is not known */
    return CR_OK;
}

const struct cr_pruner cr_pruner_paired = {
    .entry = {.name = "paired",
              .help = "under --folds: ends a trial that is worse than the best on the same folds, by a paired t-test",
              .options = options},
    .decide = decide,
};
