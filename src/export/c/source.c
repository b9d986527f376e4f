/*
 * The body of a source in float: for each stage its constants, then one call of a function.
 */
#include "export/c/emit.h"

#include <string.h>

#include "base/text.h"
#include "kernels/kernels.h"

#define PLACE_SIZE 32

/* What a stage's call is told again and again. */
struct call {
    const struct cr_stage *stage;
    int index;
    char x[PLACE_SIZE], other[PLACE_SIZE], y[PLACE_SIZE];
    int64_t count, channels, pixels; /* of the input */
};

static struct call call_of(const struct cr_c *c, int index)
{
    const struct cr_stage *stage = &c->program->stages[index];
    struct call call = {.stage = stage, .index = index, .count = cr_sides_count(stage->x)};
    char text[PLACE_SIZE];
    if (stage->in[0] >= 0)
        cr_text_format(call.x, sizeof call.x, "%s", cr_c_place(c, stage->in[0], text));
    if (stage->in[1] >= 0)
        cr_text_format(call.other, sizeof call.other, "%s", cr_c_place(c, stage->in[1], text));
    cr_text_format(call.y, sizeof call.y, "%s", cr_c_place(c, stage->out, text));
    call.channels = stage->x.channels;
    call.pixels = call.count / call.channels;
    return call;
}

static bool has_window(const struct cr_stage *stage)
{
    switch (stage->kind) {
    case CR_STAGE_CONV:
    case CR_STAGE_UPCONV:
    case CR_STAGE_DENSE:
    case CR_STAGE_AFFINE:
    case CR_STAGE_MAXPOOL:
    case CR_STAGE_AVGPOOL:
        return true;
    default:
        return false;
    }
}

static enum cr_status write_constants(struct cr_c *c, int index, struct cr_arena *arena, struct cr_error *err)
{
    const struct cr_stage *stage = &c->program->stages[index];
    char name[32];
    cr_c_say(c, "\n/* %d %s: %s, %lldx%lldx%lld -> %lldx%lldx%lld */\n", index, stage->name, cr_stage_word(stage->kind),
             (long long)stage->x.height, (long long)stage->x.width, (long long)stage->x.channels,
             (long long)stage->y.height, (long long)stage->y.width, (long long)stage->y.channels);
    if (has_window(stage)) {
        cr_text_format(name, sizeof name, "window_%d", index);
        cr_c_window(c, name, stage);
    }
    if (stage->weight) {
        const float *weight = cr_c_order(stage, arena);
        if (!weight)
            return cr_fail_memory(err);
        cr_text_format(name, sizeof name, "weight_%d", index);
        CR_TRY(cr_c_weights(c, name, weight, stage->weights, err));
    }
    if (has_window(stage) && stage->weight && !stage->bias) {
        float *zeros = cr_arena_alloc(arena, (size_t)stage->y.channels * sizeof *zeros);
        if (!zeros)
            return cr_fail_memory(err);
        cr_text_format(name, sizeof name, "bias_%d", index);
        cr_c_floats(c, name, zeros, stage->y.channels);
    }
    if (stage->bias) {
        cr_text_format(name, sizeof name, "bias_%d", index);
        cr_c_floats(c, name, stage->bias, stage->biases);
    }
    return CR_OK;
}

static void say_product(struct cr_c *c, const struct call *call, const char *function)
{
    cr_c_need(c, function);
    cr_c_say(c, "    %s(&window_%d, %s, weight_%d, bias_%d, %d, %s);\n", function, call->index, call->x, call->index,
             call->index, call->stage->relu, call->y);
}

static void say_pool(struct cr_c *c, const struct call *call, const char *function)
{
    cr_c_need(c, function);
    cr_c_say(c, "    %s(&window_%d, %s, %s);\n", function, call->index, call->x, call->y);
}

static void say_activation(struct cr_c *c, const struct call *call)
{
    static const char *const names[] = {
#define CR_ACTIVATION(name, word, from) [CR_ACTIVATION_##name] = #name,
#include "kernels/activations.def"
#undef CR_ACTIVATION
    };
    char parameter[40];
    const char *name = call->stage->kind == CR_STAGE_RELU ? "relu" : names[call->stage->activation];
    cr_c_need(c, name);
    cr_c_need(c, "apply");
    cr_c_say(c, "    apply(%s, %s, %s, %lld, %s);\n", name, cr_c_float(call->stage->parameter, parameter), call->x,
             (long long)call->count, call->y);
}

