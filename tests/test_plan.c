/*
 * Graphs and plans. Random graphs of small ops are evaluated a second time by a plain tape that keeps every number: a
 * buffer that is given away too early, a gradient that is stored where it should be added, or added where it should be
 * stored, shows at once. Then memory, what is skipped, what can be read, errors, failing allocations.
 */
#include "alloc.h"

#include <math.h>

#include "base/random.h"
#include "graph/input.h"
#include "graph/plan.h"

enum { WIDTH = 6, BATCH = 3, SIZE = BATCH * WIDTH, MOST_NODES = 40, MOST_PARAMS = 80 };

/* ------------------------------------------------------------------------------------------------------------- tape */

enum kind { INPUT, RELU, ADD, BIAS, DENSE, FLATTEN, SOFTMAX, DROPOUT, KINDS };
static const char *const names[KINDS] = {"input", "relu", "add", "bias", "dense", "flatten", "softmax", "dropout"};

struct node {
    enum kind kind;
    int a, b;  /* nodes */
    int param; /* of bias and dense */
    struct cr_value *value;
    double y[SIZE], dy[SIZE];
};

struct tape {
    int nodes, params;
    struct node node[MOST_NODES];
    enum kind param_kind[MOST_PARAMS];
    struct cr_value *param_value[MOST_PARAMS];
    double param[MOST_PARAMS][WIDTH * WIDTH], gradient[MOST_PARAMS][WIDTH * WIDTH];
    int32_t labels[BATCH];
    double input[SIZE], p[SIZE], loss[BATCH];
};

static void softmax(const double *x, double *y)
{
    double most = x[0], sum = 0;
    for (int k = 1; k < WIDTH; k++)
        most = fmax(most, x[k]);
    for (int k = 0; k < WIDTH; k++)
        sum += y[k] = exp(x[k] - most);
    for (int k = 0; k < WIDTH; k++)
        y[k] /= sum;
}

static void tape_forward_node(struct tape *t, struct node *node, int count)
{
    const double *a = t->node[node->a].y, *b = t->node[node->b].y, *w = t->param[node->param];
    for (int i = 0; i < count * WIDTH; i++) {
        int n = i / WIDTH, k = i % WIDTH;
        switch (node->kind) {
        case INPUT:
            node->y[i] = t->input[i];
            break;
        case RELU:
            node->y[i] = a[i] > 0 ? a[i] : 0;
            break;
        case ADD:
            node->y[i] = a[i] + b[i];
            break;
        case BIAS:
            node->y[i] = a[i] + w[k];
            break;
        case DENSE:
            node->y[i] = 0;
            for (int j = 0; j < WIDTH; j++)
                node->y[i] += a[n * WIDTH + j] * w[j * WIDTH + k];
            break;
        case SOFTMAX:
            if (k == 0)
                softmax(a + i, node->y + i);
            break;
        default:
            node->y[i] = a[i];
        }
    }
}

static void tape_backward_node(struct tape *t, struct node *node, int count)
{
    double *da = t->node[node->a].dy, *db = t->node[node->b].dy, *dw = t->gradient[node->param];
    const double *a = t->node[node->a].y, *w = t->param[node->param];
    for (int i = 0; i < count * WIDTH; i++) {
        int n = i / WIDTH, k = i % WIDTH;
        double dy = node->dy[i], along = 0;
        switch (node->kind) {
        case INPUT:
            break;
        case RELU:
            da[i] += node->y[i] > 0 ? dy : 0;
            break;
        case ADD:
            da[i] += dy;
            db[i] += dy;
            break;
        case BIAS:
            da[i] += dy;
            dw[k] += dy;
            break;
        case DENSE:
            for (int j = 0; j < WIDTH; j++) {
                da[n * WIDTH + j] += dy * w[j * WIDTH + k];
                dw[j * WIDTH + k] += dy * a[n * WIDTH + j];
            }
            break;
        case SOFTMAX:
            for (int j = 0; j < WIDTH; j++)
                along += node->dy[n * WIDTH + j] * node->y[n * WIDTH + j];
            da[i] += node->y[i] * (dy - along);
            break;
        default:
            da[i] += dy;
        }
    }
}

