/*
 * From two arrays to a dataset: which dimension is what, bytes or numbers, classes or targets.
 */
#include "data/arrays.h"

#include <stdio.h>
#include <stdlib.h>

#include "data/dataset.h"

enum { CLASSES_MAX = 1 << 16 };
enum type { TYPE_AUTO, BYTES, NUMBERS };
enum layout { LAYOUT_AUTO, CHANNELS_LAST, CHANNELS_FIRST };
enum task { TASK_AUTO, CLASSES, TARGETS };

const struct cr_name cr_array_types[] = {{"auto", TYPE_AUTO}, {"bytes", BYTES}, {"numbers", NUMBERS}, {0}};
const struct cr_name cr_array_layouts[] = {{"auto", LAYOUT_AUTO}, {"hwc", CHANNELS_LAST}, {"chw", CHANNELS_FIRST}, {0}};
const struct cr_name cr_array_tasks[] = {{"auto", TASK_AUTO}, {"classes", CLASSES}, {"targets", TARGETS}, {0}};

static bool colours(int64_t size)
{
    return size == 1 || size == 3;
}

/* Whether x is [n][c][h][w]. */
static bool has_planes(const struct cr_npy *x, int layout)
{
    if (x->rank != 4)
        return false;
    return layout == CHANNELS_FIRST || (layout == LAYOUT_AUTO && colours(x->dims[1]) && !colours(x->dims[3]));
}

static enum cr_status fail_shape(const struct cr_npy *npy, const char *expected, struct cr_error *err)
{
    char shape[160];
    cr_npy_describe(npy, shape, sizeof shape);
    return cr_fail(err, CR_ERROR_FORMAT, "%s: is %s, expected %s", npy->source.name, shape, expected);
}

static enum cr_status set_sample(struct cr_extent *extent, const struct cr_npy *x,
                                 const struct cr_arrays_values *values, struct cr_error *err)
{
    const int64_t *d = x->dims;
    if (x->rank < 1 || x->rank > 4)
        return fail_shape(x, "samples x columns, or samples x height x width (x channels)", err);
    extent->count = d[0];
    extent->numbers = values->type == NUMBERS || (values->type == TYPE_AUTO && !(x->kind == 'u' && x->bytes == 1));
    if (x->rank <= 2)
        return cr_extent_shape(extent, &values->shape, d[1], x->source.name, err);
    if (values->shape.count > 0)
        return fail_shape(x, "rows, where shape is given", err);
    bool planes = has_planes(x, values->layout);
    extent->height = planes ? d[2] : d[1];
    extent->width = planes ? d[3] : d[2];
    extent->channels = planes ? d[1] : d[3];
    return CR_OK;
}

static enum cr_status check_rows(const struct cr_npy *y, struct cr_error *err)
{
    return y->rank == 1 || y->rank == 2 ? CR_OK : fail_shape(y, "one number a sample, or a row of targets", err);
}

static bool are_targets(const struct cr_npy *y, int task)
{
    return task == TARGETS || (task == TASK_AUTO && (y->kind == 'f' || y->dims[1] > 1));
}

/* The largest label + 1. */
static enum cr_status count_classes(struct cr_npy *y, int64_t *classes, struct cr_error *err)
{
    if (y->dims[1] != 1)
        return fail_shape(y, "one class a sample", err);
    int32_t *labels = malloc((size_t)y->count * sizeof *labels);
    if (!labels)
        return cr_fail_memory(err);
    enum cr_status status = cr_npy_labels(y, CLASSES_MAX - 1, labels, err);
    *classes = 0;
    for (int64_t i = 0; status == CR_OK && i < y->count; i++)
        *classes = labels[i] >= *classes ? labels[i] + 1 : *classes;
    free(labels);
    return status;
}

/* Of the training part, whichever part is opened. */
static enum cr_status set_learned(struct cr_extent *extent, const struct cr_arrays_values *values,
                                  cr_array_opener *opener, const void *user, struct cr_error *err)
{
    struct cr_npy y;
    CR_TRY(opener(user, CR_ARRAY_Y, &y, err));
    enum cr_status status;
    CR_GO(check_rows(&y, err));
    extent->targets = are_targets(&y, values->learn);
    extent->classes = extent->targets ? y.dims[1] : values->classes;
    if (extent->classes == 0)
        CR_GO(count_classes(&y, &extent->classes, err));
done:
    cr_npy_close(&y);
    return status;
}

static enum cr_status fill(struct cr_store *store, struct cr_npy *x, struct cr_npy *y, int layout, struct cr_error *err)
{
    struct cr_dataset *dataset = &store->dataset;
    bool planes = has_planes(x, layout);
    if (dataset->numbers)
        CR_TRY(cr_npy_floats(x, planes, (float *)(void *)store->pixels, err));
    else
        CR_TRY(cr_npy_bytes(x, planes, store->pixels, err));
    return store->targets ? cr_npy_floats(y, false, store->targets, err)
                          : cr_npy_labels(y, dataset->classes - 1, store->labels, err);
}

static enum cr_status check_pair(const struct cr_npy *x, const struct cr_npy *y, const struct cr_extent *extent,
                                 struct cr_error *err)
{
    CR_TRY(check_rows(y, err));
    if (x->dims[0] != y->dims[0])
        return cr_fail(err, CR_ERROR_FORMAT, "%s has %lld samples, but %s has %lld rows: they do not belong together",
                       x->source.name, (long long)x->dims[0], y->source.name, (long long)y->dims[0]);
    int64_t wanted = extent->targets ? extent->classes : 1;
    if (y->dims[1] != wanted)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has %lld numbers a sample, expected %lld", y->source.name,
                       (long long)y->dims[1], (long long)wanted);
    return CR_OK;
}

enum cr_status cr_arrays_open(struct cr_dataset **dataset, const struct cr_format_call *call,
                              const struct cr_arrays_values *values, const char *name, cr_array_opener *opener,
                              const void *user, struct cr_error *err)
{
    bool test = call->part == CR_PART_TEST;
    struct cr_npy x = {0}, y = {0};
    struct cr_extent extent = {0};
    struct cr_store *store = NULL;
    enum cr_status status;
    CR_GO(set_learned(&extent, values, opener, user, err));
    CR_GO(opener(user, test ? CR_ARRAY_TEST_X : CR_ARRAY_X, &x, err));
    CR_GO(opener(user, test ? CR_ARRAY_TEST_Y : CR_ARRAY_Y, &y, err));
    CR_GO(set_sample(&extent, &x, values, err));
    CR_GO(check_pair(&x, &y, &extent, err));
    CR_GO(cr_store_new(&store, &extent, true, NULL, err, "%s", name));
    CR_GO(fill(store, &x, &y, values->layout, err));
    *dataset = &store->dataset;
    store = NULL;
done:
    cr_npy_close(&x);
    cr_npy_close(&y);
    cr_dataset_free(store ? &store->dataset : NULL);
    return status;
}
