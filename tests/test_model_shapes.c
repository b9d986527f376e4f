/*
 * Names and shapes of what layers make, and what is put in by itself: projections, biases.
 */
#include "net.h"

#include <math.h>

static void names_and_shapes(void **state)
{
    (void)state;
    struct net n;
    char shape[32];
    net_make(&n, net_resnet, picture(28, 27, 1));
    expect_text(net_table(&n), "input 28x27x1 0 756\n"
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
    expect_text(net_parameters(&n),
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
    net_infer(&n, x, 1, n.network->logits, y, 24);
    const float *w = net_values(&n, "residual1.projection.weight");
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++)
            for (int f = 0; f < 2; f++)
                assert_true(y[(i * 3 + j) * 2 + f] == x[2 * i * 5 + 2 * j] * w[f]);
    net_free(&n);
    /* Only a stride of 3 takes 4 to 2 and 7 to 3. */
    net_make(&n, "model:\n  - residual:\n      - conv: {filters: 2, stride: 3}\n  - globalpool\n", picture(4, 7, 1));
    assert_true(net_has(&n, "residual1.projection.weight"));
    assert_false(net_has(&n, "residual1.projection.scale"));
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
    net_infer(&n, x, 1, n.network->logits, y, 3);
    const float *w = net_values(&n, "residual1.projection.weight");
    for (int i = 0; i < 3; i++)
        assert_true(fabsf(y[i] - (x[0] * w[i] + x[1] * w[3 + i])) <= 1e-5f);
    net_free(&n);
    /* Where the shape stays, nothing is put in: y = x. */
    net_make(&n, "model:\n  - flatten\n  - residual: [{dense: {units: 2, bias: false, init: zeros}}]\n",
             picture(1, 2, 1));
    assert_int_equal(n.network->params->trainable, 4);
    net_infer(&n, x, 1, n.network->logits, y, 2);
    assert_memory_equal(y, x, sizeof x);
    net_free(&n);
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
        if (net_has(&n, biases[i].name) != biases[i].is)
            fail_msg("%s: should %sbe there", biases[i].name, biases[i].is ? "" : "not ");
    net_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_shapes),   cmocka_unit_test(projection_is_normalised_alike),
        cmocka_unit_test(bias_auto),          cmocka_unit_test(projection_of_pictures),
        cmocka_unit_test(projection_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
