/*
 * Layers against PyTorch's, frozen by tests/peers/layers.py: the losses of a batch behind one layer and a dense one,
 * and all gradients; on each instruction set and in both number types. Every layer of the registry must be among them.
 */
#include "op_case.h"

#include <math.h>

#include <cradle/model.h>

#include "frozen.h"

enum { BATCH = 3, HEIGHT = 4, WIDTH = 5, CHANNELS = 6, CLASSES = 3, SIZE = HEIGHT * WIDTH * CHANNELS };

/* The case in the file, and its layer in our words. */
static const char *const cases[][2] = {
    {"relu", "relu"},
    {"leaky-relu", "leaky-relu"},
    {"leaky-relu-wide", "leaky-relu: 0.3"},
    {"prelu", "prelu"},
    {"elu", "elu"},
    {"elu-half", "elu: 0.5"},
    {"selu", "selu"},
    {"gelu", "gelu"},
    {"gelu-tanh", "gelu: tanh"},
    {"silu", "silu"},
    {"hard-swish", "hard-swish"},
    {"softplus", "softplus"},
    {"tanh", "tanh"},
    {"sigmoid", "sigmoid"},
    {"linear", "linear"},
    {"maxout", "maxout"},
    {"maxout-row", "maxout: 3"},
    {"batchnorm", "batchnorm"},
    {"groupnorm", "groupnorm: 3"},
    {"groupnorm-row", "groupnorm: {groups: 8, epsilon: 1e-3}"},
    {"layernorm", "layernorm"},
    {"layernorm-row", "layernorm"},
    {"instancenorm", "instancenorm"},
    {"conv-groups", "conv: {filters: 9, groups: 3}"},
    {"conv-groups-stride", "conv: {filters: 4, groups: 2, stride: 2}"},
    {"conv-depthwise", "conv: {filters: 6, groups: depthwise}"},
    {"conv-depthwise-stride", "conv: {filters: 12, kernel: 5, groups: depthwise, stride: 2}"},
    {"upconv", "upconv: 5"},
    {"upconv-odd", "upconv: {filters: 2, kernel: 3}"},
    {"upconv-padding", "upconv: {filters: 2, kernel: 3, stride: 3, padding: 1}"},
    {"upsample-nearest", "upsample"},
    {"upsample-bilinear", "upsample: {scale: 3, mode: bilinear}"},
    {"squeeze-excite", "squeeze-excite: 3"},
    {"conv", "conv: 5"},
    {"conv-stride", "conv: {filters: 3, kernel: 5, stride: 2}"},
    {"maxpool", "maxpool: 2"},
    {"maxpool-overlap", "maxpool: {size: 3, stride: 2, padding: 1}"},
    {"avgpool", "avgpool: 2"},
    {"avgpool-overlap", "avgpool: {size: 3, stride: 2, padding: 1}"},
    {"pool", "pool: average"},
    {"globalpool", "globalpool"},
    {"residual", "residual: [tanh]"},
    {"branch", "branch: {lists: [[tanh], [softplus]]}"},
    {"branch-add", "branch: {lists: [[tanh], [softplus]], join: add}"},
    {"repeat", "repeat: {times: 2, layers: [tanh]}"},
};

/* Part of every case; or drawn at random, which no other program can follow. */
static const char *const others[] = {"dense", "flatten", "dropout", "spatial-dropout"};

struct run {
    const struct cr_safetensors *file;
    const char *name;
    enum cr_dtype dtype;
    struct cr_context *context;
    struct cr_model *model;
    struct cr_network *network;
    struct cr_plan *plan;
    struct cr_value *input;
};

static const struct cr_tensor *frozen(const struct run *r, const char *what, const char *name)
{
    return frozen_find(r->file, "%s%s%s%s", r->name, r->name[0] ? "/" : "", what, name);
}

/* What the file calls the parameter "dense1.weight" or "groupnorm1.scale": "dense.weight", "scale". */
static const char *name_of(const struct cr_param *param)
{
    const char *what = strchr(param->name, '.') + 1;
    if (strncmp(param->name, "dense", 5) != 0)
        return what;
    return strcmp(what, "weight") == 0 ? "dense.weight" : "dense.bias";
}

static bool is_learned(const struct cr_param *param)
{
    return param->kind == CR_PARAM;
}

