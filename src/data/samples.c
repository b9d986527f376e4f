/*
 * Samples for a trained network out of one array of NumPy, whose dimensions are told by the network's: [count] before
 * one of {H W C}, {C H W}, {H W} of one channel, {H W C as a row}; or one of these alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/npy.h"

struct wanted {
    int64_t height, width, channels;
    bool numbers;
};

/* The dimensions behind `skip` ones are the sample's; `planes` is set where the channels come first. */
static bool fits(const struct cr_npy *npy, int skip, const struct wanted *wanted, bool *planes)
{
    int64_t h = wanted->height, w = wanted->width, c = wanted->channels;
    const int64_t *d = npy->dims + skip;
    int rank = npy->rank - skip;
    *planes = rank == 3 && !(d[0] == h && d[1] == w && d[2] == c) && d[0] == c && d[1] == h && d[2] == w;
    return *planes || (rank == 3 && d[0] == h && d[1] == w && d[2] == c) ||
           (rank == 2 && c == 1 && d[0] == h && d[1] == w) || (rank == 1 && d[0] == h * w * c) ||
           (rank == 0 && h * w * c == 1);
}

static enum cr_status fail_shape(const struct cr_npy *npy, const struct wanted *wanted, struct cr_error *err)
{
    char shape[160];
    long long h = wanted->height, w = wanted->width, c = wanted->channels;
    cr_npy_describe(npy, shape, sizeof shape);
    if (h == 1 && w == 1)
        return cr_fail(err, CR_ERROR_SHAPE, "%s: is %s, but the network takes rows of %lld", npy->source.name, shape,
                       c);
    return cr_fail(err, CR_ERROR_SHAPE, "%s: is %s, but the network takes pictures of %lldx%lldx%lld", npy->source.name,
                   shape, h, w, c);
}

/* One sample without its count gets one. */
static void add_count(struct cr_npy *npy)
{
    memmove(npy->dims + 1, npy->dims, (size_t)npy->rank * sizeof *npy->dims);
    npy->dims[0] = 1;
    npy->rank++;
}

static enum cr_status read_samples(struct cr_npy *npy, const struct wanted *wanted, void **samples, int64_t *count,
                                   struct cr_error *err)
{
    bool planes;
    if (npy->rank < 1 || npy->rank > 4)
        return fail_shape(npy, wanted, err);
    if (!fits(npy, 1, wanted, &planes)) {
        if (!fits(npy, 0, wanted, &planes))
            return fail_shape(npy, wanted, err);
        add_count(npy);
    }
    *count = npy->dims[0];
    *samples = malloc((size_t)npy->count * (wanted->numbers ? sizeof(float) : 1));
    if (!*samples)
        return cr_fail_memory(err);
    enum cr_status status =
        wanted->numbers ? cr_npy_floats(npy, planes, *samples, err) : cr_npy_bytes(npy, planes, *samples, err);
    if (status != CR_OK) {
        free(*samples);
        *samples = NULL;
    }
    return status;
}

enum cr_status cr_samples_load(const char *file, int64_t height, int64_t width, int64_t channels, bool numbers,
                               void **samples, int64_t *count, struct cr_error *err)
{
    struct cr_npy npy;
    *samples = NULL;
    CR_TRY(cr_npy_open_file(&npy, file, err));
    enum cr_status status = read_samples(&npy, &(struct wanted){height, width, channels, numbers}, samples, count, err);
    cr_npy_close(&npy);
    return status;
}

enum cr_status cr_samples_load_memory(const void *content, size_t size, const char *name, int64_t height, int64_t width,
                                      int64_t channels, bool numbers, void **samples, int64_t *count,
                                      struct cr_error *err)
{
    struct cr_npy npy;
    *samples = NULL;
    CR_TRY(cr_npy_open_memory(&npy, name, content, size, err));
    enum cr_status status = read_samples(&npy, &(struct wanted){height, width, channels, numbers}, samples, count, err);
    cr_npy_close(&npy);
    return status;
}
