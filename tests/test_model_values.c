/*
 * What networks compute: probabilities, running statistics, branches that are dropped, soft targets.
 */
#include "net.h"

#include <math.h>

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
    assert_true(net_values(&n, "input.mean")[1] == -1 && net_values(&n, "input.deviation")[1] == 0.25f);
    /* The model and its file may go before the network. */
    cr_model_free(n.model);
    cr_config_free(n.config);
    n.model = NULL;
    n.config = NULL;
    net_infer(&n, x, 4, n.network->logits, logits, 5);
    net_infer(&n, x, 4, n.network->probabilities, p, 5);
    const float *w = net_values(&n, "dense1.weight");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drop_path_skips_samples),
        cmocka_unit_test(probabilities_and_statistics),
        cmocka_unit_test(soft_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
