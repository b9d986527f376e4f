/*
 * See op_case.h.
 */
#include "op_case.h"

#include <math.h>

#include <cradle/config.h>

#include "base/random.h"
#include "graph/input.h"

enum { HEAD_OUTPUTS = 5 };

double number_at(enum cr_dtype dtype, const void *data, int64_t index)
{
    return dtype == CR_F64 ? ((const double *)data)[index] : (double)((const float *)data)[index];
}

void number_set(enum cr_dtype dtype, void *data, int64_t index, double value)
{
    if (dtype == CR_F64)
        ((double *)data)[index] = value;
    else
        ((float *)data)[index] = (float)value;
}

double difference(enum cr_dtype a_dtype, const void *a, enum cr_dtype b_dtype, const void *b, int64_t count)
{
    double off = 0, norm_a = 0, norm_b = 0;
    for (int64_t i = 0; i < count; i++) {
        double x = number_at(a_dtype, a, i), y = number_at(b_dtype, b, i);
        off += (x - y) * (x - y);
        norm_a += x * x;
        norm_b += y * y;
    }
    double sum = sqrt(norm_a) + sqrt(norm_b);
    if (!isfinite(sum))
        return 1;
    return sum > 0 ? sqrt(off) / sum : 0;
}

static struct cr_random stream(uint64_t what)
{
    return cr_random_at(7, CR_RANDOM_TEST, 0, what);
}

static void *fill_grid(enum cr_dtype dtype, int64_t count, uint64_t what)
{
    struct cr_random random = stream(what);
    int64_t *order = malloc((size_t)count * sizeof *order);
    void *data = malloc((size_t)count * sizeof(double));
    assert_non_null(order);
    assert_non_null(data);
    for (int64_t i = 0; i < count; i++)
        order[i] = i;
    cr_random_shuffle(&random, order, count);
    /* Half a step off 0 also where the count is odd. */
    for (int64_t i = 0; i < count; i++)
        number_set(dtype, data, i, (float)(((double)order[i] - (double)(count / 2) + 0.5) * 4 / (double)count));
    free(order);
    return data;
}

static void fill_params(struct op_case *c)
{
    enum cr_dtype dtype = c->options.dtype;
    for (int i = 0; i < c->params->count; i++) {
        const struct cr_param *param = &c->params->items[i];
        struct cr_random random = stream(100 + (uint64_t)i);
        /* Keeps the head's outputs near 1 whatever the op's size. */
        double scale = strcmp(param->name, "head") == 0 ? 1 / sqrt((double)param->shape.dims[0]) : 1;
        for (int64_t k = 0; k < param->count; k++) {
            double value = param->kind == CR_STATE ? 0.5 + cr_random_uniform(&random) : cr_random_normal(&random);
            number_set(dtype, c->params->values, param->offset + k, (float)(scale * value));
        }
    }
}

static void apply(struct op_case *c, const char *op, const void *options, struct cr_value *const *in, int count,
                  struct cr_value **out)
{
    struct cr_error err;
    expect_ok(cr_graph_apply(c->graph, cr_op_find(op), options, op, in, count, out, &err));
}

static struct cr_value *param(struct op_case *c, const char *name, struct cr_shape shape, enum cr_role role)
{
    struct cr_error err;
    struct cr_value *value;
    expect_ok(cr_graph_param(c->graph, name, shape, role, role == CR_ROLE_PARAM, &value, &err));
    return value;
}

/* The input op as it is without effect: mean 0, deviation 1. */
static struct cr_value *input(struct op_case *c, struct cr_shape shape, int slot)
{
    struct cr_input_options *options = cr_graph_alloc(c->graph, sizeof *options);
    struct cr_value *in[2], *out;
    char name[2][32];
    assert_non_null(options);
    *options = (struct cr_input_options){.slot = slot, .channels = shape.dims[shape.rank - 1]};
    if (shape.rank == 3)
        options->height = shape.dims[0], options->width = shape.dims[1];
    for (int i = 0; i < 2; i++) {
        snprintf(name[i], sizeof name[i], "input%d.%s", slot, i == 0 ? "mean" : "deviation");
        in[i] = param(c, name[i], (struct cr_shape){.rank = 1, .dims = {options->channels}}, CR_ROLE_STATE);
    }
    apply(c, "input", options, in, 2, &out);
    assert_true(cr_shape_equal(out->shape, shape));
    return out;
}

