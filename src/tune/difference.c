/*
 * Whether one trial is better than another by more than chance.
 *
 * Over k folds, each judged on the same samples by both: t = mean(d) / (sd(d) / sqrt(k)) of the paired differences d,
 * which follows Student's distribution with k - 1 degrees of freedom. Of accuracies a and b on n samples:
 * z = (a - b) / sqrt((a (1 - a) + b (1 - b)) / n), which follows the normal one. p is two-sided. Neither knows that the
 * winner was chosen among many.
 */
#include <math.h>

#include "tune/study.h"

/*
 * P(|T| > t) with n degrees of freedom, by the finite sums of Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.7.3 and 26.7.4, in w = atan(t / sqrt(n)):
 *
 *     odd n:  1 - 2/pi (w + sin w (cos w + 2/3 cos^3 w + 2/3 4/5 cos^5 w + ...)),  up to cos^(n-2)
 *     even n: 1 - sin w (1 + 1/2 cos^2 w + 1/2 3/4 cos^4 w + ...),                 up to cos^(n-2)
 */
static double beyond(double t, int64_t n)
{
    static const double pi = 3.14159265358979323846;
    double w = atan(t / sqrt((double)n)), square = cos(w) * cos(w), sum = 0;
    double term = n % 2 ? cos(w) : 1;
    for (int64_t power = n % 2; power <= n - 2; power += 2) {
        sum += term;
        term *= square * (double)(power + 1) / (double)(power + 2);
    }
    double inside = n % 2 ? 2 / pi * (w + sin(w) * sum) : sin(w) * sum;
    return fmin(fmax(1 - inside, 0), 1);
}

/* What fold k of a trial scored: its reports are means of the folds so far. */
static double fold_score(const struct cr_study_trial *trial, int64_t fold)
{
    double mean = trial->reports[fold].value, before = fold > 0 ? trial->reports[fold - 1].value : 0;
    return (double)(fold + 1) * mean - (double)fold * before;
}

/* The standard error of the mean over folds of a - b, or of a where b is NULL. */
static double fold_error(const struct cr_study_trial *a, const struct cr_study_trial *b, int64_t folds)
{
    double sum = 0, squares = 0;
    for (int64_t k = 0; k < folds; k++)
        sum += fold_score(a, k) - (b ? fold_score(b, k) : 0);
    for (int64_t k = 0; k < folds; k++) {
        double d = fold_score(a, k) - (b ? fold_score(b, k) : 0) - sum / (double)folds;
        squares += d * d;
    }
    return sqrt(squares / (double)(folds - 1) / (double)folds);
}

struct cr_study_difference cr_study_compare(struct cr_study *study, const struct cr_study_trial *a,
                                            const struct cr_study_trial *b)
{
    int64_t folds = cr_study_folds(study), samples = cr_study_validation(study);
    struct cr_study_difference result = {.gain = cr_study_maximizes(study) ? a->score - b->score : b->score - a->score,
                                         .error = (double)NAN,
                                         .p = (double)NAN,
                                         .own_error = (double)NAN};
    bool folded = folds > 1 && a->report_count == folds && b->report_count == folds;
    if (folded) {
        result.error = fold_error(a, b, folds);
        result.own_error = fold_error(a, NULL, folds);
    } else if (folds == 0 && samples > 0 && cr_study_maximizes(study)) {
        double variance = a->score * (1 - a->score), other = b->score * (1 - b->score);
        result.error = sqrt((variance + other) / (double)samples);
        result.own_error = sqrt(variance / (double)samples);
    }
    double ratio = fabs(result.gain) / result.error;
    if (result.error > 0)
        result.p = folded ? beyond(ratio, folds - 1) : erfc(ratio / sqrt(2));
    return result;
}
