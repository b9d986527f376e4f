/*
 * Activations: operators of ONNX where there are such, else what they are made of.
 */
#include <string.h>

#include "export/onnx/build.h"
#include "kernels/kernels.h"

static void times_x(struct build *b, const name_text x)
{
    cr_onnx_apply_with(b, "Mul", x, NULL);
}

enum cr_status cr_onnx_activation(struct build *b, struct cr_error *err)
{
    const struct cr_onnx_attribute alpha[] = {CR_ONNX_F("alpha", b->stage->parameter), {0}};
    const struct cr_onnx_attribute sixth[] = {CR_ONNX_F("alpha", 1.0 / 6), CR_ONNX_F("beta", 0.5), {0}};
    name_text x;
    strcpy(x, b->at);
    switch ((enum cr_activation)b->stage->activation) {
    case CR_ACTIVATION_none:
        break;
    case CR_ACTIVATION_relu:
        cr_onnx_apply(b, "Relu", NULL);
        return CR_OK;
    case CR_ACTIVATION_leaky_relu:
        cr_onnx_apply(b, "LeakyRelu", alpha);
        return CR_OK;
    case CR_ACTIVATION_elu:
        cr_onnx_apply(b, "Elu", alpha);
        return CR_OK;
    case CR_ACTIVATION_selu:
        cr_onnx_apply(b, "Selu", NULL);
        return CR_OK;
    case CR_ACTIVATION_sigmoid:
        cr_onnx_apply(b, "Sigmoid", NULL);
        return CR_OK;
    case CR_ACTIVATION_hyperbolic_tangent:
        cr_onnx_apply(b, "Tanh", NULL);
        return CR_OK;
    case CR_ACTIVATION_softplus:
        cr_onnx_apply(b, "Softplus", NULL);
        return CR_OK;
    case CR_ACTIVATION_gelu: /* x (1 + erf(x / sqrt 2)) / 2 */
        cr_onnx_apply_number(b, "Mul", 0.70710678118654752);
        cr_onnx_apply(b, "Erf", NULL);
        cr_onnx_apply_number(b, "Add", 1);
        cr_onnx_apply_number(b, "Mul", 0.5);
        times_x(b, x);
        return CR_OK;
    case CR_ACTIVATION_gelu_tanh: /* x / (1 + e^-2u), u = sqrt(2 / pi) x (1 + 0.044715 x^2) */
        times_x(b, x);
        cr_onnx_apply_number(b, "Mul", 0.044715);
        cr_onnx_apply_number(b, "Add", 1);
        times_x(b, x);
        cr_onnx_apply_number(b, "Mul", 1.5957691216057308);
        cr_onnx_apply(b, "Sigmoid", NULL);
        times_x(b, x);
        return CR_OK;
    case CR_ACTIVATION_silu:
        cr_onnx_apply(b, "Sigmoid", NULL);
        times_x(b, x);
        return CR_OK;
    case CR_ACTIVATION_hard_swish:
        cr_onnx_apply(b, "HardSigmoid", sixth);
        times_x(b, x);
        return CR_OK;
    }
    return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: its activation cannot be exported as ONNX", b->stage->name);
}
