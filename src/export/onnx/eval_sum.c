/*
 * Operators that sum: Gemm, InstanceNormalization, Softmax. Sums are kept in double.
 */
#include <math.h>

#include "export/onnx/eval.h"

/* y = a b + c, b by rows or with transB by columns; c [N] or nothing */
static enum cr_status run_gemm(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *a = call->in[0], *b = call->in[1], *c = call->node->inputs > 2 ? call->in[2] : NULL;
    int64_t turned;
    CR_TRY(cr_onnx_int(call, "transB", 0, &turned, err));
    CR_TRY(cr_onnx_need_rank(call, 0, 2, err));
    CR_TRY(cr_onnx_need_rank(call, 1, 2, err));
    int64_t inner = b->dims[turned ? 1 : 0], outputs = b->dims[turned ? 0 : 1];
    const int64_t dims[2] = {a->dims[0], outputs};
    if (a->dims[1] != inner)
        return cr_onnx_call_fail(call, err, "rows of %lld numbers times a matrix of %lld", (long long)a->dims[1],
                                 (long long)inner);
    if (c && (c->rank != 1 || c->dims[0] != outputs))
        return cr_onnx_call_fail(call, err, "what it adds is not %lld numbers", (long long)outputs);
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, 2, dims, err));
    CR_TRY(cr_onnx_work(call, call->out[0]->count, inner, err));
    const float *x = a->data, *w = b->data;
    float *y = call->out[0]->data;
    for (int64_t n = 0; n < dims[0]; n++)
        for (int64_t o = 0; o < outputs; o++) {
            double sum = c ? (double)((const float *)c->data)[o] : 0;
            for (int64_t i = 0; i < inner; i++)
                sum += (double)x[n * inner + i] * (double)w[turned ? o * inner + i : i * outputs + o];
            *y++ = (float)sum;
        }
    return CR_OK;
}

/* y = scale (x - mean) / sqrt(variance + epsilon) + shift, mean and variance of each sample's channel */
static enum cr_status run_instance_norm(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0], *scale = call->in[1], *shift = call->in[2];
    float epsilon;
    CR_TRY(cr_onnx_float(call, "epsilon", 1e-5F, &epsilon, err));
    if (x->rank < 3 || scale->rank != 1 || shift->rank != 1 || scale->dims[0] != x->dims[1] ||
        shift->dims[0] != x->dims[1])
        return cr_onnx_call_fail(call, err, "its scale or shift is not one number a channel");
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, x->rank, x->dims, err));
    int64_t planes = x->dims[0] * x->dims[1], size = planes > 0 ? x->count / planes : 0;
    for (int64_t p = 0; p < planes; p++) {
        const float *from = (const float *)x->data + p * size;
        float *to = (float *)call->out[0]->data + p * size;
        double mean = 0, variance = 0;
        for (int64_t i = 0; i < size; i++)
            mean += (double)from[i] / (double)size;
        for (int64_t i = 0; i < size; i++)
            variance += ((double)from[i] - mean) * ((double)from[i] - mean) / (double)size;
        double factor = (double)((const float *)scale->data)[p % x->dims[1]] / sqrt(variance + (double)epsilon);
        for (int64_t i = 0; i < size; i++)
            to[i] = (float)(((double)from[i] - mean) * factor + (double)((const float *)shift->data)[p % x->dims[1]]);
    }
    return CR_OK;
}

/* e^x / their sum, along the last side */
static enum cr_status run_softmax(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0];
    int axis;
    CR_TRY(cr_onnx_axis(call, x->rank, -1, &axis, err));
    if (axis != x->rank - 1)
        return cr_onnx_call_fail(call, err, "along side %d of %d, expected the last", axis, x->rank);
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, x->rank, x->dims, err));
    int64_t size = x->dims[axis];
    const float *from = x->data;
    float *to = call->out[0]->data;
    for (int64_t at = 0; at < x->count; at += size) {
        double most = -INFINITY, sum = 0;
        for (int64_t i = at; i < at + size; i++)
            most = fmax(most, (double)from[i]);
        for (int64_t i = at; i < at + size; i++)
            sum += exp((double)from[i] - most);
        for (int64_t i = at; i < at + size; i++)
            to[i] = (float)(exp((double)from[i] - most) / sum);
    }
    return CR_OK;
}

const struct cr_onnx_operator cr_onnx_sums[] = {
    {.name = "Gemm", .least = 2, .most = 3, .takes = "ffF", .attributes = {"transB"}, .run = run_gemm},
    {.name = "InstanceNormalization",
     .least = 3,
     .most = 3,
     .takes = "f",
     .attributes = {"epsilon"},
     .run = run_instance_norm},
    {.name = "Softmax", .least = 1, .most = 1, .takes = "f", .attributes = {"axis"}, .run = run_softmax},
    {0},
};
