#include "tune/sqlite.h"

#include <math.h>
#include <stdarg.h>

enum cr_status cr_sqlite_fail(const struct cr_sqlite *db, struct cr_error *err)
{
    switch (sqlite3_errcode(db->handle)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return cr_fail(err, CR_ERROR_BUSY, "%s: another process holds the study and does not let go of it", db->name);
    case SQLITE_NOTADB:
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is no SQLite database", db->name);
    case SQLITE_CORRUPT:
        return cr_fail(err, CR_ERROR_FORMAT, "%s: the database is damaged (%s); `sqlite3 FILE .recover` may help",
                       db->name, sqlite3_errmsg(db->handle));
    case SQLITE_NOMEM:
        return cr_fail_memory(err);
    default:
        return cr_fail(err, CR_ERROR_IO, "%s: %s", db->name, sqlite3_errmsg(db->handle));
    }
}

enum cr_status cr_sqlite_run(const struct cr_sqlite *db, const char *sql, struct cr_error *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? CR_OK : cr_sqlite_fail(db, err);
}

static int bind(sqlite3_stmt *statement, const char *types, va_list arguments)
{
    int result = SQLITE_OK;
    for (int i = 0; types[i] && result == SQLITE_OK; i++)
        switch (types[i]) {
        case 'i':
            result = sqlite3_bind_int64(statement, i + 1, va_arg(arguments, int64_t));
            break;
        case 'd': { /* SQLite itself puts NULL for NaN */
            result = sqlite3_bind_double(statement, i + 1, va_arg(arguments, double));
            break;
        }
        default:
            result = sqlite3_bind_text(statement, i + 1, va_arg(arguments, const char *), -1, SQLITE_STATIC);
        }
    return result;
}

static enum cr_status prepare(const struct cr_sqlite *db, sqlite3_stmt **statement, struct cr_error *err,
                              const char *sql, const char *types, va_list arguments)
{
    *statement = NULL;
    if (sqlite3_prepare_v2(db->handle, sql, -1, statement, NULL) == SQLITE_OK &&
        bind(*statement, types, arguments) == SQLITE_OK)
        return CR_OK;
    enum cr_status status = cr_sqlite_fail(db, err);
    sqlite3_finalize(*statement);
    *statement = NULL;
    return status;
}

enum cr_status cr_sqlite_prepare(const struct cr_sqlite *db, sqlite3_stmt **statement, struct cr_error *err,
                                 const char *sql, const char *types, ...)
{
    va_list arguments;
    va_start(arguments, types);
    enum cr_status status = prepare(db, statement, err, sql, types, arguments);
    va_end(arguments);
    return status;
}

enum cr_status cr_sqlite_step(const struct cr_sqlite *db, sqlite3_stmt *statement, bool *row, struct cr_error *err)
{
    int result = sqlite3_step(statement);
    *row = result == SQLITE_ROW;
    return result == SQLITE_ROW || result == SQLITE_DONE ? CR_OK : cr_sqlite_fail(db, err);
}

enum cr_status cr_sqlite_do(const struct cr_sqlite *db, struct cr_error *err, const char *sql, const char *types, ...)
{
    bool row = true;
    sqlite3_stmt *statement;
    va_list arguments;
    va_start(arguments, types);
    enum cr_status status = prepare(db, &statement, err, sql, types, arguments);
    va_end(arguments);
    while (status == CR_OK && row)
        status = cr_sqlite_step(db, statement, &row, err);
    sqlite3_finalize(statement);
    return status;
}
