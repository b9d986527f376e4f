/*
 * Inside of the data folder: what a format is. A format is one file under formats/ that ends in one const struct
 * cr_format, and one line in formats.def.
 */
#ifndef CR_DATA_FORMAT_H
#define CR_DATA_FORMAT_H

#include <cradle/data.h>

/* Everything that `open` may need. `values` is the struct that the entry's option table describes. */
struct cr_format_call {
    const struct cr_context *context;
    const void *values;
    enum cr_part part;
    struct cr_data_options options;
};

struct cr_format {
    struct cr_entry entry;
    struct cr_data_shape shape; /* where it is the same whatever the files hold; else 0 */
    /* Messages begin with the file or folder; the place in the config file is put before them by the caller. */
    enum cr_status (*open)(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err);
};

#define CR_FORMAT(name) extern const struct cr_format cr_format_##name;
#include "data/formats.def"
#undef CR_FORMAT

/* The options of formats that presets stand on; a string that was not set is "". */
struct cr_idx_values {
    const char *images, *labels, *test_images, *test_labels;
    int64_t classes; /* 0: the largest label of the training part + 1 */
};

struct cr_folder_values {
    const char *path, *test;
    int64_t size;
    int channels;
    int64_t damaged; /* files */
    int64_t memory;  /* MiB */
    int64_t cache;   /* MiB */
};
enum { CR_CACHE_MIB = 16384 };

enum cr_cifar_labels { CR_CIFAR_FINE, CR_CIFAR_COARSE };

extern const struct cr_name cr_cifar_label_names[];

struct cr_cifar_values {
    const char *path;
    int labels; /* enum cr_cifar_labels; of CIFAR-100 */
};

/* The dataset lacks this part: CR_ERROR_UNSUPPORTED with a message that says how to get it. */
enum cr_status cr_part_missing(struct cr_error *err, const char *name, const char *advice);

#endif
