/*
 * Preprocessing that is learned from the samples that train, and travels with the network:
 *
 *     z = (x - mean) / deviation          mean and deviation by channel, or by pixel and channel
 *     y = W z                             where the data are whitened
 */
#ifndef CR_DATA_WHITENING_H
#define CR_DATA_WHITENING_H

#include <cradle/data.h>

/* What is asked for: `data.whiten`'s value, and how it came out. */
struct cr_whiten {
    bool used, pca;
    double epsilon;
    int64_t components; /* of pca; 0: all */
};

/* Reads `data.whiten` (NULL: none). `inputs` is height * width * channels. */
enum cr_status cr_whiten_read(struct cr_whiten *whiten, struct cr_config *config, const struct cr_node *node,
                              struct cr_error *err);

struct cr_statistics {
    bool by_pixel;            /* mean and deviation are [height][width][channels], else [channels] */
    int64_t count;            /* of numbers in each */
    double *mean, *deviation; /* NULL: 0 and 1 */
    double *ground;           /* [channels]: mean of each channel; NULL where mean is */
    int64_t outputs;          /* numbers that whitening leaves of a sample; 0: none */
    bool flat;                /* they are no picture any more */
    double *whitening;        /* [height * width * channels][outputs] */
};

/*
 * Measures the samples `indices`. A deviation of 0 becomes 1. All is summed in double and in the order of the indices,
 * so that it is the same bit for bit with any number of threads and after a resume.
 */
enum cr_status cr_statistics_measure(struct cr_statistics *statistics, const struct cr_dataset *dataset,
                                     const int64_t *indices, int64_t count, enum cr_standardize standardize,
                                     const struct cr_whiten *whiten, const struct cr_data_options *options,
                                     struct cr_error *err);
void cr_statistics_free(struct cr_statistics *statistics);

/* What the statistics of such data look like, without their numbers: to build the network of a run. */
void cr_statistics_outline(struct cr_statistics *statistics, const struct cr_data_shape *shape,
                           enum cr_standardize standardize, const struct cr_whiten *whiten);

#endif