static void make(struct run *r, const char *layer, const char *cpu)
{
    struct cr_error err;
    struct cr_network_options options = {
        .height = HEIGHT, .width = WIDTH, .channels = CHANNELS, .classes = CLASSES, .dtype = r->dtype};
    expect_ok(cr_context_new(&r->context, &(struct cr_context_options){.threads = 2, .cpu = cpu}, &err));
    expect_ok(cr_model_new(&r->model, &err));
    if (strstr(r->name, "-row"))
        expect_ok(cr_model_add(r->model, &err, "flatten"));
    expect_ok(cr_model_add(r->model, &err, "%s", layer));
    expect_ok(cr_model_add(r->model, &err, "dense: %d", CLASSES));
    expect_ok(cr_network_new(&r->network, r->context, r->model, &options, &err));
    r->input = r->network->graph->first->out[0];
    r->input->watched = true;
    struct cr_params *params = r->network->params;
    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        const struct cr_tensor *start = is_learned(param) ? frozen(r, "start/", name_of(param)) : NULL;
        for (int64_t k = 0; k < param->count && start; k++)
            number_set(r->dtype, params->values, param->offset + k, number_at(start->dtype, start->data, k));
    }
    struct cr_plan_options plan = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = r->network->loss};
    expect_ok(cr_plan_new(&r->plan, r->context, r->network->graph, params, &plan, &err));
}

static void unmake(struct run *r)
{
    cr_plan_free(r->plan);
    cr_network_free(r->network);
    cr_model_free(r->model);
    cr_context_free(r->context);
}

static void compare(const struct run *r, const void *ours, const struct cr_tensor *theirs, int64_t count,
                    const char *what, double limit)
{
    double off = difference(r->dtype, ours, theirs->dtype, theirs->data, count);
    if (!(off <= limit))
        fail_msg("%s, %s, %s: off by %g, allowed is %g", r->name, cr_plan_cpu(r->plan), what, off, limit);
}

static void check(struct run *r, double limit)
{
    struct run common = {.file = r->file, .name = ""};
    const struct cr_tensor *input = frozen(&common, "", "input"), *labels = frozen(&common, "", "labels");
    const struct cr_params *params = r->network->params;
    double numbers[BATCH * SIZE];
    for (int64_t i = 0; i < BATCH * SIZE; i++)
        number_set(r->dtype, numbers, i, number_at(input->dtype, input->data, i));
    cr_plan_run(r->plan, &(struct cr_feed){.count = BATCH, .inputs = {numbers}, .labels = labels->data});
    compare(r, cr_plan_tensor(r->plan, r->network->loss).data, frozen(r, "", "losses"), BATCH, "losses", limit);
    compare(r, cr_plan_gradient(r->plan, r->input).data, frozen(r, "gradient/", "input"), BATCH * SIZE,
            "gradient of input", limit);
    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        const char *gradients = params->gradients;
        if (is_learned(param))
            compare(r, gradients + (size_t)param->offset * cr_dtype_size(r->dtype),
                    frozen(r, "gradient/", name_of(param)), param->count, param->name, limit);
    }
}

static void check_all(struct cr_safetensors *file, const char *cpu, enum cr_dtype dtype, double limit)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run r = {.file = file, .name = cases[i][0], .dtype = dtype};
        make(&r, cases[i][1], cpu);
        check(&r, limit);
        unmake(&r);
    }
}

static void in_float(void **state)
{
    (void)state;
    struct cr_safetensors *file = frozen_open("layers");
    for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++)
        if (cr_cpu_available(*cpu))
            check_all(file, *cpu, CR_F32, 2e-6);
    cr_safetensors_free(file);
}

static void in_double(void **state)
{
    (void)state;
    struct cr_safetensors *file = frozen_open("layers");
    check_all(file, "ref", CR_F64, 1e-12);
    cr_safetensors_free(file);
}

static bool is_among(const char *layer)
{
    size_t length = strlen(layer);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i], layer) == 0)
            return true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strncmp(cases[i][1], layer, length) == 0 && (cases[i][1][length] == 0 || cases[i][1][length] == ':'))
            return true;
    return false;
}

static void every_layer_is_held(void **state)
{
    (void)state;
    for (int i = 0; cr_layers.entries[i]; i++)
        if (!is_among(cr_layers.entries[i]->name))
            fail_msg("layer %s: no case here and in tests/peers/layers.py", cr_layers.entries[i]->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_float),
        cmocka_unit_test(in_double),
        cmocka_unit_test(every_layer_is_held),
    };
    return cmocka_run_group_tests_name("layers against PyTorch", tests, NULL, NULL);
}
