/*
 * Operators that slide a window over pictures N C H W, and Resize. With a side of n, padding p before and q behind, a
 * window of k and a stride of s:
 *
 *     Conv, pools      (n + p + q - k) / s + 1 places, the window's first pixel at i s - p
 *     ConvTranspose    (n - 1) s + k - p - q + output_padding
 */
#include <math.h>
#include <string.h>

#include "export/onnx/eval.h"

enum { MOST = 1 << 20 }; /* of sides, strides, paddings */

struct window {
    int64_t kernel[2], stride[2], before[2], behind[2];
};

/* One sample's channel. */
static float *plane(const struct cr_onnx_tensor *tensor, int64_t n, int64_t c)
{
    return (float *)tensor->data + (n * tensor->dims[1] + c) * tensor->dims[2] * tensor->dims[3];
}

static enum cr_status read_window(const struct cr_onnx_call *call, struct window *window, struct cr_error *err)
{
    int64_t pads[4];
    CR_TRY(cr_onnx_need_rank(call, 0, 4, err));
    CR_TRY(cr_onnx_list(call, "kernel_shape", 2, 0, 1, MOST, window->kernel, err));
    CR_TRY(cr_onnx_list(call, "strides", 2, 1, 1, MOST, window->stride, err));
    CR_TRY(cr_onnx_list(call, "pads", 4, 0, 0, MOST, pads, err));
    for (int i = 0; i < 2; i++) {
        window->before[i] = pads[i];
        window->behind[i] = pads[2 + i];
    }
    return CR_OK;
}

/* Of a convolution: its weights [M][C / group][KH][KW], or of a transposed one [C][M][KH][KW]. */
static enum cr_status check_weights(const struct cr_onnx_call *call, const struct window *window, int64_t channels,
                                    int64_t filters, struct cr_error *err)
{
    const struct cr_onnx_tensor *w = call->in[1], *bias = call->node->inputs > 2 ? call->in[2] : NULL;
    if (w->dims[2] != window->kernel[0] || w->dims[3] != window->kernel[1])
        return cr_onnx_call_fail(call, err, "kernel_shape is %lldx%lld, its weights are of %lldx%lld",
                                 (long long)window->kernel[0], (long long)window->kernel[1], (long long)w->dims[2],
                                 (long long)w->dims[3]);
    if (call->in[0]->dims[1] != channels)
        return cr_onnx_call_fail(call, err, "its input has %lld channels, its weights are for %lld",
                                 (long long)call->in[0]->dims[1], (long long)channels);
    if (bias && (bias->rank != 1 || bias->dims[0] != filters))
        return cr_onnx_call_fail(call, err, "its bias is not %lld numbers", (long long)filters);
    return CR_OK;
}

static void fill(const struct cr_onnx_call *call, int64_t filters)
{
    const struct cr_onnx_tensor *y = call->out[0], *bias = call->node->inputs > 2 ? call->in[2] : NULL;
    int64_t area = y->dims[2] * y->dims[3];
    for (int64_t i = 0; bias && i < y->count; i++)
        ((float *)y->data)[i] = ((const float *)bias->data)[i / area % filters];
}

static enum cr_status places(const struct cr_onnx_call *call, const struct window *window, int64_t *dims,
                             struct cr_error *err)
{
    for (int i = 0; i < 2; i++) {
        int64_t room = call->in[0]->dims[2 + i] + window->before[i] + window->behind[i] - window->kernel[i];
        if (room < 0)
            return cr_onnx_call_fail(call, err, "a window of %lld is larger than side %d of its input",
                                     (long long)window->kernel[i], 2 + i);
        dims[2 + i] = room / window->stride[i] + 1;
    }
    return CR_OK;
}

/* One weight's share in a plane: y[i][j] += w x[i s + a - p][j s + b - q] */
static void add_weight(const struct window *window, const float *x, const int64_t *x_sides, int64_t a, int64_t b,
                       float w, float *y, const int64_t *y_sides)
{
    for (int64_t i = 0; i < y_sides[0]; i++) {
        int64_t h = i * window->stride[0] + a - window->before[0];
        if (h < 0 || h >= x_sides[0])
            continue;
        for (int64_t j = 0; j < y_sides[1]; j++) {
            int64_t v = j * window->stride[1] + b - window->before[1];
            if (v >= 0 && v < x_sides[1])
                y[i * y_sides[1] + j] += w * x[h * x_sides[1] + v];
        }
    }
}

