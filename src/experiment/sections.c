/*
 * The config file as a whole: data, model, train, babysit, and tune, which a search reads; nothing else.
 */
#include "experiment/sections.h"

#include <stdlib.h>
#include <string.h>

#include "config/node.h"

struct root {
    const struct cr_node *data, *model, *train, *babysit, *tune;
};

static const struct cr_option root_options[] = {
    CR_NODE("data", struct root, data, .kind = "data"),
    CR_NODE("model", struct root, model, .kind = "layers"),
    CR_NODE("train", struct root, train, .kind = "train"),
    CR_NODE("babysit", struct root, babysit, .kind = "babysit"),
    CR_NODE("tune", struct root, tune, .kind = "tune"), /* what a search must keep; a training has its values */
    {0},
};

static const struct cr_entry section_entries[] = {
    {.name = "data", .help = "the samples, and what happens to them", .options = cr_data_section_options},
    {.name = "train", .help = "how the weights are found", .options = cr_train_section_options},
    {.name = "babysit", .help = "who looks on meanwhile", .options = cr_babysit_section_options},
};
static const struct cr_entry *const entries[] = {&section_entries[0], &section_entries[1], &section_entries[2], NULL};
const struct cr_registry cr_sections = {.kind = "sections", .singular = "section", .entries = entries};

/* An absent node means the default entry with its defaults. */
static enum cr_status choose(struct cr_config *config, const struct cr_registry *registry, const struct cr_node *node,
                             const char *otherwise, struct cr_choice *choice, struct cr_error *err)
{
    if (node)
        return cr_bind_choice(config, registry, node, &choice->entry, &choice->values, err);
    choice->entry = cr_registry_find(registry, otherwise);
    void *values = cr_arena_alloc(config->arena, cr_options_size(choice->entry->options));
    if (!values)
        return cr_fail_memory(err);
    cr_options_default(choice->entry->options, values);
    choice->values = values;
    return CR_OK;
}

static enum cr_status read(struct cr_sections *sections, struct cr_config *config, struct cr_error *err)
{
    const struct cr_node *node = cr_config_root(config);
    struct cr_data_section *data = &sections->data;
    struct cr_train_section *train = &sections->train;
    struct root root;
    if (cr_node_get(node, "runs"))
        return cr_node_fail(cr_node_get(node, "runs"), err,
                            "several runs are for cradle train alone; take this section out to have one");
    CR_TRY(cr_bind(config, root_options, node, &root, err));
    CR_TRY(cr_bind(config, cr_data_section_options, root.data, data, err));
    CR_TRY(cr_bind(config, cr_train_section_options, root.train, train, err));
    CR_TRY(cr_bind(config, cr_babysit_section_options, root.babysit, &sections->babysit, err));
    if (!root.model)
        return cr_node_fail(node, err, "model is missing: a list of layers (model: [dense: 10])");
    CR_TRY(choose(config, &cr_formats, data->source, "digits", &sections->source, err));
    CR_TRY(choose(config, &cr_losses, train->loss, "cross-entropy", &sections->loss, err));
    CR_TRY(choose(config, &cr_optimizers, train->optimizer, "sgd", &sections->optimizer, err));
    CR_TRY(choose(config, &cr_schedules, train->schedule, "constant", &sections->schedule, err));
    sections->layers = root.model;
    return cr_model_from_node(&sections->model, root.model, err);
}

enum cr_status cr_sections_read(struct cr_sections *sections, struct cr_config *config, struct cr_error *err)
{
    *sections = (struct cr_sections){0};
    enum cr_status status = read(sections, config, err);
    if (status != CR_OK)
        cr_sections_free(sections);
    return status;
}

void cr_sections_free(struct cr_sections *sections)
{
    cr_model_free(sections->model);
    *sections = (struct cr_sections){0};
}

/* ---------------------------------------------------------------------------------------------------------- writing */

/* The choice that stands for a node of that name, or NULL. */
static const struct cr_choice *choice_of(const struct cr_sections *sections, const char *name)
{
    const struct {
        const char *name;
        const struct cr_choice *choice;
    } choices[] = {{"source", &sections->source},
                   {"loss", &sections->loss},
                   {"optimizer", &sections->optimizer},
                   {"schedule", &sections->schedule}};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (strcmp(choices[i].name, name) == 0)
            return choices[i].choice;
    return NULL;
}

/* What only looks on is no part of an experiment. */
static bool looks_on(const struct cr_option *options, const struct cr_option *option)
{
    return options == cr_train_section_options && strcmp(option->name, "tensorboard") == 0;
}

static void write_section(struct cr_writer *writer, const struct cr_sections *sections, const char *name,
                          const struct cr_option *options, const void *values, bool with_source)
{
    cr_writer_begin(writer, name);
    for (const struct cr_option *option = options; option->name; option++) {
        const struct cr_choice *choice = choice_of(sections, option->name);
        const struct cr_option one[2] = {*option, {0}};
        if (!with_source && looks_on(options, option))
            continue;
        if (!choice)
            cr_writer_options(writer, one, values);
        else if (with_source || choice != &sections->source)
            cr_writer_choice(writer, option->name, choice->entry, choice->values);
    }
    cr_writer_end(writer);
}

enum cr_status cr_sections_write(const struct cr_sections *sections, bool with_source, char **text,
                                 struct cr_error *err)
{
    *text = NULL;
    struct cr_writer *writer = cr_writer_new();
    if (!writer)
        return cr_fail_memory(err);
    write_section(writer, sections, "data", cr_data_section_options, &sections->data, with_source);
    cr_writer_node(writer, "model", sections->layers);
    write_section(writer, sections, "train", cr_train_section_options, &sections->train, with_source);
    if (with_source)
        write_section(writer, sections, "babysit", cr_babysit_section_options, &sections->babysit, true);
    enum cr_status status = cr_writer_take(writer, text, err);
    cr_writer_free(writer);
    return status;
}

enum cr_status cr_sections_match(const struct cr_sections *sections, struct cr_config *config, bool *same,
                                 struct cr_error *err)
{
    enum cr_status status;
    struct cr_sections other;
    char *theirs = NULL, *ours = NULL;
    CR_TRY(cr_sections_read(&other, config, err));
    CR_GO(cr_sections_write(&other, true, &theirs, err));
    CR_GO(cr_sections_write(sections, true, &ours, err));
    *same = strcmp(theirs, ours) == 0;
done:
    free(theirs);
    free(ours);
    cr_sections_free(&other);
    return status;
}
