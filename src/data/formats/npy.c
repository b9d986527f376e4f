/*
 * Arrays of NumPy in a file each, as numpy.save writes them.
 */
#include <stdio.h>

#include "data/arrays.h"

struct npy {
    const char *x, *y, *test_x, *test_y;
    struct cr_arrays_values arrays;
};

static enum cr_status open_array(const void *user, enum cr_array which, struct cr_npy *npy, struct cr_error *err)
{
    const struct npy *values = user;
    const char *const paths[] = {[CR_ARRAY_X] = values->x,
                                 [CR_ARRAY_Y] = values->y,
                                 [CR_ARRAY_TEST_X] = values->test_x,
                                 [CR_ARRAY_TEST_Y] = values->test_y};
    return cr_npy_open_file(npy, paths[which], err);
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct npy *values = call->values;
    char name[600];
    bool test = call->part == CR_PART_TEST;
    if (test && (!values->test_x[0] || !values->test_y[0]))
        return cr_part_missing(err, "npy", "set test_x and test_y to its two files");
    snprintf(name, sizeof name, "npy %s", test ? values->test_x : values->x);
    return cr_arrays_open(dataset, call, &values->arrays, name, open_array, values, err);
}

static const struct cr_option options[] = {
    CR_STRING("x", struct npy, x, .help = "file of the samples"),
    CR_STRING("y", struct npy, y, .help = "file of their classes or targets"),
    CR_STRING("test_x", struct npy, test_x, .text = "", .help = "the same for the test part"),
    CR_STRING("test_y", struct npy, test_y, .text = "", .help = "the same for the test part"),
    CR_ARRAYS_OPTIONS(struct npy, arrays),
    {0},
};

const struct cr_format cr_format_npy = {
    .entry = {.name = "npy", .help = "samples, and classes or targets, in two arrays of NumPy", .options = options},
    .open = open,
};
