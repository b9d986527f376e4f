/*
 * What is said of models that are wrong: in a file, with the place in it; in C; of losses.
 */
#include "net.h"

#include <math.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_added_layers),
        cmocka_unit_test(messages),
        cmocka_unit_test(loss_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
