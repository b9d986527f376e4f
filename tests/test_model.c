/*
 * Models and networks: every layer builds and learns, every init has the spread it promises, names and shapes, what is
 * put in by itself, messages, and that YAML and C give the same network.
 */
#include "alloc.h"

#include <math.h>

#include <cradle/model.h>

#include "base/text.h"
#include "graph/graph.h"

struct net {
    struct cr_context *context;
    struct cr_config *config;
    struct cr_model *model;
    struct cr_network *network;
};

static enum cr_status net_try(struct net *n, const char *yaml, const struct cr_network_options *options,
                              struct cr_error *err)
{
    *n = (struct net){0};
    CR_TRY(cr_context_new(&n->context, &(struct cr_context_options){.threads = 1}, err));
    CR_TRY(cr_config_parse(&n->config, yaml, "net.yaml", err));
    CR_TRY(cr_model_from_node(&n->model, cr_node_get(cr_config_root(n->config), "model"), err));
    return cr_network_new(&n->network, n->context, n->model, options, err);
}

static void net_free(struct net *n)
{
    cr_network_free(n->network);
    cr_model_free(n->model);
    cr_config_free(n->config);
    cr_context_free(n->context);
}

static struct cr_network_options picture(int64_t height, int64_t width, int64_t channels)
{
    return (struct cr_network_options){.height = height, .width = width, .channels = channels, .seed = 1};
}

static void net_make(struct net *n, const char *yaml, struct cr_network_options options)
{
    struct cr_error err;
    expect_ok(net_try(n, yaml, &options, &err));
}

/* All parameters in one line: "conv1.weight 3x3x1x8 decay; ...". */
static char *parameters(const struct net *n)
{
    static const size_t size = 8192;
    char *text = calloc(1, size), shape[64];
    assert_non_null(text);
    for (int i = 0; i < n->network->params->count; i++) {
        const struct cr_param *param = &n->network->params->items[i];
        cr_shape_describe(param->shape, shape, sizeof shape);
        snprintf(text + strlen(text), size - strlen(text), "%s%s %s%s", i > 0 ? "; " : "", param->name, shape,
                 param->kind == CR_STATE ? " state"
                 : param->decay          ? " decay"
                                         : "");
    }
    return text;
}

/* The model's table in lines: depth as blanks, name, shape, parameters, flops, remark. */
static char *table(const struct net *n)
{
    static const size_t size = 8192;
    char *text = calloc(1, size), shape[64];
    assert_non_null(text);
    for (int i = 0; i < n->network->layers; i++) {
        const struct cr_layer_row *row = &n->network->rows[i];
        cr_shape_describe(row->shape, shape, sizeof shape);
        snprintf(text + strlen(text), size - strlen(text), "%*s%s %s %lld %lld%s%s\n", row->depth, "", row->name, shape,
                 (long long)row->params, (long long)row->flops, row->help ? ": " : "", row->help ? row->help : "");
    }
    return text;
}

static void expect_text(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    free(text);
}

static const float *values_of(const struct net *n, const char *name)
{
    const struct cr_param *param = cr_params_find(n->network->params, name);
    if (!param)
        fail_msg("no parameter %s", name);
    return (const float *)n->network->params->values + param->offset;
}

static bool has(const struct net *n, const char *name)
{
    return cr_params_find(n->network->params, name) != NULL;
}

/* ------------------------------------------------------------------------------------------------ every layer learns
 */

enum { STEPS = 60, SAMPLES = 12, CLASSES = 3 };

/* Trains by plain gradient descent; the mean loss of the last five steps over that of the first five. */
static double progress(struct net *n, int64_t size)
{
    struct cr_error err;
    struct cr_params *params = n->network->params;
    struct cr_plan *plan;
    struct cr_plan_options options = {.batch = SAMPLES, .mode = CR_MODE_TRAIN, .loss = n->network->loss};
    float *inputs = malloc((size_t)(SAMPLES * size) * sizeof *inputs);
    int32_t labels[SAMPLES];
    double first = 0, last = 0;
    assert_non_null(inputs);
    for (int64_t i = 0; i < SAMPLES * size; i++)
        inputs[i] = (float)(sin((double)(i * i % 97)) / 2 + (double)(i / size % CLASSES) * (i % 2 == 0 ? 1 : -0.5));
    for (int i = 0; i < SAMPLES; i++)
        labels[i] = i % CLASSES;
    expect_ok(cr_plan_new(&plan, n->context, n->network->graph, params, &options, &err));
    for (uint64_t step = 0; step < STEPS; step++) {
        cr_plan_run(plan, &(struct cr_feed){.count = SAMPLES, .inputs = {inputs}, .labels = labels, .step = step});
        const float *loss = cr_plan_tensor(plan, n->network->loss).data;
        for (int i = 0; i < SAMPLES; i++) {
            assert_true(isfinite(loss[i]));
            first += step < 5 ? loss[i] : 0;
            last += step >= STEPS - 5 ? loss[i] : 0;
        }
        for (int64_t i = 0; i < params->trainable; i++)
            ((float *)params->values)[i] -= 0.05f * ((float *)params->gradients)[i];
    }
    cr_plan_free(plan);
    free(inputs);
    return last / first;
}

/* "NAME: {what it requires}": 2 for numbers, a convolution for lists of layers. */
static void describe_layer(const struct cr_entry *layer, char *text, size_t size)
{
    snprintf(text, size, "%s: {", layer->name);
    for (const struct cr_option *option = layer->options; option && option->name; option++) {
        bool layers = option->type == CR_OPTION_NODE && strcmp(option->kind, "layers") == 0;
        if (layers || cr_option_required(option))
            snprintf(text + strlen(text), size - strlen(text), "%s: %s, ", option->name,
                     layers ? "[conv: 2, batchnorm]" : "2");
        else if (option->type == CR_OPTION_NODE && strcmp(option->kind, "lists of layers") == 0)
            snprintf(text + strlen(text), size - strlen(text), "%s: [[conv: 2, relu], [], [conv: 1]], ", option->name);
    }
    snprintf(text + strlen(text), size - strlen(text), "}");
}

