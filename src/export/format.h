/*
 * Inside of the export folder: what a format is. A format is one file under formats/ that ends in one const struct
 * cr_export_format, and one line in formats.def.
 */
#ifndef CR_EXPORT_FORMAT_H
#define CR_EXPORT_FORMAT_H

#include <cradle/export.h>

/* Everything that `save` may need. */
struct cr_export_job {
    struct cr_context *context;
    const char *folder;       /* of the run, or the file that stands for one */
    const struct cr_run *run; /* NULL where the format needs no network */
    const struct cr_export_options *options;
    const char *out;
    struct cr_export_report *report;
};

/* Options that not every format knows. */
enum { CR_EXPORT_TAKES_LAYOUT = 1, CR_EXPORT_TAKES_INT8 = 2, CR_EXPORT_TAKES_WEIGHTS = 4 };

struct cr_export_format {
    struct cr_entry entry;
    const char *file; /* in the run's folder, where no other is named */
    bool network;     /* it needs the trained network, not only the folder */
    unsigned takes;
    /* Writes job->out, and says in the report what there is to say. */
    enum cr_status (*save)(struct cr_export_job *job, struct cr_error *err);
};

#define CR_EXPORT(name) extern const struct cr_export_format cr_export_##name;
#include "export/formats.def"
#undef CR_EXPORT

/* card.md of the run's folder: a text in the arena, "" where there is none. */
struct cr_arena;
enum cr_status cr_card_find(const char **text, const struct cr_export_job *job, struct cr_arena *arena,
                            struct cr_error *err);

/* Adds a line to the report; lines beyond its room are a bug. */
void cr_export_say(struct cr_export_job *job, const char *name, const char *format, ...) CR_PRINTF(3, 4);
/* The verdict: alike, or why it is not known. */
void cr_export_verified(struct cr_export_job *job, const char *format, ...) CR_PRINTF(2, 3);
void cr_export_not_verified(struct cr_export_job *job, const char *format, ...) CR_PRINTF(2, 3);

#endif