/* The last node's softmax cross-entropy is the loss. */
static void tape_run(struct tape *t, int count)
{
    struct node *last = &t->node[t->nodes - 1];
    memset(t->gradient, 0, sizeof t->gradient);
    for (int i = 0; i < t->nodes; i++) {
        tape_forward_node(t, &t->node[i], count);
        memset(t->node[i].dy, 0, sizeof t->node[i].dy);
    }
    for (int n = 0; n < count; n++) {
        softmax(last->y + n * WIDTH, t->p + n * WIDTH);
        t->loss[n] = -log(t->p[n * WIDTH + t->labels[n]]);
        for (int k = 0; k < WIDTH; k++)
            last->dy[n * WIDTH + k] = (t->p[n * WIDTH + k] - (k == t->labels[n])) / count;
    }
    for (int i = t->nodes - 1; i >= 0; i--)
        tape_backward_node(t, &t->node[i], count);
}

/* ----------------------------------------------------------------------------------------------------------- graphs */

struct build {
    struct cr_context *context;
    struct cr_graph *graph;
    struct cr_params *params;
    struct cr_plan *plan;
    struct cr_value *loss, *p;
};

static const struct cr_shape row = {.rank = 1, .dims = {WIDTH}}, square = {.rank = 2, .dims = {WIDTH, WIDTH}};
static const struct cr_input_options input_options = {.channels = WIDTH};
static const double no_dropout = 0;
static const max_align_t plain_loss[16]; /* all options of the loss off */

/* A random tape: every node takes what was made before it, mostly of late; some parameters are used twice. */
static void draw_tape(struct tape *t, struct cr_random *random)
{
    memset(t, 0, sizeof *t);
    t->nodes = 2 + (int)cr_random_below(random, MOST_NODES - 2);
    for (int i = 1; i < t->nodes; i++) {
        struct node *node = &t->node[i];
        int recent = i < 4 ? i : 4;
        node->kind = RELU + (enum kind)cr_random_below(random, KINDS - RELU);
        node->a = cr_random_below(random, 4) == 0 ? (int)cr_random_below(random, (uint64_t)i)
                                                  : i - 1 - (int)cr_random_below(random, (uint64_t)recent);
        node->b = (int)cr_random_below(random, (uint64_t)i);
        if (node->kind != BIAS && node->kind != DENSE)
            continue;
        node->param = t->params;
        for (int p = 0; p < t->params && cr_random_below(random, 3) == 0; p++)
            if (t->param_kind[p] == node->kind)
                node->param = p;
        if (node->param == t->params)
            t->param_kind[t->params++] = node->kind;
    }
    for (int p = 0; p < t->params; p++)
        for (int i = 0; i < WIDTH * WIDTH; i++)
            t->param[p][i] = cr_random_normal(random) / 2;
}

static void draw_data(struct tape *t, struct cr_random *random)
{
    for (int i = 0; i < SIZE; i++)
        t->input[i] = cr_random_normal(random);
    for (int n = 0; n < BATCH; n++)
        t->labels[n] = (int32_t)cr_random_below(random, WIDTH);
}

static enum cr_status apply_node(struct tape *t, struct build *b, struct node *node, struct cr_error *err)
{
    struct cr_value *in[2] = {t->node[node->a].value, t->node[node->b].value};
    const void *options = node->kind == DROPOUT ? (const void *)&no_dropout : NULL;
    if (node->kind == BIAS || node->kind == DENSE) {
        struct cr_value **param = &t->param_value[node->param];
        char name[16];
        snprintf(name, sizeof name, "p%d", node->param);
        if (*param == NULL)
            CR_TRY(cr_graph_param(b->graph, name, node->kind == BIAS ? row : square, CR_ROLE_PARAM, node->kind == DENSE,
                                  param, err));
        in[1] = *param;
    }
    return cr_graph_apply(b->graph, cr_op_find(names[node->kind]), options, names[node->kind], in,
                          node->kind == ADD || node->kind == BIAS || node->kind == DENSE ? 2 : 1, &node->value, err);
}

