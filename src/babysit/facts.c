/*
 * What the config says of a training that checks ask.
 */
#include <string.h>

#include "babysit/history.h"
#include "base/options.h"
#include "base/text.h"

/* Whether a layer of that name stands somewhere in the lists. */
static bool has_layer(const struct cr_node *node, const char *name)
{
    if (!node)
        return false;
    if ((node->key && strcmp(node->key, name) == 0) || (node->kind == CR_NODE_SCALAR && strcmp(node->text, name) == 0))
        return true;
    for (const struct cr_node *child = node->first; child; child = child->next)
        if (has_layer(child, name))
            return true;
    return false;
}

static int count_layers(const struct cr_node *node)
{
    static const char *const learned[] = {"dense", "conv", "upconv", "maxout", NULL};
    int count = 0;
    for (const struct cr_node *child = node ? node->first : NULL; child; child = child->next)
        count += count_layers(child);
    for (const char *const *name = learned; node && *name; name++)
        count += (node->key && strcmp(node->key, *name) == 0);
    return count;
}

/* The value of an option of that name, of whatever is chosen; 0 where it has none. */
static double option_of(const struct cr_choice *choice, const char *name)
{
    for (const struct cr_option *option = choice->entry->options; option && option->name; option++)
        if (strcmp(option->name, name) == 0 && option->type == CR_OPTION_FLOAT)
            return *(const double *)((const char *)choice->values + option->offset);
    return 0;
}

/* Whether the chosen value of an option that is a choice has that name. */
static bool chosen(const struct cr_choice *choice, const char *name, const char *value)
{
    for (const struct cr_option *option = choice->entry->options; option && option->name; option++)
        if (strcmp(option->name, name) == 0 && option->type == CR_OPTION_CHOICE) {
            const char *found =
                cr_name_of(option->names, *(const int *)((const char *)choice->values + option->offset));
            return found && strcmp(found, value) == 0;
        }
    return false;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Sigmoid and tanh, each with relu in its place. */
static void find_squashing(struct cr_facts *facts, const struct cr_node *node)
{
    const char *name = node->kind == CR_NODE_SCALAR && !node->key ? node->text : "";
    if (facts->squashing <= CR_MORE && (strcmp(name, "sigmoid") == 0 || strcmp(name, "tanh") == 0)) {
        struct cr_replacement *found = &facts->squash[facts->squashing++];
        cr_text_format(found->path, sizeof found->path, "%s", node->path);
        cr_text_format(found->from, sizeof found->from, "%s", name);
        cr_text_format(found->to, sizeof found->to, "relu");
    }
    for (const struct cr_node *child = node->first; child; child = child->next)
        find_squashing(facts, child);
}

/* The number of units of a dense layer, `dense: 64` or `dense: {units: 64}`; NULL: it is none. */
static const struct cr_node *units_of(const struct cr_node *node, int64_t *units)
{
    const struct cr_node *number = node->kind == CR_NODE_MAP ? cr_node_get(node, "units") : node;
    bool found = node->key && strcmp(node->key, "dense") == 0 && number && number->kind == CR_NODE_SCALAR &&
                 cr_text_int(number->text, units);
    return found ? number : NULL;
}

struct widths {
    const struct cr_node *last, *least; /* dense layers; the least of those before the last */
    int64_t last_units, least_units;
};

static void find_widths(struct widths *widths, const struct cr_node *node)
{
    int64_t units;
    const struct cr_node *number = units_of(node, &units);
    if (number && widths->last && (!widths->least || widths->last_units < widths->least_units)) {
        widths->least = widths->last;
        widths->least_units = widths->last_units;
    }
    if (number) {
        widths->last = number;
        widths->last_units = units;
        return;
    }
    for (const struct cr_node *child = node->first; child; child = child->next)
        find_widths(widths, child);
}

/* What comes through fewer units than there are outputs is hard to tell apart: four times as many are proposed. */
static void find_narrow(struct cr_facts *facts, const struct cr_node *layers)
{
    struct widths widths = {.last = NULL};
    find_widths(&widths, layers);
    if (!widths.least || widths.least_units >= widths.last_units)
        return;
    cr_text_format(facts->narrow.path, sizeof facts->narrow.path, "%s", widths.least->path);
    cr_text_format(facts->narrow.from, sizeof facts->narrow.from, "%lld", (long long)widths.least_units);
    cr_text_format(facts->narrow.to, sizeof facts->narrow.to, "%lld", 4 * (long long)widths.last_units);
}

void cr_facts_read(struct cr_facts *facts, const struct cr_sections *sections)
{
    static const char *const adaptive[] = {"adam", "adamw", "adagrad", "rmsprop", "lion", "lamb", "muon", NULL};
    const struct cr_train_section *train = &sections->train;
    const char *optimizer = sections->optimizer.entry->name, *loss = sections->loss.entry->name;
    bool cross_entropy = strcmp(loss, "cross-entropy") == 0;
    *facts = (struct cr_facts){.optimizer = optimizer,
                               .lr = option_of(&sections->optimizer, "lr"),
                               .weight_decay = option_of(&sections->optimizer, "weight_decay"),
                               .epochs = train->epochs,
                               .batch = train->batch,
                               .accumulate = train->accumulate,
                               .adapts = is_one_of(optimizer, adaptive),
                               .cross_entropy = cross_entropy && !train->distill,
                               .batchnorm = has_layer(sections->layers, "batchnorm"),
                               .dropout = has_layer(sections->layers, "dropout"),
                               .clips = train->clip != NULL,
                               .deep = count_layers(sections->layers) > 1,
                               .lowers_rate = strcmp(sections->schedule.entry->name, "constant") != 0};
    const struct cr_node *norm = cr_node_get(train->clip, "norm");
    if (norm && norm->kind == CR_NODE_SCALAR)
        cr_text_float(norm->text, &facts->clip_norm);
    find_squashing(facts, sections->layers);
    if (cross_entropy) /* an autoencoder is narrow by intent */
        find_narrow(facts, sections->layers);
    facts->decoupled = chosen(&sections->optimizer, "decay", "decoupled");
    facts->augments = sections->data.augment != NULL;
    facts->smooths = option_of(&sections->loss, "label_smoothing") > 0;
    cr_text_format(facts->lr_path, sizeof facts->lr_path, "train.optimizer.%s.lr", optimizer);
    cr_text_format(facts->decay_path, sizeof facts->decay_path, "train.optimizer.%s.weight_decay", optimizer);
}
