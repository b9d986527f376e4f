/*
 * Datasets from arrays of NumPy: x with the samples, y with what is to be learned of them.
 *
 *     x [n]  [n][columns]  [n][height][width]  [n][height][width][channels]  [n][channels][height][width]
 *     y [n] or [n][1] of whole numbers: classes; of floats, or [n][targets]: targets
 */
#ifndef CR_DATA_ARRAYS_H
#define CR_DATA_ARRAYS_H

#include "data/format.h"
#include "data/npy.h"

enum cr_array { CR_ARRAY_X, CR_ARRAY_Y, CR_ARRAY_TEST_X, CR_ARRAY_TEST_Y };

/* The options that npy and npz share. */
struct cr_arrays_values {
    int64_t classes; /* 0: the largest of the training part + 1 */
    int type, layout, learn;
    struct cr_list shape;
};

extern const struct cr_name cr_array_types[], cr_array_layouts[], cr_array_tasks[];

#define CR_ARRAYS_OPTIONS(T, field)                                                                                   \
    CR_INT("classes", T, field.classes, .min = 0, .max = 65536,                                                       \
           .help = "number of classes; 0: the largest label of the training part + 1"),                               \
        CR_CHOICE("learn", T, field.learn, .names = cr_array_tasks,                                                   \
                  .help = "classes or targets; auto: classes where y is one whole number a sample"),                  \
        CR_LIST("shape", T, field.shape, .min = 1, .max = 1 << 20,                                                    \
                .help = "[height, width] or [height, width, channels] of pictures that lie in rows"),                 \
        CR_CHOICE("layout", T, field.layout, .names = cr_array_layouts,                                               \
                  .help = "of x in four dimensions: where the channels stand; auto: where 1 or 3 do"),                \
        CR_CHOICE("type", T, field.type, .names = cr_array_types,                                                     \
                  .help = "bytes 0..255, which the network sees divided by 255, or numbers as they are; auto: bytes " \
                          "where x is of one-byte whole numbers")

/* Opens the array, or says why not. */
typedef enum cr_status cr_array_opener(const void *user, enum cr_array which, struct cr_npy *npy, struct cr_error *err);

/* The part of `call`; `name` begins the dataset's. */
enum cr_status cr_arrays_open(struct cr_dataset **dataset, const struct cr_format_call *call,
                              const struct cr_arrays_values *values, const char *name, cr_array_opener *opener,
                              const void *user, struct cr_error *err);

#endif