static void every_layer_learns(void **state)
{
    (void)state;
    for (const struct cr_entry *const *entry = cr_layers.entries; *entry; entry++) {
        struct net n;
        char layer[256], yaml[512];
        describe_layer(*entry, layer, sizeof layer);
        snprintf(yaml, sizeof yaml, "model:\n  - conv: 8\n  - %s\n  - dense: 3\n", layer);
        struct cr_network_options options = picture(6, 5, 2);
        options.classes = CLASSES;
        net_make(&n, yaml, options);
        float *before = malloc((size_t)n.network->params->trainable * sizeof(float));
        assert_non_null(before);
        memcpy(before, n.network->params->values, (size_t)n.network->params->trainable * sizeof(float));
        double ratio = progress(&n, 6 * 5 * 2);
        if (!(ratio < 0.8))
            fail_msg("%s: the loss only went to %g of what it was", layer, ratio);
        for (int i = 0; i < n.network->params->count; i++) {
            const struct cr_param *param = &n.network->params->items[i];
            if (param->kind == CR_PARAM &&
                memcmp(values_of(&n, param->name), before + param->offset, (size_t)param->count * sizeof(float)) == 0)
                fail_msg("%s: %s did not move", layer, param->name);
        }
        free(before);
        net_free(&n);
    }
}

/* ------------------------------------------------------------------------------------------------------------- inits
 */

static void expect_spread(const float *values, int64_t count, double deviation, double limit, const char *what)
{
    double sum = 0, squares = 0, most = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += values[i];
        squares += (double)values[i] * values[i];
        most = fmax(most, fabs((double)values[i]));
    }
    double mean = sum / (double)count, found = sqrt(squares / (double)count);
    if (!(fabs(mean) <= 4 * deviation / sqrt((double)count)))
        fail_msg("%s: mean %g of %lld numbers", what, mean, (long long)count);
    if (!(fabs(found - deviation) <= 0.02 * deviation))
        fail_msg("%s: deviation %g, should be %g", what, found, deviation);
    if (!(most <= limit * deviation))
        fail_msg("%s: %g is beyond %g deviations", what, most, limit);
}

/* dense with 400 inputs and 200 outputs. */
static void every_init_has_its_spread(void **state)
{
    (void)state;
    static const struct {
        const char *init;
        double variance, limit;
    } expected[] = {
        {"auto", 2.0 / 600, 6},
        {"he", 2.0 / 400, 6},
        {"he: {uniform: true}", 2.0 / 400, 1.7321},
        {"xavier", 2.0 / 600, 6},
        {"xavier: {uniform: true}", 2.0 / 600, 1.7321},
        {"he: {slope: 0.5}", 2.0 / 1.25 / 400, 6},
        {"he: {fan: out}", 2.0 / 200, 6},
        {"xavier: {gain: 2}", 4 * 2.0 / 600, 6},
        {"lecun", 1.0 / 400, 6},
        {"lecun: {uniform: true}", 1.0 / 400, 1.7321},
        {"orthogonal", 1.0 / 400, 6},
        {"orthogonal: 2", 4.0 / 400, 6},
        {"lsuv", 1.0 / 400, 6}, /* before it is calibrated */
        {"whiten", 1.0 / 400, 6},
        {"normal", 1e-4, 6},
        {"normal: 0.3", 0.09, 6},
        {"zeros", 0, 0},
    };
    for (const struct cr_entry *const *entry = cr_inits.entries; *entry; entry++) {
        static const char *const exact[] = {"dirac", "constant"}; /* these have a test of their own */
        int found = strcmp((*entry)->name, exact[0]) == 0 || strcmp((*entry)->name, exact[1]) == 0;
        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
            struct net n;
            char yaml[128];
            size_t length = strlen((*entry)->name);
            if (strncmp(expected[i].init, (*entry)->name, length) != 0 || (expected[i].init[length] | 32) >= 'a')
                continue;
            bool options = strchr(expected[i].init, ':') != NULL;
            snprintf(yaml, sizeof yaml, "model:\n  - dense: {units: 200, init: %s%s%s}\n", options ? "{" : "",
                     expected[i].init, options ? "}" : "");
            net_make(&n, yaml, picture(20, 20, 1));
            expect_spread(values_of(&n, "dense1.weight"), 80000, sqrt(expected[i].variance), expected[i].limit,
                          expected[i].init);
            net_free(&n);
            found++;
        }
        if (found == 0)
            fail_msg("init %s has no formula in this test", (*entry)->name);
    }
}

/* fan-in of a convolution: all numbers of its window; "auto" looks for the activation through norms and pools. */
static void auto_looks_ahead(void **state)
{
    (void)state;
    struct net n;
    net_make(&n,
             "model:\n"
             "  - conv: 64\n"
             "  - batchnorm\n"
             "  - maxpool: 2\n"
             "  - relu\n"
             "  - residual:\n"
             "      - conv: 64\n"
             "      - relu\n"
             "      - conv: {filters: 64, kernel: 5}\n"
             "      - batchnorm\n"
             "  - relu\n"
             "  - residual:\n"
             "      - conv: 64\n"
             "  - conv: {filters: 32, kernel: 3}\n"
             "  - repeat: {times: 2, layers: [relu, conv: 48]}\n"
             "  - dense: 100\n",
             picture(8, 8, 16));
    expect_spread(values_of(&n, "conv1.weight"), 9 * 16 * 64, sqrt(2.0 / (9 * 16)), 6, "conv1");
    expect_spread(values_of(&n, "conv2.weight"), 9 * 64 * 64, sqrt(2.0 / (9 * 64)), 6, "conv2");
    expect_spread(values_of(&n, "conv3.weight"), 25 * 64 * 64, sqrt(2.0 / (25 * 64)), 6, "conv3");
    expect_spread(values_of(&n, "conv4.weight"), 9 * 64 * 64, sqrt(2.0 / (9 * 64 + 9 * 64)), 6, "conv4");
    expect_spread(values_of(&n, "conv6.weight"), 9 * 32 * 48, sqrt(2.0 / (9 * 32)), 6, "conv6");
    expect_spread(values_of(&n, "conv7.weight"), 9 * 48 * 48, sqrt(2.0 / (9 * 48 + 9 * 48)), 6, "conv7");
    expect_spread(values_of(&n, "dense1.weight"), 768 * 100, sqrt(2.0 / 868), 6, "dense1");
    net_free(&n);
}

