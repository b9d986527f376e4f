/*
 * What a plan tells of its activations and gradients: held against the numbers themselves, for every instruction set;
 * and that to observe changes no bit of the results.
 */
#include <math.h>

#include <cradle/model.h>

#include "graph/graph.h"

#include "support.h"

enum { BATCH = 5, SIDE = 9, CHANNELS = 2, PIXELS = SIDE * SIDE * CHANNELS };

static const char yaml[] = "model: [conv: {filters: 18}, batchnorm, relu, residual: [conv: {filters: 18}, batchnorm],"
                           " relu, conv: {filters: 3, groups: 3}, relu, dropout: 0.5, maxpool: 2, dense: 4]\n";

struct net {
    struct cr_context *context;
    struct cr_config *config;
    struct cr_model *model;
    struct cr_network *network;
    struct cr_plan *plan;
};

static void net_make(struct net *n, const char *cpu, enum cr_mode mode, enum cr_observe observe, const int *outputs,
                     int count)
{
    struct cr_error err;
    struct cr_network_options options = {.height = SIDE, .width = SIDE, .channels = CHANNELS, .seed = 1};
    struct cr_plan_options plan = {.batch = BATCH + 1, .mode = mode, .observe = observe};
    expect_ok(cr_context_new(&n->context, &(struct cr_context_options){.threads = 2, .cpu = cpu}, &err));
    expect_ok(cr_config_parse(&n->config, yaml, "net.yaml", &err));
    expect_ok(cr_model_from_node(&n->model, cr_node_get(cr_config_root(n->config), "model"), &err));
    expect_ok(cr_network_new(&n->network, n->context, n->model, &options, &err));
    plan.loss = mode == CR_MODE_TRAIN ? n->network->loss : NULL;
    plan.outputs[0] = n->network->probabilities;
    for (int i = 0; i < count; i++)
        plan.outputs[i] = n->network->graph->value[outputs[i]];
    expect_ok(cr_plan_new(&n->plan, n->context, n->network->graph, n->network->params, &plan, &err));
}

static void net_run_as(struct net *n, bool observe)
{
    float inputs[BATCH * PIXELS];
    const int32_t labels[BATCH] = {2, 0, 3, 1, 1};
    for (int i = 0; i < BATCH * PIXELS; i++)
        inputs[i] = (float)(sin((double)(i * i % 97)) + cos((double)i));
    cr_plan_run(n->plan, &(struct cr_feed){.count = BATCH, .inputs = {inputs}, .labels = labels, .observe = observe});
}

static void net_run(struct net *n)
{
    net_run_as(n, true);
}

static void net_free(struct net *n)
{
    cr_plan_free(n->plan);
    cr_network_free(n->network);
    cr_model_free(n->model);
    cr_config_free(n->config);
    cr_context_free(n->context);
}

/* Of every `channels`-th number from `channel` on. */
static struct cr_observed look(const float *x, int64_t count, int64_t channel, int64_t channels)
{
    struct cr_observed o = {.least = INFINITY, .most = -INFINITY};
    double squares = 0, sum = 0;
    for (int64_t i = channel; i < count; i += channels) {
        o.count++;
        sum += (double)x[i];
        o.least = fmin(o.least, (double)x[i]);
        o.most = fmax(o.most, (double)x[i]);
        o.zeros += x[i] == 0;
        o.norm += pow((double)x[i], 2);
    }
    o.mean = sum / o.count;
    for (int64_t i = channel; i < count; i += channels)
        squares += pow((double)x[i] - o.mean, 2);
    o.deviation = sqrt(squares / o.count);
    o.norm = sqrt(o.norm);
    o.zeros /= o.count;
    return o;
}

static void expect_same(struct cr_observed a, struct cr_observed b, const char *name)
{
    double size = fmax(fabs(b.least), fabs(b.most));
    if (a.count != b.count || a.least != b.least || a.most != b.most || fabs(a.zeros - b.zeros) > 1e-12 ||
        !(fabs(a.mean - b.mean) <= 1e-5 * size) || !(fabs(a.deviation - b.deviation) <= 1e-4 * size) ||
        !(fabs(a.norm - b.norm) <= 1e-4 * b.norm))
        fail_msg(
            "%s: count %g, mean %g, deviation %g, norm %g, %g to %g, zeros %g; should be %g, %g, %g, %g, %g to %g, %g",
            name, a.count, a.mean, a.deviation, a.norm, a.least, a.most, a.zeros, b.count, b.mean, b.deviation, b.norm,
            b.least, b.most, b.zeros);
}

/* Of every so many numbers, by the planned batch. */
static void expect_spread(const struct cr_histogram *histogram, const float *x, int64_t count, const char *name)
{
    int64_t sum = histogram->nans, zeros = 0, upper = 0, negative = 0, below = 0, all = 0;
    int64_t stride = (count / BATCH * (BATCH + 1) / 4096) | 1;
    for (int b = 0; b < CR_HISTOGRAM_BINS; b++)
        sum += histogram->bins[b];
    for (int b = 0; b < 32; b++)
        below += histogram->bins[b];
    for (int64_t i = 0; i < count; i += stride) {
        all++;
        zeros += fabs((double)x[i]) < exp2(-24);
        upper += x[i] >= 1 && x[i] < 2;
        negative += (double)x[i] <= -exp2(-24);
    }
    if (sum != all || histogram->bins[32] != zeros || histogram->bins[32 + 25] != upper || below != negative)
        fail_msg("%s: %lld in all, %lld zeros, %lld in 1..2, %lld below 0; should be %lld, %lld, %lld, %lld", name,
                 (long long)sum, (long long)histogram->bins[32], (long long)histogram->bins[57], (long long)below,
                 (long long)all, (long long)zeros, (long long)upper, (long long)negative);
}

