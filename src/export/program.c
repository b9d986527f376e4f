/*
 * From the graph to stages. Folding, with the statistics m, v of a batch norm behind weights w and bias b:
 *
 *     s = scale / sqrt(v + epsilon)     w <- w s     b <- (b - m) s + shift
 */
#include "export/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/activation.h"
#include "graph/groupnorm.h"
#include "graph/input.h"
#include "graph/pool.h"
#include "graph/window.h"

struct lower {
    struct cr_program *program;
    const struct cr_graph *graph;
    bool *live;             /* [vertices] */
    int *uses;              /* [values of the graph]: how many live vertices read it */
    int *value;             /* [values of the graph]: of the program; -1 */
    struct cr_sides *sides; /* [values of the program] */
    int *producer;          /* [values of the program]: stage */
};

static const char *const words[CR_STAGE_KINDS] = {
    "input",    "conv",       "upconv", "dense",  "batchnorm behind no product",
    "maxpool",  "avgpool",    "add",    "concat", "gate",
    "relu",     "activation", "prelu",  "maxout", "groupnorm",
    "upsample", "softmax"};

const char *cr_stage_word(enum cr_stage_kind kind)
{
    return words[kind];
}

int64_t cr_sides_count(struct cr_sides sides)
{
    return sides.height * sides.width * sides.channels;
}

static struct cr_sides sides_of(struct cr_shape shape)
{
    if (shape.rank == 3)
        return (struct cr_sides){shape.dims[0], shape.dims[1], shape.dims[2]};
    return (struct cr_sides){1, 1, cr_shape_count(shape)};
}

static const float *numbers_of(const struct lower *lower, const struct cr_value *value)
{
    const struct cr_params *params = lower->program->network->params;
    return cr_params_tensor(params, cr_params_find(params, value->name)).data;
}

static float *copy(struct lower *lower, const struct cr_value *value, int64_t *count)
{
    *count = cr_shape_count(value->shape);
    float *made = cr_arena_alloc(lower->program->arena, (size_t)*count * sizeof *made);
    if (made)
        memcpy(made, numbers_of(lower, value), (size_t)*count * sizeof *made);
    return made;
}

/* ---------------------------------------------------------------------------------------------------------- folding */

static bool is_op(const struct cr_vertex *vertex, const char *name)
{
    return strcmp(vertex->op->entry.name, name) == 0;
}

/* The stage that made this vertex's input, where nobody else reads that and no relu has closed it; else NULL. */
static struct cr_stage *open_stage(const struct lower *lower, const struct cr_vertex *vertex)
{
    const struct cr_value *x = vertex->in[0];
    struct cr_stage *stage = &lower->program->stages[lower->producer[lower->value[x->id]]];
    return lower->uses[x->id] == 1 && !stage->relu && stage->kind != CR_STAGE_INPUT ? stage : NULL;
}

static bool is_product(const struct cr_stage *stage)
{
    return stage->kind == CR_STAGE_CONV || stage->kind == CR_STAGE_UPCONV || stage->kind == CR_STAGE_DENSE;
}

/* The stage's value is now what the vertex makes. */
static void close_over(struct lower *lower, const struct cr_stage *stage, const struct cr_vertex *vertex)
{
    lower->value[vertex->out[0]->id] = stage->out;
    lower->program->graph_value[stage->out] = vertex->out[0];
}

static enum cr_status need_bias(struct lower *lower, struct cr_stage *stage, int64_t count, struct cr_error *err)
{
    if (stage->bias)
        return CR_OK;
    stage->biases = count;
    stage->bias = cr_arena_alloc(lower->program->arena, (size_t)count * sizeof *stage->bias); /* zeroed */
    return stage->bias ? CR_OK : cr_fail_memory(err);
}

/* The place of the outputs among a product's weights: they are the last side, but for a transposed convolution. */
static int64_t output_of(const struct cr_stage *stage, int64_t index)
{
    return stage->kind == CR_STAGE_UPCONV ? index / stage->x.channels % stage->y.channels : index % stage->y.channels;
}

struct batchnorm {
    double momentum, epsilon; /* as in the op's options */
};

