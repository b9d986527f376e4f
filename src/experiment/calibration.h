/*
 * The temperature that a run's probabilities were calibrated to, beside its weights: calibration.json.
 */
#ifndef CR_EXPERIMENT_CALIBRATION_H
#define CR_EXPERIMENT_CALIBRATION_H

#include <cradle/base.h>

/* 1 where there is none, or, with a warning, where it is of other weights than those of `step`. */
enum cr_status cr_calibration_read(struct cr_context *context, const char *folder, int64_t step, double *temperature,
                                   struct cr_error *err);
enum cr_status cr_calibration_write(const char *folder, int64_t step, double temperature, struct cr_error *err);

#endif
