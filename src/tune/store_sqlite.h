/*
 * Inside of the store in SQLite.
 */
#ifndef CR_TUNE_STORE_SQLITE_H
#define CR_TUNE_STORE_SQLITE_H

#include "tune/sqlite.h"
#include "tune/store.h"

struct cr_store {
    struct cr_sqlite db;
    char *file, *name; /* of the study; NULL until one was chosen */
    int64_t study;
    bool maximizes;
};

/* The word for each enum cr_trial_state; ends in NULL. */
extern const char *const cr_store_states[];

/* The time of now as Optuna writes it, in SQL. */
#define CR_STORE_NOW "strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')"

/* A column's text in the arena. */
enum cr_status cr_store_keep(struct cr_arena *arena, sqlite3_stmt *statement, int column, const char **text,
                             struct cr_error *err);

#endif
