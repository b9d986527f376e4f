/*
 * Reading constraints: a parser by recursive descent, a function a line of the grammar, that writes terms.
 */
#include "tune/constraint.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "config/search.h"

enum {
    MOST = 100, /* constraints */
    WORD = 256,
    QUOTED = 120, /* letters of a constraint in a message */
};

/* ----------------------------------------------------------------------------------------------------------- reading
 */

struct parser {
    struct cr_space *space;
    const struct cr_node *node;
    const char *text, *at; /* as messages quote it; what is not read yet */
    struct cr_term *terms;
    int count, depth; /* terms so far; parentheses and signs that are open */
    struct cr_error *err;
};

static enum cr_status fail(const struct parser *p, const char *wanted)
{
    if (!p->at[0])
        return cr_node_fail(p->node, p->err, "\"%s\": expected %s, found the end", p->text, wanted);
    return cr_node_fail(p->node, p->err, "\"%s\": expected %s, found \"%.*s\"", p->text, wanted,
                        cr_text_fit(p->at, QUOTED), p->at);
}

static void skip_spaces(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

/* Takes `word` where it comes next. */
static bool take(struct parser *p, const char *word)
{
    skip_spaces(p);
    if (strncmp(p->at, word, strlen(word)) != 0)
        return false;
    p->at += strlen(word);
    return true;
}

/* There are never more terms than letters. */
static void put(struct parser *p, struct cr_term term)
{
    p->terms[p->count++] = term;
}

/* Letters of a number or name; 1e+5 holds a plus. */
static size_t word_length(const char *at)
{
    size_t length = 0;
    bool number = isdigit((unsigned char)at[0]) || at[0] == '.';
    while (isalnum((unsigned char)at[length]) || (unsigned char)at[length] >= 0x80 ||
           (at[length] && strchr("_.[]-", at[length])) ||
           (number && at[length] == '+' && tolower((unsigned char)at[length - 1]) == 'e'))
        length++;
    return length;
}

/* ------------------------------------------------------------------------------------------------------------- names
 */

/* What a name may stand for. */
struct match {
    int dimension;
    const struct cr_node *number; /* one that stands in the file */
    const char *path, *other;     /* its own path, and that of a second one which is called so; NULL: none */
};

static void note_match(struct match *match, const char *word, const char *path, int dimension,
                       const struct cr_node *number)
{
    if (!cr_path_is_called(path, word))
        return;
    bool whole = strcmp(path, word) == 0;
    if (match->path && !whole) {
        match->other = strcmp(match->path, word) == 0 ? NULL : path;
        return;
    }
    *match = (struct match){.dimension = dimension, .number = number, .path = path};
}

/* Numbers of the file, but for those of branches, which are not always there. */
static void find_numbers(struct match *match, const char *word, const struct cr_node *node)
{
    double number;
    if (cr_search_is(node))
        return;
    if (node->kind == CR_NODE_SCALAR && !node->quoted && cr_text_float(node->text, &number))
        note_match(match, word, node->path, -1, node);
    for (const struct cr_node *child = node->first; child; child = child->next)
        find_numbers(match, word, child);
}

static enum cr_status fail_unknown(const struct parser *p, const char *word)
{
    const struct cr_space *space = p->space;
    const char *words[2 * CR_SPACE_MOST + 1] = {NULL}, *nearest;
    for (int d = 0; d < space->count; d++) {
        const char *name = space->axes[d].dimension.name, *dot = strrchr(name, '.');
        words[2 * d] = name;
        words[2 * d + 1] = dot ? dot + 1 : name;
    }
    nearest = cr_nearest_word(word, words);
    const char *hint = nearest ? "; did you mean " : strchr(word, '-') ? "; a minus needs a space before it" : "";
    return cr_node_fail(p->node, p->err, "\"%s\": %s is neither a search range nor a number of the file%s%s%s", p->text,
                        word, hint, nearest ? nearest : "", nearest ? "?" : "");
}

/* A choice stands for the number that its label is. */
static enum cr_status put_choice(struct parser *p, const char *word, int index)
{
    const struct cr_dimension *d = &p->space->axes[index].dimension;
    double *numbers = cr_arena_alloc(p->space->arena, (size_t)d->count * sizeof *numbers);
    bool any = false;
    if (!numbers)
        return cr_fail_memory(p->err);
    for (int c = 0; c < d->count; c++) {
        if (!cr_text_float(d->labels[c], &numbers[c]))
            numbers[c] = (double)NAN;
        any = any || !isnan(numbers[c]);
    }
    if (!any)
        return cr_node_fail(p->node, p->err, "\"%s\": %s is a choice of words (%s, ...), and only numbers are compared",
                            p->text, word, d->labels[0]);
    put(p, (struct cr_term){.kind = CR_TERM_VALUE, .dimension = index, .numbers = numbers});
    return CR_OK;
}

static enum cr_status name(struct parser *p, const char *word)
{
    struct match match = {.dimension = -1};
    double number;
    for (int d = 0; d < p->space->count; d++)
        note_match(&match, word, p->space->axes[d].dimension.name, d, NULL);
    if (!match.path)
        find_numbers(&match, word, cr_config_root(p->space->config));
    if (!match.path)
        return fail_unknown(p, word);
    if (match.other)
        return cr_node_fail(p->node, p->err, "\"%s\": %s may be %s or %s: give the whole path", p->text, word,
                            match.path, match.other);
    if (match.number) {
        cr_text_float(match.number->text, &number);
        put(p, (struct cr_term){.kind = CR_TERM_NUMBER, .number = number});
    } else if (p->space->axes[match.dimension].dimension.kind == CR_CHOICES) {
        return put_choice(p, word, match.dimension);
    } else {
        put(p, (struct cr_term){.kind = CR_TERM_VALUE, .dimension = match.dimension});
    }
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- grammar
 */

static enum cr_status sum(struct parser *p);

static enum cr_status nested(struct parser *p, enum cr_status (*inner)(struct parser *p))
{
    if (++p->depth > CR_CONSTRAINT_DEPTH)
        return cr_node_fail(p->node, p->err, "\"%s\": more than %d parentheses and signs in each other", p->text,
                            CR_CONSTRAINT_DEPTH);
    CR_TRY(inner(p));
    p->depth--;
    return CR_OK;
}

static enum cr_status factor(struct parser *p)
{
    char word[WORD];
    double number;
    if (take(p, "(")) {
        CR_TRY(nested(p, sum));
        return take(p, ")") ? CR_OK : fail(p, "a )");
    }
    if (take(p, "-")) {
        CR_TRY(nested(p, factor));
        put(p, (struct cr_term){.kind = CR_TERM_NEGATE});
        return CR_OK;
    }
    size_t length = word_length(p->at);
    if (length == 0 || length >= sizeof word)
        return fail(p, "a name or a number");
    memcpy(word, p->at, length);
    word[length] = 0;
    if (cr_text_float(word, &number) && isfinite(number))
        put(p, (struct cr_term){.kind = CR_TERM_NUMBER, .number = number});
    else
        CR_TRY(name(p, word));
    p->at += length;
    return CR_OK;
}

static enum cr_status product(struct parser *p)
{
    CR_TRY(factor(p));
    for (;;) {
        enum cr_term_kind kind = take(p, "*") ? CR_TERM_MULTIPLY : take(p, "/") ? CR_TERM_DIVIDE : CR_TERM_NUMBER;
        if (kind == CR_TERM_NUMBER)
            return CR_OK;
        CR_TRY(factor(p));
        put(p, (struct cr_term){.kind = kind});
    }
}

static enum cr_status sum(struct parser *p)
{
    CR_TRY(product(p));
    for (;;) {
        enum cr_term_kind kind = take(p, "+") ? CR_TERM_ADD : take(p, "-") ? CR_TERM_SUBTRACT : CR_TERM_NUMBER;
        if (kind == CR_TERM_NUMBER)
            return CR_OK;
        CR_TRY(product(p));
        put(p, (struct cr_term){.kind = kind});
    }
}

static enum cr_status comparisons(struct parser *p)
{
    CR_TRY(sum(p));
    int compared = 0;
    for (;; compared++) {
        skip_spaces(p);
        if (!p->at[0] && compared)
            return CR_OK;
        enum cr_term_kind kind = take(p, "<=")   ? CR_TERM_LESS_EQUAL
                                 : take(p, ">=") ? CR_TERM_GREATER_EQUAL
                                 : take(p, "<")  ? CR_TERM_LESS
                                 : take(p, ">")  ? CR_TERM_GREATER
                                                 : CR_TERM_NUMBER;
        if (kind == CR_TERM_NUMBER)
            return fail(p, compared ? "an operator" : "<=, <, >= or >, as in a <= b");
        CR_TRY(sum(p));
        put(p, (struct cr_term){.kind = kind});
    }
}

/* ----------------------------------------------------------------------------------------------------------- section
 */

static enum cr_status read(struct cr_space *space, const struct cr_node *node, struct cr_error *err)
{
    if (node->kind != CR_NODE_SCALAR || node->tag)
        return cr_node_fail(node, err, "expected a comparison, as in \"model[0].dense <= model[2].dense\"");
    if (space->constraint_count == MOST)
        return cr_node_fail(node, err, "more than %d constraints", MOST);
    size_t length = strlen(node->text);
    struct parser p = {.space = space, .node = node, .at = node->text, .err = err};
    p.text = cr_arena_format(space->arena, "%.*s%s", cr_text_fit(node->text, QUOTED), node->text,
                             length > QUOTED ? "..." : "");
    p.terms = cr_arena_alloc(space->arena, (length + 1) * sizeof *p.terms);
    if (!p.text || !p.terms)
        return cr_fail_memory(err);
    CR_TRY(comparisons(&p));
    space->constraints[space->constraint_count++] =
        (struct cr_constraint){.text = node->text, .node = node, .terms = p.terms, .count = p.count};
    return CR_OK;
}

struct section {
    const struct cr_node *constraints;
};

static const struct cr_option section_options[] = {
    CR_NODE("constraints", struct section, constraints, .kind = "comparisons",
            .help = "what the values of ranges must keep, as in model[0].dense >= model[2].dense"),
    {0},
};

enum cr_status cr_constraints_read(struct cr_space *space, const struct cr_node *section, struct cr_error *err)
{
    struct section values;
    CR_TRY(cr_bind(space->config, section_options, section, &values, err));
    const struct cr_node *node = values.constraints;
    if (!node)
        return CR_OK;
    if (!(space->constraints = cr_arena_alloc(space->arena, MOST * sizeof *space->constraints)))
        return cr_fail_memory(err);
    if (node->kind != CR_NODE_SEQUENCE)
        return read(space, node, err);
    for (const struct cr_node *item = node->first; item; item = item->next)
        CR_TRY(read(space, item, err));
    return CR_OK;
}