static enum cr_status build_graph(struct tape *t, struct build *b, struct cr_error *err)
{
    struct cr_value *in[2], *out[2];
    memset(t->param_value, 0, sizeof t->param_value);
    CR_TRY(cr_graph_new(&b->graph, err));
    CR_TRY(cr_graph_param(b->graph, "mean", row, CR_ROLE_STATE, false, &in[0], err));
    CR_TRY(cr_graph_param(b->graph, "deviation", row, CR_ROLE_STATE, false, &in[1], err));
    CR_TRY(cr_graph_apply(b->graph, cr_op_find("input"), &input_options, "input", in, 2, &t->node[0].value, err));
    for (int i = 1; i < t->nodes; i++)
        CR_TRY(apply_node(t, b, &t->node[i], err));
    CR_TRY(cr_graph_apply(b->graph, cr_op_find("softmax-cross-entropy"), plain_loss, "loss",
                          &t->node[t->nodes - 1].value, 1, out, err));
    b->loss = out[0];
    b->p = out[1];
    CR_TRY(cr_params_new(&b->params, b->context, b->graph, CR_F64, true, err));
    double *values = b->params->values;
    for (int p = 0; p < t->params; p++) {
        const struct cr_param *param = cr_params_find(b->params, t->param_value[p]->name);
        memcpy(values + param->offset, t->param[p], (size_t)param->count * sizeof(double));
    }
    for (int i = 0; i < WIDTH; i++)
        values[cr_params_find(b->params, "deviation")->offset + i] = 1;
    return CR_OK;
}

static void free_build(struct build *b)
{
    cr_plan_free(b->plan);
    cr_params_free(b->context, b->params);
    cr_graph_free(b->graph);
    cr_context_free(b->context);
}

static void context_open(struct build *b)
{
    struct cr_error err;
    expect_ok(cr_context_new(&b->context, &(struct cr_context_options){.threads = 1}, &err));
}

static void run(const struct tape *t, struct build *b, int count)
{
    struct cr_feed feed = {.count = count, .inputs = {t->input}, .labels = t->labels};
    cr_plan_run(b->plan, &feed);
}

static void expect_numbers(const double *expected, const double *got, int count, int seed, const char *what, int index)
{
    assert_non_null(got);
    for (int i = 0; i < count; i++)
        if (!(fabs(expected[i] - got[i]) <= 1e-11 * fmax(1, fabs(expected[i]))))
            fail_msg("graph %d, %s %d: number %d is %.15g, should be %.15g", seed, what, index, i, got[i], expected[i]);
}

static void compare(struct tape *t, struct build *b, const struct cr_plan_options *options, int count, int seed)
{
    tape_run(t, count);
    for (int i = 0; i < t->nodes; i++)
        for (int k = 0; k < CR_MAX_OUTPUTS; k++)
            if (options->outputs[k] == t->node[i].value)
                expect_numbers(t->node[i].y, cr_plan_tensor(b->plan, t->node[i].value).data, count * WIDTH, seed,
                               "output", i);
    if (options->mode == CR_MODE_INFER)
        return;
    expect_numbers(t->loss, cr_plan_tensor(b->plan, b->loss).data, count, seed, "loss", 0);
    for (int i = 0; i < t->nodes; i++)
        if (t->node[i].value->watched && cr_plan_gradient(b->plan, t->node[i].value).data)
            expect_numbers(t->node[i].dy, cr_plan_gradient(b->plan, t->node[i].value).data, count * WIDTH, seed,
                           "gradient of node", i);
    for (int p = 0; p < t->params; p++) {
        const struct cr_param *param = cr_params_find(b->params, t->param_value[p]->name);
        expect_numbers(t->gradient[p], (double *)b->params->gradients + param->offset, (int)param->count, seed,
                       "gradient of parameter", p);
    }
}

/* The last node's gradient always exists; a watched one that the loss does not depend on has none. */
static void random_graph(int seed)
{
    struct cr_random random = cr_random_at(5, CR_RANDOM_TEST, 0, (uint64_t)seed);
    struct cr_error err;
    struct tape *t = malloc(sizeof *t);
    assert_non_null(t);
    draw_tape(t, &random);
    for (enum cr_mode mode = CR_MODE_TRAIN; mode <= CR_MODE_INFER; mode++) {
        struct build b = {0};
        struct cr_plan_options options = {.batch = BATCH, .mode = mode};
        context_open(&b);
        expect_ok(build_graph(t, &b, &err));
        options.loss = mode == CR_MODE_TRAIN ? b.loss : NULL;
        for (int k = 0; k < CR_MAX_OUTPUTS; k++)
            options.outputs[k] = k == 3 ? b.p : t->node[cr_random_below(&random, (uint64_t)t->nodes)].value;
        for (int i = t->nodes - 1; i >= 0; i--)
            t->node[i].value->watched = i == t->nodes - 1 || cr_random_below(&random, 6) == 0;
        expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
        if (mode == CR_MODE_TRAIN)
            assert_non_null(cr_plan_gradient(b.plan, t->node[t->nodes - 1].value).data);
        /* Other numbers in each run, so that what one leaves behind cannot pass for the next one's. */
        for (int count = BATCH; count > 0; count--) {
            draw_data(t, &random);
            run(t, &b, count);
            compare(t, &b, &options, count, seed);
            expect_numbers(t->p, cr_plan_tensor(b.plan, b.p).data, count * WIDTH, seed, "probabilities", 0);
        }
        free_build(&b);
    }
    free(t);
}

