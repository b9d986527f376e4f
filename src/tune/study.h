/*
 * Inside of a study: what is read from the store, in the coordinates of the space.
 */
#ifndef CR_TUNE_STUDY_H
#define CR_TUNE_STUDY_H

#include "tune/pruner.h"
#include "tune/sampler.h"
#include "tune/store.h"

/* A snapshot of the store; everything lies in its arena. */
struct cr_snapshot {
    struct cr_arena *arena;
    struct cr_stored_trial *stored; /* [count] */
    struct cr_study_trial *trials;  /* [count] */
    bool *fits;                     /* [count]: the trial is a point of the space as it is now */
    int64_t count;
};

struct cr_study {
    const struct cr_space *space;
    struct cr_space *read_space; /* its own, of one that was opened to be read; else NULL */
    struct cr_store *store;
    struct cr_sampler_choice sampler;
    struct cr_pruner_choice pruner;
    int64_t trials, lag; /* lag 0: not deterministic */
    uint64_t seed;
    char owner[160];
    struct cr_snapshot asked, listed; /* what the last ask and the last list lent out */
};

/* The attribute in which the dimensions are kept: {"path": distribution, ...}. */
extern const char cr_study_space_key[];

/* Notes the dimensions and the constraints. */
enum cr_status cr_study_note_space(struct cr_study *study, struct cr_arena *arena, struct cr_error *err);
/* What trials are trained on: samples of the validation part, folds. */
enum cr_status cr_study_note_validation(struct cr_study *study, int64_t samples, int64_t folds, struct cr_error *err);
/* Reads everything; `snapshot` is emptied first. */
enum cr_status cr_snapshot_read(struct cr_snapshot *snapshot, struct cr_study *study, struct cr_error *err);
void cr_snapshot_free(struct cr_snapshot *snapshot);

#endif
