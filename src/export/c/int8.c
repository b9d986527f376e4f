/*
 * The body of a source in 8 bits. Up to the logits everything is integers; those are float, and so is what is behind
 * them (softmax), so that no two classes become equal by rounding.
 */
#include <string.h>

#include "base/text.h"
#include "export/c/quantise.h"

#define PLACE_SIZE 32

struct source {
    struct cr_c *c;
    const struct cr_quantum *quanta;
    struct cr_arena *arena;
};

static bool is_product(const struct cr_stage *stage)
{
    return stage->kind == CR_STAGE_CONV || stage->kind == CR_STAGE_DENSE || stage->kind == CR_STAGE_AFFINE ||
           stage->kind == CR_STAGE_UPCONV;
}

static bool is_window(const struct cr_stage *stage)
{
    return is_product(stage) || stage->kind == CR_STAGE_MAXPOOL || stage->kind == CR_STAGE_AVGPOOL;
}

/* Whether the stage makes the logits as sums in float. */
static bool makes_logits(const struct source *s, const struct cr_stage *stage)
{
    return stage->out == s->c->program->logits && is_product(stage) && stage->kind != CR_STAGE_UPCONV && !stage->relu;
}

static const char *number(char text[24], const char *word, int index)
{
    cr_text_format(text, 24, "%s_%d", word, index);
    return text;
}

/* -------------------------------------------------------------------------------------------------------- constants */

static enum cr_status write_product(const struct source *s, int index, struct cr_error *err)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    struct cr_quantised product;
    char name[24];
    CR_TRY(cr_quantise_product(&product, stage, s->quanta[stage->in[0]].scale, s->arena, err));
    size_t outputs = (size_t)product.outputs;
    float *scales = cr_arena_alloc(s->arena, outputs * sizeof *scales);
    int32_t *multipliers = cr_arena_alloc(s->arena, outputs * sizeof *multipliers);
    int8_t *shifts = cr_arena_alloc(s->arena, outputs);
    if (!scales || !multipliers || !shifts)
        return cr_fail_memory(err);
    for (int64_t o = 0; o < product.outputs; o++) {
        scales[o] = (float)product.scales[o];
        cr_quantise_ratio(product.scales[o] / s->quanta[stage->out].scale, &multipliers[o], &shifts[o]);
    }
    CR_TRY(cr_c_weights(s->c, number(name, "weight", index), product.weights, stage->weights, err));
    cr_c_int32s(s->c, number(name, "bias", index), product.biases, product.outputs);
    if (makes_logits(s, stage)) {
        cr_c_floats(s->c, number(name, "scale", index), scales, product.outputs);
        return CR_OK;
    }
    cr_c_int32s(s->c, number(name, "multiplier", index), multipliers, product.outputs);
    cr_c_int8s(s->c, number(name, "shift", index), shifts, product.outputs);
    return CR_OK;
}

/* Bytes have a table for each channel; numbers, and bytes with statistics by pixel, are scaled. */
static bool has_input_table(const struct source *s, const struct cr_stage *stage)
{
    return s->c->bytes && stage->weights == stage->x.channels;
}

static enum cr_status write_input(const struct source *s, int index, struct cr_error *err)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    struct cr_quantum quantum = s->quanta[stage->out];
    int64_t channels = stage->weights;
    bool tabled = has_input_table(s, stage);
    int8_t *table = cr_arena_alloc(s->arena, tabled ? (size_t)channels * 256 : 0);
    float *means = cr_arena_alloc(s->arena, (size_t)channels * sizeof *means);
    float *factors = cr_arena_alloc(s->arena, (size_t)channels * sizeof *factors);
    char name[24];
    if (!table || !means || !factors)
        return cr_fail_memory(err);
    for (int64_t c = 0; c < channels; c++) {
        double mean = (double)stage->weight[c], deviation = (double)stage->bias[c];
        means[c] = (float)(mean / stage->parameter);
        factors[c] = (float)(stage->parameter / (deviation * quantum.scale));
        for (int byte = 0; tabled && byte < 256; byte++)
            table[c * 256 + byte] = cr_quantise(quantum, (byte * stage->parameter - mean) / deviation);
    }
    if (tabled) {
        cr_c_int8s(s->c, number(name, "table", index), table, channels * 256);
        return CR_OK;
    }
    cr_c_floats(s->c, number(name, "mean", index), means, channels);
    cr_c_floats(s->c, number(name, "factor", index), factors, channels);
    return CR_OK;
}

/* The relu behind a stage that is no activation keeps its scale. */
static enum cr_status write_table(const struct source *s, int index, struct cr_error *err)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    bool own = stage->kind == CR_STAGE_ACTIVATION || stage->kind == CR_STAGE_RELU;
    struct cr_quantum x = s->quanta[own ? stage->in[0] : stage->out], y = s->quanta[stage->out];
    int8_t *table = cr_arena_alloc(s->arena, 256);
    char name[24];
    if (!table)
        return cr_fail_memory(err);
    for (int q = -128; q < 128; q++) {
        double number_of = x.scale * (q - x.zero), result = own ? cr_quantise_function(stage, number_of) : number_of;
        table[q + 128] = cr_quantise(y, stage->relu && result < 0 ? 0 : result);
    }
    cr_c_int8s(s->c, number(name, "table", index), table, 256);
    return CR_OK;
}

