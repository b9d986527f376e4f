/*
 * Reading search tags.
 */
#include "config/search.h"

#include <math.h>
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
