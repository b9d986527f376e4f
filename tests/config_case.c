/*
 * See config_case.h.
 */
#include "config_case.h"

struct cr_config *config_parsed(const char *yaml)
{
    struct cr_error err;
    struct cr_config *config;
    expect_ok(cr_config_parse(&config, yaml, "t.yaml", &err));
    return config;
}

const struct cr_node *config_at(const struct cr_config *config, const char *path)
{
    const struct cr_node *node = cr_config_root(config);
    char key[64];
    int used, index;
    while (node && *path) {
        if (sscanf(path, "[%d]%n", &index, &used) == 1)
            for (node = node->first; node && index > 0; index--)
                node = node->next;
        else if (sscanf(path, "%*[.]%63[^.[]%n", key, &used) == 1 || sscanf(path, "%63[^.[]%n", key, &used) == 1)
            node = cr_node_get(node, key);
        path += used;
    }
    return node;
}

char *config_written(const struct cr_config *config)
{
    struct cr_error err;
    char *text;
    struct cr_writer *writer = cr_writer_new();
    for (const struct cr_node *node = cr_config_root(config)->first; node; node = node->next)
        cr_writer_node(writer, node->key, node);
    expect_ok(cr_writer_take(writer, &text, &err));
    cr_writer_free(writer);
    return text;
}

static const struct cr_name paddings[] = {{"same", -1}, {"valid", -2}, {0}};
static const struct cr_name biases[] = {{"auto", 0}, {"true", 1}, {"false", 2}, {0}};

const struct cr_option conv_options[] = {
    CR_INT("filters", struct conv, filters, .min = 1, .help = "output channels"),
    CR_INT("kernel", struct conv, kernel, .min = 1, .max = 99, .def = 3),
    CR_INT("padding", struct conv, padding, .max = 64, .def = -1, .names = paddings),
    CR_FLOAT("scale", struct conv, scale, .max = 1, .def = 0.5),
    CR_CHOICE("bias", struct conv, bias, .names = biases),
    CR_BOOL("fast", struct conv, fast, .def = 0),
    CR_STRING("name", struct conv, name, .text = "plain"),
    CR_LIST("steps", struct conv, steps, .max = 100),
    CR_NODE("layers", struct conv, layers, .kind = "layers"),
    {0},
};

const struct cr_option list_options[] = {CR_LIST("items", struct inner, items, .help = "numbers"), {0}};
const struct cr_option node_options[] = {CR_NODE("layers", struct inner, layers, .kind = "layers"), {0}};

const struct cr_entry conv = {"conv", "", conv_options}, relu = {"relu", "", NULL};
static const struct cr_entry multi = {"multi", "", list_options}, residual = {"residual", "", node_options};
static const struct cr_entry *const entries[] = {&conv, &relu, &multi, &residual, NULL};
const struct cr_registry layers = {"layers", "layer", entries};