static void random_graphs(void **state)
{
    (void)state;
    for (int seed = 0; seed < 300; seed++)
        random_graph(seed);
}

/* ----------------------------------------------------------------------------------------------------------- memory */

/* input, then `count` nodes of these kinds in turn, one behind the other. */
static void draw_chain(struct tape *t, int count, const enum kind *kinds, int kind_count)
{
    memset(t, 0, sizeof *t);
    t->nodes = 1 + count;
    for (int i = 1; i <= count; i++) {
        t->node[i] = (struct node){.kind = kinds[(i - 1) % kind_count], .a = i - 1, .b = i - 1, .param = t->params};
        if (t->node[i].kind == DENSE || t->node[i].kind == BIAS)
            t->param_kind[t->params++] = t->node[i].kind;
    }
}

static void begin_with_dense(struct tape *t)
{
    t->node[1].kind = t->param_kind[0] = DENSE;
    t->params = 1;
}

static size_t memory_of(struct tape *t, enum cr_mode mode, int64_t batch)
{
    struct build b = {0};
    struct cr_error err;
    context_open(&b);
    expect_ok(build_graph(t, &b, &err));
    struct cr_plan_options options = {.batch = batch, .mode = mode, .outputs = {b.p}};
    options.loss = mode == CR_MODE_TRAIN ? b.loss : NULL;
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    assert_int_equal(cr_plan_batch(b.plan), batch);
    size_t bytes = cr_plan_memory(b.plan);
    free_build(&b);
    return bytes;
}

static void memory_follows_lifetimes(void **state)
{
    (void)state;
    struct tape *t = malloc(sizeof *t);
    assert_non_null(t);
    enum { MANY = 1000 };
    const size_t one = MANY * WIDTH * sizeof(double), small = MANY * sizeof(double);
    draw_chain(t, 39, (const enum kind[]){RELU}, 1);
    begin_with_dense(t);
    /* Two activations are alive at a time, and the loss beside them. */
    size_t infer = memory_of(t, CR_MODE_INFER, MANY);
    assert_in_range(infer, 2 * one, 2 * one + small + 4096);
    /* 39 activations for the way back (the input's is not needed: relu's gradient goes by its output), and gradients.
     */
    size_t train = memory_of(t, CR_MODE_TRAIN, MANY);
    assert_in_range(train, 39 * one, 43 * one);
    /* Views, identities and passed gradients take none of their own. */
    draw_chain(t, 3, (const enum kind[]){DENSE, FLATTEN, DROPOUT}, 3);
    size_t plain = memory_of(t, CR_MODE_TRAIN, MANY);
    draw_chain(t, 39, (const enum kind[]){FLATTEN, DROPOUT, FLATTEN}, 3);
    begin_with_dense(t);
    assert_int_equal(memory_of(t, CR_MODE_TRAIN, MANY), plain);
    free(t);
}

struct lines {
    int count;
    bool dead;
    char last[160];
};

static void count_line(void *user, const char *line)
{
    struct lines *lines = user;
    lines->count++;
    lines->dead = lines->dead || strstr(line, "dead") != NULL;
    snprintf(lines->last, sizeof lines->last, "%s", line);
}

