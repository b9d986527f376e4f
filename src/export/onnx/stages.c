/*
 * Each stage as nodes of ONNX's opset 13. Pictures are N C H W there, so that weights and whatever has a parameter for
 * each number of a flattened picture are put in that order.
 */
#include <string.h>

#include "export/onnx/build.h"

/* N C H W to N (C H W) */
static void flatten(struct build *b)
{
    const struct cr_onnx_attribute axis[] = {CR_ONNX_I("axis", 1), {0}};
    if (b->picture)
        cr_onnx_apply(b, "Flatten", axis);
    b->picture = false;
}

/*
 * What is N C H W as a row in the order of our memory, N (H W C): for what depends on the places of its numbers behind
 * flatten, or has another operand of that order.
 */
void cr_onnx_row(struct cr_onnx *onnx, name_text name)
{
    const struct cr_onnx_attribute order[] = {CR_ONNX_L("perm", 4, 0, 2, 3, 1), {0}};
    const struct cr_onnx_attribute axis[] = {CR_ONNX_I("axis", 1), {0}};
    cr_onnx_node(onnx, "Transpose", INPUTS(name), order, name);
    cr_onnx_node(onnx, "Flatten", INPUTS(name), axis, name);
}

/* Whether the stage takes a flattened picture as a row. */
static bool is_flattened(const struct build *b)
{
    const struct cr_sides *p = &b->stage->picture;
    return b->picture && p->height * p->width > 1 && b->stage->x.channels == cr_sides_count(*p);
}

/* Parameters by channel as something that can be broadcast over `at`. */
static enum cr_status parameter(struct build *b, const float *numbers, int64_t count, bool batch, name_text out,
                                struct cr_error *err)
{
    const struct cr_sides p = b->stage->picture;
    int64_t dims[4] = {1, count, 1, 1};
    const float *ordered = numbers;
    if (is_flattened(b)) {
        float *made = cr_arena_alloc(b->onnx->program->arena, (size_t)count * sizeof *made);
        int64_t area = p.height * p.width;
        if (!made)
            return cr_fail_memory(err);
        for (int64_t c = 0; c < p.channels; c++)
            for (int64_t i = 0; i < area; i++)
                made[c * area + i] = numbers[i * p.channels + c];
        ordered = made;
        dims[1] = p.channels;
        dims[2] = p.height;
        dims[3] = p.width;
    }
    cr_onnx_floats(b->onnx, ordered, (b->picture ? 4 : 2) - !batch, dims + !batch, out);
    return CR_OK;
}

/* ---------------------------------------------------------------------------------------------------------- products
 */

static int64_t beyond(int64_t out, int64_t stride, int64_t kernel, int64_t in, int64_t before)
{
    return (out - 1) * stride + kernel - in - before;
}

static int64_t no_less(int64_t x)
{
    return x > 0 ? x : 0;
}

/* [KH][KW][A][B] as [B][A][KH][KW] */
static float *order_window(const struct build *b, const int64_t dims[4])
{
    const struct cr_stage *stage = b->stage;
    float *made = cr_arena_alloc(b->onnx->program->arena, (size_t)stage->weights * sizeof *made), *next = made;
    for (int64_t o = 0; made && o < dims[0]; o++)
        for (int64_t i = 0; i < dims[1]; i++)
            for (int64_t k = 0; k < dims[2] * dims[3]; k++)
                *next++ = stage->weight[(k * dims[1] + i) * dims[0] + o];
    return made;
}

static enum cr_status build_window(struct build *b, struct cr_error *err)
{
    const struct cr_stage *s = b->stage;
    bool up = s->kind == CR_STAGE_UPCONV;
    struct cr_sides in = up ? s->y : s->x, out = up ? s->x : s->y; /* of the convolution */
    int64_t bottom = beyond(out.height, s->stride, s->kernel_height, in.height, s->top);
    int64_t right = beyond(out.width, s->stride, s->kernel_width, in.width, s->left);
    const int64_t dims[4] = {up ? s->x.channels : s->y.channels, up ? s->y.channels : s->x.channels / s->groups,
                             s->kernel_height, s->kernel_width};
    const struct cr_onnx_attribute attributes[] = {
        CR_ONNX_L("kernel_shape", 2, s->kernel_height, s->kernel_width),
        CR_ONNX_L("strides", 2, s->stride, s->stride),
        CR_ONNX_L("pads", 4, s->top, s->left, no_less(bottom), no_less(right)),
        CR_ONNX_I("group", s->groups),
        {.name = up ? "output_padding" : NULL,
         .type = CR_ONNX_INTS,
         .count = 2,
         .ints = {no_less(-bottom), no_less(-right)}},
        {0}};
    const float *weight = order_window(b, dims);
    name_text w, bias = "";
    if (!weight)
        return cr_fail_memory(err);
    cr_onnx_floats(b->onnx, weight, 4, dims, w);
    if (s->bias)
        cr_onnx_floats(b->onnx, s->bias, 1, &s->y.channels, bias);
    cr_onnx_node(b->onnx, up ? "ConvTranspose" : "Conv", INPUTS(b->at, w, s->bias ? bias : NULL), attributes, b->at);
    return CR_OK;
}

