/*
 * Where a NaN comes from: the training is gone through once more from its last checkpoint, and every step is looked at.
 */
#ifndef CR_BABYSIT_ORIGIN_H
#define CR_BABYSIT_ORIGIN_H

#include "experiment/experiment.h"

/* In a sentence; "" where the training has no checkpoint within reach, or it does not happen again. */
enum cr_status cr_origin_find(const struct cr_experiment *experiment, int64_t step, char *text, size_t size,
                              struct cr_error *err);

#endif