static void dead_vertices_are_skipped(void **state)
{
    (void)state;
    struct tape *t = malloc(sizeof *t);
    struct build b = {0};
    struct cr_error err;
    struct cr_value *dead, *weight;
    struct lines lines = {0}, infer_lines = {0};
    assert_non_null(t);
    draw_chain(t, 2, (const enum kind[]){DENSE, RELU}, 2);
    context_open(&b);
    expect_ok(build_graph(t, &b, &err));
    cr_params_free(b.context, b.params);
    expect_ok(cr_graph_param(b.graph, "dead", square, CR_ROLE_PARAM, true, &weight, &err));
    expect_ok(cr_graph_apply(b.graph, cr_op_find("dense"), NULL, "dead",
                             (struct cr_value *[]){t->node[1].value, weight}, 2, &dead, &err));
    expect_ok(cr_params_new(&b.params, b.context, b.graph, CR_F64, true, &err));
    struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = b.loss};
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    /* input, dense with its relu, loss; 1/N, loss, relu, dense's weights (its input needs no gradient); the last line.
     */
    cr_plan_print(b.plan, count_line, &lines);
    assert_int_equal(lines.count, 3 + 4 + 1);
    assert_false(lines.dead);
    assert_non_null(strstr(lines.last, "kernels ref"));
    assert_string_equal(cr_plan_cpu(b.plan), "ref");
    int64_t flops = cr_plan_flops(b.plan);
    assert_null(cr_plan_tensor(b.plan, dead).data);
    assert_null(cr_plan_tensor(b.plan, t->node[1].value).data);
    assert_null(cr_plan_gradient(b.plan, t->node[1].value).data);
    cr_plan_free(b.plan);
    options.outputs[0] = dead;
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    assert_int_equal(cr_plan_flops(b.plan) - flops, 2 * WIDTH * WIDTH);
    cr_plan_free(b.plan);
    options = (struct cr_plan_options){.batch = BATCH, .mode = CR_MODE_INFER, .outputs = {t->node[2].value}};
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    cr_plan_print(b.plan, count_line, &infer_lines);
    assert_int_equal(infer_lines.count, 2 + 1);
    struct cr_tensor y = cr_plan_tensor(b.plan, t->node[2].value);
    assert_int_equal(y.rank, 2);
    assert_int_equal(y.dims[1], WIDTH);
    free_build(&b);
    free(t);
}

/* What each step is, what it touches; a timed run is the same run. */
static void steps_are_told_and_timed(void **state)
{
    (void)state;
    const int64_t rows = 192, losses = 64, bias = WIDTH * sizeof(double), weight = WIDTH * bias;
    struct tape *t = malloc(sizeof *t);
    struct cr_error err;
    assert_non_null(t);
    draw_chain(t, 4, (const enum kind[]){DENSE, RELU, DENSE, BIAS}, 4);
    for (int p = 0; p < t->params; p++)
        for (int i = 0; i < WIDTH * WIDTH; i++)
            t->param[p][i] = 0.01 * (i % 7) - 0.02 * p;
    for (int i = 0; i < SIZE; i++)
        t->input[i] = 0.1 * i;
    for (int threads = 1; threads <= 2; threads++) {
        struct build b = {0};
        double plain[MOST_PARAMS * WIDTH], seconds[16] = {0}, total = 0;
        expect_ok(cr_context_new(&b.context, &(struct cr_context_options){.threads = threads}, &err));
        expect_ok(build_graph(t, &b, &err));
        struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = b.loss};
        expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));

        const struct {
            const char *op, *pass, *kernel;
            int64_t flops, bytes; /* of buffers in whole cache lines */
        } expected[] = {
            {"input", "forward", "input", SIZE, rows + 2 * bias},
            {"dense", "forward", "dense_forward", 2 * SIZE * WIDTH, 2 * rows + weight},
            {"dense", "forward", "dense_forward", 2 * SIZE * WIDTH, 2 * rows + weight + bias},
            {"softmax-cross-entropy", "forward", "cross_entropy_forward", BATCH, 2 * rows + losses},
            {"softmax-cross-entropy", "backward", "fill", BATCH, losses},
            {"softmax-cross-entropy", "backward", "cross_entropy_backward", BATCH, 2 * rows + losses},
            {"dense", "backward", "dense_backward_weights", 2 * SIZE * WIDTH, 2 * rows + weight + bias},
            {"dense", "backward", "dense_backward_data", 2 * SIZE * WIDTH, 3 * rows + weight},
            {"dense", "backward", "dense_backward_weights", 2 * SIZE * WIDTH, 2 * rows + weight},
        };
        int count = sizeof expected / sizeof *expected;
        assert_int_equal(cr_plan_steps(b.plan), count);
        for (int i = 0; i < count; i++) {
            struct cr_step_info info = cr_plan_step(b.plan, i);
            assert_string_equal(info.op, expected[i].op);
            assert_string_equal(info.pass, expected[i].pass);
            assert_string_equal(info.kernel, expected[i].kernel);
            assert_int_equal(info.product, strcmp(info.op, "dense") == 0);
            assert_int_equal(info.flops, expected[i].flops);
            if (info.bytes != expected[i].bytes)
                fail_msg("step %d, %s: %lld bytes, should be %lld", i, info.kernel, (long long)info.bytes,
                         (long long)expected[i].bytes);
            assert_true(info.parts >= 1);
        }

        size_t size = (size_t)b.params->trainable * sizeof(double);
        struct cr_feed feed = {.count = BATCH, .inputs = {t->input}, .labels = t->labels};
        cr_plan_run(b.plan, &feed);
        memcpy(plain, b.params->gradients, size);
        memset(b.params->gradients, 0, size);
        cr_plan_profile(b.plan, &feed, seconds);
        assert_memory_equal(plain, b.params->gradients, size);
        for (int i = 0; i < 16; i++) {
            assert_true(seconds[i] >= 0 && (i < count || seconds[i] == 0));
            total += seconds[i];
        }
        assert_true(total > 0);
        free_build(&b);
    }
    free(t);
}