static bool has_table(const struct cr_stage *stage)
{
    bool least = is_product(stage) || stage->kind == CR_STAGE_ADD || stage->kind == CR_STAGE_CONCAT;
    return stage->kind == CR_STAGE_ACTIVATION || stage->kind == CR_STAGE_RELU || (stage->relu && !least);
}

static enum cr_status write_constants(const struct source *s, int index, struct cr_error *err)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    char name[24];
    cr_c_say(s->c, "\n/* %d %s: %s, %lldx%lldx%lld -> %lldx%lldx%lld; one step is %.6g, 0 is %d */\n", index,
             stage->name, cr_stage_word(stage->kind), (long long)stage->x.height, (long long)stage->x.width,
             (long long)stage->x.channels, (long long)stage->y.height, (long long)stage->y.width,
             (long long)stage->y.channels, s->quanta[stage->out].scale, s->quanta[stage->out].zero);
    if (is_window(stage))
        cr_c_window(s->c, number(name, "window", index), stage);
    if (stage->kind == CR_STAGE_INPUT)
        return write_input(s, index, err);
    if (is_product(stage))
        return write_product(s, index, err);
    /* What is behind the logits is computed in float. */
    bool end = stage->out == s->c->program->probabilities && stage->out != s->c->program->logits;
    return has_table(stage) && !end ? write_table(s, index, err) : CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ calls */

static void say_product(const struct source *s, int index, const char *x, const char *y)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    struct cr_quantum out = s->quanta[stage->out];
    const char *function = stage->kind == CR_STAGE_UPCONV ? "upconv8" : "conv8";
    int zero = s->quanta[stage->in[0]].zero;
    if (makes_logits(s, stage)) {
        cr_c_need(s->c, "conv8f");
        cr_c_say(s->c, "    conv8f(&window_%d, %s, %d, weight_%d, bias_%d, scale_%d, logits);\n", index, x, zero, index,
                 index, index);
        return;
    }
    cr_c_need(s->c, function);
    cr_c_say(s->c, "    %s(&window_%d, %s, %d, weight_%d, bias_%d, multiplier_%d, shift_%d, %d, %d, %s);\n", function,
             index, x, zero, index, index, index, index, out.zero, stage->relu ? out.zero : -128, y);
}

/* add8 and concat8: each of two values with its scale in that of the result. */
static void say_two(const struct source *s, int index, const char *x, const char *other, const char *y)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    struct cr_quantum a = s->quanta[stage->in[0]], b = s->quanta[stage->in[1]], out = s->quanta[stage->out];
    int64_t pixels = stage->y.height * stage->y.width, channels = stage->x.channels;
    int least = stage->relu ? out.zero : -128;
    int32_t a_multiplier, b_multiplier;
    int8_t a_shift, b_shift;
    cr_quantise_ratio(a.scale / out.scale, &a_multiplier, &a_shift);
    cr_quantise_ratio(b.scale / out.scale, &b_multiplier, &b_shift);
    if (stage->kind == CR_STAGE_ADD) {
        cr_c_need(s->c, "add8");
        cr_c_say(s->c, "    add8(%s, %d, %lld, %d, %s, %d, %lld, %d, %lld, %d, %d, %s);\n", x, a.zero,
                 (long long)a_multiplier, a_shift, other, b.zero, (long long)b_multiplier, b_shift,
                 (long long)cr_sides_count(stage->y), out.zero, least, y);
        return;
    }
    cr_c_need(s->c, "concat8");
    cr_c_say(s->c, "    concat8(%s, %d, %lld, %d, %lld, %s, %d, %lld, %d, %lld, %lld, %d, %d, %s);\n", x, a.zero,
             (long long)a_multiplier, a_shift, (long long)channels, other, b.zero, (long long)b_multiplier, b_shift,
             (long long)(stage->y.channels - channels), (long long)pixels, out.zero, least, y);
}

static void say_plain(const struct source *s, int index, const char *x, const char *y)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    char name[24];
    cr_text_format(name, sizeof name, "%s8", cr_stage_word(stage->kind));
    cr_c_need(s->c, name);
    if (stage->kind == CR_STAGE_MAXOUT)
        cr_c_say(s->c, "    maxout8(%s, %lld, %lld, %lld, %s);\n", x,
                 (long long)(cr_sides_count(stage->x) / stage->x.channels), (long long)stage->y.channels,
                 (long long)stage->pieces, y);
    else if (stage->kind == CR_STAGE_UPSAMPLE)
        cr_c_say(s->c, "    upsample8(%s, %lld, %lld, %lld, %lld, %s);\n", x, (long long)stage->x.height,
                 (long long)stage->x.width, (long long)stage->x.channels, (long long)stage->scale, y);
    else
        cr_c_say(s->c, "    %s(&window_%d, %s, %s);\n", name, index, x, y);
}

