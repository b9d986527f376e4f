#include "babysit/settings.h"

#include "babysit/check.h"
#include "base/text.h"

static const struct cr_option no_options[] = {{0}};

/* Every check as an option that is a node, so that an unknown name is told with the nearest. */
static enum cr_status find_nodes(const struct cr_config *config, const struct cr_node *node,
                                 const struct cr_node *nodes[CR_MOST_CHECKS], struct cr_error *err)
{
    struct cr_option table[CR_MOST_CHECKS + 1] = {{0}};
    for (int i = 0; i < CR_MOST_CHECKS; i++)
        nodes[i] = NULL;
    for (int i = 0; cr_checks.entries[i]; i++)
        table[i] = (struct cr_option){.name = cr_checks.entries[i]->name,
                                      .type = CR_OPTION_NODE,
                                      .offset = (size_t)i * sizeof *nodes,
                                      .kind = "check"};
    if (node && node->kind != CR_NODE_MAP && node->kind != CR_NODE_NULL)
        return cr_node_fail(node, err, "expected checks by name: {overfitting: off}");
    return cr_bind(config, table, node, (void *)nodes, err);
}

static bool is_off(const struct cr_node *node)
{
    bool on = true;
    return node && node->kind == CR_NODE_SCALAR && cr_text_bool(node->text, &on) && !on;
}

static bool is_on(const struct cr_node *node)
{
    bool on = false;
    return node && node->kind == CR_NODE_SCALAR && cr_text_bool(node->text, &on) && on;
}

enum cr_status cr_check_settings_read(struct cr_check_settings *settings, struct cr_arena *arena,
                                      const struct cr_config *config, const struct cr_node *node, struct cr_error *err)
{
    const struct cr_node *nodes[CR_MOST_CHECKS];
    *settings = (struct cr_check_settings){{false}, {NULL}};
    CR_TRY(find_nodes(config, node, nodes, err));
    for (int i = 0; cr_checks.entries[i]; i++) {
        const struct cr_option *options = cr_checks.entries[i]->options ? cr_checks.entries[i]->options : no_options;
        void *values = cr_arena_alloc(arena, cr_options_size(options) + 1);
        if (!values)
            return cr_fail_memory(err);
        settings->off[i] = is_off(nodes[i]);
        settings->values[i] = values;
        if (nodes[i] && !is_off(nodes[i]) && !is_on(nodes[i]) && !options[0].name)
            return cr_node_fail(nodes[i], err, "this check has no options: it may be on or off");
        CR_TRY(cr_bind(config, options, is_off(nodes[i]) || is_on(nodes[i]) ? NULL : nodes[i], values, err));
    }
    return CR_OK;
}