/* "auto" before each activation: PyTorch's gains behind fan-in, the average for those that saturate. */
static void auto_by_activation(void **state)
{
    (void)state;
    static const struct {
        const char *layer;
        double variance;
    } expected[] = {
        {"relu", 2.0 / 400},          {"gelu", 2.0 / 400},
        {"leaky-relu: 0", 2.0 / 400}, {"leaky-relu: 0.5", 2.0 / 1.25 / 400},
        {"selu", 1.0 / 400},          {"tanh", 25.0 / 9 / 300},
        {"sigmoid", 1.0 / 300},       {"linear", 1.0 / 300},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct net n;
        char yaml[128];
        snprintf(yaml, sizeof yaml, "model:\n  - dense: 200\n  - %s\n", expected[i].layer);
        net_make(&n, yaml, picture(20, 20, 1));
        expect_spread(values_of(&n, "dense1.weight"), 80000, sqrt(expected[i].variance), 6, expected[i].layer);
        net_free(&n);
    }
}

/* a' b for columns a and b, or rows. */
static void expect_orthonormal(const float *values, int64_t rows, int64_t columns, double gain)
{
    bool tall = rows > columns;
    int64_t count = tall ? columns : rows, length = tall ? rows : columns;
    for (int64_t a = 0; a < count; a++)
        for (int64_t b = 0; b <= a; b++) {
            double sum = 0;
            for (int64_t i = 0; i < length; i++)
                sum += (double)values[tall ? i * columns + a : a * columns + i] *
                       values[tall ? i * columns + b : b * columns + i];
            assert_true(fabs(sum - (a == b ? gain * gain : 0)) <= 1e-6);
        }
}

static void orthogonal_and_dirac(void **state)
{
    (void)state;
    struct net n;
    net_make(&n,
             "model:\n"
             "  - conv: {filters: 30, init: orthogonal}\n"
             "  - conv: {filters: 7, init: {orthogonal: 1.5}}\n"
             "  - conv: {filters: 5, init: dirac}\n"
             "  - dense: {units: 9, init: dirac}\n"
             "  - dense: {units: 3, init: {constant: 0.25}}\n",
             picture(2, 1, 2));
    expect_orthonormal(values_of(&n, "conv1.weight"), 18, 30, 1);
    expect_orthonormal(values_of(&n, "conv2.weight"), 270, 7, 1.5);
    const float *w = values_of(&n, "conv3.weight");
    for (int i = 0; i < 9 * 7 * 5; i++)
        assert_true(w[i] == (i / 35 == 4 && i / 5 % 7 == i % 5));
    w = values_of(&n, "dense1.weight");
    for (int i = 0; i < 10 * 9; i++)
        assert_true(w[i] == (i / 9 == i % 9));
    w = values_of(&n, "dense2.weight");
    for (int i = 0; i < 9 * 3; i++)
        assert_true(w[i] == 0.25F);
    net_free(&n);
}

static double variance_of(const float *x, int64_t count)
{
    double mean = 0, squares = 0;
    for (int64_t i = 0; i < count; i++)
        mean += x[i] / (double)count;
    for (int64_t i = 0; i < count; i++)
        squares += (x[i] - mean) * (x[i] - mean) / (double)count;
    return squares;
}

/* Behind lsuv the first and the last output have variance 1 and the weights are still orthogonal; others are as they
 * were. */
static void lsuv_measures_data(void **state)
{
    (void)state;
    enum { COUNT = 20, SIZE = 6 * 6 * 2, FILTERS = 8, CLASSES_HERE = 5 };
    static const char *const yaml = "model:\n"
                                    "  - conv: {filters: 8, init: {lsuv: {tolerance: 1e-3}}}\n"
                                    "  - tanh\n"
                                    "  - conv: 4\n"
                                    "  - relu\n"
                                    "  - dense: {units: 5, init: {lsuv: {tolerance: 1e-3}}}\n";
    struct net n, before;
    struct cr_error err;
    struct cr_plan *plan;
    float input[COUNT * SIZE];
    for (int i = 0; i < COUNT * SIZE; i++)
        input[i] = (float)(3 * sin((double)(i * i % 97)) + 1);
    net_make(&before, yaml, picture(6, 6, 2));
    net_make(&n, yaml, picture(6, 6, 2));
    assert_int_equal(n.network->uncalibrated, 2);
    struct cr_feed feed = {.count = COUNT, .inputs = {input}};
    expect_ok(cr_network_calibrate(n.network, &feed, &err));
    assert_int_equal(n.network->uncalibrated, 0);
    const struct cr_value *outputs[2] = {n.network->graph->first->next->out[0], n.network->logits};
    struct cr_plan_options options = {.batch = COUNT, .mode = CR_MODE_INFER, .outputs = {outputs[0], outputs[1]}};
    expect_ok(cr_plan_new(&plan, n.context, n.network->graph, n.network->params, &options, &err));
    cr_plan_run(plan, &feed);
    const int64_t counts[2] = {COUNT * 36 * FILTERS, COUNT * CLASSES_HERE};
    for (int i = 0; i < 2; i++)
        assert_true(fabs(variance_of(cr_plan_tensor(plan, outputs[i]).data, counts[i]) - 1) <= 1.1e-3);
    const float *w = values_of(&n, "conv1.weight"), *first = values_of(&before, "conv1.weight");
    assert_true(fabs(w[0] / first[0] - 1) > 0.1);
    expect_orthonormal(w, 18, FILTERS, (double)w[0] / first[0]);
    assert_memory_equal(values_of(&n, "conv2.weight"), values_of(&before, "conv2.weight"), 72 * 4 * sizeof(float));
    cr_plan_free(plan);
    net_free(&n);
    net_free(&before);
}

