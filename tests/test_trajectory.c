/*
 * Ten steps of a small convolutional network against PyTorch's, frozen by tests/peers/trajectory.py: the loss of every
 * step, then every weight and every running statistic; for each optimizer, each instruction set and both number types.
 */
#include "support.h"

#include <math.h>

#include <cradle/model.h>
#include <cradle/train.h>

#include "frozen.h"
#include "graph/graph.h"

enum { STEPS = 10, BATCH = 6, HEIGHT = 9, WIDTH = 7, CHANNELS = 2, CLASSES = 4, SIZE = HEIGHT * WIDTH * CHANNELS };

static const char *const layers[] = {
    "conv: {filters: 5, kernel: 3, padding: same}",
    "batchnorm: {momentum: 0.1, epsilon: 1e-5}",
    "relu",
    "maxpool: 2",
    "residual: [conv: 5, batchnorm, relu, conv: 5, batchnorm]",
    "relu",
    "conv: {filters: 6, kernel: 3, stride: 2, padding: 1, bias: true}",
    "relu",
    "avgpool: {size: 2, stride: 1, padding: 1}",
    "flatten",
    "dense: 11",
    "relu",
    "dense: 4",
};

/* The name in the file, and the same in our words. */
static const char *const optimizers[][2] = {
    {"sgd", "sgd: {lr: 0.05, momentum: 0.9, nesterov: true, weight_decay: 1e-3, decay: classic}"},
    {"adam", "adam: {lr: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weight_decay: 1e-3, decay: classic}"},
    {"adamw", "adam: {lr: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 1e-3, decay: decoupled}"},
};

struct run {
    const struct cr_safetensors *file;
    const char *cpu;
    enum cr_dtype dtype;
    struct cr_context *context;
    struct cr_model *model;
    struct cr_network *network;
    struct cr_plan *plan;
    struct cr_optimizer *optimizer;
};

static const struct cr_tensor *frozen(const struct run *r, const char *group, const char *name)
{
    return frozen_find(r->file, "%s%s%s", group, group[0] ? "/" : "", name);
}

static void make(struct run *r, const char *optimizer)
{
    struct cr_error err;
    const double mean[CHANNELS] = {0.125, -0.25}, deviation[CHANNELS] = {1.5, 0.75};
    struct cr_network_options options = {.height = HEIGHT,
                                         .width = WIDTH,
                                         .channels = CHANNELS,
                                         .classes = CLASSES,
                                         .mean = mean,
                                         .deviation = deviation,
                                         .dtype = r->dtype};
    expect_ok(cr_context_new(&r->context, &(struct cr_context_options){.threads = 2, .cpu = r->cpu}, &err));
    expect_ok(cr_model_new(&r->model, &err));
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        expect_ok(cr_model_add(r->model, &err, "%s", layers[i]));
    expect_ok(cr_network_new(&r->network, r->context, r->model, &options, &err));
    struct cr_plan_options plan = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = r->network->loss};
    expect_ok(cr_plan_new(&r->plan, r->context, r->network->graph, r->network->params, &plan, &err));
    expect_ok(cr_optimizer_parse(&r->optimizer, r->context, r->network->params, optimizer, &err));
}

static void unmake(struct run *r)
{
    cr_optimizer_free(r->optimizer);
    cr_plan_free(r->plan);
    cr_network_free(r->network);
    cr_model_free(r->model);
    cr_context_free(r->context);
}

static bool is_input(const struct cr_param *param)
{
    return strncmp(param->name, "input.", 6) == 0;
}

static void set_start(struct run *r)
{
    struct cr_params *params = r->network->params;
    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        if (is_input(param))
            continue;
        const struct cr_tensor *start = frozen(r, "start", param->name);
        assert_int_equal(start->rank, param->shape.rank);
        assert_memory_equal(start->dims, param->shape.dims, (size_t)start->rank * sizeof(int64_t));
        for (int64_t k = 0; k < param->count; k++)
            frozen_put(r->dtype, params->values, param->offset + k, frozen_at(start, k));
    }
}

static void train(struct run *r, const char *name, double limit)
{
    const struct cr_tensor *input = frozen(r, "", "input"), *labels = frozen(r, "", "labels");
    const struct cr_tensor *losses = frozen(r, name, "losses");
    double numbers[BATCH * SIZE];
    for (int64_t step = 0; step < STEPS; step++) {
        for (int64_t i = 0; i < BATCH * SIZE; i++)
            frozen_put(r->dtype, numbers, i, frozen_at(input, step * BATCH * SIZE + i));
        struct cr_feed feed = {
            .count = BATCH, .inputs = {numbers}, .labels = (const int32_t *)labels->data + step * BATCH};
        cr_plan_run(r->plan, &feed);
        struct cr_tensor loss = cr_plan_tensor(r->plan, r->network->loss);
        double mean = 0;
        for (int64_t n = 0; n < BATCH; n++)
            mean += frozen_at(&loss, n) / BATCH;
        double expected = frozen_at(losses, step);
        if (!(fabs(mean - expected) <= limit * expected))
            fail_msg("%s, %s: loss of step %d is %.15g, PyTorch's is %.15g", name, r->cpu, (int)step, mean, expected);
        cr_optimizer_step(r->optimizer, cr_optimizer_lr(r->optimizer));
    }
}

static void compare(const struct run *r, const char *name, double limit)
{
    const struct cr_params *params = r->network->params;
    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        if (is_input(param))
            continue;
        struct cr_tensor ours = cr_params_tensor(params, param);
        const struct cr_tensor *theirs = frozen(r, name, param->name);
        double off = 0, norm = 0;
        for (int64_t k = 0; k < param->count; k++) {
            off += pow(frozen_at(&ours, k) - frozen_at(theirs, k), 2);
            norm += pow(frozen_at(theirs, k), 2);
        }
        if (!(sqrt(off) <= limit * sqrt(norm)))
            fail_msg("%s, %s: %s is off by %g of its norm, allowed is %g", name, r->cpu, param->name, sqrt(off / norm),
                     limit);
    }
}

static void follow(struct cr_safetensors *file, const char *cpu, enum cr_dtype dtype, double loss_limit,
                   double weight_limit)
{
    for (size_t i = 0; i < sizeof optimizers / sizeof optimizers[0]; i++) {
        struct run r = {.file = file, .cpu = cpu, .dtype = dtype};
        make(&r, optimizers[i][1]);
        set_start(&r);
        train(&r, optimizers[i][0], loss_limit);
        compare(&r, optimizers[i][0], weight_limit);
        unmake(&r);
    }
}

static void in_float(void **state)
{
    (void)state;
    struct cr_safetensors *file = frozen_open("trajectory");
    for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++)
        if (cr_cpu_available(*cpu))
            follow(file, *cpu, CR_F32, 1e-5, 1e-4);
    cr_safetensors_free(file);
}

static void in_double(void **state)
{
    (void)state;
    struct cr_safetensors *file = frozen_open("trajectory");
    follow(file, "ref", CR_F64, 1e-10, 1e-10);
    cr_safetensors_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_float),
        cmocka_unit_test(in_double),
    };
    return cmocka_run_group_tests_name("trajectory", tests, NULL, NULL);
}