/* [I][O] as [O][I], with what is a picture by C, H, W */
static float *order_dense(const struct build *b, struct cr_sides from, struct cr_sides to)
{
    const struct cr_stage *s = b->stage;
    int64_t from_area = from.height * from.width, to_area = to.height * to.width;
    float *made = cr_arena_alloc(b->onnx->program->arena, (size_t)s->weights * sizeof *made), *next = made;
    for (int64_t k = 0; made && k < to.channels; k++)
        for (int64_t o = 0; o < to_area; o++)
            for (int64_t c = 0; c < from.channels; c++)
                for (int64_t i = 0; i < from_area; i++)
                    *next++ = s->weight[(i * from.channels + c) * s->y.channels + o * to.channels + k];
    return made;
}

/* A product; after a whitening the result is a picture again where the graph's value is one. */
static enum cr_status build_dense(struct build *b, struct cr_error *err)
{
    const struct cr_stage *s = b->stage;
    const struct cr_onnx_attribute attributes[] = {CR_ONNX_I("transB", 1), {0}};
    const struct cr_shape shape = b->onnx->program->graph_value[s->out]->shape;
    int64_t outputs = s->y.channels, inputs = s->weights / outputs;
    struct cr_sides from = b->picture ? s->picture : (struct cr_sides){1, 1, inputs}, to = {1, 1, outputs};
    if (shape.rank == 3)
        to = (struct cr_sides){shape.dims[0], shape.dims[1], shape.dims[2]};
    const int64_t dims[2] = {outputs, inputs}, sides[4] = {0, to.channels, to.height, to.width};
    const float *weight = order_dense(b, from, to);
    name_text w, bias = "", picture;
    if (!weight)
        return cr_fail_memory(err);
    flatten(b);
    cr_onnx_floats(b->onnx, weight, 2, dims, w);
    if (s->bias)
        cr_onnx_floats(b->onnx, s->bias, 1, &outputs, bias);
    cr_onnx_node(b->onnx, "Gemm", INPUTS(b->at, w, s->bias ? bias : NULL), attributes, b->at);
    if (shape.rank == 3) {
        cr_onnx_ints(b->onnx, sides, 4, picture);
        cr_onnx_apply_with(b, "Reshape", picture, NULL);
        b->picture = true;
    }
    return CR_OK;
}

