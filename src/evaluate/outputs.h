/*
 * What a run says of many samples, kept: the probabilities of classes.
 */
#ifndef CR_EVALUATE_OUTPUTS_H
#define CR_EVALUATE_OUTPUTS_H

#include "evaluate/pass.h"

/* Probabilities [count][classes] of the samples `indices` (NULL: all `count`), by the run's temperature. */
enum cr_status cr_outputs_gather(float **outputs, struct cr_context *context, const struct cr_run *run,
                                 const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                                 const char *what, const struct cr_data_options *options, struct cr_error *err);

/* A test of outputs that are there already: probabilities [count][classes] for labels [count]. */
enum cr_status cr_test_outputs(struct cr_test_result **result, const struct cr_run *run, const int32_t *labels,
                               int64_t count, const float *outputs, uint64_t truth, struct cr_error *err);

/* A hash of what should be answered to all samples. */
uint64_t cr_truth_hash(const struct cr_dataset *dataset);

#endif
