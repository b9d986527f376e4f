/*
 * Inside of ensembles.
 */
#ifndef CR_EXPERIMENT_ENSEMBLE_H
#define CR_EXPERIMENT_ENSEMBLE_H

#include "experiment/rule.h"

/* What the members said, outputs [members][count][classes], as one answer: combined [count][classes]. */
void cr_ensemble_combine(const struct cr_ensemble *ensemble, const float *const *outputs, int64_t count,
                         float *combined);

/* A row of logits to probabilities, by the temperature. */
void cr_soften(float *row, int64_t classes, enum cr_task task, double temperature);

#endif
