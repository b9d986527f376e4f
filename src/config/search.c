/*
 * Reading search tags, and the config in which values stand for them.
 */
#include "config/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/node.h"

const char *const cr_search_tags[] = {
    [CR_SEARCH_UNIFORM] = "uniform", [CR_SEARCH_LOG] = "log",       [CR_SEARCH_INT] = "int",
    [CR_SEARCH_LOG_INT] = "logint",  [CR_SEARCH_CHOICE] = "choice", NULL};

static int kind_of(const struct cr_node *node)
{
    for (int kind = 0; node->tag && cr_search_tags[kind]; kind++)
        if (strcmp(cr_search_tags[kind], node->tag) == 0)
            return kind;
    return -1;
}

bool cr_search_is(const struct cr_node *node)
{
    return kind_of(node) >= 0;
}

static enum cr_status read_number(const struct cr_node *node, bool whole, double *number, struct cr_error *err)
{
    if (node->kind != CR_NODE_SCALAR || node->quoted || !cr_text_float(node->text, number) || !isfinite(*number))
        return cr_node_fail(node, err, "expected a number as an end of a search range, found %s",
                            node->kind == CR_NODE_SCALAR ? node->text : "none");
    if (whole && (*number != trunc(*number) || fabs(*number) > 0x1p53))
        return cr_node_fail(node, err, "expected a whole number as an end of a search range, found %s", node->text);
    return CR_OK;
}

static enum cr_status read_range(struct cr_search *search, const struct cr_node *node, struct cr_error *err)
{
    bool whole = search->kind == CR_SEARCH_INT || search->kind == CR_SEARCH_LOG_INT;
    bool logarithmic = search->kind == CR_SEARCH_LOG || search->kind == CR_SEARCH_LOG_INT;
    if (node->kind != CR_NODE_SEQUENCE || (node->count != 2 && node->count != 3))
        return cr_node_fail(node, err, "expected !%s [low, high], or [low, high, first to try]", node->tag);
    const struct cr_node *high = node->first->next;
    CR_TRY(read_number(node->first, whole, &search->low, err));
    CR_TRY(read_number(high, whole, &search->high, err));
    if (!(search->low < search->high))
        return cr_node_fail(node, err, "an empty search range: %s is not below %s", node->first->text, high->text);
    if (logarithmic && !(search->low > 0))
        return cr_node_fail(node, err, "a logarithmic search range must lie above 0, found %s; !%s has no such limit",
                            node->first->text, whole ? "int" : "uniform");
    search->first = logarithmic ? sqrt(search->low * search->high) : search->low / 2 + search->high / 2;
    if (whole)
        search->first = floor(search->first);
    if (!high->next)
        return CR_OK;
    CR_TRY(read_number(high->next, whole, &search->first, err));
    if (search->first < search->low || search->first > search->high)
        return cr_node_fail(high->next, err, "the value to try first, %s, lies outside of its range %s to %s",
                            high->next->text, node->first->text, high->text);
    return CR_OK;
}

enum cr_status cr_search_read(struct cr_search *search, const struct cr_node *node, struct cr_error *err)
{
    *search = (struct cr_search){.kind = (enum cr_search_kind)kind_of(node)};
    if (search->kind != CR_SEARCH_CHOICE)
        return read_range(search, node, err);
    if (node->kind != CR_NODE_SEQUENCE || node->count == 0)
        return cr_node_fail(node, err, "expected !choice [a, b, ...] with what there is to choose from");
    return CR_OK;
}

/* -------------------------------------------------------------------------------------------------------- resolving
 */

struct resolver {
    struct cr_config *config;
    cr_search_function *function;
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
    if (cr_search_is(from))
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