static void say_input(struct cr_c *c, const struct call *call)
{
    long long channels = (long long)call->stage->weights; /* by pixel: the whole picture is one */
    char scale[40];
    cr_c_need(c, "input");
    cr_c_say(c, "    input(pixels, weight_%d, bias_%d, %s, %lld, %lld, %s);\n", call->index, call->index,
             cr_c_float(call->stage->parameter, scale), (long long)call->count / channels, channels, call->y);
}

static void say_groupnorm(struct cr_c *c, const struct call *call)
{
    char epsilon[40];
    cr_c_need(c, "groupnorm");
    cr_c_say(c, "    groupnorm(%s, weight_%d, bias_%d, %lld, %lld, %lld, %s, %d, %s);\n", call->x, call->index,
             call->index, (long long)call->pixels, (long long)call->channels, (long long)call->stage->groups,
             cr_c_float(call->stage->epsilon, epsilon), call->stage->relu, call->y);
}

/* A call of `function` with x, perhaps another value or array, and two or three sizes. */
static void say_plain(struct cr_c *c, const struct call *call)
{
    const struct cr_stage *stage = call->stage;
    long long pixels = (long long)call->pixels, channels = (long long)call->channels;
    cr_c_need(c, cr_stage_word(stage->kind));
    cr_c_say(c, "    %s(%s, ", cr_stage_word(stage->kind), call->x);
    if (stage->kind == CR_STAGE_ADD)
        cr_c_say(c, "%s, %lld, %d", call->other, (long long)call->count, stage->relu);
    else if (stage->kind == CR_STAGE_CONCAT)
        cr_c_say(c, "%s, %lld, %lld, %lld", call->other, pixels, channels, (long long)stage->y.channels - channels);
    else if (stage->kind == CR_STAGE_GATE)
        cr_c_say(c, "%s, %lld, %lld", call->other, pixels, channels);
    else if (stage->kind == CR_STAGE_PRELU)
        cr_c_say(c, "weight_%d, %lld, %lld", call->index, pixels, channels);
    else if (stage->kind == CR_STAGE_MAXOUT)
        cr_c_say(c, "%lld, %lld, %lld", pixels, channels / (long long)stage->pieces, (long long)stage->pieces);
    else if (stage->kind == CR_STAGE_UPSAMPLE)
        cr_c_say(c, "%lld, %lld, %lld, %lld, %d", (long long)stage->x.height, (long long)stage->x.width, channels,
                 (long long)stage->scale, stage->bilinear);
    else
        cr_c_say(c, "%lld", (long long)call->count);
    cr_c_say(c, ", %s);\n", call->y);
}

/* Whether the stage's function does the relu behind it itself. */
static bool does_relu(enum cr_stage_kind kind)
{
    return kind == CR_STAGE_CONV || kind == CR_STAGE_DENSE || kind == CR_STAGE_AFFINE || kind == CR_STAGE_UPCONV ||
           kind == CR_STAGE_ADD || kind == CR_STAGE_GROUPNORM;
}

static void say_stage(struct cr_c *c, int index)
{
    const struct call call = call_of(c, index);
    switch (call.stage->kind) {
    case CR_STAGE_INPUT:
        say_input(c, &call);
        break;
    case CR_STAGE_CONV:
    case CR_STAGE_DENSE:
    case CR_STAGE_AFFINE:
        say_product(c, &call, "conv");
        break;
    case CR_STAGE_UPCONV:
        say_product(c, &call, "upconv");
        break;
    case CR_STAGE_MAXPOOL:
        say_pool(c, &call, "maxpool");
        break;
    case CR_STAGE_AVGPOOL:
        say_pool(c, &call, "avgpool");
        break;
    case CR_STAGE_RELU:
    case CR_STAGE_ACTIVATION:
        say_activation(c, &call);
        break;
    case CR_STAGE_GROUPNORM:
        say_groupnorm(c, &call);
        break;
    default:
        say_plain(c, &call);
    }
    if (call.stage->relu && !does_relu(call.stage->kind)) {
        cr_c_need(c, "relu");
        cr_c_need(c, "apply");
        cr_c_say(c, "    apply(relu, 0.0f, %s, %lld, %s);\n", call.y, (long long)cr_sides_count(call.stage->y), call.y);
    }
}

enum cr_status cr_c_source(struct cr_c *c, struct cr_error *err)
{
    for (int i = 0; i < c->program->count; i++)
        CR_TRY(write_constants(c, i, c->program->arena, err));
    cr_c_say(c, "\nvoid %s_predict_in(%sconst INPUT_TYPE *pixels, float *probabilities, float *m)\n{\n", c->name,
             c->job->options->weights ? "const float *weights, " : "");
    for (int i = 0; i < c->program->count; i++)
        say_stage(c, i);
    cr_c_say(c, "}\n");
    return CR_OK;
}
