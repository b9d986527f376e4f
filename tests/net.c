/*
 * See net.h.
 */
#include "net.h"

struct cr_network_options picture(int64_t height, int64_t width, int64_t channels)
{
    return (struct cr_network_options){.height = height, .width = width, .channels = channels, .seed = 1};
}

enum cr_status net_try(struct net *n, const char *yaml, const struct cr_network_options *options, struct cr_error *err)
{
    *n = (struct net){0};
    CR_TRY(cr_context_new(&n->context, &(struct cr_context_options){.threads = 1}, err));
    CR_TRY(cr_config_parse(&n->config, yaml, "net.yaml", err));
    CR_TRY(cr_model_from_node(&n->model, cr_node_get(cr_config_root(n->config), "model"), err));
    return cr_network_new(&n->network, n->context, n->model, options, err);
}

void net_make(struct net *n, const char *yaml, struct cr_network_options options)
{
    struct cr_error err;
    expect_ok(net_try(n, yaml, &options, &err));
}

void net_free(struct net *n)
{
    cr_network_free(n->network);
    cr_model_free(n->model);
    cr_config_free(n->config);
    cr_context_free(n->context);
}

void net_infer(struct net *n, const float *x, int64_t count, const struct cr_value *value, float *y, int64_t size)
{
    struct cr_error err;
    struct cr_plan *plan;
    struct cr_plan_options options = {.batch = count, .mode = CR_MODE_INFER, .outputs = {value}};
    expect_ok(cr_plan_new(&plan, n->context, n->network->graph, n->network->params, &options, &err));
    cr_plan_run(plan, &(struct cr_feed){.count = count, .inputs = {x}});
    memcpy(y, cr_plan_tensor(plan, value).data, (size_t)(count * size) * sizeof(float));
    cr_plan_free(plan);
}

char *net_parameters(const struct net *n)
{
    static const size_t size = 8192;
    char *text = calloc(1, size), shape[64];
    assert_non_null(text);
    for (int i = 0; i < n->network->params->count; i++) {
        const struct cr_param *param = &n->network->params->items[i];
        cr_shape_describe(param->shape, shape, sizeof shape);
        snprintf(text + strlen(text), size - strlen(text), "%s%s %s%s", i > 0 ? "; " : "", param->name, shape,
                 param->kind == CR_STATE ? " state"
                 : param->decay          ? " decay"
                                         : "");
    }
    return text;
}

char *net_table(const struct net *n)
{
    static const size_t size = 8192;
    char *text = calloc(1, size), shape[64];
    assert_non_null(text);
    for (int i = 0; i < n->network->layers; i++) {
        const struct cr_layer_row *row = &n->network->rows[i];
        cr_shape_describe(row->shape, shape, sizeof shape);
        snprintf(text + strlen(text), size - strlen(text), "%*s%s %s %lld %lld%s%s\n", row->depth, "", row->name, shape,
                 (long long)row->params, (long long)row->flops, row->help ? ": " : "", row->help ? row->help : "");
    }
    return text;
}

void expect_text(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    free(text);
}

const float *net_values(const struct net *n, const char *name)
{
    const struct cr_param *param = cr_params_find(n->network->params, name);
    if (!param)
        fail_msg("no parameter %s", name);
    return (const float *)n->network->params->values + param->offset;
}

bool net_has(const struct net *n, const char *name)
{
    return cr_params_find(n->network->params, name) != NULL;
}

const char *const net_resnet = "model:\n"
                               "  - conv: {filters: 8, kernel: 3}\n"
                               "  - batchnorm\n"
                               "  - relu\n"
                               "  - maxpool: 2\n"
                               "  - residual:\n"
                               "      - conv: 8\n"
                               "      - batchnorm\n"
                               "  - residual:\n"
                               "      - conv: {filters: 16, stride: 2}\n"
                               "      - batchnorm\n"
                               "  - repeat:\n"
                               "      times: 2\n"
                               "      layers:\n"
                               "        - conv: 4\n"
                               "        - relu\n"
                               "  - dropout: 0.1\n"
                               "  - dense: 10\n";