/* The numbers depend on the seed and the parameter's name alone. */
static void same_seed_same_numbers(void **state)
{
    (void)state;
    static const char *const yaml = "model:\n  - conv: 4\n  - relu\n  - dense: 3\n";
    struct net a, b, other, longer, exact;
    struct cr_network_options options = picture(5, 5, 2);
    net_make(&a, yaml, options);
    net_make(&b, yaml, options);
    net_make(&longer, "model:\n  - conv: 4\n  - batchnorm\n  - relu\n  - residual: [relu, conv: 4]\n  - dense: 3\n",
             options);
    options.dtype = CR_F64;
    net_make(&exact, yaml, options);
    options = picture(5, 5, 2);
    options.seed = 2;
    net_make(&other, yaml, options);
    size_t bytes = (size_t)a.network->params->total * sizeof(float);
    assert_memory_equal(a.network->params->values, b.network->params->values, bytes);
    assert_memory_not_equal(values_of(&a, "conv1.weight"), values_of(&other, "conv1.weight"), 4 * 18 * sizeof(float));
    assert_memory_not_equal(values_of(&a, "dense1.weight"), values_of(&other, "dense1.weight"), 300 * sizeof(float));
    assert_memory_equal(values_of(&a, "conv1.weight"), values_of(&longer, "conv1.weight"), 4 * 18 * sizeof(float));
    assert_memory_equal(values_of(&a, "dense1.weight"), values_of(&longer, "dense1.weight"), 300 * sizeof(float));
    for (int64_t i = 0; i < a.network->params->total; i++)
        assert_true(((float *)a.network->params->values)[i] == (float)((double *)exact.network->params->values)[i]);
    net_free(&a);
    net_free(&b);
    net_free(&other);
    net_free(&longer);
    net_free(&exact);
}

/* ------------------------------------------------------------------------------------------------- names and shapes */

static const char *const resnet = "model:\n"
                                  "  - conv: {filters: 8, kernel: 3}\n"
                                  "  - batchnorm\n"
                                  "  - relu\n"
                                  "  - maxpool: 2\n"
                                  "  - residual:\n"
                                  "      - conv: 8\n"
                                  "      - batchnorm\n"
                                  "  - residual:\n"
                                  "      - conv: {filters: 16, stride: 2}\n"
                                  "      - batchnorm\n"
                                  "  - repeat:\n"
                                  "      times: 2\n"
                                  "      layers:\n"
                                  "        - conv: 4\n"
                                  "        - relu\n"
                                  "  - dropout: 0.1\n"
                                  "  - dense: 10\n";

static void names_and_shapes(void **state)
{
    (void)state;
    struct net n;
    char shape[32];
    net_make(&n, resnet, picture(28, 27, 1));
    expect_text(table(&n), "input 28x27x1 0 756\n"
                           "conv1 28x27x8 72 108864\n"
                           "batchnorm1 28x27x8 16 12096\n"
                           "relu1 28x27x8 0 6048\n"
                           "maxpool1 14x13x8 0 1456\n"
                           "residual1 14x13x8 0 1456\n"
                           " conv2 14x13x8 576 209664\n"
                           " batchnorm2 14x13x8 16 2912\n"
                           "residual2 7x7x16 160 14896\n"
                           " conv3 7x7x16 1152 112896\n"
                           " batchnorm3 7x7x16 32 1568\n"
                           "repeat1 7x7x4 0 0\n"
                           " conv4 7x7x4 580 56644\n"
                           " relu2 7x7x4 0 196\n"
                           " conv5 7x7x4 148 14308\n"
                           " relu3 7x7x4 0 196\n"
                           "dropout1 7x7x4 0 196\n"
                           "dense1 10 1970 3930: flatten put in before dense1\n");
    expect_text(parameters(&n),
                "conv1.weight 3x3x1x8 decay; conv2.weight 3x3x8x8 decay; conv3.weight 3x3x8x16 decay; "
                "residual2.projection.weight 1x1x8x16 decay; conv4.weight 3x3x16x4 decay; conv5.weight 3x3x4x4 decay; "
                "dense1.weight 196x10 decay; batchnorm1.scale 8; batchnorm1.shift 8; batchnorm2.scale 8; "
                "batchnorm2.shift 8; batchnorm3.scale 16; batchnorm3.shift 16; residual2.projection.scale 16; "
                "residual2.projection.shift 16; conv4.bias 4; conv5.bias 4; dense1.bias 10; input.mean 1 state; "
                "input.deviation 1 state; batchnorm1.mean 8 state; batchnorm1.variance 8 state; "
                "batchnorm2.mean 8 state; batchnorm2.variance 8 state; batchnorm3.mean 16 state; "
                "batchnorm3.variance 16 state; residual2.projection.mean 16 state; "
                "residual2.projection.variance 16 state");
    assert_int_equal(n.network->params->decayed, 72 + 576 + 1152 + 128 + 576 + 144 + 1960);
    cr_shape_describe(n.network->input, shape, sizeof shape);
    assert_string_equal(shape, "28x27x1");
    cr_shape_describe(n.network->output, shape, sizeof shape);
    assert_string_equal(shape, "10");
    assert_int_equal(cr_model_count(n.model), 9);
    net_free(&n);
}

/* The projection of a residual ends in the norm that its layers end in, with the same options. */
static void projection_is_normalised_alike(void **state)
{
    (void)state;
    struct net n;
    net_make(&n,
             "model:\n"
             "  - residual: [conv: 6, {groupnorm: 3}]\n"
             "  - residual: [conv: 8, relu]\n"
             "  - dense: 2\n",
             picture(4, 4, 2));
    assert_non_null(cr_params_find(n.network->params, "residual1.projection.scale"));
    assert_non_null(cr_params_find(n.network->params, "residual1.projection.shift"));
    assert_null(cr_params_find(n.network->params, "residual1.projection.mean"));
    assert_null(cr_params_find(n.network->params, "residual2.projection.scale"));
    assert_null(cr_params_find(n.network->params, "conv1.bias"));
    net_free(&n);
}