static void say_input(const struct source *s, int index, const char *y)
{
    const struct cr_stage *stage = &s->c->program->stages[index];
    long long channels = (long long)stage->weights, pixels = (long long)cr_sides_count(stage->y) / channels;
    bool tabled = has_input_table(s, stage);
    cr_c_need(s->c, tabled ? "input8" : "inputf8");
    if (tabled)
        cr_c_say(s->c, "    input8(pixels, table_%d, %lld, %lld, %s);\n", index, pixels, channels, y);
    else
        cr_c_say(s->c, "    inputf8(pixels, mean_%d, factor_%d, %d, %lld, %lld, %s);\n", index, index,
                 s->quanta[stage->out].zero, pixels, channels, y);
}

/* From the logits on in float. */
static void say_end(const struct source *s, const struct cr_stage *stage)
{
    bool softmax = stage->kind == CR_STAGE_SOFTMAX;
    cr_c_need(s->c, softmax ? "softmax" : "sigmoid");
    if (!softmax)
        cr_c_need(s->c, "apply");
    cr_c_say(s->c,
             softmax ? "    softmax(logits, %lld, probabilities);\n"
                     : "    apply(sigmoid, 0.0f, logits, %lld, probabilities);\n",
             (long long)cr_sides_count(stage->y));
}

static enum cr_status say_stage(const struct source *s, int index, struct cr_error *err)
{
    const struct cr_program *program = s->c->program;
    const struct cr_stage *stage = &program->stages[index];
    char x[PLACE_SIZE] = "", other[PLACE_SIZE] = "", y[PLACE_SIZE];
    if (stage->in[0] >= 0)
        cr_c_place(s->c, stage->in[0], x);
    if (stage->in[1] >= 0)
        cr_c_place(s->c, stage->in[1], other);
    cr_c_place(s->c, stage->out, y);
    if (stage->out == program->probabilities && stage->out != program->logits) {
        say_end(s, stage);
        return CR_OK;
    }
    switch (stage->kind) {
    case CR_STAGE_INPUT:
        say_input(s, index, y);
        break;
    case CR_STAGE_CONV:
    case CR_STAGE_DENSE:
    case CR_STAGE_AFFINE:
    case CR_STAGE_UPCONV:
        say_product(s, index, x, y);
        break;
    case CR_STAGE_ADD:
    case CR_STAGE_CONCAT:
        say_two(s, index, x, other, y);
        break;
    case CR_STAGE_RELU:
    case CR_STAGE_ACTIVATION:
        break; /* its table */
    case CR_STAGE_UPSAMPLE:
        if (stage->bilinear)
            return cr_fail(err, CR_ERROR_UNSUPPORTED,
                           "%s: bilinear upsampling has no form in 8 bits here: export without --int8", stage->name);
        say_plain(s, index, x, y);
        break;
    case CR_STAGE_MAXPOOL:
    case CR_STAGE_AVGPOOL:
    case CR_STAGE_MAXOUT:
        say_plain(s, index, x, y);
        break;
    default:
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: %s has no form in 8 bits here: export without --int8",
                       stage->name, cr_stage_word(stage->kind));
    }
    if (has_table(stage)) {
        bool own = stage->kind == CR_STAGE_ACTIVATION || stage->kind == CR_STAGE_RELU;
        cr_c_need(s->c, "table8");
        cr_c_say(s->c, "    table8(table_%d, %s, %lld, %s);\n", index, own ? x : y, (long long)cr_sides_count(stage->y),
                 y);
    }
    if (stage->out == program->logits && !makes_logits(s, stage)) {
        char scale[40];
        cr_c_need(s->c, "float8");
        cr_c_say(s->c, "    float8(%s, %d, %s, %lld, logits);\n", y, s->quanta[stage->out].zero,
                 cr_c_float(s->quanta[stage->out].scale, scale), (long long)cr_sides_count(stage->y));
    }
    return CR_OK;
}

enum cr_status cr_c_source_int8(struct cr_c *c, const struct cr_quantum *quanta, struct cr_error *err)
{
    const struct source s = {c, quanta, c->program->arena};
    const struct cr_program *program = c->program;
    bool numbers = program->logits == program->probabilities;
    for (int i = 0; i < program->count; i++)
        CR_TRY(write_constants(&s, i, err));
    cr_c_say(c, "\nvoid %s_predict_in(%sconst INPUT_TYPE *pixels, float *probabilities, signed char *m)\n{\n", c->name,
             c->job->options->weights ? "const signed char *weights, " : "");
    if (numbers)
        cr_c_say(c, "    float *const logits = probabilities;\n");
    else
        cr_c_say(c, "    float logits[%lld];\n", (long long)cr_samples_outputs(c->job->run));
    for (int i = 0; i < program->count; i++)
        CR_TRY(say_stage(&s, i, err));
    cr_c_say(c, "}\n");
    return CR_OK;
}
