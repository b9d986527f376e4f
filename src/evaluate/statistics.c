/*
 * How much a share says, and whether two networks differ.
 *
 * Wilson's interval of h hits among n, with z = 1.96:
 *
 *     (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n),  p = h / n
 *
 * McNemar: of the samples where one alone is right, b and c many, each network would have half if they were equally
 * good. With k = min(b, c) and n = b + c the two-sided probability is twice P(X <= k) of the binomial distribution of n
 * fair coins, 1 at most; with the mid-p correction twice P(X < k) + P(X = k) / 2.
 */
#include <cradle/evaluate.h>

#include <math.h>

static const double z = 1.959963984540054; /* of 95 % */

void cr_interval(int64_t hits, int64_t count, double *low, double *high)
{
    double n = (double)count, p = (double)hits / n, spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = 0;
    *high = 1;
    if (count < 1)
        return;
    if (hits > 0)
        *low = (p + z * z / (2 * n) - spread) / (1 + z * z / n);
    if (hits < count)
        *high = (p + z * z / (2 * n) + spread) / (1 + z * z / n);
}

/* P(X = k) of n fair coins. */
static double binomial(int64_t k, int64_t n)
{
    return exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) - (double)n * log(2));
}

static void judge(struct cr_comparison *comparison)
{
    int64_t b = comparison->first, c = comparison->second, least = b < c ? b : c;
    double below = 0, here = binomial(least, b + c);
    for (int64_t k = 0; k < least; k++)
        below += binomial(k, b + c);
    comparison->exact = fmin(2 * (below + here), 1);
    comparison->middle = fmin(2 * below + here, 1);
}

enum cr_status cr_compare(struct cr_comparison *comparison, const struct cr_test_result *first,
                          const struct cr_test_result *second, struct cr_error *err)
{
    *comparison = (struct cr_comparison){0};
    if (!first->right || !second->right)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "networks are compared by right and wrong answers, and numbers have none");
    if (first->count != second->count || first->truth != second->truth)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "the two networks were tested on other samples (%lld and %lld): no comparison",
                       (long long)first->count, (long long)second->count);
    for (int64_t i = 0; i < first->count; i++) {
        int64_t *place = first->right[i]    ? second->right[i] ? &comparison->both : &comparison->first
                         : second->right[i] ? &comparison->second
                                            : &comparison->neither;
        ++*place;
    }
    judge(comparison);
    return CR_OK;
}