static void neutral_inputs(struct op_case *c)
{
    for (int slot = 0; slot < c->inputs; slot++)
        for (int i = 0; i < 2; i++) {
            char name[32];
            snprintf(name, sizeof name, "input%d.%s", slot, i == 0 ? "mean" : "deviation");
            const struct cr_param *state = cr_params_find(c->params, name);
            for (int64_t k = 0; k < state->count; k++)
                number_set(c->options.dtype, c->params->values, state->offset + k, i);
        }
}

static void keep_states(struct op_case *c)
{
    size_t number = cr_dtype_size(c->options.dtype);
    size_t bytes = (size_t)(c->params->total - c->params->trainable) * number;
    c->states = malloc(bytes + 1);
    assert_non_null(c->states);
    memcpy(c->states, (char *)c->params->values + (size_t)c->params->trainable * number, bytes);
}

/* An op's options from YAML; NULL: its defaults. */
static const void *options_of(struct op_case *c, const struct cr_op *op, const char *text)
{
    struct cr_error err;
    if (!op->entry.options)
        return NULL;
    void *values = cr_graph_alloc(c->graph, cr_options_size(op->entry.options));
    assert_non_null(values);
    cr_options_default(op->entry.options, values);
    if (text) {
        expect_ok(cr_config_parse(&c->config, text, "example", &err));
        expect_ok(cr_bind(c->config, op->entry.options, cr_config_root(c->config), values, &err));
    }
    return values;
}

static void build(struct op_case *c, const struct cr_example *example)
{
    struct cr_error err;
    struct cr_value *in[CR_MAX_OPERANDS], *row, *loss[2];
    expect_ok(cr_graph_new(&c->graph, &err));
    for (int i = 0; i < c->op->inputs; i++) {
        char name[16];
        snprintf(name, sizeof name, "in%d", i);
        if (c->op->roles[i] == CR_ROLE_ACTIVATION) {
            in[i] = c->input[c->inputs] = input(c, example->inputs[i], c->inputs);
            in[i]->watched = c->op->moving == 0 || i < c->op->moving;
            c->inputs++;
        } else {
            in[i] = param(c, name, example->inputs[i], c->op->roles[i]);
        }
    }
    apply(c, c->op->entry.name, options_of(c, c->op, example->options), in, c->op->inputs, c->output);
    c->loss = c->output[0];
    if (c->loss->shape.rank == 0)
        return;
    apply(c, "flatten", NULL, c->output, 1, &row);
    struct cr_shape head = {.rank = 2, .dims = {row->shape.dims[0], HEAD_OUTPUTS}};
    apply(c, "dense", NULL, (struct cr_value *[]){row, param(c, "head", head, CR_ROLE_PARAM)}, 2, &row);
    apply(c, "softmax-cross-entropy", options_of(c, cr_op_find("softmax-cross-entropy"), NULL), &row, 1, loss);
    c->loss = loss[0];
}

/* The longest row among what the loss is made of. */
static int64_t count_classes(const struct op_case *c)
{
    const struct cr_vertex *vertex = c->loss->producer;
    int64_t classes = 0;
    for (int i = 0; i < vertex->op->inputs; i++)
        classes = vertex->in[i]->shape.dims[0] > classes ? vertex->in[i]->shape.dims[0] : classes;
    return classes;
}

static void make_targets(struct op_case *c)
{
    struct cr_random random = stream(1000);
    int64_t classes = count_classes(c), batch = c->options.batch;
    c->labels = malloc((size_t)batch * sizeof *c->labels);
    c->soft = malloc((size_t)(batch * classes) * sizeof(double));
    assert_non_null(c->labels);
    assert_non_null(c->soft);
    for (int64_t n = 0; n < batch; n++)
        c->labels[n] = (int32_t)((3 * n + 1) % classes);
    /* They do not add up to 1: the gradient must not take it for granted. */
    for (int64_t i = 0; i < batch * classes; i++)
        number_set(c->options.dtype, c->soft, i, (float)(cr_random_uniform(&random) * 2 / (double)classes));
}

