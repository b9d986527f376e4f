/*
 * What a plan does in one pass over memory instead of several changes no result: networks with batch norms, residuals
 * and pooling give the same gradients, in double, where every value is watched, which forbids all fusion.
 */
#include <math.h>

#include <cradle/model.h>

#include "graph/graph.h"

#include "support.h"

enum { BATCH = 3, SIDE = 8, CHANNELS = 2, PIXELS = SIDE * SIDE * CHANNELS };

static const char *const models[] = {
    /* A block's output goes to a convolution and to the sum; the first gets a projection. */
    "[conv: {filters: 3}, batchnorm, relu,"
    " residual: [conv: {filters: 3}, batchnorm, relu, conv: {filters: 3}, batchnorm], relu,"
    " residual: [conv: {filters: 4, stride: 2}, batchnorm, relu, conv: {filters: 4}, batchnorm], relu,"
    " residual: [conv: {filters: 4}, batchnorm, relu, conv: {filters: 4}, batchnorm], relu, globalpool, dense: 4]",
    /* A sum of what was rectified before, and pooling between. */
    "[conv: {filters: 3}, batchnorm, relu, maxpool: 2,"
    " residual: [conv: {filters: 3}, batchnorm, relu, conv: {filters: 3}, batchnorm, relu], maxpool: 2, dense: 4]",
    /* The path past the branch begins with pooling, and no norm anywhere. */
    "[conv: {filters: 3}, relu, residual: [maxpool: {size: 3, stride: 1, padding: 1}, conv: {filters: 3}, relu],"
    " conv: {filters: 2}, relu, flatten, dense: 5, relu, dense: 4]",
    /* Activations in their input's place, or not: behind a view, a relu, another one, and where x is needed again. */
    "[conv: {filters: 3}, leaky-relu, conv: {filters: 3}, batchnorm, tanh, elu, conv: {filters: 3}, silu, softplus,"
    " residual: [conv: {filters: 3}, sigmoid], gelu, dropout: 0.3, flatten, selu, spatial-dropout: 0.2, dense: 5, tanh,"
    " dense: 4]",
    "[conv: {filters: 4}, relu, leaky-relu, maxpool: 2, tanh, residual: [groupnorm: 2, relu], residual: [tanh],"
    " branch: {lists: [[], [elu]]}, prelu, sigmoid, maxout, hard-swish, relu, dense: 4]",
    /* Activations in the passes beside them: behind a sum, told by their result or by their input, taken back by the
       last of several users, through pooling and through a view. */
    "[conv: {filters: 3}, batchnorm, silu,"
    " residual: [conv: {filters: 3}, batchnorm, silu, conv: {filters: 3}, batchnorm], gelu,"
    " residual: [conv: {filters: 4, stride: 2}, batchnorm, tanh, conv: {filters: 4}, batchnorm], elu,"
    " residual: [conv: {filters: 4}, batchnorm, leaky-relu, conv: {filters: 4}, batchnorm], selu, globalpool, dense: "
    "4]",
    "[conv: {filters: 3}, gelu, conv: {filters: 3}, silu, maxpool: 2, conv: {filters: 3}, tanh, maxpool: 2,"
    " residual: [conv: {filters: 3}, softplus], residual: [conv: {filters: 3}, sigmoid], upconv: {filters: 3}, silu,"
    " conv: {filters: 2}, hard-swish, flatten, dense: 5, gelu, dense: 5, elu, dense: 4]",
    "[conv: {filters: 3}, hard-swish, residual: [conv: {filters: 3}], conv: {filters: 3}, batchnorm, softplus, flatten,"
    " dense: 5, batchnorm, sigmoid, dense: 4]",
    /* Two branches of one value end in the same sum. */
    "[conv: {filters: 3}, relu, residual: [relu, batchnorm], residual: [conv: {filters: 3}], batchnorm, relu,"
    " avgpool: 2, dense: 4]",
};

enum { MODELS = sizeof models / sizeof *models };

struct net {
    struct cr_context *context;
    struct cr_config *config;
    struct cr_model *model;
    struct cr_network *network;
    struct cr_params *params; /* double */
    struct cr_plan *plan;
};

