/*
 * Where a study is kept. The one store there is today is a SQLite file with the tables of Optuna (its schema 12,
 * alembic v3.0.0.d, of Optuna 3): optuna.load_study reads it, and a study that Optuna made can go on here.
 *
 * Everything that must not happen twice (taking a trial, numbering one) lies between begin and commit, which other
 * processes wait for.
 */
#ifndef CR_TUNE_STORE_H
#define CR_TUNE_STORE_H

#include <cradle/tune.h>

#include "base/arena.h"

struct cr_store;

/* A parameter as it is kept: a value, or the index of a choice, and what it was drawn from, as JSON. */
struct cr_stored_value {
    const char *name;
    double value;
    const char *distribution;
};

struct cr_stored_trial {
    int64_t id, number;
    enum cr_trial_state state;
    double score; /* NaN: none; may be infinite */
    double start; /* seconds after the first trial of the study began */
    double seconds;
    double silence;            /* seconds since the last sign of life; NaN: never gave one */
    const char *owner, *cause; /* NULL: none */
    int64_t value_count, report_count;
    struct cr_stored_value *values;
    struct cr_trial_report *reports;
};

/* `file` NULL: in memory. A file that is no database, or one with other tables, is an error. */
enum cr_status cr_store_open(struct cr_store **store, const char *file, struct cr_error *err);
/*
 * Opens one that is there to be read, and chooses a study of it by name; NULL: "cradle", or the only one. Until
 * cr_store_commit everything is read as it is now. To write is an error.
 */
enum cr_status cr_store_read(struct cr_store **store, const char *file, const char *name, struct cr_error *err);
void cr_store_close(struct cr_store *store);
enum cr_status cr_store_begin(struct cr_store *store, struct cr_error *err);
enum cr_status cr_store_commit(struct cr_store *store, struct cr_error *err);
void cr_store_rollback(struct cr_store *store); /* nothing where nothing was begun */

/* The study of that name (NULL: "cradle"), made where there is none. */
enum cr_status cr_store_study(struct cr_store *store, const char *name, bool maximize, struct cr_error *err);
bool cr_store_maximizes(const struct cr_store *store);
const char *cr_store_name(const struct cr_store *store);
/* A text of ours that belongs to the study; NULL where there is none. The text lives in the arena. */
enum cr_status cr_store_get(struct cr_store *store, struct cr_arena *arena, const char *key, const char **text,
                            struct cr_error *err);
enum cr_status cr_store_set(struct cr_store *store, const char *key, const char *text, struct cr_error *err);

/* All trials of the study in order; they live in the arena. */
enum cr_status cr_store_load(struct cr_store *store, struct cr_arena *arena, struct cr_stored_trial **trials,
                             int64_t *count, struct cr_error *err);
/* A new trial that runs, with its values; its number is the count of those before. */
enum cr_status cr_store_add(struct cr_store *store, const struct cr_stored_value *values, int64_t count,
                            const char *owner, int64_t *id, struct cr_error *err);
/* Another process runs a trial from now on. */
enum cr_status cr_store_take(struct cr_store *store, int64_t id, const char *owner, struct cr_error *err);
enum cr_status cr_store_beat(struct cr_store *store, int64_t id, struct cr_error *err);
enum cr_status cr_store_report(struct cr_store *store, int64_t id, int64_t step, double value, struct cr_error *err);
/* `score` NaN: none. `done` is false where the trial had ended already. */
enum cr_status cr_store_finish(struct cr_store *store, int64_t id, enum cr_trial_state state, double score,
                               const char *cause, bool *done, struct cr_error *err);

#endif