void op_case_make(struct op_case *c, const struct cr_op *op, const struct cr_example *example,
                  const struct op_case_options *options)
{
    struct cr_error err;
    char shape[32];
    *c = (struct op_case){.op = op, .options = *options};
    cr_shape_describe(example->inputs[0], shape, sizeof shape);
    snprintf(c->name, sizeof c->name, "%s %s %s", op->entry.name, example->options ? example->options : "{}", shape);
    expect_ok(cr_context_new(&c->context,
                             &(struct cr_context_options){.threads = options->threads, .cpu = options->cpu}, &err));
    build(c, example);
    expect_ok(cr_params_new(&c->params, c->context, c->graph, options->dtype, true, &err));
    fill_params(c);
    neutral_inputs(c);
    keep_states(c);
    for (int i = 0; i < c->inputs; i++)
        c->data[i] = fill_grid(options->dtype, options->batch * cr_shape_count(c->input[i]->shape), (uint64_t)i);
    make_targets(c);
    struct cr_plan_options plan = {.batch = options->batch, .mode = options->mode};
    plan.loss = options->mode == CR_MODE_TRAIN ? c->loss : NULL;
    for (int i = 0; i < op->outputs; i++)
        plan.outputs[i] = c->output[i];
    expect_ok(cr_plan_new(&c->plan, c->context, c->graph, c->params, &plan, &err));
}

void op_case_free(struct op_case *c)
{
    cr_plan_free(c->plan);
    cr_params_free(c->context, c->params);
    cr_graph_free(c->graph);
    cr_config_free(c->config);
    cr_context_free(c->context);
    for (int i = 0; i < c->inputs; i++)
        free(c->data[i]);
    free(c->labels);
    free(c->soft);
    free(c->states);
}

void op_case_run(struct op_case *c, int64_t count)
{
    struct cr_feed feed = {.count = count, .labels = c->labels, .soft = c->soft, .seed = 3, .step = 11};
    size_t number = cr_dtype_size(c->options.dtype);
    memcpy((char *)c->params->values + (size_t)c->params->trainable * number, c->states,
           (size_t)(c->params->total - c->params->trainable) * number);
    for (int i = 0; i < c->inputs; i++)
        feed.inputs[i] = c->data[i];
    if (c->inputs < CR_MAX_INPUTS)
        feed.inputs[c->inputs] = c->soft; /* for ops that take more from the batch than their operands */
    cr_plan_run(c->plan, &feed);
}

double op_case_loss(const struct op_case *c)
{
    struct cr_tensor loss = cr_plan_tensor(c->plan, c->loss);
    double sum = 0;
    assert_non_null(loss.data);
    for (int64_t n = 0; n < loss.dims[0]; n++)
        sum += number_at(c->options.dtype, loss.data, n);
    return sum / (double)loss.dims[0];
}

static int64_t tensor_count(struct cr_tensor tensor)
{
    int64_t count = 1;
    for (int i = 0; i < tensor.rank; i++)
        count *= tensor.dims[i];
    return count;
}

static struct op_result *add_tensor(struct op_result *next, struct cr_tensor tensor, const char *what, int index)
{
    snprintf(next->name, sizeof next->name, "%s %d", what, index);
    assert_non_null(tensor.data);
    next->data = tensor.data;
    next->count = tensor_count(tensor);
    return next + 1;
}

int op_case_results(const struct op_case *c, struct op_result results[OP_RESULTS])
{
    struct op_result *next = results;
    size_t number = cr_dtype_size(c->options.dtype);
    for (int i = 0; i < c->op->outputs; i++)
        next = add_tensor(next, cr_plan_tensor(c->plan, c->output[i]), "output", i);
    if (c->options.mode == CR_MODE_INFER)
        return (int)(next - results);
    next = add_tensor(next, cr_plan_tensor(c->plan, c->loss), "loss", 0);
    for (int i = 0; i < c->inputs; i++)
        if (c->input[i]->watched)
            next = add_tensor(next, cr_plan_gradient(c->plan, c->input[i]), "gradient of input", i);
    for (int i = 0; i < c->params->count; i++) {
        const struct cr_param *param = &c->params->items[i];
        bool learned = param->kind == CR_PARAM;
        snprintf(next->name, sizeof next->name, "%s %s", learned ? "gradient of" : "state", param->name);
        next->data = (char *)(learned ? c->params->gradients : c->params->values) + (size_t)param->offset * number;
        next->count = param->count;
        next++;
    }
    assert_in_range(next - results, 1, OP_RESULTS);
    return (int)(next - results);
}