/* The loss of each sample: the branch is there, twice as strong, or not; in use it is there as it is. */
static void drop_path_skips_samples(void **state)
{
    (void)state;
    enum { COUNT = 64 };
    static const char *const rates[] = {"0", "0.5", "0"};
    static const enum cr_mode modes[] = {CR_MODE_TRAIN, CR_MODE_TRAIN, CR_MODE_INFER};
    float input[COUNT][2], loss[3][COUNT];
    int32_t labels[COUNT] = {0};
    int skipped = 0, doubled = 0;
    for (int i = 0; i < COUNT; i++)
        input[i][0] = 1, input[i][1] = -1;
    for (int i = 0; i < 3; i++) {
        struct net n;
        struct cr_plan *plan;
        struct cr_error err;
        char yaml[160];
        snprintf(yaml, sizeof yaml,
                 "model:\n  - flatten\n  - residual: {layers: [dense: {units: 2, init: {constant: 1}, bias: true}], "
                 "drop_path: %s}\n",
                 rates[i]);
        net_make(&n, yaml, picture(1, 1, 2));
        ((float *)n.network->params->values)[cr_params_find(n.network->params, "dense1.bias")->offset] = 3;
        struct cr_plan_options options = {.batch = COUNT, .mode = modes[i], .loss = n.network->loss};
        options.outputs[0] = n.network->loss;
        expect_ok(cr_plan_new(&plan, n.context, n.network->graph, n.network->params, &options, &err));
        cr_plan_run(plan, &(struct cr_feed){.count = COUNT, .inputs = {input}, .labels = labels});
        memcpy(loss[i], cr_plan_tensor(plan, n.network->loss).data, sizeof loss[i]);
        cr_plan_free(plan);
        net_free(&n);
    }
    /* The branch adds (3, 0) to (1, -1). */
    const double plain = log1p(exp(-5.0)), off = log1p(exp(-2.0)), twice = log1p(exp(-8.0));
    for (int i = 0; i < COUNT; i++) {
        assert_true(fabs(loss[0][i] - plain) <= 1e-6 && fabs(loss[2][i] - plain) <= 1e-6);
        skipped += fabs(loss[1][i] - off) <= 1e-6;
        doubled += fabs(loss[1][i] - twice) <= 1e-6;
    }
    assert_int_equal(skipped + doubled, COUNT);
    assert_in_range(skipped, 20, 44);
}

/* bias: auto is off right before a norm, also across the rounds of a repeat, and on before an addition. */
static void bias_auto(void **state)
{
    (void)state;
    struct net n;
    net_make(&n,
             "model:\n"
             "  - conv: 2\n"
             "  - batchnorm\n"
             "  - conv: {filters: 2, bias: true}\n"
             "  - batchnorm\n"
             "  - conv: {filters: 2, bias: false}\n"
             "  - relu\n"
             "  - repeat: {times: 2, layers: [batchnorm, conv: 2]}\n"
             "  - residual: [conv: 2]\n"
             "  - batchnorm\n"
             "  - dense: 4\n"
             "  - batchnorm\n"
             "  - dense: {units: 4, bias: no}\n"
             "  - dense: 3\n",
             picture(4, 4, 1));
    static const struct {
        const char *name;
        bool is;
    } biases[] = {
        {"conv1.bias", false},  {"conv2.bias", true},   {"conv3.bias", false},
        {"conv4.bias", false},  {"conv5.bias", true},   {"conv6.bias", true},
        {"dense1.bias", false}, {"dense2.bias", false}, {"dense3.bias", true},
    };
    for (size_t i = 0; i < sizeof biases / sizeof biases[0]; i++)
        if (has(&n, biases[i].name) != biases[i].is)
            fail_msg("%s: should %sbe there", biases[i].name, biases[i].is ? "" : "not ");
    net_free(&n);
}

/* ------------------------------------------------------------------------------------------------- what is computed */

static void infer(struct net *n, const float *x, int64_t count, const struct cr_value *value, float *y, int64_t size)
{
    struct cr_error err;
    struct cr_plan *plan;
    struct cr_plan_options options = {.batch = count, .mode = CR_MODE_INFER, .outputs = {value}};
    expect_ok(cr_plan_new(&plan, n->context, n->network->graph, n->network->params, &options, &err));
    cr_plan_run(plan, &(struct cr_feed){.count = count, .inputs = {x}});
    memcpy(y, cr_plan_tensor(plan, value).data, (size_t)(count * size) * sizeof(float));
    cr_plan_free(plan);
}

/* With weights of 0 in the branch, what is left is the projection: every second pixel through 1 x 1 filters. */
static void projection_of_pictures(void **state)
{
    (void)state;
    struct net n;
    float x[35], y[4 * 3 * 2];
    net_make(&n,
             "model:\n  - residual:\n      - conv: {filters: 2, stride: 2, bias: false, init: zeros}\n"
             "  - flatten\n",
             picture(7, 5, 1));
    for (int i = 0; i < 35; i++)
        x[i] = (float)(i + 1);
    infer(&n, x, 1, n.network->logits, y, 24);
    const float *w = values_of(&n, "residual1.projection.weight");
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++)
            for (int f = 0; f < 2; f++)
                assert_true(y[(i * 3 + j) * 2 + f] == x[2 * i * 5 + 2 * j] * w[f]);
    net_free(&n);
    /* Only a stride of 3 takes 4 to 2 and 7 to 3. */
    net_make(&n, "model:\n  - residual:\n      - conv: {filters: 2, stride: 3}\n  - globalpool\n", picture(4, 7, 1));
    assert_true(has(&n, "residual1.projection.weight"));
    assert_false(has(&n, "residual1.projection.scale"));
    net_free(&n);
}

static void projection_of_rows(void **state)
{
    (void)state;
    struct net n;
    const float x[2] = {3, -5};
    float y[3];
    net_make(&n, "model:\n  - flatten\n  - residual: [{dense: {units: 3, bias: false, init: zeros}}]\n",
             picture(1, 2, 1));
    infer(&n, x, 1, n.network->logits, y, 3);
    const float *w = values_of(&n, "residual1.projection.weight");
    for (int i = 0; i < 3; i++)
        assert_true(fabsf(y[i] - (x[0] * w[i] + x[1] * w[3 + i])) <= 1e-5f);
    net_free(&n);
    /* Where the shape stays, nothing is put in: y = x. */
    net_make(&n, "model:\n  - flatten\n  - residual: [{dense: {units: 2, bias: false, init: zeros}}]\n",
             picture(1, 2, 1));
    assert_int_equal(n.network->params->trainable, 4);
    infer(&n, x, 1, n.network->logits, y, 2);
    assert_memory_equal(y, x, sizeof x);
    net_free(&n);
}

