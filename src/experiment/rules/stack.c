/*
 * stack: the average with the weights that make the validation part likeliest (stacking, Wolpert 1992; with weights
 * >= 0 that sum to 1, Breiman 1996). Maximised is
 *
 *     sum_i log sum_m w[m] p[m][i],        p[m][i] what member m gives to the true class of sample i
 *
 * which is concave in w, so that there is one maximum. The steps are those of expectation maximisation for the shares
 * of a mixture (Dempster et al. 1977), which never go down and need no rate:
 *
 *     w[m] <- mean_i  w[m] p[m][i] / sum_j w[j] p[j][i]
 */
#include "experiment/rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 2000 };
static const double still = 1e-7; /* the largest change of a weight at which it ends */

/* One step; the largest change. */
static double step(const struct cr_ballot *ballot, double *weights, double *next)
{
    double change = 0;
    memset(next, 0, (size_t)ballot->members * sizeof *next);
    for (int64_t i = 0; i < ballot->count; i++) {
        double all = cr_ballot_likelihood(ballot, weights, i);
        for (int64_t m = 0; m < ballot->members; m++)
            next[m] += weights[m] * (double)ballot->outputs[m][i * ballot->classes + ballot->labels[i]] / all;
    }
    double sum = 0;
    for (int64_t m = 0; m < ballot->members; m++)
        sum += next[m];
    for (int64_t m = 0; m < ballot->members && sum > 0; m++) {
        next[m] /= sum;
        change = fmax(change, fabs(next[m] - weights[m]));
        weights[m] = next[m];
    }
    return change;
}

static enum cr_status fit(const struct cr_ballot *ballot, double *weights, struct cr_error *err)
{
    double *next = malloc((size_t)ballot->members * sizeof *next);
    if (!next)
        return cr_fail_memory(err);
    for (int64_t m = 0; m < ballot->members; m++)
        weights[m] = 1 / (double)ballot->members;
    for (int i = 0; i < STEPS && step(ballot, weights, next) > still; i++)
        ;
    free(next);
    return CR_OK;
}

const struct cr_rule cr_rule_stack = {
    .entry = {.name = "stack", .help = "an average with weights fitted on the validation part"},
    .fit = fit,
    .combine = cr_rule_average,
};