enum { SCALE = 1, SHIFT, MEAN, VARIANCE };

static void find_affine(const struct lower *lower, const struct cr_vertex *vertex, int64_t c, double *factor,
                        double *shift)
{
    const struct batchnorm *o = vertex->options;
    *factor = (double)numbers_of(lower, vertex->in[SCALE])[c] /
              sqrt((double)numbers_of(lower, vertex->in[VARIANCE])[c] + o->epsilon);
    *shift = (double)numbers_of(lower, vertex->in[SHIFT])[c] - (double)numbers_of(lower, vertex->in[MEAN])[c] * *factor;
}

static enum cr_status fold_batchnorm(struct lower *lower, struct cr_stage *stage, const struct cr_vertex *vertex,
                                     struct cr_error *err)
{
    double factor, shift;
    CR_TRY(need_bias(lower, stage, stage->y.channels, err));
    for (int64_t i = 0; i < stage->weights; i++) {
        find_affine(lower, vertex, output_of(stage, i), &factor, &shift);
        stage->weight[i] = (float)((double)stage->weight[i] * factor);
    }
    for (int64_t c = 0; c < stage->biases; c++) {
        find_affine(lower, vertex, c, &factor, &shift);
        stage->bias[c] = (float)((double)stage->bias[c] * factor + shift);
    }
    close_over(lower, stage, vertex);
    return CR_OK;
}

static enum cr_status fold_bias(struct lower *lower, struct cr_stage *stage, const struct cr_vertex *vertex,
                                struct cr_error *err)
{
    const float *bias = numbers_of(lower, vertex->in[1]);
    CR_TRY(need_bias(lower, stage, stage->y.channels, err));
    for (int64_t c = 0; c < stage->biases; c++)
        stage->bias[c] += bias[c];
    close_over(lower, stage, vertex);
    return CR_OK;
}

