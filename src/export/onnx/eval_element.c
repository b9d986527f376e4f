/*
 * Operators that go number by number: unary ones; binary ones, whose operands are repeated along sides of length 1 or
 * that are not there (multidirectional broadcasting, docs/Broadcasting.md); the largest of several.
 */
#include <math.h>

#include "export/onnx/eval.h"

/* ------------------------------------------------------------------------------------------------------------ unary */

static float identity(float x, float a, float b)
{
    (void)a, (void)b;
    return x;
}

static float relu(float x, float a, float b)
{
    (void)a, (void)b;
    return x < 0 ? 0 : x;
}

static float leaky_relu(float x, float alpha, float b)
{
    (void)b;
    return x < 0 ? alpha * x : x;
}

static float elu(float x, float alpha, float b)
{
    (void)b;
    return x < 0 ? alpha * (expf(x) - 1) : x;
}

static float selu(float x, float alpha, float gamma)
{
    return x <= 0 ? gamma * (alpha * expf(x) - alpha) : gamma * x;
}

static float sigmoid(float x, float a, float b)
{
    (void)a, (void)b;
    return 1 / (1 + expf(-x));
}

static float hyperbolic_tangent(float x, float a, float b)
{
    (void)a, (void)b;
    return tanhf(x);
}

/* log(e^x + 1), in a form that does not overflow */
static float softplus(float x, float a, float b)
{
    (void)a, (void)b;
    return fmaxf(x, 0) + log1pf(expf(-fabsf(x)));
}

static float error_function(float x, float a, float b)
{
    (void)a, (void)b;
    return erff(x);
}

static float hard_sigmoid(float x, float alpha, float beta)
{
    return fmaxf(0, fminf(1, alpha * x + beta));
}

static enum cr_status run_unary(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0];
    float parameters[2];
    for (int i = 0; i < 2; i++) {
        parameters[i] = call->rule->defaults[i];
        if (call->rule->attributes[0] && call->rule->attributes[i])
            CR_TRY(cr_onnx_float(call, call->rule->attributes[i], parameters[i], &parameters[i], err));
    }
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, x->rank, x->dims, err));
    const float *from = x->data;
    float *to = call->out[0]->data;
    for (int64_t i = 0; i < x->count; i++)
        to[i] = call->rule->each(from[i], parameters[0], parameters[1]);
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- binary */

static float add(float x, float y)
{
    return x + y;
}

static float subtract(float x, float y)
{
    return x - y;
}

static float multiply(float x, float y)
{
    return x * y;
}

static float divide(float x, float y)
{
    return x / y;
}

static float prelu(float x, float slope)
{
    return x < 0 ? slope * x : x;
}

/* The length of side `i` of `rank`, where the tensor's sides are the last ones. */
static int64_t side(const struct cr_onnx_tensor *tensor, int rank, int i)
{
    int own = i - (rank - tensor->rank);
    return own < 0 ? 1 : tensor->dims[own];
}

/* How far apart neighbours along each side lie; 0 where one number stands for all. */
static void find_strides(const struct cr_onnx_tensor *tensor, int rank, int64_t *strides)
{
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = side(tensor, rank, i) == 1 ? 0 : stride;
        stride *= side(tensor, rank, i);
    }
}

static enum cr_status run_binary(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *x = call->in[0], *y = call->in[1];
    int rank = x->rank > y->rank ? x->rank : y->rank;
    int64_t dims[CR_ONNX_RANK] = {0}, x_strides[CR_ONNX_RANK] = {0}, y_strides[CR_ONNX_RANK] = {0};
    for (int i = 0; i < rank; i++) {
        int64_t a = side(x, rank, i), b = side(y, rank, i);
        if (a != b && a != 1 && b != 1)
            return cr_onnx_call_fail(call, err, "sides of %lld and %lld do not fit", (long long)a, (long long)b);
        dims[i] = a == 1 ? b : a;
    }
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, rank, dims, err));
    find_strides(x, rank, x_strides);
    find_strides(y, rank, y_strides);
    const float *from_x = x->data, *from_y = y->data;
    float *to = call->out[0]->data;
    for (int64_t i = 0; i < call->out[0]->count; i++) {
        int64_t at_x = 0, at_y = 0, rest = i;
        for (int k = rank - 1; k >= 0; rest /= dims[k], k--) {
            at_x += rest % dims[k] * x_strides[k];
            at_y += rest % dims[k] * y_strides[k];
        }
        to[i] = call->rule->pair(from_x[at_x], from_y[at_y]);
    }
    return CR_OK;
}

/* The second operand may be repeated, the first not. */
static enum cr_status run_prelu(struct cr_onnx_call *call, struct cr_error *err)
{
    CR_TRY(run_binary(call, err));
    if (call->out[0]->count != call->in[0]->count)
        return cr_onnx_call_fail(call, err, "the slopes do not fit the numbers");
    return CR_OK;
}

static enum cr_status run_max(struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_tensor *first = call->in[0];
    CR_TRY(cr_onnx_make(call, 0, CR_ONNX_FLOATS, first->rank, first->dims, err));
    float *to = call->out[0]->data;
    for (int64_t i = 0; i < first->count; i++)
        to[i] = ((const float *)first->data)[i];
    for (int k = 1; k < call->node->inputs; k++) {
        const float *from = call->in[k]->data;
        bool alike = call->in[k]->rank == first->rank;
        for (int i = 0; alike && i < first->rank; i++)
            alike = call->in[k]->dims[i] == first->dims[i];
        if (!alike)
            return cr_onnx_call_fail(call, err, "input %d is of another shape than input 0", k);
        for (int64_t i = 0; i < first->count; i++)
            to[i] = from[i] > to[i] ? from[i] : to[i];
    }
    return CR_OK;
}

#define UNARY(word, function)  .name = word, .least = 1, .most = 1, .takes = "f", .each = function, .run = run_unary
#define BINARY(word, function) .name = word, .least = 2, .most = 2, .takes = "f", .pair = function, .run = run_binary

const struct cr_onnx_operator cr_onnx_elements[] = {
    {UNARY("Identity", identity)},
    {UNARY("Relu", relu)},
    {UNARY("LeakyRelu", leaky_relu), .attributes = {"alpha"}, .defaults = {0.01F}},
    {UNARY("Elu", elu), .attributes = {"alpha"}, .defaults = {1}},
    {UNARY("Selu", selu), .attributes = {"alpha", "gamma"}, .defaults = {1.67326319F, 1.05070102F}},
    {UNARY("Sigmoid", sigmoid)},
    {UNARY("Tanh", hyperbolic_tangent)},
    {UNARY("Softplus", softplus)},
    {UNARY("Erf", error_function)},
    {UNARY("HardSigmoid", hard_sigmoid), .attributes = {"alpha", "beta"}, .defaults = {0.2F, 0.5F}},
    {BINARY("Add", add)},
    {BINARY("Sub", subtract)},
    {BINARY("Mul", multiply)},
    {BINARY("Div", divide)},
    {.name = "PRelu", .least = 2, .most = 2, .takes = "f", .pair = prelu, .run = run_prelu},
    {.name = "Max", .least = 1, .most = CR_ONNX_ARGUMENTS, .takes = "f", .run = run_max},
    {0},
};
