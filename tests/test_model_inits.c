/*
 * Inits: every one has the spread it promises, "auto" looks for the activation behind, orthogonal ones are, lsuv
 * measures data, and the same seed gives the same numbers.
 */
#include "net.h"

#include <math.h>

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
            expect_spread(net_values(&n, "dense1.weight"), 80000, sqrt(expected[i].variance), expected[i].limit,
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
    expect_spread(net_values(&n, "conv1.weight"), 9 * 16 * 64, sqrt(2.0 / (9 * 16)), 6, "conv1");
    expect_spread(net_values(&n, "conv2.weight"), 9 * 64 * 64, sqrt(2.0 / (9 * 64)), 6, "conv2");
    expect_spread(net_values(&n, "conv3.weight"), 25 * 64 * 64, sqrt(2.0 / (25 * 64)), 6, "conv3");
    expect_spread(net_values(&n, "conv4.weight"), 9 * 64 * 64, sqrt(2.0 / (9 * 64 + 9 * 64)), 6, "conv4");
    expect_spread(net_values(&n, "conv6.weight"), 9 * 32 * 48, sqrt(2.0 / (9 * 32)), 6, "conv6");
    expect_spread(net_values(&n, "conv7.weight"), 9 * 48 * 48, sqrt(2.0 / (9 * 48 + 9 * 48)), 6, "conv7");
    expect_spread(net_values(&n, "dense1.weight"), 768 * 100, sqrt(2.0 / 868), 6, "dense1");
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
        expect_spread(net_values(&n, "dense1.weight"), 80000, sqrt(expected[i].variance), 6, expected[i].layer);
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
    expect_orthonormal(net_values(&n, "conv1.weight"), 18, 30, 1);
    expect_orthonormal(net_values(&n, "conv2.weight"), 270, 7, 1.5);
    const float *w = net_values(&n, "conv3.weight");
    for (int i = 0; i < 9 * 7 * 5; i++)
        assert_true(w[i] == (i / 35 == 4 && i / 5 % 7 == i % 5));
    w = net_values(&n, "dense1.weight");
    for (int i = 0; i < 10 * 9; i++)
        assert_true(w[i] == (i / 9 == i % 9));
    w = net_values(&n, "dense2.weight");
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
    const float *w = net_values(&n, "conv1.weight"), *first = net_values(&before, "conv1.weight");
    assert_true(fabs(w[0] / first[0] - 1) > 0.1);
    expect_orthonormal(w, 18, FILTERS, (double)w[0] / first[0]);
    assert_memory_equal(net_values(&n, "conv2.weight"), net_values(&before, "conv2.weight"), 72 * 4 * sizeof(float));
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
    assert_memory_not_equal(net_values(&a, "conv1.weight"), net_values(&other, "conv1.weight"), 4 * 18 * sizeof(float));
    assert_memory_not_equal(net_values(&a, "dense1.weight"), net_values(&other, "dense1.weight"), 300 * sizeof(float));
    assert_memory_equal(net_values(&a, "conv1.weight"), net_values(&longer, "conv1.weight"), 4 * 18 * sizeof(float));
    assert_memory_equal(net_values(&a, "dense1.weight"), net_values(&longer, "dense1.weight"), 300 * sizeof(float));
    for (int64_t i = 0; i < a.network->params->total; i++)
        assert_true(((float *)a.network->params->values)[i] == (float)((double *)exact.network->params->values)[i]);
    net_free(&a);
    net_free(&b);
    net_free(&other);
    net_free(&longer);
    net_free(&exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_init_has_its_spread), cmocka_unit_test(auto_looks_ahead),
        cmocka_unit_test(auto_by_activation),        cmocka_unit_test(orthogonal_and_dirac),
        cmocka_unit_test(lsuv_measures_data),        cmocka_unit_test(same_seed_same_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