/* Whether the vertex is done by the stage before it. */
static enum cr_status fold(struct lower *lower, const struct cr_vertex *vertex, bool *folded, struct cr_error *err)
{
    struct cr_stage *stage = open_stage(lower, vertex);
    bool whole = stage && cr_sides_count(stage->y) == cr_shape_count(vertex->out[0]->shape) &&
                 stage->y.channels == vertex->out[0]->shape.dims[vertex->out[0]->shape.rank - 1];
    *folded = false;
    if (stage && is_op(vertex, "relu")) {
        stage->relu = true;
        close_over(lower, stage, vertex);
        *folded = true;
    } else if (whole && is_product(stage) && is_op(vertex, "bias")) {
        *folded = true;
        return fold_bias(lower, stage, vertex, err);
    } else if (whole && is_product(stage) && is_op(vertex, "batchnorm")) {
        *folded = true;
        return fold_batchnorm(lower, stage, vertex, err);
    }
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- stages */

static void set_window(struct cr_stage *stage, int64_t height, int64_t width, int64_t stride, int64_t padding,
                       struct cr_sides from)
{
    int64_t out;
    stage->kernel_height = height;
    stage->kernel_width = width;
    stage->stride = stride;
    cr_window_fit(from.height, height, stride, padding, &out, &stage->top);
    cr_window_fit(from.width, width, stride, padding, &out, &stage->left);
}

static void set_pool(struct cr_stage *stage, const struct cr_vertex *vertex)
{
    const struct cr_pool_options *o = vertex->options;
    if (is_op(vertex, "globalpool")) {
        set_window(stage, stage->x.height, stage->x.width, 1, CR_PADDING_VALID, stage->x);
        stage->kind = CR_STAGE_AVGPOOL;
        return;
    }
    set_window(stage, o->size, o->size, o->stride > 0 ? o->stride : o->size, o->padding, stage->x);
    stage->kind = is_op(vertex, "maxpool") ? CR_STAGE_MAXPOOL : CR_STAGE_AVGPOOL;
}

static enum cr_status set_product(struct lower *lower, struct cr_stage *stage, const struct cr_vertex *vertex,
                                  struct cr_error *err)
{
    const struct cr_window_options *o = vertex->options;
    const int64_t *w = vertex->in[1]->shape.dims;
    stage->weight = copy(lower, vertex->in[1], &stage->weights);
    stage->kind = is_op(vertex, "conv2d")             ? CR_STAGE_CONV
                  : is_op(vertex, "conv2d-transpose") ? CR_STAGE_UPCONV
                                                      : CR_STAGE_DENSE; /* also a whitening */
    stage->groups = stage->kind == CR_STAGE_CONV ? o->groups : 1;
    if (stage->kind == CR_STAGE_DENSE)
        stage->y = (struct cr_sides){1, 1, cr_sides_count(stage->y)};
    else
        set_window(stage, w[0], w[1], o->stride, o->padding, stage->kind == CR_STAGE_CONV ? stage->x : stage->y);
    return stage->weight ? CR_OK : cr_fail_memory(err);
}

static enum cr_status set_affine(struct lower *lower, struct cr_stage *stage, const struct cr_vertex *vertex,
                                 struct cr_error *err)
{
    bool norm = is_op(vertex, "batchnorm");
    stage->kind = CR_STAGE_AFFINE;
    stage->weight = copy(lower, vertex->in[1], &stage->weights);
    stage->bias = copy(lower, vertex->in[1], &stage->biases);
    if (!stage->weight || !stage->bias)
        return cr_fail_memory(err);
    for (int64_t c = 0; c < stage->weights; c++) {
        double factor = 1, shift = (double)stage->bias[c];
        if (norm)
            find_affine(lower, vertex, c, &factor, &shift);
        stage->weight[c] = (float)factor;
        stage->bias[c] = (float)shift;
    }
    return CR_OK;
}

static enum cr_status set_two(struct lower *lower, struct cr_stage *stage, const struct cr_vertex *vertex,
                              enum cr_stage_kind kind, struct cr_error *err)
{
    stage->kind = kind;
    stage->weight = copy(lower, vertex->in[1], &stage->weights);
    if (kind != CR_STAGE_PRELU)
        stage->bias = copy(lower, vertex->in[2], &stage->biases);
    return stage->weight && (stage->bias || kind == CR_STAGE_PRELU) ? CR_OK : cr_fail_memory(err);
}

static enum cr_status set_input(struct lower *lower, struct cr_stage *stage, const struct cr_vertex *vertex,
                                struct cr_error *err)
{
    const struct cr_input_options *o = vertex->options;
    stage->kind = CR_STAGE_INPUT;
    stage->parameter = o->bytes ? 1.0 / 255 : 1;
    stage->weight = copy(lower, vertex->in[0], &stage->weights);
    stage->bias = copy(lower, vertex->in[1], &stage->biases);
    return stage->weight && stage->bias ? CR_OK : cr_fail_memory(err);
}

static void set_groupnorm(struct cr_stage *stage, const struct cr_vertex *vertex)
{
    const struct cr_groupnorm_options *o = vertex->options;
    stage->groups = o->groups == CR_GROUPS_CHANNELS ? stage->y.channels : o->groups;
    stage->epsilon = o->epsilon;
}

static void set_activation(struct cr_stage *stage, const struct cr_vertex *vertex)
{
    const struct cr_activation_options *o = vertex->options;
    stage->kind = CR_STAGE_ACTIVATION;
    stage->activation = o->kind;
    stage->parameter = o->parameter;
}

struct maxout {
    int64_t pieces; /* as in the op's options */
};

struct upsample {
    int64_t scale;
    int mode;
};

/* Fills the stage by the op's name; false where no stage stands for it. */
static enum cr_status set_stage(struct lower *lower, struct cr_stage *stage, const struct cr_vertex *vertex,
                                struct cr_error *err)
{
    static const struct {
        const char *op;
        enum cr_stage_kind kind;
    } plain[] = {{"add", CR_STAGE_ADD},
                 {"concat", CR_STAGE_CONCAT},
                 {"gate", CR_STAGE_GATE},
                 {"relu", CR_STAGE_RELU},
                 {"softmax", CR_STAGE_SOFTMAX}};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (is_op(vertex, plain[i].op)) {
            stage->kind = plain[i].kind;
            return CR_OK;
        }
    if (vertex->op->product)
        return set_product(lower, stage, vertex, err);
    if (is_op(vertex, "batchnorm") || is_op(vertex, "bias"))
        return set_affine(lower, stage, vertex, err);
    if (is_op(vertex, "prelu"))
        return set_two(lower, stage, vertex, CR_STAGE_PRELU, err);
    if (is_op(vertex, "input"))
        return set_input(lower, stage, vertex, err);
    if (is_op(vertex, "maxpool") || is_op(vertex, "avgpool") || is_op(vertex, "globalpool")) {
        set_pool(stage, vertex);
    } else if (is_op(vertex, "activation")) {
        set_activation(stage, vertex);
    } else if (is_op(vertex, "groupnorm")) {
        set_groupnorm(stage, vertex);
        return set_two(lower, stage, vertex, CR_STAGE_GROUPNORM, err);
    } else if (is_op(vertex, "maxout")) {
        stage->kind = CR_STAGE_MAXOUT;
        stage->pieces = ((const struct maxout *)vertex->options)->pieces;
    } else if (is_op(vertex, "upsample")) {
        stage->kind = CR_STAGE_UPSAMPLE;
        stage->scale = ((const struct upsample *)vertex->options)->scale;
        stage->bilinear = ((const struct upsample *)vertex->options)->mode != 0;
    } else {
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: the op %s cannot be exported", vertex->label,
                       vertex->op->entry.name);
    }
    return CR_OK;
}

