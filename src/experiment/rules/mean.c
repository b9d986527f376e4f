/*
 * mean: the average of the members' probabilities, row[c] = sum_m rows[m][c] / M. By convexity its cross-entropy is
 * never above the mean of the members' (Krogh and Vedelsby 1995 show the same of squared errors).
 */
#include "experiment/rule.h"

const struct cr_rule cr_rule_mean = {
    .entry = {.name = "mean", .help = "the average of the members' probabilities"},
    .combine = cr_rule_average,
};
