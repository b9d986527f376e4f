/*
 * The space of a config: every tagged node is a dimension, in the order of the file; what stands inside a choice exists
 * only where that is chosen. Dimensions are named by the path that the value has in the config that comes out; where
 * two branches of a choice would share one, by the path in the tagged file.
 */
#include "tune/space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/search.h"
#include "tune/constraint.h"
#include "tune/feasible.h"

enum { DIGITS = 6 };
static const char section_key[] = "tune"; /* what is said of the search itself: no values of the file */

/* ---------------------------------------------------------------------------------------------------- from the tags
 */

struct builder {
    struct cr_space *space;
    struct cr_error *err;
};

static enum cr_status visit(struct builder *b, const struct cr_node *node, const char *path, int parent, int branch);

/* What a choice is called: its text, or the one name that it has, as in {sgd: {lr: 0.1}}. */
static const char *label_of(const struct cr_space *space, const struct cr_node *node, int index)
{
    if (node->kind == CR_NODE_SCALAR && !node->tag)
        return node->text;
    if (node->kind == CR_NODE_MAP && node->count == 1)
        return node->first->key;
    if (node->kind == CR_NODE_NULL)
        return "null";
    return cr_arena_format(space->arena, "#%d", index + 1);
}

static enum cr_status name_choices(struct builder *b, const struct cr_node *node, struct cr_dimension *dimension)
{
    struct cr_space *space = b->space;
    const char **labels = cr_arena_alloc(space->arena, (size_t)node->count * sizeof *labels);
    if (!labels)
        return cr_fail_memory(b->err);
    const struct cr_node *child = node->first;
    for (int i = 0; i < node->count; i++, child = child->next) {
        labels[i] = label_of(space, child, i);
        for (int j = 0; j < i && labels[i]; j++)
            if (strcmp(labels[i], labels[j]) == 0)
                labels[i] = cr_arena_format(space->arena, "%s#%d", labels[i], i + 1);
        if (!labels[i])
            return cr_fail_memory(b->err);
    }
    dimension->kind = CR_CHOICES;
    dimension->count = node->count;
    dimension->labels = labels;
    return CR_OK;
}

static bool name_is_taken(const struct cr_space *space, const char *name)
{
    for (int i = 0; i < space->count; i++)
        if (strcmp(space->axes[i].dimension.name, name) == 0)
            return true;
    return false;
}

static enum cr_status add(struct builder *b, const struct cr_node *node, const char *path, int parent, int branch)
{
    struct cr_space *space = b->space;
    struct cr_search search;
    CR_TRY(cr_search_read(&search, node, b->err));
    if (space->count == CR_SPACE_MOST)
        return cr_node_fail(node, b->err, "more than %d search ranges", CR_SPACE_MOST);
    struct cr_axis *axis = &space->axes[space->count];
    bool whole = search.kind == CR_SEARCH_INT || search.kind == CR_SEARCH_LOG_INT;
    axis->node = node;
    axis->dimension = (struct cr_dimension){.name = name_is_taken(space, path) ? node->path : path,
                                            .low = search.low,
                                            .high = search.high,
                                            .first = search.first,
                                            .log = search.kind == CR_SEARCH_LOG || search.kind == CR_SEARCH_LOG_INT,
                                            .whole = whole,
                                            .parent = parent,
                                            .branch = branch};
    if (search.kind != CR_SEARCH_CHOICE && node->count == 2) /* the middle, in few digits as every other value */
        axis->dimension.first = cr_axis_from_unit(&axis->dimension, cr_axis_to_unit(&axis->dimension, search.first));
    int self = space->count++;
    if (search.kind != CR_SEARCH_CHOICE)
        return CR_OK;
    CR_TRY(name_choices(b, node, &axis->dimension));
    int i = 0;
    for (const struct cr_node *child = node->first; child; child = child->next)
        CR_TRY(visit(b, child, path, self, i++));
    return CR_OK;
}

static enum cr_status visit(struct builder *b, const struct cr_node *node, const char *path, int parent, int branch)
{
    if (cr_search_is(node))
        return add(b, node, path, parent, branch);
    int index = 0;
    for (const struct cr_node *child = node->first; child; child = child->next) {
        if (!path[0] && child->key && strcmp(child->key, section_key) == 0)
            continue;
        const char *below = node->kind == CR_NODE_MAP
                                ? cr_arena_format(b->space->arena, "%s%s%s", path, path[0] ? "." : "", child->key)
                                : cr_arena_format(b->space->arena, "%s[%d]", path, index++);
        if (!below)
            return cr_fail_memory(b->err);
        CR_TRY(visit(b, child, below, parent, branch));
    }
    return CR_OK;
}

enum cr_status cr_space_new(struct cr_space **space, const struct cr_config *config, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    const struct cr_node *root = cr_config_root(config);
    struct cr_space *made = calloc(1, sizeof *made);
    *space = NULL;
    if (!made || !(made->arena = cr_arena_new()) ||
        !(made->axes = cr_arena_alloc(made->arena, CR_SPACE_MOST * sizeof *made->axes)))
        CR_GO(cr_fail_memory(err));
    made->config = config;
    CR_GO(visit(&(struct builder){made, err}, root, "", -1, -1));
    if (made->count == 0)
        CR_GO(cr_fail(err, CR_ERROR_CONFIG,
                      "%s: there is nothing to search: give a value a range, as in lr: !log [1e-4, 1]", root->file));
    CR_GO(cr_constraints_read(made, cr_node_get(root, section_key), err));
    CR_GO(cr_space_settle(made, err));
    *space = made;
    made = NULL;
done:
    cr_space_free(made);
    return status;
}