/* Buffers that live at the same time never overlap, whatever their sizes and lives. */
static void buffers_do_not_overlap(void **state)
{
    (void)state;
    struct cr_random random = cr_random_at(6, CR_RANDOM_TEST, 0, 0);
    for (int round = 0; round < 200; round++) {
        struct cr_buffers buffers = {0};
        struct cr_error err;
        size_t total, at_once = 0;
        int count = (int)cr_random_below(&random, 60);
        for (int i = 0; i < count; i++) {
            int tick = (int)cr_random_below(&random, 40);
            assert_int_equal(cr_buffers_add(&buffers, cr_random_below(&random, 3000), tick), i);
            cr_buffers_use(&buffers, i, tick + (int)cr_random_below(&random, 10));
        }
        expect_ok(cr_buffers_place(&buffers, &total, &err));
        for (int tick = 0; tick < 50; tick++) {
            size_t alive = 0;
            for (int i = 0; i < count; i++)
                if (buffers.items[i].first <= tick && tick <= buffers.items[i].last)
                    alive += buffers.items[i].size;
            at_once = alive > at_once ? alive : at_once;
        }
        for (int i = 0; i < count; i++) {
            const struct cr_buffer *a = &buffers.items[i];
            assert_int_equal(a->offset % 64, 0);
            assert_true(a->offset + a->size <= total);
            for (int j = 0; j < i; j++) {
                const struct cr_buffer *b = &buffers.items[j];
                bool together = a->first <= b->last && b->first <= a->last;
                assert_true(!together || a->offset + a->size <= b->offset || b->offset + b->size <= a->offset ||
                            a->size == 0 || b->size == 0);
            }
        }
        /* No worse than half as much again as what is alive at once. */
        assert_true(total >= at_once && total <= at_once + at_once / 2);
        free(buffers.items);
    }
}

/* ----------------------------------------------------------------------------------------------------------- errors */

static void *refuse_large(void *user, size_t size)
{
    (void)user;
    return size > 1000000 ? NULL : aligned_alloc(64, (size + 63) / 64 * 64);
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

static void plan_errors(void **state)
{
    (void)state;
    struct tape *t = malloc(sizeof *t);
    struct build b = {0};
    struct cr_error err;
    struct cr_params *bare;
    assert_non_null(t);
    draw_chain(t, 10, (const enum kind[]){DENSE, RELU}, 2);
    expect_ok(cr_context_new(
        &b.context, &(struct cr_context_options){.threads = 1, .allocate = refuse_large, .release = release}, &err));
    expect_ok(build_graph(t, &b, &err));
    struct cr_plan_options options = {.batch = 0, .mode = CR_MODE_TRAIN, .loss = b.loss};
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_ARGUMENT,
                 "a plan's batch must be 1..16777216, not 0");
    assert_null(b.plan);
    options.batch = 16777217;
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_ARGUMENT,
                 "a plan's batch must be 1..16777216, not 16777217");
    options = (struct cr_plan_options){.batch = 1, .mode = CR_MODE_TRAIN};
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_ARGUMENT,
                 "a training plan needs a loss");
    expect_ok(cr_params_new(&bare, b.context, b.graph, CR_F64, false, &err));
    options.loss = b.loss;
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, bare, &options, &err), CR_ERROR_ARGUMENT,
                 "a training plan needs parameters with gradients");
    cr_params_free(b.context, bare);
    options.batch = 10000;
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_MEMORY,
                 "out of memory: a batch of 10000 needs 4.0 MB");
    assert_null(b.plan);
    free_build(&b);
    free(t);
}