static void probabilities_and_statistics(void **state)
{
    (void)state;
    struct net n;
    struct cr_error err;
    const double mean[2] = {0.5, -1}, deviation[2] = {2, 0.25};
    struct cr_network_options options = picture(3, 3, 2);
    options.mean = mean;
    options.deviation = deviation;
    options.inference = true;
    float x[18 * 4], logits[4 * 5], p[4 * 5];
    for (int i = 0; i < 18 * 4; i++)
        x[i] = (float)(i % 7);
    net_make(&n, "model:\n  - dense: 5\n", options);
    assert_true(values_of(&n, "input.mean")[1] == -1 && values_of(&n, "input.deviation")[1] == 0.25f);
    /* The model and its file may go before the network. */
    cr_model_free(n.model);
    cr_config_free(n.config);
    n.model = NULL;
    n.config = NULL;
    infer(&n, x, 4, n.network->logits, logits, 5);
    infer(&n, x, 4, n.network->probabilities, p, 5);
    const float *w = values_of(&n, "dense1.weight");
    for (int s = 0; s < 4; s++) {
        double sum = 0, norm = 0;
        for (int k = 0; k < 5; k++) {
            double expected = 0;
            for (int i = 0; i < 18; i++)
                expected += (x[s * 18 + i] - mean[i % 2]) / deviation[i % 2] * w[i * 5 + k];
            assert_true(fabs(logits[s * 5 + k] - expected) <= 1e-4 * fmax(1, fabs(expected)));
            norm += exp((double)logits[s * 5 + k]);
            sum += p[s * 5 + k];
        }
        assert_true(fabs(sum - 1) <= 1e-6);
        for (int k = 0; k < 5; k++)
            assert_true(fabs(p[s * 5 + k] - exp((double)logits[s * 5 + k]) / norm) <= 1e-5);
    }
    struct cr_plan *plan;
    struct cr_plan_options training = {.batch = 1, .mode = CR_MODE_TRAIN, .loss = n.network->loss};
    expect_error(cr_plan_new(&plan, n.context, n.network->graph, n.network->params, &training, &err), CR_ERROR_ARGUMENT,
                 "a training plan needs parameters with gradients");
    net_free(&n);
}

static void soft_targets(void **state)
{
    (void)state;
    struct net n;
    struct cr_error err;
    struct cr_plan *plan;
    struct cr_network_options options = picture(1, 1, 2);
    options.soft = true;
    net_make(&n, "model:\n  - dense: {units: 4, init: zeros}\n", options);
    struct cr_plan_options training = {.batch = 2, .mode = CR_MODE_TRAIN, .loss = n.network->loss};
    expect_ok(cr_plan_new(&plan, n.context, n.network->graph, n.network->params, &training, &err));
    const float x[4] = {1, 2, 3, 4}, soft[8] = {0.25f, 0.75f, 0, 0, 0, 0, 1, 0};
    cr_plan_run(plan, &(struct cr_feed){.count = 2, .inputs = {x}, .soft = soft});
    for (int i = 0; i < 2; i++)
        assert_true(fabs(((float *)cr_plan_tensor(plan, n.network->loss).data)[i] - log(4)) <= 1e-6);
    const float *g =
        (const float *)n.network->params->gradients + cr_params_find(n.network->params, "dense1.bias")->offset;
    const float expected[4] = {0.125f, -0.125f, -0.25f, 0.25f}; /* the mean of p - t, p = 1/4 */
    for (int k = 0; k < 4; k++)
        assert_true(fabsf(g[k] - expected[k]) <= 1e-6f);
    cr_plan_free(plan);
    net_free(&n);
}

/* ------------------------------------------------------------------------------------------------------ YAML and C */

static void expect_same_network(const struct net *a, const struct net *b)
{
    char *text = parameters(b);
    expect_text(parameters(a), text);
    free(text);
    text = table(b);
    expect_text(table(a), text);
    free(text);
    assert_memory_equal(a->network->params->values, b->network->params->values,
                        (size_t)a->network->params->total * sizeof(float));
}

static void yaml_and_c_alike(void **state)
{
    (void)state;
    struct net yaml, c = {0};
    struct cr_error err;
    struct cr_network_options options = picture(28, 27, 1);
    net_make(&yaml, resnet, options);
    expect_ok(cr_context_new(&c.context, NULL, &err));
    expect_ok(cr_model_new(&c.model, &err));
    assert_int_equal(cr_model_count(c.model), 0);
    expect_ok(cr_model_add(c.model, &err, "conv: {filters: %d, kernel: %d}", 8, 3));
    expect_ok(cr_model_add(c.model, &err, "batchnorm"));
    expect_ok(cr_model_add(c.model, &err, "relu"));
    expect_ok(cr_model_add(c.model, &err, "maxpool: 2"));
    expect_ok(cr_model_add(c.model, &err, "residual: [conv: 8, batchnorm]"));
    expect_ok(cr_model_add(c.model, &err, "residual: [{conv: {filters: 16, stride: 2}}, batchnorm]"));
    expect_ok(cr_model_add(c.model, &err, "repeat: {times: 2, layers: [conv: 4, relu]}"));
    expect_ok(cr_model_add(c.model, &err, "dropout: %g", 0.1));
    expect_ok(cr_model_add(c.model, &err, "dense: %d", 10));
    assert_int_equal(cr_model_count(c.model), 9);
    expect_ok(cr_network_new(&c.network, c.context, c.model, &options, &err));
    expect_same_network(&yaml, &c);
    net_free(&yaml);
    net_free(&c);
}

