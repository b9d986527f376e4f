/*
 * What an experiment's weights must tell: which experiment they are of, and what they expect of a picture.
 */
#ifndef CR_EXPERIMENT_IDENTITY_H
#define CR_EXPERIMENT_IDENTITY_H

#include "base/arena.h"
#include "data/whitening.h"
#include "experiment/sections.h"
#include "experiment/teacher.h"
#include "graph/safetensors.h"

enum { CR_IDENTITY_PAIRS = 6 };

/* What a weights file tells about pictures and classes. */
struct cr_told {
    int64_t height, width, channels, classes;
    bool numbers; /* samples are floats, not bytes */
    bool targets; /* what is learned are rows of numbers, not labels */
    const char *const *class_names;
};

struct cr_identity {
    char fingerprint[17];
    struct cr_pair
        pairs[CR_IDENTITY_PAIRS]; /* height, width, channels; classes: their names as a JSON list; numbers, targets */
    char numbers[3][24];
    char *classes;
};

/* `statistics` are of the training part; `teacher` may be NULL. */
enum cr_status cr_identity_new(struct cr_identity *identity, const struct cr_sections *sections,
                               const struct cr_dataset *dataset, const struct cr_statistics *statistics,
                               const struct cr_teacher *teacher, struct cr_error *err);
/* The pairs alone, without a fingerprint. */
enum cr_status cr_identity_tell(struct cr_identity *identity, const struct cr_told *told, struct cr_error *err);
void cr_identity_free(struct cr_identity *identity);

/* The names live in the arena. */
enum cr_status cr_identity_read(struct cr_told *told, struct cr_arena *arena, const struct cr_safetensors *file,
                                const char *path, struct cr_error *err);

#endif