/* A small model with a large picture and the largest batch: sizes in bytes would go round beyond 2^64. */
static void sizes_do_not_overflow(void **state)
{
    (void)state;
    struct build b = {0};
    struct cr_error err;
    struct cr_value *in[2], *x;
    const struct cr_input_options large = {.height = 1 << 17, .width = 1 << 17, .channels = 1};
    const struct cr_shape one = {.rank = 1, .dims = {1}};
    context_open(&b);
    expect_ok(cr_graph_new(&b.graph, &err));
    expect_ok(cr_graph_param(b.graph, "mean", one, CR_ROLE_STATE, false, &in[0], &err));
    expect_ok(cr_graph_param(b.graph, "deviation", one, CR_ROLE_STATE, false, &in[1], &err));
    expect_ok(cr_graph_apply(b.graph, cr_op_find("input"), &large, "input", in, 2, &x, &err));
    expect_ok(cr_params_new(&b.params, b.context, b.graph, CR_F32, false, &err));
    struct cr_plan_options options = {.batch = 1 << 24, .mode = CR_MODE_INFER, .outputs = {x}};
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_MEMORY,
                 "out of memory: a batch of 16777216 times 131072x131072x1 numbers (input) is too large");
    free_build(&b);
}

static void graph_errors(void **state)
{
    (void)state;
    struct build b = {0};
    struct cr_error err;
    struct cr_value *a, *w, *y;
    const struct cr_shape empty = {.rank = 2, .dims = {3, 0}}, huge = {.rank = 3, .dims = {1 << 20, 1 << 20, 2}};
    expect_ok(cr_graph_new(&b.graph, &err));
    expect_ok(cr_graph_param(b.graph, "w", square, CR_ROLE_PARAM, true, &w, &err));
    expect_error(cr_graph_param(b.graph, "w", row, CR_ROLE_PARAM, true, &a, &err), CR_ERROR_ARGUMENT,
                 "there are two parameters named w");
    expect_error(cr_graph_param(b.graph, "e", empty, CR_ROLE_PARAM, true, &a, &err), CR_ERROR_SHAPE,
                 "e would have the shape 3x0: nothing is left of it");
    expect_error(cr_graph_param(b.graph, "h", huge, CR_ROLE_PARAM, true, &a, &err), CR_ERROR_SHAPE,
                 "h would have the shape 1048576x1048576x2: too large");
    expect_error(cr_graph_apply(b.graph, cr_op_find("dense"), NULL, "x", &w, 1, &y, &err), CR_ERROR_ARGUMENT,
                 "op dense takes 2 inputs, 1 were given");
    expect_error(cr_graph_apply(b.graph, cr_op_find("relu"), NULL, "x", &w, 1, &y, &err), CR_ERROR_ARGUMENT,
                 "op relu: input 0 is of the wrong kind");
    free_build(&b);
}

/* ------------------------------------------------------------------------------------------------------ allocations */

static enum cr_status build_and_plan(void *user, struct cr_error *err)
{
    struct tape *t = user;
    struct build b = {0};
    enum cr_status status;
    CR_GO(cr_context_new(&b.context, &(struct cr_context_options){.threads = 1}, err));
    CR_GO(build_graph(t, &b, err));
    struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = b.loss, .outputs = {b.p}};
    status = cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, err);
    if (status == CR_ERROR_MEMORY)
        strcpy(err->message, "out of memory"); /* the arena's failure also says how much was asked for */
done:
    free_build(&b);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    if (!alloc_available()) {
        print_message("SKIP: allocations cannot be made to fail in this build\n");
        skip();
    }
    struct cr_random random = cr_random_at(5, CR_RANDOM_TEST, 0, 17);
    struct tape *t = malloc(sizeof *t);
    assert_non_null(t);
    draw_tape(t, &random);
    assert_in_range(alloc_each(build_and_plan, t), 10, 1000);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs),
        cmocka_unit_test(memory_follows_lifetimes),
        cmocka_unit_test(dead_vertices_are_skipped),
        cmocka_unit_test(steps_are_told_and_timed),
        cmocka_unit_test(buffers_do_not_overlap),
        cmocka_unit_test(plan_errors),
        cmocka_unit_test(sizes_do_not_overflow),
        cmocka_unit_test(graph_errors),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