static void net_make(struct net *n, const char *layers, int64_t batch, bool watch, bool lean)
{
    struct cr_error err;
    struct cr_network_options options = {.height = SIDE, .width = SIDE, .channels = CHANNELS, .seed = 1};
    char yaml[1024];
    snprintf(yaml, sizeof yaml, "model: %s\n", layers);
    expect_ok(cr_context_new(&n->context, &(struct cr_context_options){.threads = 1}, &err));
    expect_ok(cr_config_parse(&n->config, yaml, "net.yaml", &err));
    expect_ok(cr_model_from_node(&n->model, cr_node_get(cr_config_root(n->config), "model"), &err));
    expect_ok(cr_network_new(&n->network, n->context, n->model, &options, &err));
    expect_ok(cr_params_new(&n->params, n->context, n->network->graph, CR_F64, true, &err));
    for (int64_t i = 0; i < n->params->total; i++)
        ((double *)n->params->values)[i] = ((float *)n->network->params->values)[i];
    for (int i = 0; i < n->network->graph->values && watch; i++)
        n->network->graph->value[i]->watched = true;
    struct cr_plan_options plan = {.batch = batch, .mode = CR_MODE_TRAIN, .loss = n->network->loss, .lean = lean};
    expect_ok(cr_plan_new(&n->plan, n->context, n->network->graph, n->params, &plan, &err));
}

static void net_run(struct net *n)
{
    double inputs[BATCH * PIXELS];
    const int32_t labels[BATCH] = {2, 0, 3};
    for (int i = 0; i < BATCH * PIXELS; i++)
        inputs[i] = sin((double)(i * i % 97)) + cos((double)i);
    cr_plan_run(n->plan, &(struct cr_feed){.count = BATCH, .inputs = {inputs}, .labels = labels});
}

static void net_free(struct net *n)
{
    cr_plan_free(n->plan);
    cr_params_free(n->context, n->params);
    cr_network_free(n->network);
    cr_model_free(n->model);
    cr_config_free(n->config);
    cr_context_free(n->context);
}

static void expect_close(const double *got, const double *want, int64_t count, const char *what)
{
    for (int64_t i = 0; i < count; i++)
        if (!(fabs(got[i] - want[i]) <= 1e-10 * (1 + fabs(want[i]))))
            fail_msg("%s: number %lld is %.15g, should be %.15g", what, (long long)i, got[i], want[i]);
}

static void fusion_changes_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        struct net fused, plain;
        net_make(&fused, models[i], BATCH, false, false);
        net_make(&plain, models[i], BATCH, true, false);
        assert_true(cr_plan_steps(fused.plan) < cr_plan_steps(plain.plan));
        assert_true(cr_plan_memory(fused.plan) < cr_plan_memory(plain.plan));
        net_run(&fused);
        net_run(&plain);
        expect_close(fused.params->gradients, plain.params->gradients, fused.params->trainable, models[i]);
        expect_close(fused.params->values, plain.params->values, fused.params->total, models[i]);
        net_free(&fused);
        net_free(&plain);
    }
}

enum { CLASSES = 4 };

/* What a network answers in use, of `count` samples: numbers of the parameters' type. */
static void answers_of(struct net *n, struct cr_params *params, bool constant, int64_t count, void *answers)
{
    struct cr_error err;
    struct cr_plan *plan;
    double inputs[BATCH * PIXELS];
    float narrow[BATCH * PIXELS];
    const void *feed = params->dtype == CR_F64 ? (const void *)inputs : narrow;
    struct cr_plan_options options = {
        .batch = BATCH, .mode = CR_MODE_INFER, .outputs = {n->network->logits}, .constant = constant};
    for (int i = 0; i < BATCH * PIXELS; i++)
        narrow[i] = (float)(inputs[i] = cos((double)(i * i % 89)));
    expect_ok(cr_plan_new(&plan, n->context, n->network->graph, params, &options, &err));
    for (int run = 0; run < 2; run++)
        cr_plan_run(plan, &(struct cr_feed){.count = count, .inputs = {feed}});
    memcpy(answers, cr_plan_tensor(plan, n->network->logits).data,
           (size_t)(count * CLASSES) * cr_dtype_size(params->dtype));
    cr_plan_free(plan);
}