/* What goes number by number, or has a parameter for each, leaves a flattened picture a picture. */
static bool keeps_places(const struct cr_stage *stage)
{
    return stage->kind == CR_STAGE_RELU || stage->kind == CR_STAGE_ACTIVATION || stage->kind == CR_STAGE_ADD ||
           stage->kind == CR_STAGE_AFFINE || stage->kind == CR_STAGE_PRELU;
}

static enum cr_status add_stage(struct lower *lower, const struct cr_vertex *vertex, struct cr_error *err)
{
    struct cr_program *program = lower->program;
    struct cr_stage *stage = &program->stages[program->count];
    bool input = is_op(vertex, "input");
    stage->name = vertex->label;
    stage->in[0] = stage->in[1] = -1;
    for (int i = 0, used = 0; i < vertex->inputs && !input; i++)
        if (vertex->in[i]->role == CR_ROLE_ACTIVATION && used < 2)
            stage->in[used++] = lower->value[vertex->in[i]->id];
    stage->out = program->values;
    stage->y = sides_of(vertex->out[0]->shape);
    stage->x = input ? stage->y : sides_of(vertex->in[0]->shape);
    CR_TRY(set_stage(lower, stage, vertex, err));
    stage->picture = input ? stage->x : lower->sides[stage->in[0]];
    lower->producer[program->values] = program->count;
    lower->sides[program->values] = keeps_places(stage) ? stage->picture : sides_of(vertex->out[0]->shape);
    program->graph_value[program->values] = vertex->out[0];
    lower->value[vertex->out[0]->id] = program->values++;
    program->count++;
    return CR_OK;
}

static enum cr_status lower_vertex(struct lower *lower, const struct cr_vertex *vertex, struct cr_error *err)
{
    bool folded = false;
    if (is_op(vertex, "flatten") || is_op(vertex, "dropout")) {
        const struct cr_value *x = vertex->in[0], *y = vertex->out[0];
        lower->value[y->id] = lower->value[x->id];
        lower->uses[y->id] += lower->uses[x->id] - 1;
        return CR_OK;
    }
    if (!is_op(vertex, "input"))
        CR_TRY(fold(lower, vertex, &folded, err));
    return folded ? CR_OK : add_stage(lower, vertex, err);
}

