/*
 * Models and networks: every layer builds and learns, YAML and C give the same network, numbers are read alike under
 * any locale, and every allocation may fail.
 */
#include "alloc.h"
#include "net.h"

#include <math.h>

#include "base/text.h"

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
                memcmp(net_values(&n, param->name), before + param->offset, (size_t)param->count * sizeof(float)) == 0)
                fail_msg("%s: %s did not move", layer, param->name);
        }
        free(before);
        net_free(&n);
    }
}

static void expect_same_network(const struct net *a, const struct net *b)
{
    char *text = net_parameters(b);
    expect_text(net_parameters(a), text);
    free(text);
    text = net_table(b);
    expect_text(net_table(a), text);
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
    net_make(&yaml, net_resnet, options);
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
    locale_german();
    expect_ok(cr_model_new(&model, &err));
    expect_ok(cr_model_add(model, &err, "dropout: {rate: %g}", 0.25));
    expect_ok(cr_model_add(model, &err, "dense: {units: 3, init: {normal: %g}}", 0.5));
    cr_model_free(model);
    locale_back();
}

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
    alloc_need();
    char yaml[] = "model: [conv: 2, batchnorm, residual: [{conv: {filters: 3, init: he}}], dense: 3]";
    assert_in_range(alloc_each(make_network, yaml), 20, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_learns),
        cmocka_unit_test(yaml_and_c_alike),
        fixture_test(numbers_under_a_german_locale),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