void cr_space_free(struct cr_space *space)
{
    if (!space)
        return;
    cr_arena_free(space->arena);
    free(space);
}

bool cr_path_is_called(const char *path, const char *word)
{
    size_t length = strlen(path), wanted = strlen(word);
    if (length < wanted || strcmp(path + length - wanted, word) != 0)
        return false;
    return length == wanted || path[length - wanted - 1] == '.';
}

int cr_space_count(const struct cr_space *space)
{
    return space->count;
}

const struct cr_dimension *cr_space_dimension(const struct cr_space *space, int index)
{
    return &space->axes[index].dimension;
}

/* ------------------------------------------------------------------------------------------------------- coordinates
 */

/* A whole number k owns [k - 1/2, k + 1/2]. */
static void ends(const struct cr_dimension *d, double *low, double *high)
{
    double half = d->whole ? 0.5 : 0;
    *low = d->log ? log(d->low - half) : d->low - half;
    *high = d->log ? log(d->high + half) : d->high + half;
}

double cr_axis_to_unit(const struct cr_dimension *d, double value)
{
    double low, high;
    if (d->kind == CR_CHOICES || isnan(value))
        return value;
    ends(d, &low, &high);
    return ((d->log ? log(value) : value) - low) / (high - low);
}

static double keep_digits(double value)
{
    char text[40];
    double kept = value;
    cr_text_format(text, sizeof text, "%.*g", DIGITS, value);
    cr_text_float(text, &kept);
    return kept;
}

double cr_axis_from_unit(const struct cr_dimension *d, double unit)
{
    double low, high;
    if (isnan(unit))
        return unit;
    if (d->kind == CR_CHOICES)
        return fmin(fmax(floor(unit), 0), d->count - 1);
    ends(d, &low, &high);
    double value = low + fmin(fmax(unit, 0), 1) * (high - low);
    value = d->log ? exp(value) : value;
    value = d->whole ? round(value) : keep_digits(value);
    return fmin(fmax(value, d->low), d->high);
}

bool cr_space_active(const struct cr_space *space, const double *point, int index)
{
    const struct cr_dimension *d = &space->axes[index].dimension;
    return d->parent < 0 || point[d->parent] == d->branch; /* NaN is equal to nothing */
}

void cr_space_to_unit(const struct cr_space *space, const double *values, double *unit)
{
    for (int i = 0; i < space->count; i++)
        unit[i] = cr_axis_to_unit(&space->axes[i].dimension, values[i]);
}

void cr_space_from_unit(const struct cr_space *space, const double *unit, double *values)
{
    for (int i = 0; i < space->count; i++)
        values[i] =
            cr_space_active(space, values, i) ? cr_axis_from_unit(&space->axes[i].dimension, unit[i]) : (double)NAN;
}

void cr_space_snap(const struct cr_space *space, double *unit)
{
    double values[CR_SPACE_MOST];
    cr_space_from_unit(space, unit, values);
    cr_space_to_unit(space, values, unit);
}

bool cr_space_same(const struct cr_space *space, const double *a, const double *b)
{
    for (int i = 0; i < space->count; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ values
 */

static void number_text(const struct cr_dimension *d, double value, char *text, size_t size)
{
    if (d->whole)
        cr_text_format(text, size, "%lld", (long long)value);
    else
        cr_text_from_float(value, text, size);
}

void cr_space_text(const struct cr_space *space, int index, double value, char *text, size_t size)
{
    const struct cr_dimension *d = &space->axes[index].dimension;
    char number[32];
    if (isnan(value)) {
        cr_text_format(text, size, "-");
    } else if (d->kind == CR_CHOICES) {
        cr_text_format(text, size, "%s", d->labels[(int)value]);
    } else {
        number_text(d, value, number, sizeof number);
        cr_text_format(text, size, "%s", number);
    }
}

struct point {
    const struct cr_space *space;
    const double *values;
};

static enum cr_status resolve(void *user, const struct cr_node *node, char text[32], const struct cr_node **chosen,
                              struct cr_error *err)
{
    const struct point *point = user;
    int index = 0;
    while (index < point->space->count && point->space->axes[index].node != node)
        index++;
    if (index == point->space->count || isnan(point->values[index]))
        return cr_node_fail(node, err, "the point has no value for this search range");
    const struct cr_dimension *d = &point->space->axes[index].dimension;
    if (d->kind == CR_RANGE) {
        number_text(d, point->values[index], text, 32);
        return CR_OK;
    }
    *chosen = node->first;
    for (int i = 0; i < (int)point->values[index]; i++)
        *chosen = (*chosen)->next;
    return CR_OK;
}

enum cr_status cr_space_config(const struct cr_space *space, const double *values, struct cr_config **config,
                               struct cr_error *err)
{
    struct point point = {space, values};
    return cr_config_resolve(config, space->config, resolve, &point, err);
}
