/*
 * cradle/data.h - datasets, splits and the loader: from files to batches of bytes and labels.
 *
 * Pictures are NHWC bytes 0..255 until the network's first op. Every random draw is keyed by (seed, purpose, epoch,
 * sample), so that what is loaded depends neither on the number of workers nor on the order in which they run.
 */
#ifndef CRADLE_DATA_H
#define CRADLE_DATA_H

#include <cradle/base.h>
#include <cradle/config.h>

#ifdef __cplusplus
extern "C" {
#endif

extern CR_API const struct cr_registry cr_formats;  /* digits, mnist, cifar10, folder, csv, npz, ... */
extern CR_API const struct cr_registry cr_augments; /* flip, crop, rotate, ... */

enum cr_part { CR_PART_TRAIN, CR_PART_TEST };

/*
 * `count` samples of one shape. A sample's pixels are height * width * channels bytes, or floats where `numbers` is
 * set: tables, with their columns as channels of a picture of one pixel. `get` may be called by several threads at
 * once.
 *
 * What is to be learned of a sample is known without decoding: its label, or where there are `targets` a row of
 * numbers, to be met (regression) or each of 0..1 (several answers at once). Then `classes` is how many numbers a row
 * has, and class_names are theirs.
 */
struct cr_dataset {
    const char *name; /* for messages and the header: "digits", "folder /home/a/pictures" */
    int64_t count;
    int64_t height, width, channels;
    int64_t classes;
    const char *const *class_names; /* [classes] */
    const int32_t *labels;          /* [count], 0..classes-1; NULL where there are targets */
    const float *targets;           /* [count][classes], finite; NULL where there are labels */
    bool numbers;                   /* samples are floats, finite, and not scaled */
    const char *const *columns;     /* [channels]: what the numbers of a row mean; NULL: not known */
    const uint8_t *pixels;          /* [count][H][W][C] where all are in memory, else NULL */
    enum cr_status (*get)(const struct cr_dataset *dataset, int64_t index, uint8_t *pixels, struct cr_error *err);
    /* A name for messages ("train/cat/0001.jpg", "image 17"), written to `text`. */
    void (*describe)(const struct cr_dataset *dataset, int64_t index, char *text, size_t size);
    void (*close)(struct cr_dataset *dataset);
};

CR_API void cr_dataset_free(struct cr_dataset *dataset); /* NULL is allowed */

/* Called now and then by long work (decoding); may be NULL. Return false to stop (CR_ERROR_STOPPED). */
typedef bool cr_progress_function(void *user, const char *what, int64_t done, int64_t total);

struct cr_data_options {
    int workers; /* threads that decode; 0: the calling thread alone */
    cr_progress_function *progress;
    void *progress_user;
};

/*
 * Opens one part of a source (`data.source`'s node: `digits`, `folder: {path: ..., size: 32}`). The folders of the
 * CRADLE_DATA variable are searched for the presets. A part that the source does not have is CR_ERROR_UNSUPPORTED.
 */
CR_API enum cr_status cr_dataset_open(struct cr_dataset **dataset, struct cr_context *context, struct cr_config *config,
                                      const struct cr_node *source, enum cr_part part,
                                      const struct cr_data_options *options, struct cr_error *err);

extern CR_API const struct cr_registry cr_sets; /* that can be fetched: mnist, fashion-mnist, kmnist, cifar10, ... */
struct cr_get_options {
    const char *into;   /* NULL: the first folder of CRADLE_DATA, else build/data */
    const char *mirror; /* address of a folder that has the files; NULL: those that are known, in turn */
    cr_progress_function *progress;
    void *progress_user;
};
/*
 * Fetches a set into INTO/NAME, unless it is there: a download that was cut off goes on, its digest is checked,
 * archives are unpacked. `source` then names it in a config file: "{mnist: {path: build/data/mnist}}".
 */
CR_API enum cr_status cr_data_get(const char *name, const struct cr_get_options *options, char *source, size_t size,
                                  struct cr_error *err);

/* Of the pictures, and how many classes there are. */
struct cr_data_shape {
    int64_t height, width, channels, classes;
};
/* The shape of a source: of digits, mnist and cifar10 without their files, else the training part is opened for it. */
CR_API enum cr_status cr_data_shape(struct cr_data_shape *shape, struct cr_context *context, struct cr_config *config,
                                    const struct cr_node *source, const struct cr_data_options *options,
                                    struct cr_error *err);

/* A dataset over pictures and labels that the caller keeps alive; class_names may be NULL ("0", "1", ...). */
CR_API enum cr_status cr_dataset_from_memory(struct cr_dataset **dataset, const uint8_t *pixels, const int32_t *labels,
                                             int64_t count, int64_t height, int64_t width, int64_t channels,
                                             int64_t classes, const char *const *class_names, struct cr_error *err);

/* The same with rows of targets instead of labels; `samples` are bytes, or floats where `numbers` is set. */
CR_API enum cr_status cr_dataset_with_targets(struct cr_dataset **dataset, const void *samples, bool numbers,
                                              const float *targets, int64_t count, int64_t height, int64_t width,
                                              int64_t channels, int64_t target_width, const char *const *target_names,
                                              struct cr_error *err);

/*
 * Writes all samples of a dataset, decoded, with their labels or targets and names, into one file, which appears whole.
 * The source `{pack: FOLDER}` reads FOLDER/train.pack and FOLDER/test.pack. Another process that is writing the same
 * file is CR_ERROR_BUSY.
 */
CR_API enum cr_status cr_dataset_pack(const struct cr_dataset *dataset, const char *file,
                                      const struct cr_data_options *options, struct cr_error *err);

/* One picture file (JPEG, PNG; told by content, not name) as a network wants it: resized, cropped, grey or RGB. */
CR_API enum cr_status cr_image_load(const char *file, int64_t height, int64_t width, int64_t channels, uint8_t *pixels,
                                    struct cr_error *err);
/* The same of a file's content in memory; `name` for messages. */
CR_API enum cr_status cr_image_load_memory(const void *content, size_t size, const char *name, int64_t height,
                                           int64_t width, int64_t channels, uint8_t *pixels, struct cr_error *err);

/* The JPEG and PNG files under a folder, at any depth, sorted by path; hidden names are passed over. None: an error. */
struct cr_image_files {
    int64_t count;
    const char *const *paths; /* [count] */
};
CR_API enum cr_status cr_image_files_new(struct cr_image_files **files, const char *folder, struct cr_error *err);
CR_API void cr_image_files_free(struct cr_image_files *files); /* NULL is allowed */

/*
 * Samples for a network out of an array of NumPy (.npy): bytes [count][H][W][C], or floats with `numbers`. The array
 * may be [count][H][W][C], [count][C][H][W], of one channel [count][H][W], or rows [count][H W C]; one sample also
 * without the count. Another size or number of channels is CR_ERROR_SHAPE; a number that is not finite, or no byte
 * where bytes are wanted, CR_ERROR_FORMAT with its place. `*samples` is the caller's to free().
 */
CR_API enum cr_status cr_samples_load(const char *file, int64_t height, int64_t width, int64_t channels, bool numbers,
                                      void **samples, int64_t *count, struct cr_error *err);
/* The same of a file's content in memory; `name` for messages. */
CR_API enum cr_status cr_samples_load_memory(const void *content, size_t size, const char *name, int64_t height,
                                             int64_t width, int64_t channels, bool numbers, void **samples,
                                             int64_t *count, struct cr_error *err);

/* ------------------------------------------------------------------------------------------------- the data section */

struct cr_data_section {
    const struct cr_node *source;
    double validation;            /* share held out, stratified by class */
    int64_t limit;                /* 0: all; else a stratified subset of that many samples, before the split */
    int standardize;              /* enum cr_standardize */
    const struct cr_node *whiten; /* an entry of cr_whitenings; NULL: none */
    int64_t split_seed;
    int64_t folds, fold; /* instead of `validation`: part `fold` of `folds` equal ones validates; folds 0: none */
    const struct cr_node *augment; /* NULL: none */
    int sampling;                  /* enum cr_sampling */
    double oversample;             /* as in struct cr_loader_options */
};
enum cr_sampling {
    CR_SAMPLING_SHUFFLE,
    CR_SAMPLING_STRATIFIED, /* every batch holds the classes in their proportions */
    CR_SAMPLING_BALANCED,   /* every batch holds the classes equally often */
};
enum cr_standardize {
    CR_STANDARDIZE_NONE,    /* x / 255 alone */
    CR_STANDARDIZE_CHANNEL, /* less the mean of the channel, over its deviation */
    CR_STANDARDIZE_MEAN,    /* less the mean of the channel */
    CR_STANDARDIZE_IMAGE,   /* less the mean of the pixel and channel */
    CR_STANDARDIZE_PIXEL,   /* less the mean of the pixel and channel, over its deviation */
    CR_STANDARDIZE_RAW,     /* x, 0 to 255 */
};
extern CR_API const struct cr_registry cr_whitenings; /* zca, pca */
extern CR_API const struct cr_option cr_data_section_options[];

/* The indices of a dataset that train and that validate, each ascending. */
struct cr_split {
    int64_t train_count, validation_count;
    int64_t *train, *validation;
};
CR_API enum cr_status cr_split_new(struct cr_split **split, const struct cr_dataset *dataset,
                                   const struct cr_data_section *section, struct cr_error *err);
CR_API void cr_split_free(struct cr_split *split);

/* Mean and deviation per channel of x / 255 (of x where samples are numbers) over the samples `indices` (NULL: all); in
 * double, in index order. */
CR_API enum cr_status cr_dataset_moments(const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                                         double *mean, double *deviation, struct cr_error *err);

/* ----------------------------------------------------------------------------------------------------- augmentation */

/*
 * Pictures changed at random in every epoch anew, so that a network sees more of them than there are. For training
 * alone: what validates, tests or predicts has no augmenter.
 */
struct cr_augmenter;
/* `list` as data.augment: [flip, crop: {padding: 4}]. The config must live as long. */
CR_API enum cr_status cr_augmenter_new(struct cr_augmenter **augmenter, struct cr_config *config,
                                       const struct cr_node *list, struct cr_error *err);
/*
 * Before use: for the pictures of this dataset (its shape; bytes, not numbers). `mean`, [channels] of x / 255, is what
 * the network takes for 0 and `fill: mean` covers with; NULL: 0.
 */
CR_API enum cr_status cr_augmenter_fit(struct cr_augmenter *augmenter, const struct cr_dataset *dataset,
                                       const double *mean, struct cr_error *err);
CR_API void cr_augmenter_free(struct cr_augmenter *augmenter); /* NULL is allowed */
/*
 * A contact sheet as PNG of `rows` of these samples, of each class in turn: with its class's name, as it is, then as
 * the augmenter (NULL: none) makes it, a column an epoch.
 */
CR_API enum cr_status cr_augmenter_sheet(const struct cr_augmenter *augmenter, const struct cr_dataset *dataset,
                                         const int64_t *indices, int64_t count, int rows, int columns, uint64_t seed,
                                         const char *file, struct cr_error *err);

/*
 * Samples of a batch put together by two, and their targets with them (train.mix): mixup blends whole pictures, cutmix
 * puts a box of one into the other. The share is drawn from Beta(alpha, alpha) for each batch.
 */
struct cr_mix {
    double mixup, cutmix; /* alpha of each; 0: none. Both: each batch is of one of them */
    double p;             /* share of the batches that are mixed */
};
/* `node` as train.mix ({mixup: 0.2}); NULL: neither. */
CR_API enum cr_status cr_mix_read(struct cr_mix *mix, const struct cr_config *config, const struct cr_node *node,
                                  struct cr_error *err);

/* ----------------------------------------------------------------------------------------------------------- loader */

struct cr_batch {
    int64_t count;          /* samples; the last batch of an epoch may be smaller */
    const uint8_t *pixels;  /* [count][H][W][C]; floats where the dataset has numbers */
    const int32_t *labels;  /* [count]; NULL where the dataset has none, or samples are mixed */
    const float *targets;   /* [count][classes]; NULL where the labels are the targets, and none were asked for */
    const int64_t *indices; /* [count] into the dataset */
};

struct cr_loader_options {
    int64_t batch;
    int workers; /* 0: batches are made by the thread that asks for them */
    bool shuffle;
    uint64_t seed;
    int sampling;      /* enum cr_sampling, how the samples are shuffled; the last two need labels */
    double oversample; /* 0..1: each class comes at least so often, as a share of the largest, by samples that come
                          again */
    const struct cr_augmenter *augment; /* fitted to the dataset; NULL: none */
    struct cr_mix mix;
    bool soft; /* targets also where there are labels: one-hot; where samples are mixed there are targets in any case */
};

struct cr_loader;
/* `indices` is copied. The dataset and the augmenter must live as long as the loader. */
CR_API enum cr_status cr_loader_new(struct cr_loader **loader, const struct cr_dataset *dataset, const int64_t *indices,
                                    int64_t count, const struct cr_loader_options *options, struct cr_error *err);
CR_API void cr_loader_free(struct cr_loader *loader);
CR_API int64_t cr_loader_batches(const struct cr_loader *loader);  /* in an epoch */
CR_API bool cr_loader_has_targets(const struct cr_loader *loader); /* of its batches */
/* Goes to a place: the next batch is number `batch` of `epoch` (both from 0). */
CR_API enum cr_status cr_loader_seek(struct cr_loader *loader, int64_t epoch, int64_t batch, struct cr_error *err);
/*
 * The next batch, borrowed until the next call; NULL after the epoch's last (then seek to the next epoch). A sample
 * that cannot be decoded is an error that names it.
 */
CR_API enum cr_status cr_loader_next(struct cr_loader *loader, const struct cr_batch **batch, struct cr_error *err);

/* ------------------------------------------------------------------------------------------------------------- info */

struct cr_data_spread {
    double mean, deviation, minimum, maximum;
};

struct cr_data_info {
    int64_t count, classes, height, width, channels;
    struct cr_data_spread *spread;  /* [channels]: mean and deviation of x / 255, or of x where samples are numbers */
    int64_t *per_class;             /* [classes]; 0 where there are targets instead of labels */
    struct cr_data_spread *targets; /* [classes]; NULL where there are labels */
    int64_t duplicates;             /* samples whose pixels equal those of an earlier one */
    int64_t conflicts;              /* of these, with another label or target */
    int64_t first_duplicate[2];
};
CR_API enum cr_status cr_data_info_new(struct cr_data_info **info, const struct cr_dataset *dataset,
                                       struct cr_error *err);
CR_API void cr_data_info_free(struct cr_data_info *info);
/* A contact sheet as PNG: a row a class, the first `columns` samples of each (at most 40 classes). */
CR_API enum cr_status cr_data_sheet(const struct cr_dataset *dataset, int columns, const char *file,
                                    struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