/* The temperature T of a calibration: logits / T, in the product that makes them or as a stage of its own. */
static enum cr_status cool(struct lower *lower, const struct cr_vertex *vertex, struct cr_error *err)
{
    struct cr_program *program = lower->program;
    int logits = lower->value[vertex->out[0]->id];
    struct cr_stage *stage = &program->stages[lower->producer[logits]];
    float factor = (float)(1 / program->temperature);
    if (!is_product(stage) || stage->relu) {
        struct cr_sides sides = sides_of(vertex->out[0]->shape);
        stage = &program->stages[program->count++];
        *stage = (struct cr_stage){.kind = CR_STAGE_AFFINE, .name = "calibration", .in = {logits, -1}};
        stage->x = stage->y = stage->picture = sides;
        stage->weights = stage->biases = sides.channels;
        stage->weight = cr_arena_alloc(program->arena, (size_t)sides.channels * sizeof *stage->weight);
        stage->bias = cr_arena_alloc(program->arena, (size_t)sides.channels * sizeof *stage->bias);
        if (!stage->weight || !stage->bias)
            return cr_fail_memory(err);
        for (int64_t c = 0; c < sides.channels; c++)
            stage->weight[c] = 1;
        stage->out = program->values;
        lower->producer[program->values] = program->count - 1;
        lower->sides[program->values] = sides;
        program->graph_value[program->values] = vertex->out[0];
        lower->value[vertex->out[0]->id] = program->values++;
    }
    for (int64_t i = 0; i < stage->weights; i++)
        stage->weight[i] *= factor;
    for (int64_t i = 0; i < stage->biases; i++)
        stage->bias[i] *= factor;
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- walking
 */

static void mark(struct lower *lower, const struct cr_value *value)
{
    const struct cr_vertex *vertex = value->producer;
    if (value->role == CR_ROLE_ACTIVATION)
        lower->uses[value->id]++;
    if (!vertex || lower->live[vertex->id])
        return;
    lower->live[vertex->id] = true;
    for (int i = 0; i < vertex->inputs; i++)
        mark(lower, vertex->in[i]);
}

static enum cr_status walk(struct lower *lower, struct cr_error *err)
{
    const struct cr_network *network = lower->program->network;
    mark(lower, network->probabilities);
    mark(lower, network->logits); /* read by who wants them: nothing is folded over them */
    for (const struct cr_vertex *vertex = lower->graph->first; vertex; vertex = vertex->next) {
        if (!lower->live[vertex->id])
            continue;
        CR_TRY(lower_vertex(lower, vertex, err));
        if (vertex->out[0] == network->logits && lower->program->temperature != 1)
            CR_TRY(cool(lower, vertex, err));
    }
    lower->program->logits = lower->value[network->logits->id];
    lower->program->probabilities = lower->value[network->probabilities->id];
    return CR_OK;
}

static enum cr_status make(struct cr_program *program, struct cr_error *err)
{
    const struct cr_graph *graph = program->network->graph;
    size_t vertices = (size_t)graph->vertices + 2, values = (size_t)graph->values + 2; /* with a calibration */
    struct cr_arena *arena = program->arena = cr_arena_new();
    if (!arena)
        return cr_fail_memory(err);
    struct lower lower = {.program = program,
                          .graph = graph,
                          .live = cr_arena_alloc(arena, vertices * sizeof *lower.live),
                          .uses = cr_arena_alloc(arena, values * sizeof *lower.uses),
                          .value = cr_arena_alloc(arena, values * sizeof *lower.value),
                          .sides = cr_arena_alloc(arena, values * sizeof *lower.sides),
                          .producer = cr_arena_alloc(arena, values * sizeof *lower.producer)};
    program->stages = cr_arena_alloc(arena, vertices * sizeof *program->stages);
    program->graph_value = cr_arena_alloc(arena, values * sizeof(*program->graph_value));
    if (!lower.live || !lower.uses || !lower.value || !lower.sides || !lower.producer || !program->stages ||
        !program->graph_value)
        return cr_fail_memory(err);
    return walk(&lower, err);
}

enum cr_status cr_program_new(struct cr_program **program, const struct cr_run *run, struct cr_error *err)
{
    *program = NULL;
    struct cr_program *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->network = run->network;
    made->temperature = run->network->task == CR_TASK_NUMBERS || !(run->temperature > 0) ? 1 : run->temperature;
    enum cr_status status = make(made, err);
    if (status == CR_OK)
        *program = made;
    else
        cr_program_free(made);
    return status;
}

void cr_program_free(struct cr_program *program)
{
    if (!program)
        return;
    cr_arena_free(program->arena);
    free(program);
}
