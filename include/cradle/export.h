/*
 * cradle/export.h - what a run leaves in a form that other programs read: its network, or what was logged.
 *
 * A format is one file in src/export/formats/ and a line in formats.def. An exported network is held against the run's
 * own before success is reported: both answer the same samples. Where that cannot be done the report says why.
 */
#ifndef CRADLE_EXPORT_H
#define CRADLE_EXPORT_H

#include <cradle/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

extern CR_API const struct cr_registry cr_exports;

enum cr_export_layout { CR_EXPORT_OWN, CR_EXPORT_TORCH };

struct cr_export_options {
    const char *format;  /* a name in cr_exports */
    const char *out;     /* the file to write; NULL: the format's own name in the run's folder */
    int layout;          /* safetensors: enum cr_export_layout */
    bool int8;           /* c: weights and activations in 8 bits */
    const char *weights; /* c: a file for the weights, which else stand in the source; NULL: there */
    bool overwrite;      /* whether `out` may exist */
    struct cr_data_options data;
};

#define CR_EXPORT_FACTS 12

/* What there is to say of an export, line by line. */
struct cr_export_report {
    char out[1024];
    int64_t bytes;     /* of all that was written */
    bool verified;     /* the outputs were compared, and are alike */
    char verdict[256]; /* on how many samples and how near; or why not: "the run's data cannot be read: ..." */
    int fact_count;
    struct cr_export_fact {
        char name[24], text[232];
    } facts[CR_EXPORT_FACTS];
};

/*
 * Exports a run: a folder, or where the format is of networks a file that holds one. Nothing is left at `out` where it
 * fails. An option that the format does not know, and that is not at its default, is an error.
 */
CR_API enum cr_status cr_export(struct cr_export_report *report, struct cr_context *context, const char *run,
                                const struct cr_export_options *options, struct cr_error *err);

/*
 * A model card of a run as Markdown: model, data and recipe, results on the test part, limits, and fields for what only
 * its maker knows. `name` stands in its title. The caller frees the text. Where there are no test data it says so.
 */
CR_API enum cr_status cr_card_new(char **text, struct cr_context *context, const struct cr_run *run, const char *name,
                                  const struct cr_data_options *options, struct cr_error *err);
/* Puts it at `path`, whole or not at all. As card.md in a run's folder it becomes part of what is exported. */
CR_API enum cr_status cr_card_write(const char *path, const char *text, struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