static enum cr_status run_conv(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0], *w = call->in[1], *y = call->out[0];
    struct window window;
    int64_t groups;
    CR_TRY(read_window(call, &window, err));
    CR_TRY(cr_onnx_need_rank(call, 1, 4, err));
    CR_TRY(cr_onnx_int(call, "group", 1, &groups, err));
    int64_t filters = w->dims[0], each = w->dims[1], area = window.kernel[0] * window.kernel[1];
    if (groups < 1 || groups > MOST || filters % groups != 0 || each > MOST)
        return cr_onnx_call_fail(call, err, "%lld groups of %lld filters", (long long)groups, (long long)filters);
    CR_TRY(check_weights(call, &window, each * groups, filters, err));
    int64_t dims[4] = {x->dims[0], filters};
    CR_TRY(places(call, &window, dims, err));
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, 4, dims, err));
    CR_TRY(cr_onnx_work(call, y->count, w->count / (filters > 0 ? filters : 1), err));
    fill(call, filters);
    for (int64_t n = 0; n < dims[0]; n++)
        for (int64_t m = 0; m < filters; m++)
            for (int64_t c = 0; c < each; c++)
                for (int64_t k = 0; k < area; k++)
                    add_weight(&window, plane(x, n, m / (filters / groups) * each + c), x->dims + 2,
                               k / window.kernel[1], k % window.kernel[1],
                               ((const float *)w->data)[(m * each + c) * area + k], plane(y, n, m), dims + 2);
    return CR_OK;
}

/* x[h][v] goes to y[h s + a - p][v s + b - q]: as above with the parts of x and y exchanged. */
static void spread_weight(const struct window *window, const float *x, const int64_t *x_sides, int64_t a, int64_t b,
                          float w, float *y, const int64_t *y_sides)
{
    for (int64_t h = 0; h < x_sides[0]; h++)
        for (int64_t v = 0; v < x_sides[1]; v++) {
            int64_t i = h * window->stride[0] + a - window->before[0];
            int64_t j = v * window->stride[1] + b - window->before[1];
            if (i >= 0 && i < y_sides[0] && j >= 0 && j < y_sides[1])
                y[i * y_sides[1] + j] += w * x[h * x_sides[1] + v];
        }
}

static enum cr_status run_conv_transpose(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0], *w = call->in[1], *y = call->out[0];
    struct window window;
    int64_t groups, more[2];
    CR_TRY(read_window(call, &window, err));
    CR_TRY(cr_onnx_need_rank(call, 1, 4, err));
    CR_TRY(cr_onnx_int(call, "group", 1, &groups, err));
    CR_TRY(cr_onnx_list(call, "output_padding", 2, 0, 0, MOST, more, err));
    if (groups != 1)
        return cr_onnx_call_fail(call, err, "%lld groups, expected 1", (long long)groups);
    int64_t channels = w->dims[0], filters = w->dims[1], area = window.kernel[0] * window.kernel[1];
    CR_TRY(check_weights(call, &window, channels, filters, err));
    int64_t dims[4] = {x->dims[0], filters};
    for (int i = 0; i < 2; i++) {
        if (x->dims[2 + i] > MOST)
            return cr_onnx_call_fail(call, err, "a side of %lld is too large", (long long)x->dims[2 + i]);
        dims[2 + i] =
            (x->dims[2 + i] - 1) * window.stride[i] + window.kernel[i] - window.before[i] - window.behind[i] + more[i];
    }
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, 4, dims, err));
    CR_TRY(cr_onnx_work(call, x->count, w->count / (channels > 0 ? channels : 1), err));
    fill(call, filters);
    for (int64_t n = 0; n < dims[0]; n++)
        for (int64_t c = 0; c < channels; c++)
            for (int64_t m = 0; m < filters; m++)
                for (int64_t k = 0; k < area; k++)
                    spread_weight(&window, plane(x, n, c), x->dims + 2, k / window.kernel[1], k % window.kernel[1],
                                  ((const float *)w->data)[(c * filters + m) * area + k], plane(y, n, m), dims + 2);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ pools */

/* Over the pixels of the window at (i, j) that lie inside: the largest, or the mean. */
static float pool(const struct window *window, bool most, const float *x, const int64_t *sides, int64_t i, int64_t j)
{
    float largest = -INFINITY;
    double sum = 0;
    int64_t count = 0;
    for (int64_t a = 0; a < window->kernel[0]; a++)
        for (int64_t b = 0; b < window->kernel[1]; b++) {
            int64_t h = i * window->stride[0] + a - window->before[0],
                    v = j * window->stride[1] + b - window->before[1];
            if (h < 0 || h >= sides[0] || v < 0 || v >= sides[1])
                continue;
            float p = x[h * sides[1] + v];
            largest = p > largest ? p : largest;
            sum += (double)p;
            count++;
        }
    return most ? largest : (float)(sum / (double)count);
}