static void numbers_under_a_german_locale(void **state)
{
    (void)state;
    struct cr_model *model;
    struct cr_error err;
    char *folder = folder_make();
    bool german = locale_german(folder);
    if (german) {
        expect_ok(cr_model_new(&model, &err));
        expect_ok(cr_model_add(model, &err, "dropout: {rate: %g}", 0.25));
        expect_ok(cr_model_add(model, &err, "dense: {units: 3, init: {normal: %g}}", 0.5));
        cr_model_free(model);
    }
    locale_back();
    folder_remove(folder);
    if (!german) {
        print_message("SKIP: no German locale here\n");
        skip();
    }
}

static void errors_of_added_layers(void **state)
{
    (void)state;
    struct cr_model *model, *read;
    struct cr_network *network;
    struct cr_context *context;
    struct cr_error err;
    struct cr_config *config;
    char longer[5000];
    expect_ok(cr_context_new(&context, NULL, &err));
    expect_ok(cr_model_new(&model, &err));
    struct cr_network_options options = picture(4, 4, 1);
    expect_error(cr_network_new(&network, context, model, &options, &err), CR_ERROR_ARGUMENT,
                 "the model has no layers");
    assert_null(network);
    expect_ok(cr_model_add(model, &err, "relu"));
    expect_error(cr_model_add(model, &err, "cnv: 32"), CR_ERROR_CONFIG,
                 "model:3:5: model[1].cnv: unknown layer cnv; did you mean conv?");
    expect_error(cr_model_add(model, &err, "relu\n  - relu"), CR_ERROR_ARGUMENT,
                 "a layer's text must be one line: relu\n  - relu");
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = 0;
    expect_error(cr_model_add(model, &err, "%s", longer), CR_ERROR_ARGUMENT,
                 "a layer's text is longer than 4095 bytes");
    assert_int_equal(cr_model_count(model), 1);
    expect_ok(cr_model_add(model, &err, "conv: {filters: 3, kernel: 5, padding: valid}"));
    expect_error(cr_network_new(&network, context, model, &options, &err), CR_ERROR_SHAPE,
                 "model:3:5: model[1] (conv): window 5x5 is larger than its input 4x4x1: use a smaller window, "
                 "padding: same, or fewer layers that shrink the picture before it");
    expect_ok(cr_config_parse(&config, "model: [relu]", "net.yaml", &err));
    expect_ok(cr_model_from_node(&read, cr_node_get(cr_config_root(config), "model"), &err));
    expect_error(cr_model_add(read, &err, "relu"), CR_ERROR_ARGUMENT,
                 "a model that comes from a file takes no more layers");
    cr_model_free(read);
    cr_config_free(config);
    cr_model_free(model);
    cr_context_free(context);
}

/* ------------------------------------------------------------------------------------------------------------ errors
 */

static void messages(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        int side;
        enum cr_status status;
        const char *message;
    } faults[] = {
        {"{}", 4, CR_ERROR_CONFIG, "model: is missing, expected a list of layers (- conv: 32)"},
        {"model: 3", 4, CR_ERROR_CONFIG, "net.yaml:1:8: model: expected a list of layers (- conv: 32)"},
        {"model: []", 4, CR_ERROR_CONFIG, "net.yaml:1:8: model: expected a list of layers (- conv: 32)"},
        {"model:\n  - cnv: 4\n", 4, CR_ERROR_CONFIG,
         "net.yaml:2:5: model[0].cnv: unknown layer cnv; did you mean conv?"},
        {"model:\n  - residual:\n      - relux\n", 4, CR_ERROR_CONFIG,
         "net.yaml:3:9: model[0].residual[0]: unknown layer relux; did you mean relu?"},
        {"model:\n  - residual:\n      - conv: {filtres: 3}\n", 4, CR_ERROR_CONFIG,
         "net.yaml:3:16: model[0].residual[0].conv.filtres: unknown key; did you mean filters?"},
        {"model:\n  - conv: {kernel: 3}\n", 4, CR_ERROR_CONFIG,
         "net.yaml:2:11: model[0].conv: filters is missing (int 1..1048576: output channels)"},
        {"model:\n  - relu\n  - conv: 0\n", 4, CR_ERROR_CONFIG,
         "net.yaml:3:11: model[1].conv: 0 is out of range (int 1..1048576)"},
        {"model:\n  - conv: {filters: 3, bias: maybe}\n", 4, CR_ERROR_CONFIG,
         "net.yaml:2:30: model[0].conv.bias: expected one of auto, true, false, found \"maybe\""},
        {"model:\n  - dense: {units: 3, init: hee}\n", 4, CR_ERROR_CONFIG,
         "net.yaml:2:29: model[0].dense.init: unknown init hee; did you mean he?"},
        {"model:\n  - dense: {units: 3, init: {normal: {std: -1}}}\n", 4, CR_ERROR_CONFIG,
         "net.yaml:2:44: model[0].dense.init.normal.std: -1 is out of range (float 0..1000000)"},
        {"model:\n  - conv: 20\n  - groupnorm\n", 4, CR_ERROR_SHAPE,
         "net.yaml:3:5: model[1] (groupnorm): 20 channels cannot be cut into 8 equal groups; 5 would do"},
        {"model:\n  - conv: 4\n  - groupnorm\n", 4, CR_ERROR_SHAPE,
         "net.yaml:3:5: model[1] (groupnorm): 4 channels cannot be cut into 8 equal groups; 4 would do"},
        {"model:\n  - conv: 4\n  - globalpool\n  - instancenorm\n", 4, CR_ERROR_SHAPE,
         "net.yaml:4:5: model[2] (instancenorm): each group of 4 has only one number, of which nothing is left: use "
         "fewer groups, or batchnorm"},
        {"model:\n  - conv: 9\n  - maxout\n", 4, CR_ERROR_SHAPE,
         "net.yaml:3:5: model[1] (maxout): 9 channels cannot be cut into 2 equal pieces: give the layer before it a "
         "multiple of 2"},
        {"model:\n  - residual\n", 4, CR_ERROR_CONFIG,
         "net.yaml:2:5: model[0]: expected a list of layers (layers: [conv: 32, relu])"},
        {"model:\n  - repeat: {times: 3, layers: []}\n", 4, CR_ERROR_CONFIG,
         "net.yaml:2:32: model[0].repeat.layers: expected a list of layers (- conv: 32)"},
        {"model:\n  - conv: {filters: 8, kernel: 7, padding: valid}\n", 4, CR_ERROR_SHAPE,
         "net.yaml:2:5: model[0] (conv): window 7x7 is larger than its input 4x4x1: use a smaller window, padding: "
         "same, or fewer layers that shrink the picture before it"},
        {"model:\n  - relu\n  - residual:\n      - relu\n      - repeat: {times: 3, layers: [maxpool: 3, relu]}\n", 5,
         CR_ERROR_SHAPE,
         "net.yaml:5:37: model[1].residual[1].repeat.layers[0] (maxpool): window 3x3 is larger than its input 1x1x1: "
         "use a smaller window, padding: same, or fewer layers that shrink the picture before it"},
        {"model:\n  - maxpool: {size: 2, padding: 2}\n", 4, CR_ERROR_SHAPE,
         "net.yaml:2:5: model[0] (maxpool): a padding of 2 leaves windows of size 2 with no pixel inside: use a "
         "padding below the size"},
        {"model:\n  - residual:\n      - conv: {filters: 3, padding: valid}\n", 6, CR_ERROR_SHAPE,
         "net.yaml:2:5: model[0] (residual): its layers turn 6x6x1 into 4x4x3, which no projection of the input can "
         "follow: use padding: same and one stride for both sides"},
        {"model:\n  - residual:\n      - dense: 4\n", 6, CR_ERROR_SHAPE,
         "net.yaml:2:5: model[0] (residual): its layers turn 6x6x1 into 4, which no projection of the input can "
         "follow: put flatten or globalpool before residual"},
        {"model:\n  - dense: 4\n  - conv: 3\n", 4, CR_ERROR_SHAPE,
         "net.yaml:3:5: model[1] (conv): needs a picture (height x width x channels), got 4 numbers: put it before "
         "flatten and dense"},
        {"model:\n  - dense: 4\n  - globalpool\n", 4, CR_ERROR_SHAPE,
         "net.yaml:3:5: model[1] (globalpool): needs a picture (height x width x channels), got 4 numbers: put it "
         "before flatten and dense"},
        {"model:\n  - dense: 4\n", 4, CR_ERROR_SHAPE,
         "net.yaml:2:5: model[0] (dense): the model ends with 4 outputs, but the data have 3 classes: end it with "
         "dense: 3"},
        {"model:\n  - relu\n  - conv: 3\n", 4, CR_ERROR_SHAPE,
         "net.yaml:3:5: model[1] (conv): the model ends with a picture of 4x4x3: end it with dense or globalpool"},
        {"model:\n  - repeat: {times: 1000, layers: [repeat: {times: 11, layers: [relu]}]}\n  - dense: 3", 4,
         CR_ERROR_SHAPE, "net.yaml:2:36: model[0].repeat.layers[0] (repeat): a model has at most 10000 layers"},
        {"model:\n  - conv: {filters: 1048576, kernel: 1024}\n", 4, CR_ERROR_SHAPE,
         "net.yaml:2:5: model[0] (conv): conv1.weight would have the shape 1024x1024x1x1048576: too large"},
        {"model:\n  - relu\n  - dense: 3", 0, CR_ERROR_ARGUMENT, "a network's input must be at least 1x1x1, not 0x0x1"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct net n;
        struct cr_error err = {0};
        struct cr_network_options options = picture(faults[i].side, faults[i].side, 1);
        options.classes = 3;
        expect_error(net_try(&n, faults[i].yaml, &options, &err), faults[i].status, faults[i].message);
        assert_null(n.network);
        net_free(&n);
    }
}