/* Every activation in turn is made an output, so that its numbers are there to be held against what was observed. */
static int check_value(const char *cpu, enum cr_mode mode, enum cr_observe observe, int index)
{
    struct net n;
    struct cr_observed observed;
    struct cr_histogram histogram;
    net_make(&n, cpu, mode, observe, (const int[]){index}, 1);
    const struct cr_value *value = n.network->graph->value[index];
    int checked = 0;
    assert_false(cr_plan_observe(n.plan, value, &observed)); /* nothing has run */
    net_run(&n);
    if (value->role == CR_ROLE_ACTIVATION && cr_plan_observe(n.plan, value, &observed)) {
        int64_t count = BATCH * cr_shape_count(value->shape), channels = cr_plan_channels(value);
        const float *x = cr_plan_tensor(n.plan, value).data;
        assert_non_null(x);
        expect_same(observed, look(x, count, 0, 1), value->name ? value->name : "activation");
        assert_true(cr_plan_observe_channel(n.plan, value, channels - 1, &observed));
        expect_same(observed, look(x, count, channels - 1, channels), "channel");
        assert_true(cr_plan_histogram(n.plan, value, &histogram));
        expect_spread(&histogram, x, count, value->name ? value->name : "activation");
        checked = 1;
    }
    net_free(&n);
    return checked;
}

static int values(void)
{
    struct net n;
    net_make(&n, NULL, CR_MODE_INFER, CR_OBSERVE_NEVER, NULL, 0);
    int count = n.network->graph->values;
    net_free(&n);
    return count;
}

static void activations_are_observed(void **state)
{
    (void)state;
    int count = values();
    for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++)
        for (enum cr_mode mode = CR_MODE_TRAIN; mode <= CR_MODE_INFER && cr_cpu_available(*cpu); mode++) {
            int checked = 0;
            for (int i = 0; i < count; i++)
                checked += check_value(*cpu, mode, i % 2 ? CR_OBSERVE_ALWAYS : CR_OBSERVE_ASKED, i);
            /* Input, 3 convolutions, 2 norms, a sum, 3 relus, dropout, pooling, dense and its bias, two of softmax. */
            assert_true(checked >= 12);
        }
}

static void gradients_are_observed(void **state)
{
    (void)state;
    struct net n;
    int checked = 0;
    net_make(&n, NULL, CR_MODE_TRAIN, CR_OBSERVE_ALWAYS, NULL, 0);
    net_run(&n);
    for (int i = 0; i < n.network->graph->values; i++) {
        const struct cr_value *value = n.network->graph->value[i];
        struct cr_observed observed;
        if (value->role != CR_ROLE_PARAM)
            continue;
        const struct cr_param *param = cr_params_find(n.network->params, value->name);
        assert_true(cr_plan_observe(n.plan, value, &observed));
        expect_same(observed, look((float *)n.network->params->gradients + param->offset, param->count, 0, 1),
                    value->name);
        checked++;
    }
    assert_true(checked >= 8);
    net_free(&n);
}

static void check_results(enum cr_mode mode, enum cr_observe observe, bool asked)
{
    struct net on, off;
    struct cr_observed observed;
    net_make(&on, NULL, mode, observe, NULL, 0);
    net_make(&off, NULL, mode, CR_OBSERVE_NEVER, NULL, 0);
    assert_true(cr_plan_steps(on.plan) > cr_plan_steps(off.plan));
    net_run_as(&on, asked);
    net_run(&off);
    const struct cr_params *a = on.network->params, *b = off.network->params;
    assert_memory_equal(a->values, b->values, (size_t)a->total * sizeof(float));
    if (mode == CR_MODE_TRAIN)
        assert_memory_equal(a->gradients, b->gradients, (size_t)a->trainable * sizeof(float));
    struct cr_tensor p = cr_plan_tensor(on.plan, on.network->probabilities);
    assert_memory_equal(p.data, cr_plan_tensor(off.plan, off.network->probabilities).data,
                        (size_t)(p.dims[0] * p.dims[1]) * sizeof(float));
    assert_int_equal(cr_plan_observe(on.plan, on.network->logits, &observed), observe == CR_OBSERVE_ALWAYS || asked);
    for (int i = 0; i < off.network->graph->values; i++)
        assert_false(cr_plan_observe(off.plan, off.network->graph->value[i], &observed));
    net_free(&on);
    net_free(&off);
}

static void results_stay_the_same(void **state)
{
    (void)state;
    for (enum cr_mode mode = CR_MODE_TRAIN; mode <= CR_MODE_INFER; mode++) {
        check_results(mode, CR_OBSERVE_ALWAYS, false);
        check_results(mode, CR_OBSERVE_ASKED, true);
        check_results(mode, CR_OBSERVE_ASKED, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_are_observed),
        cmocka_unit_test(gradients_are_observed),
        cmocka_unit_test(results_stay_the_same),
    };
    return cmocka_run_group_tests_name("observe", tests, NULL, NULL);
}
