/*
 * greedy: ensemble selection (Caruana et al. 2004). Begins with nobody and adds, again and again, the member with which
 * the average is best on the validation part; a member may come several times, so that counts become weights, and one
 * that helps nobody is left out. What is kept is the best of all the averages on the way.
 *
 * Best is the lowest mean cross-entropy, which tells apart what few samples have as many right answers of.
 */
#include "experiment/rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 50 };

static double loss_of(const struct cr_ballot *ballot, const double *weights)
{
    double sum = 0;
    for (int64_t i = 0; i < ballot->count; i++)
        sum -= log(cr_ballot_likelihood(ballot, weights, i));
    return sum / (double)ballot->count;
}

/* The member of which one more is best after `taken` were; `trial` are the weights that are tried. */
static int64_t choose(const struct cr_ballot *ballot, const int64_t *counts, int64_t taken, double *trial,
                      double *least)
{
    int64_t best = 0;
    *least = INFINITY;
    for (int64_t m = 0; m < ballot->members; m++) {
        for (int64_t j = 0; j < ballot->members; j++)
            trial[j] = (double)(counts[j] + (j == m)) / (double)(taken + 1);
        double loss = loss_of(ballot, trial);
        if (loss < *least) {
            *least = loss;
            best = m;
        }
    }
    return best;
}

static enum cr_status fit(const struct cr_ballot *ballot, double *weights, struct cr_error *err)
{
    size_t members = (size_t)ballot->members;
    int64_t *counts = calloc(members, sizeof *counts);
    double *trial = calloc(members, sizeof *trial), least = INFINITY, loss;
    enum cr_status status = counts && trial ? CR_OK : cr_fail_memory(err);
    for (int64_t taken = 0; status == CR_OK && taken < ROUNDS; taken++) {
        counts[choose(ballot, counts, taken, trial, &loss)]++;
        if (!(loss < least) && taken > 0)
            continue;
        least = loss;
        for (int64_t m = 0; m < ballot->members; m++)
            weights[m] = (double)counts[m] / (double)(taken + 1);
    }
    free(counts);
    free(trial);
    return status;
}

const struct cr_rule cr_rule_greedy = {
    .entry = {.name = "greedy", .help = "members chosen one by one on the validation part, some several times"},
    .fit = fit,
    .combine = cr_rule_average,
};
