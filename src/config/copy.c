/*
 * Copies of trees of nodes: as they are, or with values in place of the search tags. Positions stay.
 */
#include <stdlib.h>
#include <string.h>

#include "config/node.h"
#include "config/search.h"

struct resolver {
    struct cr_config *config;
    cr_search_function *function; /* NULL: tags stay */
    void *user;
};

static enum cr_status copy(const struct resolver *r, const struct cr_node *from, const struct cr_node *place,
                           struct cr_node **made, struct cr_error *err);

static enum cr_status replace(const struct resolver *r, const struct cr_node *from, const struct cr_node *place,
                              struct cr_node **made, struct cr_error *err)
{
    char text[32] = "";
    const struct cr_node *chosen = NULL;
    CR_TRY(r->function(r->user, from, text, &chosen, err));
    if (chosen)
        return copy(r, chosen, place, made, err);
    struct cr_node scalar = {.kind = CR_NODE_SCALAR, .text = text, .file = from->file};
    scalar.line = from->line;
    scalar.column = from->column;
    return copy(r, &scalar, place, made, err);
}

/* A twin of `from` under the key of `place`, which is `from` itself or the choice in whose place it comes. */
static enum cr_status copy(const struct resolver *r, const struct cr_node *from, const struct cr_node *place,
                           struct cr_node **made, struct cr_error *err)
{
    if (r->function && cr_search_is(from))
        return replace(r, from, place, made, err);
    struct cr_arena *arena = r->config->arena;
    struct cr_node_full *to = (struct cr_node_full *)(*made = cr_node_new(r->config, from->kind));
    if (!to)
        return cr_fail_memory(err);
    const struct cr_node_full *at = (const struct cr_node_full *)place;
    to->key_line = at->key_line;
    to->key_column = at->key_column;
    to->node.quoted = from->quoted;
    to->node.line = from->line;
    to->node.column = from->column;
    if ((place->key && !(to->node.key = cr_arena_text(arena, place->key))) ||
        (from->text && !(to->node.text = cr_arena_text(arena, from->text))) ||
        (from->tag && !(to->node.tag = cr_arena_text(arena, from->tag))) ||
        !(to->node.file = cr_arena_text(arena, from->file)))
        return cr_fail_memory(err);
    for (const struct cr_node *child = from->first; child; child = child->next) {
        struct cr_node *twin;
        CR_TRY(copy(r, child, child, &twin, err));
        cr_node_append(*made, twin);
    }
    return CR_OK;
}

enum cr_status cr_node_copy(struct cr_config *config, const struct cr_node *node, struct cr_node **made,
                            struct cr_error *err)
{
    return copy(&(struct resolver){.config = config}, node, node, made, err);
}

enum cr_status cr_config_copy(struct cr_config **made, const struct cr_config *config, const char *without,
                              struct cr_error *err)
{
    struct cr_config *twin;
    CR_TRY(cr_config_resolve(&twin, config, NULL, NULL, err));
    struct cr_node *kept = twin->root->first;
    twin->root->first = NULL;
    twin->root->count = 0;
    for (struct cr_node *next; kept; kept = next) {
        next = kept->next;
        if (!without || !kept->key || strcmp(kept->key, without) != 0)
            cr_node_append(twin->root, kept);
    }
    *made = twin;
    return CR_OK;
}

enum cr_status cr_config_resolve(struct cr_config **resolved, const struct cr_config *config,
                                 cr_search_function *function, void *user, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_config *made = calloc(1, sizeof *made);
    *resolved = NULL;
    if (!made || !(made->arena = cr_arena_new()))
        CR_GO(cr_fail_memory(err));
    CR_GO(copy(&(struct resolver){made, function, user}, config->root, config->root, &made->root, err));
    CR_GO(cr_node_paths(made, made->root, err));
    *resolved = made;
    made = NULL;
done:
    cr_config_free(made);
    return status;
}
