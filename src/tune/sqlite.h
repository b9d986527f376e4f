/*
 * A few words on top of SQLite: statements that bind their arguments, and errors in our words.
 */
#ifndef CR_TUNE_SQLITE_H
#define CR_TUNE_SQLITE_H

#include <cradle/base.h>

#include <sqlite3.h>

struct cr_sqlite {
    sqlite3 *handle;
    const char *name; /* of the file, for messages */
};

/* The last failure: a file that is locked, damaged, full, read-only, or no database. */
enum cr_status cr_sqlite_fail(const struct cr_sqlite *db, struct cr_error *err);
/* Runs statements without arguments and results. */
enum cr_status cr_sqlite_run(const struct cr_sqlite *db, const char *sql, struct cr_error *err);
/*
 * Prepares one and binds its arguments, one a letter of `types`: i (int64_t), d (double, NaN: NULL), t (text, may be
 * NULL; must live until the statement ends). The caller ends it by sqlite3_finalize.
 */
enum cr_status cr_sqlite_prepare(const struct cr_sqlite *db, sqlite3_stmt **statement, struct cr_error *err,
                                 const char *sql, const char *types, ...);
/* Prepares, binds, runs to the end. */
enum cr_status cr_sqlite_do(const struct cr_sqlite *db, struct cr_error *err, const char *sql, const char *types, ...);
/* The next row of a statement. */
enum cr_status cr_sqlite_step(const struct cr_sqlite *db, sqlite3_stmt *statement, bool *row, struct cr_error *err);

#endif
