/*
 * Ten steps of a small network under every loss against PyTorch's, frozen by tests/peers/losses.py; for each
 * instruction set and both number types. Every loss of the registry must be among them.
 */
#include "support.h"

#include <math.h>

#include <cradle/train.h>

#include "frozen.h"
#include "graph/graph.h"

enum { STEPS = 10, BATCH = 8, INPUTS = 6, OUTPUTS = 4 };

struct run {
    const struct cr_safetensors *file;
    const char *cpu, *name; /* "mse targets": the loss, and whether it has rows of targets */
    enum cr_dtype dtype;
    struct cr_context *context;
    struct cr_config *config;
    struct cr_model *model;
    struct cr_network *network;
    struct cr_plan *plan;
    struct cr_optimizer *optimizer;
};

static const struct cr_tensor *frozen(const struct run *r, const char *group, const char *name)
{
    return frozen_find(r->file, "%s%s%s", group, group[0] ? "/" : "", name);
}

static void make(struct run *r)
{
    static const char *const layers[] = {"dense: 5", "tanh", "dense: 4"};
    struct cr_error err;
    char yaml[256], loss[128];
    snprintf(loss, sizeof loss, "%s", r->name);
    char *end = strstr(loss, " targets");
    if (end)
        *end = '\0';
    snprintf(yaml, sizeof yaml, strchr(loss, ':') ? "loss: {%s}\n" : "loss: %s\n", loss);
    expect_ok(cr_config_parse(&r->config, yaml, "f", &err));
    struct cr_network_options options = {.height = 1,
                                         .width = 1,
                                         .channels = INPUTS,
                                         .dtype = r->dtype,
                                         .soft = end != NULL,
                                         .loss = cr_node_get(cr_config_root(r->config), "loss")};
    expect_ok(cr_context_new(&r->context, &(struct cr_context_options){.threads = 2, .cpu = r->cpu}, &err));
    expect_ok(cr_model_new(&r->model, &err));
    for (int i = 0; i < 3; i++)
        expect_ok(cr_model_add(r->model, &err, "%s", layers[i]));
    expect_ok(cr_network_new(&r->network, r->context, r->model, &options, &err));
    struct cr_plan_options plan = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = r->network->loss};
    expect_ok(cr_plan_new(&r->plan, r->context, r->network->graph, r->network->params, &plan, &err));
    expect_ok(cr_optimizer_parse(&r->optimizer, r->context, r->network->params, "sgd: {lr: 0.1, momentum: 0}", &err));
    struct cr_params *params = r->network->params;
    for (int i = 0; i < params->count; i++)
        for (int64_t k = 0; params->items[i].kind == CR_PARAM && k < params->items[i].count; k++)
            frozen_put(r->dtype, params->values, params->items[i].offset + k,
                       frozen_at(frozen(r, "start", params->items[i].name), k));
}

static void unmake(struct run *r)
{
    cr_optimizer_free(r->optimizer);
    cr_plan_free(r->plan);
    cr_network_free(r->network);
    cr_model_free(r->model);
    cr_config_free(r->config);
    cr_context_free(r->context);
}

static void train(struct run *r, double limit)
{
    const struct cr_tensor *input = frozen(r, "", "input"), *targets = frozen(r, "", "targets");
    const struct cr_tensor *labels = frozen(r, "", "labels"), *losses = frozen(r, r->name, "losses");
    bool yes_or_no = r->network->task == CR_TASK_ANSWERS;
    double x[BATCH * INPUTS], t[BATCH * OUTPUTS];
    for (int64_t step = 0; step < STEPS; step++) {
        for (int64_t i = 0; i < BATCH * INPUTS; i++)
            frozen_put(r->dtype, x, i, frozen_at(input, step * BATCH * INPUTS + i));
        for (int64_t i = 0; i < BATCH * OUTPUTS; i++) {
            double target = frozen_at(targets, step * BATCH * OUTPUTS + i);
            frozen_put(r->dtype, t, i, yes_or_no ? target > 0 : target);
        }
        struct cr_feed feed = {.count = BATCH, .inputs = {x}, .soft = t};
        feed.labels = (const int32_t *)labels->data + step * BATCH;
        cr_plan_run(r->plan, &feed);
        struct cr_tensor loss = cr_plan_tensor(r->plan, r->network->loss);
        double mean = 0, expected = frozen_at(losses, step);
        for (int64_t n = 0; n < BATCH; n++)
            mean += frozen_at(&loss, n) / BATCH;
        if (!(fabs(mean - expected) <= limit * expected))
            fail_msg("%s, %s: loss of step %d is %.15g, PyTorch's is %.15g", r->name, r->cpu, (int)step, mean,
                     expected);
        cr_optimizer_step(r->optimizer, 0.1);
    }
}

static void compare(const struct run *r, double limit)
{
    const struct cr_params *params = r->network->params;
    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        if (param->kind != CR_PARAM)
            continue;
        struct cr_tensor ours = cr_params_tensor(params, param);
        const struct cr_tensor *theirs = frozen(r, r->name, param->name);
        for (int64_t k = 0; k < param->count; k++)
            if (!(fabs(frozen_at(&ours, k) - frozen_at(theirs, k)) <= limit))
                fail_msg("%s, %s: number %d of %s is %.15g, PyTorch's is %.15g", r->name, r->cpu, (int)k, param->name,
                         frozen_at(&ours, k), frozen_at(theirs, k));
    }
}

static void follow(struct run *r, const char *cpu, enum cr_dtype dtype, double limit)
{
    r->cpu = cpu;
    r->dtype = dtype;
    make(r);
    train(r, limit);
    compare(r, limit);
    unmake(r);
}

static void all_agree(void **state)
{
    (void)state;
    struct cr_safetensors *file = frozen_open("losses");
    for (int64_t i = 0; i < cr_safetensors_count(file); i++) {
        char name[192];
        snprintf(name, sizeof name, "%s", cr_safetensors_at(file, i)->name);
        char *end = strrchr(name, '/');
        if (!end || strcmp(end, "/losses") != 0)
            continue;
        *end = '\0';
        struct run r = {.file = file, .name = name};
        follow(&r, "ref", CR_F64, 1e-12);
        for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++)
            if (cr_cpu_available(*cpu))
                follow(&r, *cpu, CR_F32, 2e-5);
    }
    frozen_expect_all(file, &cr_losses);
    cr_safetensors_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_agree),
    };
    return cmocka_run_group_tests_name("peer_losses", tests, NULL, NULL);
}