static void loss_messages(void **state)
{
    (void)state;
    struct net n = {0};
    struct cr_error err;
    struct cr_network_options options = picture(2, 2, 1);
    expect_ok(cr_context_new(&n.context, NULL, &err));
    expect_ok(cr_config_parse(&n.config, "loss: cross-entrpy\ngood: cross-entropy\n", "net.yaml", &err));
    expect_ok(cr_model_new(&n.model, &err));
    expect_ok(cr_model_add(n.model, &err, "dense: 3"));
    options.loss = cr_node_get(cr_config_root(n.config), "loss");
    expect_error(cr_network_new(&n.network, n.context, n.model, &options, &err), CR_ERROR_CONFIG,
                 "net.yaml:1:7: loss: unknown loss cross-entrpy; did you mean cross-entropy?");
    options.loss = cr_node_get(cr_config_root(n.config), "good");
    expect_ok(cr_network_new(&n.network, n.context, n.model, &options, &err));
    net_free(&n);
}

/* ------------------------------------------------------------------------------------------------------ allocations */

static enum cr_status make_network(void *user, struct cr_error *err)
{
    struct net n;
    struct cr_network_options options = picture(9, 8, 1);
    enum cr_status status = net_try(&n, user, &options, err);
    net_free(&n);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    if (!alloc_available()) {
        print_message("SKIP: allocations cannot be made to fail in this build\n");
        skip();
    }
    char yaml[] = "model: [conv: 2, batchnorm, residual: [{conv: {filters: 3, init: he}}], dense: 3]";
    assert_in_range(alloc_each(make_network, yaml), 20, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_learns),
        cmocka_unit_test(every_init_has_its_spread),
        cmocka_unit_test(auto_looks_ahead),
        cmocka_unit_test(auto_by_activation),
        cmocka_unit_test(orthogonal_and_dirac),
        cmocka_unit_test(lsuv_measures_data),
        cmocka_unit_test(same_seed_same_numbers),
        cmocka_unit_test(names_and_shapes),
        cmocka_unit_test(projection_is_normalised_alike),
        cmocka_unit_test(drop_path_skips_samples),
        cmocka_unit_test(bias_auto),
        cmocka_unit_test(projection_of_pictures),
        cmocka_unit_test(projection_of_rows),
        cmocka_unit_test(probabilities_and_statistics),
        cmocka_unit_test(soft_targets),
        cmocka_unit_test(yaml_and_c_alike),
        cmocka_unit_test(numbers_under_a_german_locale),
        cmocka_unit_test(errors_of_added_layers),
        cmocka_unit_test(messages),
        cmocka_unit_test(loss_messages),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
