/*
 * A config's sections, bound and checked, and written back with every default.
 */
#ifndef CR_EXPERIMENT_SECTIONS_H
#define CR_EXPERIMENT_SECTIONS_H

#include <cradle/experiment.h>

/* An entry of a registry with its options. */
struct cr_choice {
    const struct cr_entry *entry;
    const void *values;
};

struct cr_sections {
    struct cr_data_section data;
    struct cr_train_section train;
    struct cr_babysit_section babysit;
    struct cr_choice source, loss, optimizer, schedule;
    const struct cr_node *layers;
    struct cr_model *model;
};

/* Everything that can be said about a config without its data. The config must live as long. */
enum cr_status cr_sections_read(struct cr_sections *sections, struct cr_config *config, struct cr_error *err);
void cr_sections_free(struct cr_sections *sections);

/*
 * As YAML, every option written out: reading it gives the same sections and the same text again. Without the source it
 * says what is done with the data, not where they lie, and nothing of who looks on. The caller frees the text.
 */
enum cr_status cr_sections_write(const struct cr_sections *sections, bool with_source, char **text,
                                 struct cr_error *err);

/* Whether a config says the same in all its options. */
enum cr_status cr_sections_match(const struct cr_sections *sections, struct cr_config *config, bool *same,
                                 struct cr_error *err);

#endif
