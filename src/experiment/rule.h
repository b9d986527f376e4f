/*
 * A rule of an ensemble: how the answers of M networks become one.
 *
 * Every rule has a weight for each member, w[m] >= 0 and sum_m w[m] = 1; one that fits finds them on samples that no
 * member was trained on.
 */
#ifndef CR_EXPERIMENT_RULE_H
#define CR_EXPERIMENT_RULE_H

#include <cradle/experiment.h>

/* What all members said of the same samples. */
struct cr_ballot {
    int64_t members, count, classes;
    const float *const *outputs; /* [members][count][classes]: probabilities */
    const int32_t *labels;       /* [count] */
};

struct cr_rule {
    struct cr_entry entry;
    /* Writes the weights [members]; NULL: all are the same. */
    enum cr_status (*fit)(const struct cr_ballot *ballot, double *weights, struct cr_error *err);
    /* One sample: rows [members][classes] -> row [classes], probabilities again. */
    void (*combine)(const double *weights, int64_t members, const float *const *rows, int64_t classes, float *row);
};

/* row[c] = sum_m w[m] rows[m][c] */
void cr_rule_average(const double *weights, int64_t members, const float *const *rows, int64_t classes, float *row);

/* The probability that a mixture by `weights` gives to the label of sample i, at least the smallest above 0. */
double cr_ballot_likelihood(const struct cr_ballot *ballot, const double *weights, int64_t i);

#endif
