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
    int64_t times; /* that this test part was tested for this run; 0: unknown */
};

void result_tell(const struct result *result);
/* Two on the same samples. */
void result_tell_both(const struct result *both, const struct cr_comparison *comparison);

void result_json(const struct result *result);
void result_json_both(const struct result *both, const struct cr_comparison *comparison);

#endif
