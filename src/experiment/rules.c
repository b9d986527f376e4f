/*
 * The registry of rules, and what several of them share.
 */
#include <float.h>

#include "experiment/rule.h"

#define CR_ENTRY(name) extern const struct cr_rule cr_rule_##name;
#include "experiment/rules/rules.def"
#undef CR_ENTRY

static const struct cr_entry *const rules[] = {
#define CR_ENTRY(name) &cr_rule_##name.entry,
#include "experiment/rules/rules.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_rules = {.kind = "ensembles", .singular = "rule", .entries = rules};

void cr_rule_average(const double *weights, int64_t members, const float *const *rows, int64_t classes, float *row)
{
    for (int64_t c = 0; c < classes; c++) {
        double sum = 0;
        for (int64_t m = 0; m < members; m++)
            sum += weights[m] * (double)rows[m][c];
        row[c] = (float)sum;
    }
}

double cr_ballot_likelihood(const struct cr_ballot *ballot, const double *weights, int64_t i)
{
    double sum = 0;
    for (int64_t m = 0; m < ballot->members; m++)
        sum += weights[m] * (double)ballot->outputs[m][i * ballot->classes + ballot->labels[i]];
    return sum > DBL_MIN ? sum : DBL_MIN;
}
