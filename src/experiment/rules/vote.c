/*
 * vote: each member has one vote for its most probable class (Hansen and Salamon 1990). Ties go by the average of the
 * probabilities, which stands for one vote more, so that what comes out are probabilities too:
 *
 *     row[c] = (votes[c] + sum_m rows[m][c] / M) / (M + 1)
 *
 * That vote can bring another class level with one that has more whole votes, but never above it.
 */
#include "experiment/rule.h"

static int64_t most(const float *row, int64_t classes)
{
    int64_t best = 0;
    for (int64_t c = 1; c < classes; c++)
        best = row[c] > row[best] ? c : best;
    return best;
}

static void combine(const double *weights, int64_t members, const float *const *rows, int64_t classes, float *row)
{
    cr_rule_average(weights, members, rows, classes, row);
    for (int64_t m = 0; m < members; m++)
        row[most(rows[m], classes)] += 1;
    for (int64_t c = 0; c < classes; c++)
        row[c] /= (float)(members + 1);
}

const struct cr_rule cr_rule_vote = {
    .entry = {.name = "vote", .help = "the class that most members answer; ties by the average"},
    .combine = combine,
};
