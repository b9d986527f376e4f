/*
 * Samples of a run's data, on which an export is held against the run's own network.
 */
#ifndef CR_EXPORT_SAMPLES_H
#define CR_EXPORT_SAMPLES_H

#include "export/format.h"

struct cr_samples {
    int64_t count;
    size_t size;     /* bytes of one */
    uint8_t *pixels; /* [count][size], as the network takes them */
    int32_t *labels; /* [count]; NULL where the data have none */
    char name[256];  /* "256 samples of mnist's test part" */
};

/*
 * At most `most` (0: all) from the part, spread evenly. Where the data cannot be had this is a failure of the status
 * CR_ERROR_IO or CR_ERROR_UNSUPPORTED, after which an export may go on unverified.
 */
enum cr_status cr_samples_new(struct cr_samples **samples, struct cr_context *context, const struct cr_run *run,
                              enum cr_part part, int64_t most, const struct cr_data_options *options,
                              struct cr_error *err);
/*
 * Those on which a job's verdict is found: from the test part, or where there is none from the training part. Where the
 * data cannot be had *samples is NULL, and the job is said to be not verified: `but`, and why.
 */
enum cr_status cr_samples_for_verdict(struct cr_samples **samples, struct cr_export_job *job, int64_t most,
                                      const char *but, struct cr_error *err);
void cr_samples_free(struct cr_samples *samples);

/* How many numbers a run answers with: classes, or of one that reconstructs its input as many as that has. */
int64_t cr_samples_outputs(const struct cr_run *run);
/* What a run answers: float [count][outputs]. */
enum cr_status cr_samples_answer(const struct cr_samples *samples, struct cr_context *context, const struct cr_run *run,
                                 float *probabilities, struct cr_error *err);

/* The largest difference of two arrays; NaN where one is. */
double cr_samples_difference(const float *a, const float *b, int64_t count);
/* The share of samples whose label has the largest of `classes` numbers, 0..1. */
double cr_samples_accuracy(const struct cr_samples *samples, const float *numbers, int64_t classes);

#endif
