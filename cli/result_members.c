/*
 * An ensemble beside its members.
 */
#include "result.h"

#include <stdio.h>

#include "screen.h"

enum cr_status result_compare(struct result_members *members, const struct cr_ensemble *ensemble,
                              const struct cr_test_result *test, struct cr_test_result *const *results,
                              struct cr_error *err)
{
    int64_t best = 0;
    for (int64_t m = 1; m < ensemble->count; m++) {
        const struct cr_test_result *one = results[m], *most = results[best];
        if (one->accuracy > most->accuracy || (one->accuracy == most->accuracy && one->loss < most->loss))
            best = m;
    }
    *members = (struct result_members){.ensemble = ensemble, .members = results, .best = best};
    return cr_compare(&members->comparison, test, results[best], err);
}

static const char *verdict(const struct cr_comparison *comparison)
{
    if (comparison->middle >= 0.05)
        return "the difference may well be chance";
    return comparison->first > comparison->second ? "the ensemble is better" : "the member is better";
}

void result_tell_members(const struct result_members *members)
{
    const struct cr_ensemble *ensemble = members->ensemble;
    const struct cr_comparison *comparison = &members->comparison;
    char clean[256];
    printf("\nIts members, each alone:\n  accuracy     loss  weight\n");
    for (int64_t m = 0; m < ensemble->count; m++) {
        text_clean(ensemble->names[m], clean, sizeof clean);
        printf("  %6.2f %% %8.4g  %6.3f  %s\n", 100 * members->members[m]->accuracy, members->members[m]->loss,
               ensemble->weights[m], clean);
    }
    text_clean(ensemble->names[members->best], clean, sizeof clean);
    printf("\nAgainst the best of them, %s\n", clean);
    printf("Right: both %lld, the ensemble alone %lld, the member alone %lld, neither %lld\n",
           (long long)comparison->both, (long long)comparison->first, (long long)comparison->second,
           (long long)comparison->neither);
    printf("McNemar's test: p = %.3g exact, %.3g with the mid-p correction: %s.\n", comparison->exact,
           comparison->middle, verdict(comparison));
}
