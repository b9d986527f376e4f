/*
 * Exact sums over pictures.
 */
#ifndef CR_DATA_MOMENTS_H
#define CR_DATA_MOMENTS_H

#include <cradle/data.h>

/*
 * histogram[channel][value]: how often each byte stands in the samples `indices` (NULL: all). Cleared first.
 */
enum cr_status cr_dataset_histogram(const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                                    uint64_t (*histogram)[256], struct cr_error *err);

/* Mean and deviation of x / 255 from a histogram. */
void cr_histogram_moments(const uint64_t histogram[256], double *mean, double *deviation);

/* The pixels of a sample: where they lie in memory, else decoded into `buffer`. */
enum cr_status cr_dataset_view(const struct cr_dataset *dataset, int64_t index, uint8_t *buffer, const uint8_t **pixels,
                               struct cr_error *err);

#endif
