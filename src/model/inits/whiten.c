/*
 * whiten: filters that whiten the patches p of their input, the first layer of networks for few epochs (Page 2018, "How
 * to train your ResNet", part 8; Jordan 2024, section 3.2). Over all patches of the first training batch, n numbers
 * each, E[p p'] = U diag(s) U' with s descending; filter j < n is
 *
 *     u_j / sqrt(s_j + epsilon)
 *
 * and filter n + j the same with the other sign, so that an activation behind it keeps both halves. With fewer filters
 * than n the largest s are kept; those beyond 2 n stay orthogonal, as they are drawn. Mostly such a layer is frozen.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/eigen.h"
#include "graph/op.h"
#include "model/init.h"

struct whiten {
    double epsilon;
};

static const struct cr_option options[] = {
    CR_FLOAT("epsilon", struct whiten, epsilon, .min = 1e-12, .max = 1e6, .def = 5e-4, .log = true,
             .help = "added to each moment before its root"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    cr_init_orthogonalise(call, 1);
}

/* Pictures [count][height][width][channels], and a window's sides; rows of numbers are pictures of one pixel. */
struct patches {
    int64_t count, height, width, channels, window_height, window_width, size;
};

static enum cr_status describe(struct patches *patches, const struct cr_init_data *data, struct cr_error *err)
{
    struct cr_tensor x = cr_init_input(data), w = data->weights;

    *patches = (struct patches){x.dims[0], 1, 1, x.dims[1], 1, 1, x.dims[1]};
    if (strcmp(data->user->op->entry.name, "dense") == 0)
        return CR_OK;
    if (strcmp(data->user->op->entry.name, "conv2d") != 0 || w.dims[2] != x.dims[3])
        return cr_node_fail(data->node, err, "whiten is for dense layers and convolutions without groups");
    *patches = (struct patches){x.dims[0], x.dims[1], x.dims[2], x.dims[3], w.dims[0], w.dims[1], 0};
    patches->size = w.dims[0] * w.dims[1] * w.dims[2];
    return CR_OK;
}

/* The patch whose first pixel is (top, left), in the order of a filter's numbers. */
static void gather(const struct patches *p, struct cr_tensor x, int64_t picture, int64_t top, int64_t left,
                   double *patch)
{
    int64_t row = p->window_width * p->channels;

    for (int64_t i = 0; i < p->window_height; i++)
        for (int64_t j = 0; j < row; j++)
            patch[i * row + j] = cr_init_get(x, ((picture * p->height + top + i) * p->width + left) * p->channels + j);
}

/* moments [size][size], of which the lower triangle is filled: the mean of p p' over all patches inside the pictures.
 */
static void measure_moments(const struct patches *p, struct cr_tensor x, double *patch, double *moments)
{
    int64_t rows = p->height - p->window_height + 1, columns = p->width - p->window_width + 1;
    double share = 1.0 / (double)(p->count * rows * columns);

    for (int64_t at = 0; at < p->count * rows * columns; at++) {
        gather(p, x, at / (rows * columns), at / columns % rows, at % columns, patch);
        for (int64_t i = 0; i < p->size; i++)
            for (int64_t j = 0; j <= i; j++)
                moments[i * p->size + j] += share * patch[i] * patch[j];
    }
}

static void set_filters(struct cr_tensor weights, const double *vectors, const double *moments, int64_t size,
                        double epsilon)
{
    int64_t filters = weights.dims[weights.rank - 1];

    for (int64_t f = 0; f < filters && f < 2 * size; f++) {
        double factor = (f < size ? 1 : -1) / sqrt(fmax(moments[f % size], 0) + epsilon);
        for (int64_t i = 0; i < size; i++)
            cr_init_set(weights, i * filters + f, factor * vectors[f % size * size + i]);
    }
}

static enum cr_status measure(const struct cr_init_data *data, struct cr_error *err)
{
    const struct whiten *o = data->options;
    struct patches patches;

    CR_TRY(describe(&patches, data, err));
    /* The moments, which become the vectors; their eigenvalues; a patch. */
    size_t size = (size_t)patches.size;
    double *room = calloc(size * size + 2 * size, sizeof(*room));
    if (room == NULL)
        return cr_fail_memory(err);
    double *values = room + size * size;
    cr_plan_run(data->plan, data->feed);
    measure_moments(&patches, cr_init_input(data), values + size, room);
    enum cr_status status = cr_eigen_symmetric(room, patches.size, values, NULL, NULL, err);
    if (status == CR_OK)
        set_filters(data->weights, room, values, patches.size, o->epsilon);
    free(room);
    return status;
}

const struct cr_init cr_init_whiten = {
    .entry = {.name = "whiten",
              .help = "whitens the patches of the first batch (Page 2018; Jordan 2024); for the first layer",
              .options = options},
    .fill = fill,
    .measure = measure,
};