static enum cr_status build_affine(struct build *b, struct cr_error *err)
{
    name_text factor, shift;
    CR_TRY(parameter(b, b->stage->weight, b->stage->weights, true, factor, err));
    CR_TRY(parameter(b, b->stage->bias, b->stage->biases, true, shift, err));
    cr_onnx_apply_with(b, "Mul", factor, NULL);
    cr_onnx_apply_with(b, "Add", shift, NULL);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ others
 */

/* Bytes or numbers N H W C to what the network computes with. */
static enum cr_status build_input(struct build *b, struct cr_error *err)
{
    const struct cr_stage *s = b->stage;
    const struct cr_onnx_attribute to_float[] = {CR_ONNX_I("to", 1), {0}};
    const struct cr_onnx_attribute order[] = {CR_ONNX_L("perm", 4, 0, 3, 1, 2), {0}};
    const int64_t dims[3] = {s->x.height, s->x.width, s->x.channels};
    int rank = s->weights == s->x.channels ? 1 : 3; /* by channel, or by pixel */
    name_text mean, deviation;
    (void)err;
    strcpy(b->at, "pixels");
    cr_onnx_apply(b, "Cast", to_float);
    cr_onnx_apply_number(b, "Mul", s->parameter);
    cr_onnx_floats(b->onnx, s->weight, rank, dims + 3 - rank, mean); /* channels are last here */
    cr_onnx_floats(b->onnx, s->bias, rank, dims + 3 - rank, deviation);
    cr_onnx_apply_with(b, "Sub", mean, NULL);
    cr_onnx_apply_with(b, "Div", deviation, NULL);
    cr_onnx_apply(b, "Transpose", order);
    if (!b->picture) {
        b->picture = true;
        flatten(b);
    }
    return CR_OK;
}

static void build_pool(struct build *b)
{
    const struct cr_stage *s = b->stage;
    bool most = s->kind == CR_STAGE_MAXPOOL;
    int64_t bottom = no_less(beyond(s->y.height, s->stride, s->kernel_height, s->x.height, s->top));
    int64_t right = no_less(beyond(s->y.width, s->stride, s->kernel_width, s->x.width, s->left));
    const struct cr_onnx_attribute attributes[] = {CR_ONNX_L("kernel_shape", 2, s->kernel_height, s->kernel_width),
                                                   CR_ONNX_L("strides", 2, s->stride, s->stride),
                                                   CR_ONNX_L("pads", 4, s->top, s->left, bottom, right),
                                                   {0}};
    cr_onnx_apply(b, most ? "MaxPool" : "AveragePool", attributes);
    /* A global pool leaves a row. */
    if (b->onnx->program->graph_value[s->out]->shape.rank == 1)
        flatten(b);
}

static void build_gate(struct build *b)
{
    const int64_t shape[] = {0, -1, 1, 1};
    name_text to;
    if (b->picture) { /* its factors are a row, or a picture of one pixel */
        cr_onnx_ints(b->onnx, shape, 4, to);
        cr_onnx_node(b->onnx, "Reshape", INPUTS(b->other, to), NULL, b->other);
    }
    cr_onnx_apply_with(b, "Mul", b->other, NULL);
}

static enum cr_status build_maxout(struct build *b)
{
    enum { MOST = 64 };
    name_text parts[MOST];
    const char *inputs[MOST + 1] = {NULL};
    int pieces = (int)b->stage->pieces;
    cr_onnx_split(b->onnx, b->at, pieces, parts);
    for (int i = 0; i < pieces; i++)
        inputs[i] = parts[i];
    cr_onnx_node(b->onnx, "Max", inputs, NULL, b->at);
    return CR_OK;
}

/* InstanceNormalization over [N][groups][the rest], then scale and shift by channel. */
static enum cr_status build_groupnorm(struct build *b, struct cr_error *err)
{
    const struct cr_stage *s = b->stage;
    const struct cr_onnx_attribute epsilon[] = {CR_ONNX_F("epsilon", s->epsilon), {0}};
    struct cr_sides p = b->picture ? s->picture : s->x;
    const int64_t grouped[] = {0, s->groups, -1}, back[] = {0, p.channels, p.height, p.width};
    float *ones = cr_arena_alloc(b->onnx->program->arena, 2 * (size_t)s->groups * sizeof *ones);
    name_text to_groups, one, zero, to_picture;
    if (!ones)
        return cr_fail_memory(err);
    for (int64_t g = 0; g < s->groups; g++)
        ones[g] = 1;
    cr_onnx_ints(b->onnx, grouped, 3, to_groups);
    cr_onnx_floats(b->onnx, ones, 1, &s->groups, one);
    cr_onnx_floats(b->onnx, ones + s->groups, 1, &s->groups, zero);
    cr_onnx_ints(b->onnx, back, b->picture ? 4 : 2, to_picture);
    cr_onnx_apply_with(b, "Reshape", to_groups, NULL);
    cr_onnx_node(b->onnx, "InstanceNormalization", INPUTS(b->at, one, zero), epsilon, b->at);
    cr_onnx_apply_with(b, "Reshape", to_picture, NULL);
    return build_affine(b, err);
}

static void build_upsample(struct build *b)
{
    const struct cr_stage *s = b->stage;
    const float scales[] = {1, 1, (float)s->scale, (float)s->scale};
    const int64_t count = 4;
    const struct cr_onnx_attribute nearest[] = {CR_ONNX_S("mode", "nearest"),
                                                CR_ONNX_S("coordinate_transformation_mode", "asymmetric"),
                                                CR_ONNX_S("nearest_mode", "floor"),
                                                {0}};
    const struct cr_onnx_attribute linear[] = {
        CR_ONNX_S("mode", "linear"), CR_ONNX_S("coordinate_transformation_mode", "half_pixel"), {0}};
    name_text factor;
    cr_onnx_floats(b->onnx, scales, 1, &count, factor);
    cr_onnx_node(b->onnx, "Resize", INPUTS(b->at, "", factor), s->bilinear ? linear : nearest, b->at);
}

static enum cr_status build_prelu(struct build *b, struct cr_error *err)
{
    name_text slope;
    CR_TRY(parameter(b, b->stage->weight, b->stage->weights, false, slope, err));
    cr_onnx_apply_with(b, "PRelu", slope, NULL);
    return CR_OK;
}

static enum cr_status build(struct build *b, struct cr_error *err)
{
    const struct cr_onnx_attribute axis[] = {CR_ONNX_I("axis", 1), {0}};
    switch (b->stage->kind) {
    case CR_STAGE_INPUT:
        return build_input(b, err);
    case CR_STAGE_CONV:
    case CR_STAGE_UPCONV:
        return build_window(b, err);
    case CR_STAGE_DENSE:
        return build_dense(b, err);
    case CR_STAGE_AFFINE:
        return build_affine(b, err);
    case CR_STAGE_MAXPOOL:
    case CR_STAGE_AVGPOOL:
        build_pool(b);
        return CR_OK;
    case CR_STAGE_ADD:
        cr_onnx_apply_with(b, "Add", b->other, NULL);
        return CR_OK;
    case CR_STAGE_CONCAT:
        cr_onnx_apply_with(b, "Concat", b->other, axis);
        return CR_OK;
    case CR_STAGE_GATE:
        build_gate(b);
        return CR_OK;
    case CR_STAGE_RELU:
        cr_onnx_apply(b, "Relu", NULL);
        return CR_OK;
    case CR_STAGE_ACTIVATION:
        return cr_onnx_activation(b, err);
    case CR_STAGE_PRELU:
        return build_prelu(b, err);
    case CR_STAGE_MAXOUT:
        return build_maxout(b);
    case CR_STAGE_GROUPNORM:
        return build_groupnorm(b, err);
    case CR_STAGE_UPSAMPLE:
        build_upsample(b);
        return CR_OK;
    case CR_STAGE_SOFTMAX:
        cr_onnx_apply(b, "Softmax", axis);
        return CR_OK;
    case CR_STAGE_KINDS:
        break;
    }
    return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: it cannot be exported as ONNX", b->stage->name);
}

/* Whether the stage needs rows as they lie in our memory: it mixes their numbers, or has two that may differ in order.
 */
static bool needs_rows(const struct build *b)
{
    if (b->onnx->program->graph_value[b->stage->out]->shape.rank != 1)
        return false;
    switch (b->stage->kind) {
    case CR_STAGE_MAXOUT:
    case CR_STAGE_CONCAT:
    case CR_STAGE_GATE:
    case CR_STAGE_SOFTMAX:
    case CR_STAGE_ADD:
        return true;
    case CR_STAGE_GROUPNORM:
        return b->stage->groups != 1;
    default:
        return false;
    }
}

static void make_rows(struct build *b)
{
    if (b->picture)
        cr_onnx_row(b->onnx, b->at);
    if (b->other_picture)
        cr_onnx_row(b->onnx, b->other);
    b->picture = b->other_picture = false;
}

enum cr_status cr_onnx_stage(struct cr_onnx *onnx, const struct cr_stage *stage, struct cr_error *err)
{
    struct build b = {.onnx = onnx, .stage = stage};
    if (stage->kind == CR_STAGE_INPUT)
        b.picture = onnx->program->graph_value[stage->out]->shape.rank == 3;
    else
        b.picture = onnx->picture[stage->in[0]];
    if (stage->in[0] >= 0)
        strcpy(b.at, onnx->value[stage->in[0]]);
    if (stage->in[1] >= 0) {
        strcpy(b.other, onnx->value[stage->in[1]]);
        b.other_picture = onnx->picture[stage->in[1]];
    }
    if (needs_rows(&b))
        make_rows(&b);
    CR_TRY(build(&b, err));
    if (stage->relu)
        cr_onnx_apply(&b, "Relu", NULL);
    strcpy(onnx->value[stage->out], b.at);
    onnx->picture[stage->out] = b.picture;
    return CR_OK;
}