/* In use batch norms and sums are done by the products before them, and what is made of weights may be made once. */
static void networks_in_use_answer_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        struct net fused, plain;
        double answers[BATCH * CLASSES], want[BATCH * CLASSES];
        float narrow[BATCH * CLASSES], once[BATCH * CLASSES];
        net_make(&fused, models[i], BATCH, false, false);
        net_make(&plain, models[i], BATCH, true, false);
        net_run(&fused); /* moves the statistics */
        net_run(&plain);
        answers_of(&fused, fused.params, true, BATCH, answers);
        answers_of(&plain, plain.params, false, BATCH, want);
        expect_close(answers, want, BATCH * CLASSES, models[i]);
        answers_of(&fused, fused.network->params, false, BATCH, narrow);
        answers_of(&fused, fused.network->params, true, BATCH, once);
        assert_memory_equal(once, narrow, sizeof once);
        answers_of(&fused, fused.network->params, true, 1, once);
        assert_memory_equal(once, narrow, CLASSES * sizeof *once);
        net_free(&fused);
        net_free(&plain);
    }
}

/* What is computed again is the same to the bit, and needs less memory. */
static void lean_plans_give_the_same(void **state)
{
    (void)state;
    enum { MANY = 256 };
    for (int i = 0; i < MODELS; i++) {
        struct net lean, plain;
        net_make(&lean, models[i], BATCH, false, true);
        net_make(&plain, models[i], BATCH, false, false);
        net_run(&lean);
        net_run(&plain);
        assert_memory_equal(lean.params->gradients, plain.params->gradients,
                            (size_t)lean.params->trainable * sizeof(double));
        net_free(&lean);
        net_free(&plain);
    }
    struct net lean, plain;
    net_make(&lean, models[0], MANY, false, true);
    net_make(&plain, models[0], MANY, false, false);
    const size_t picture = (size_t)MANY * SIDE * SIDE * 3 * sizeof(double);
    assert_true(cr_plan_memory(lean.plan) + picture < cr_plan_memory(plain.plan));
    assert_int_equal(cr_plan_steps(lean.plan), cr_plan_steps(plain.plan) + 3);
    net_free(&lean);
    net_free(&plain);
}

/* Behind a max pooling nobody needs what went into it: its gradient goes by places. */
static void pooled_numbers_are_not_kept(void **state)
{
    (void)state;
    enum { MANY = 256 };
    struct net n;
    net_make(&n, "[conv: {filters: 64}, batchnorm, relu, maxpool: 2, conv: {filters: 1}, relu, dense: 4]", MANY, false,
             false);
    /* The convolution's output, and what is made of it or its gradient; then a quarter and its places, or its gradient.
     */
    const size_t picture = (size_t)MANY * SIDE * SIDE * 64 * sizeof(double);
    assert_in_range(cr_plan_memory(n.plan), 2 * picture, 2 * picture + 3 * picture / 4);
    net_free(&n);
}

/* In use, an activation that is not fused has no memory of its own, but for one whose input is needed again. */
static void activations_are_in_place(void **state)
{
    (void)state;
    static const char *const layers[] = {"[conv: {filters: 64}, silu, conv: {filters: 1}, dense: 4]",
                                         "[conv: {filters: 64}, residual: [tanh], conv: {filters: 1}, dense: 4]"};
    const size_t picture = (size_t)BATCH * SIDE * SIDE * 64 * sizeof(double);
    for (size_t i = 0; i < 2; i++) {
        struct net n;
        struct cr_error err;
        struct cr_plan *plan;
        net_make(&n, layers[i], BATCH, false, false);
        struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_INFER, .outputs = {n.network->logits}};
        expect_ok(cr_plan_new(&plan, n.context, n.network->graph, n.params, &options, &err));
        assert_in_range(cr_plan_memory(plan), (1 + i) * picture, (1 + i) * picture + picture / 4);
        cr_plan_free(plan);
        net_free(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fusion_changes_nothing),   cmocka_unit_test(networks_in_use_answer_the_same),
        cmocka_unit_test(lean_plans_give_the_same), cmocka_unit_test(pooled_numbers_are_not_kept),
        cmocka_unit_test(activations_are_in_place),
    };
    return cmocka_run_group_tests_name("fusion", tests, NULL, NULL);
}
