/*
 * Operators that move numbers, or give them other sides.
 */
#include <string.h>

#include "export/onnx/eval.h"

static enum cr_status run_cast(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0];
    int64_t to;
    CR_TRY(cr_onnx_int(call, "to", 0, &to, err));
    if (to != CR_ONNX_FLOATS)
        return cr_onnx_call_fail(call, err, "to the type %lld, expected float (1)", (long long)to);
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, x->rank, x->dims, err));
    float *y = call->out[0]->data;
    for (int64_t i = 0; i < x->count; i++)
        y[i] = x->type == CR_ONNX_BYTES ? (float)((const uint8_t *)x->data)[i] : ((const float *)x->data)[i];
    return CR_OK;
}

/* The same numbers in the same order. */
static enum cr_status copy_as(struct cr_onnx_call *call, int rank, const int64_t *dims, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0];
    CR_TRY(cr_onnx_make(call, 0, x->type, rank, dims, err));
    if (call->out[0]->count != x->count)
        return cr_onnx_call_fail(call, err, "%lld numbers cannot be %lld", (long long)x->count,
                                 (long long)call->out[0]->count);
    memcpy(call->out[0]->data, x->data, (size_t)x->count * sizeof(float));
    return CR_OK;
}

static enum cr_status run_flatten(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0];
    int64_t dims[2] = {1, 1};
    int axis;
    CR_TRY(cr_onnx_axis(call, x->rank, 1, &axis, err));
    for (int i = 0; i < x->rank; i++)
        dims[i >= axis] *= x->dims[i];
    return copy_as(call, 2, dims, err);
}

/* 0 keeps a side; one -1 takes what is left. */
static enum cr_status run_reshape(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0], *shape = call->in[1];
    int64_t dims[CR_ONNX_RANK], known = 1;
    int open = -1;
    if (shape->rank != 1 || shape->count > CR_ONNX_RANK)
        return cr_onnx_call_fail(call, err, "its shape is no list of at most %d numbers", CR_ONNX_RANK);
    for (int i = 0; i < shape->count; i++) {
        int64_t side = ((const int64_t *)shape->data)[i];
        if (side < -1 || (side == 0 && i >= x->rank) || (side == -1 && open >= 0))
            return cr_onnx_call_fail(call, err, "number %d of its shape is %lld", i, (long long)side);
        dims[i] = side == 0 ? x->dims[i] : side;
        if (side == -1)
            open = i;
        else if (__builtin_mul_overflow(known, dims[i], &known))
            return cr_onnx_call_fail(call, err, "its shape is too large");
    }
    if (open >= 0)
        dims[open] = known > 0 ? x->count / known : 0;
    return copy_as(call, (int)shape->count, dims, err);
}

static enum cr_status run_transpose(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0];
    int64_t order[CR_ONNX_RANK], dims[CR_ONNX_RANK], strides[CR_ONNX_RANK], stride = 1;
    unsigned seen = 0;
    CR_TRY(cr_onnx_list(call, "perm", x->rank, 0, 0, x->rank - 1, order, err));
    for (int i = 0; i < x->rank; i++)
        seen |= 1U << order[i];
    if (seen != (1U << x->rank) - 1)
        return cr_onnx_call_fail(call, err, "perm names a side twice");
    for (int i = 0; i < x->rank; i++)
        dims[i] = x->dims[order[i]];
    for (int i = x->rank - 1; i >= 0; stride *= x->dims[i], i--)
        for (int k = 0; k < x->rank; k++)
            if (order[k] == i)
                strides[k] = stride;
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, x->rank, dims, err));
    const float *from = x->data;
    float *to = call->out[0]->data;
    for (int64_t i = 0; i < x->count; i++) {
        int64_t at = 0, rest = i;
        for (int k = x->rank - 1; k >= 0; rest /= dims[k], k--)
            at += rest % dims[k] * strides[k];
        to[i] = from[at];
    }
    return CR_OK;
}

/* Numbers before the axis, and those of one place on it. */
static void measure(const struct cr_onnx_tensor *x, int axis, int64_t *before, int64_t *behind)
{
    *before = *behind = 1;
    for (int i = 0; i < axis; i++)
        *before *= x->dims[i];
    for (int i = axis + 1; i < x->rank; i++)
        *behind *= x->dims[i];
}

static enum cr_status run_concat(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *first = call->in[0];
    int64_t dims[CR_ONNX_RANK], before, behind, at = 0;
    int axis;
    CR_TRY(cr_onnx_axis(call, first->rank, first->rank, &axis, err)); /* without it: an error */
    memcpy(dims, first->dims, sizeof dims);
    for (int k = 1; k < call->node->inputs; k++) {
        CR_TRY(cr_onnx_need_rank(call, k, first->rank, err));
        for (int i = 0; i < first->rank; i++)
            if (i != axis && call->in[k]->dims[i] != dims[i])
                return cr_onnx_call_fail(call, err, "side %d of input %d is %lld, expected %lld", i, k,
                                         (long long)call->in[k]->dims[i], (long long)dims[i]);
        dims[axis] += call->in[k]->dims[axis];
    }
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, first->rank, dims, err));
    measure(first, axis, &before, &behind);
    for (int k = 0; k < call->node->inputs; k++) {
        int64_t piece = call->in[k]->dims[axis] * behind, whole = dims[axis] * behind;
        for (int64_t i = 0; i < before; i++)
            memcpy((float *)call->out[0]->data + i * whole + at, (const float *)call->in[k]->data + i * piece,
                   (size_t)piece * sizeof(float));
        at += piece;
    }
    return CR_OK;
}

static enum cr_status run_split(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0];
    int64_t dims[CR_ONNX_RANK], before, behind;
    int axis, parts = call->node->outputs;
    CR_TRY(cr_onnx_axis(call, x->rank, 0, &axis, err));
    if (parts < 1 || x->dims[axis] % parts != 0)
        return cr_onnx_call_fail(call, err, "a side of %lld cannot be cut into %d equal parts",
                                 (long long)x->dims[axis], parts);
    memcpy(dims, x->dims, sizeof dims);
    dims[axis] /= parts;
    measure(x, axis, &before, &behind);
    int64_t piece = dims[axis] * behind;
    for (int k = 0; k < parts; k++) {
        CR_TRY(cr_onnx_make(call, k, CR_ONNX_FLOATS, x->rank, dims, err));
        for (int64_t i = 0; i < before; i++)
            memcpy((float *)call->out[k]->data + i * piece, (const float *)x->data + (i * parts + k) * piece,
                   (size_t)piece * sizeof(float));
    }
    return CR_OK;
}

const struct cr_onnx_operator cr_onnx_shapes[] = {
    {.name = "Cast", .least = 1, .most = 1, .takes = "b", .attributes = {"to"}, .run = run_cast},
    {.name = "Flatten", .least = 1, .most = 1, .takes = "f", .attributes = {"axis"}, .run = run_flatten},
    {.name = "Reshape", .least = 2, .most = 2, .takes = "fw", .run = run_reshape},
    {.name = "Transpose", .least = 1, .most = 1, .takes = "f", .attributes = {"perm"}, .run = run_transpose},
    {.name = "Concat", .least = 1, .most = CR_ONNX_ARGUMENTS, .takes = "f", .attributes = {"axis"}, .run = run_concat},
    {.name = "Split", .least = 1, .most = 1, .takes = "f", .attributes = {"axis"}, .many = true, .run = run_split},
    {0},
};
