/*
 * The init that whitens patches: what its filters make of them has second moments 1 and no correlation, in float and
 * frozen too; and what it refuses.
 */
#include "net.h"

#include <math.h>

enum { COUNT = 60, SIDE = 6, CHANNELS = 2, WINDOW = 2 * 2 * CHANNELS, OUT = SIDE - 1 };

/* Pictures whose neighbours are alike. */
static void draw(float *x)
{
    double state = 0.3, noise = 0.4;
    for (int i = 0; i < COUNT * SIDE * SIDE * CHANNELS; i++) {
        noise = fmod(noise * 16807 + 0.1234, 1);
        state = 0.8 * state + noise - 0.5;
        x[i] = (float)state;
    }
}

static void calibrate(struct net *n, const char *yaml, const struct cr_network_options *options, const float *x)
{
    struct cr_error err;
    struct cr_feed feed = {.count = COUNT, .inputs = {x}};
    net_make(n, yaml, *options);
    assert_int_equal(n->network->uncalibrated, 1);
    expect_ok(cr_network_calibrate(n->network, &feed, &err));
    assert_int_equal(n->network->uncalibrated, 0);
}

/* E[y_i y_j] over all patches for the first WINDOW filters is 1 where i = j, else 0; then come their negatives. */
static void patches_are_white(void **state)
{
    (void)state;
    enum { FILTERS = 2 * WINDOW + 1, PLACES = COUNT * OUT * OUT };
    static float x[COUNT * SIDE * SIDE * CHANNELS], y[PLACES * FILTERS];
    struct net n;
    struct cr_network_options options = picture(SIDE, SIDE, CHANNELS);
    draw(x);
    calibrate(&n,
              "model:\n"
              "  - conv: {filters: 17, kernel: 2, padding: 0, init: {whiten: {epsilon: 1e-12}}}\n"
              "  - dense: 3\n",
              &options, x);
    net_infer(&n, x, COUNT, n.network->graph->first->next->out[0], y, PLACES * FILTERS / COUNT);
    for (int i = 0; i < WINDOW; i++)
        for (int j = 0; j <= i; j++) {
            double moment = 0;
            for (int p = 0; p < PLACES; p++)
                moment += (double)y[p * FILTERS + i] * y[p * FILTERS + j] / PLACES;
            assert_true(fabs(moment - (i == j)) < 1e-4);
        }
    for (int i = 0; i < PLACES * FILTERS; i += FILTERS)
        for (int f = 0; f < WINDOW; f++)
            assert_true(fabsf(y[i + f] + y[i + WINDOW + f]) < 1e-5F);
    net_free(&n);
}

/* Frozen weights are states, which are measured all the same. */
static void frozen_alike(void **state)
{
    (void)state;
    static const char *const yaml = "model:\n"
                                    "  - conv: {filters: 8, kernel: 2, init: whiten}\n"
                                    "  - dense: 3\n"
                                    "freeze: conv1\n";
    static float x[COUNT * SIDE * SIDE * CHANNELS];
    struct net free_net, frozen;
    struct cr_error err;
    struct cr_config *config;
    struct cr_network_options options = picture(SIDE, SIDE, CHANNELS);
    draw(x);
    calibrate(&free_net, yaml, &options, x);
    expect_ok(cr_config_parse(&config, yaml, "freeze.yaml", &err));
    options.freeze = cr_node_get(cr_config_root(config), "freeze");
    calibrate(&frozen, yaml, &options, x);
    assert_memory_equal(net_values(&free_net, "conv1.weight"), net_values(&frozen, "conv1.weight"),
                        WINDOW * 8 * sizeof(float));
    net_free(&free_net);
    net_free(&frozen);
    cr_config_free(config);
}

static void refused(void **state)
{
    (void)state;
    static float x[COUNT * SIDE * SIDE * CHANNELS];
    struct net n;
    struct cr_error err;
    struct cr_feed feed = {.count = COUNT, .inputs = {x}};
    draw(x);
    net_make(&n, "model:\n  - conv: {filters: 8, groups: 2, init: whiten}\n  - dense: 3\n",
             picture(SIDE, SIDE, CHANNELS));
    expect_error(cr_network_calibrate(n.network, &feed, &err), CR_ERROR_CONFIG,
                 "net.yaml:2:41: model[0].conv.init: whiten is for dense layers and convolutions without groups");
    net_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patches_are_white),
        cmocka_unit_test(frozen_alike),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests_name("model: whiten", tests, NULL, NULL);
}