static enum cr_status run_pool(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0], *y = call->out[0];
    bool most = strcmp(call->rule->name, "MaxPool") == 0;
    struct window window;
    CR_TRY(read_window(call, &window, err));
    int64_t dims[4] = {x->dims[0], x->dims[1]};
    for (int i = 0; i < 2; i++)
        if (window.before[i] >= window.kernel[i] || window.behind[i] >= window.kernel[i])
            return cr_onnx_call_fail(call, err, "a padding as large as the window");
    CR_TRY(places(call, &window, dims, err));
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, 4, dims, err));
    CR_TRY(cr_onnx_work(call, y->count, window.kernel[0] * window.kernel[1], err));
    for (int64_t n = 0; n < dims[0]; n++)
        for (int64_t c = 0; c < dims[1]; c++)
            for (int64_t i = 0; i < dims[2]; i++)
                for (int64_t j = 0; j < dims[3]; j++)
                    plane(y, n, c)[i * dims[3] + j] = pool(&window, most, plane(x, n, c), x->dims + 2, i, j);
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- resize */

/* Where a pixel of the result comes from, between `low` and `high`: "asymmetric" with "floor", or "half_pixel". */
static void find_source(int64_t at, float scale, int64_t side, bool linear, int64_t *low, int64_t *high, float *share)
{
    double place = linear ? ((double)at + 0.5) / (double)scale - 0.5 : floor((double)at / (double)scale);
    place = place < 0 ? 0 : place > (double)(side - 1) ? (double)(side - 1) : place;
    *low = (int64_t)place;
    *high = *low + 1 < side ? *low + 1 : *low;
    *share = linear ? (float)(place - (double)*low) : 0;
}

static enum cr_status read_resize(struct cr_onnx_call *call, bool *linear, struct cr_error *err)
{
    const char *mode, *places_by, *nearest;
    CR_TRY(cr_onnx_word(call, "mode", "nearest", &mode, err));
    CR_TRY(cr_onnx_word(call, "coordinate_transformation_mode", "half_pixel", &places_by, err));
    CR_TRY(cr_onnx_word(call, "nearest_mode", "round_prefer_floor", &nearest, err));
    *linear = strcmp(mode, "linear") == 0;
    if (*linear ? strcmp(places_by, "half_pixel") == 0
                : strcmp(mode, "nearest") == 0 && strcmp(places_by, "asymmetric") == 0 && strcmp(nearest, "floor") == 0)
        return CR_OK;
    return cr_onnx_call_fail(call, err, "it is neither linear by half_pixel nor nearest by asymmetric and floor");
}

static enum cr_status run_resize(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0], *y = call->out[0];
    const float *scales = call->in[2]->data;
    bool linear;
    CR_TRY(read_resize(call, &linear, err));
    CR_TRY(cr_onnx_need_rank(call, 0, 4, err));
    if (call->in[2]->rank != 1 || call->in[2]->count != 4 || scales[0] != 1 || scales[1] != 1 || !(scales[2] >= 1) ||
        !(scales[3] >= 1) || scales[2] > MOST || scales[3] > MOST || x->dims[2] > MOST || x->dims[3] > MOST)
        return cr_onnx_call_fail(call, err, "its scales are not 1, 1 and two numbers from 1 on");
    int64_t dims[4] = {x->dims[0], x->dims[1], (int64_t)floor((double)x->dims[2] * (double)scales[2]),
                       (int64_t)floor((double)x->dims[3] * (double)scales[3])};
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, 4, dims, err));
    for (int64_t n = 0; n < dims[0] * dims[1] && y->count > 0; n++)
        for (int64_t i = 0; i < dims[2] * dims[3]; i++) {
            const float *p = plane(x, 0, n);
            int64_t top, bottom, left, right;
            float down, across;
            find_source(i / dims[3], scales[2], x->dims[2], linear, &top, &bottom, &down);
            find_source(i % dims[3], scales[3], x->dims[3], linear, &left, &right, &across);
            const float *above = p + top * x->dims[3], *below = p + bottom * x->dims[3];
            plane(y, 0, n)[i] = (1 - down) * ((1 - across) * above[left] + across * above[right]) +
                                down * ((1 - across) * below[left] + across * below[right]);
        }
    return CR_OK;
}

#define WINDOW "kernel_shape", "strides", "pads"

const struct cr_onnx_operator cr_onnx_windows[] = {
    {.name = "Conv", .least = 2, .most = 3, .takes = "ffF", .attributes = {WINDOW, "group"}, .run = run_conv},
    {.name = "ConvTranspose",
     .least = 2,
     .most = 3,
     .takes = "ffF",
     .attributes = {WINDOW, "group", "output_padding"},
     .run = run_conv_transpose},
    {.name = "MaxPool", .least = 1, .most = 1, .takes = "f", .attributes = {WINDOW}, .run = run_pool},
    {.name = "AveragePool", .least = 1, .most = 1, .takes = "f", .attributes = {WINDOW}, .run = run_pool},
    {.name = "Resize",
     .least = 3,
     .most = 3,
     .takes = "f-f",
     .attributes = {"mode", "coordinate_transformation_mode", "nearest_mode"},
     .run = run_resize},
    {0},
};
