/*
 * What a test came to, for people (result_text.c) and as JSON (result_json.c).
 */
#ifndef CLI_RESULT_H
#define CLI_RESULT_H

#include <cradle/evaluate.h>

struct result {
    const char *folder;
    const struct cr_run *run;
    const struct cr_dataset *dataset;
    const struct cr_test_result *test;
    int64_t members; /* networks that answer together; 1: one alone */
    const char *tta; /* NULL: none */
    int views;       /* pictures that were shown of each */
    int64_t times;   /* that this test part was tested for this run; 0: unknown */
};

/* An ensemble and its members, each tested alone, on the same samples. */
struct result_members {
    const struct cr_ensemble *ensemble;
    struct cr_test_result *const *members; /* [ensemble->count] */
    int64_t best;                          /* member: of the highest accuracy, ties by loss */
    struct cr_comparison comparison;       /* the ensemble first, then that member */
};

/* Finds the best member, and compares. */
enum cr_status result_compare(struct result_members *members, const struct cr_ensemble *ensemble,
                              const struct cr_test_result *test, struct cr_test_result *const *results,
                              struct cr_error *err);

void result_tell(const struct result *result);
/* Two on the same samples. */
void result_tell_both(const struct result *both, const struct cr_comparison *comparison);

/* The table of members and the comparison with the best. */
void result_tell_members(const struct result_members *members);

/* `members` is NULL but for ensembles. */
void result_json(const struct result *result, const struct result_members *members);
void result_json_both(const struct result *both, const struct cr_comparison *comparison);

#endif
