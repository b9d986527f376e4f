/*
 * The store in SQLite is opened, to be worked with or to be read, and a study is chosen in it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tune/store_sqlite.h"

enum { WAIT_MS = 60000, SCHEMA = 12 };

static const char own_name[] = "cradle"; /* of a study whose name was not said */

extern const unsigned char cr_embedded_schema_sql[];

/* One number of one row; `found` is false where there is no row. */
static enum cr_status ask_number(struct cr_store *store, const char *sql, const char *text, int64_t *number,
                                 bool *found, struct cr_error *err)
{
    sqlite3_stmt *statement;
    CR_TRY(cr_sqlite_prepare(&store->db, &statement, err, sql, text ? "t" : "", text));
    enum cr_status status = cr_sqlite_step(&store->db, statement, found, err);
    if (status == CR_OK && *found)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

static enum cr_status count_tables(struct cr_store *store, int64_t *tables, struct cr_error *err)
{
    bool found;
    return ask_number(store, "SELECT count(*) FROM sqlite_master", NULL, tables, &found, err);
}

/* Of a database that is not empty. */
static enum cr_status check_version(struct cr_store *store, struct cr_error *err)
{
    bool found;
    int64_t tables = 0, version = 0;
    CR_TRY(ask_number(store, "SELECT count(*) FROM sqlite_master WHERE name = 'version_info'", NULL, &tables, &found,
                      err));
    if (tables == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is a database of something else, not of studies", store->db.name);
    CR_TRY(ask_number(store, "SELECT schema_version FROM version_info", NULL, &version, &found, err));
    if (version != SCHEMA)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: its tables are of Optuna's version %lld, expected %d (Optuna 3)",
                       store->db.name, (long long)version, SCHEMA);
    return CR_OK;
}

static enum cr_status make_tables(struct cr_store *store, struct cr_error *err)
{
    int64_t tables = 0;
    CR_TRY(cr_store_begin(store, err));
    CR_TRY(count_tables(store, &tables, err));
    CR_TRY(tables == 0 ? cr_sqlite_run(&store->db, (const char *)cr_embedded_schema_sql, err)
                       : check_version(store, err));
    return cr_store_commit(store, err);
}

static enum cr_status expect_tables(struct cr_store *store, struct cr_error *err)
{
    int64_t tables = 0;
    CR_TRY(cr_sqlite_run(&store->db, "PRAGMA query_only = ON; BEGIN", err));
    CR_TRY(count_tables(store, &tables, err));
    if (tables == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is empty: there is no study in it", store->db.name);
    return check_version(store, err);
}

/* `file` NULL: in memory. */
static enum cr_status open_database(struct cr_store **store, const char *file, int flags,
                                    enum cr_status (*prepare)(struct cr_store *store, struct cr_error *err),
                                    struct cr_error *err)
{
    enum cr_status status = CR_OK;
    *store = NULL;
    struct cr_store *made = calloc(1, sizeof *made);
    if (!made || !(made->file = strdup(file ? file : ":memory:"))) {
        free(made);
        return cr_fail_memory(err);
    }
    made->db.name = file ? file : "the study in memory";
    if (file)
        made->db.name = made->file;
    if (sqlite3_open_v2(made->file, &made->db.handle, flags, NULL) != SQLITE_OK)
        CR_GO(cr_sqlite_fail(&made->db, err));
    sqlite3_busy_timeout(made->db.handle, WAIT_MS);
    CR_GO(prepare(made, err));
    *store = made;
    made = NULL;
done:
    cr_store_close(made);
    return status;
}

enum cr_status cr_store_open(struct cr_store **store, const char *file, struct cr_error *err)
{
    return open_database(store, file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, make_tables, err);
}

void cr_store_close(struct cr_store *store)
{
    if (!store)
        return;
    cr_store_rollback(store);
    sqlite3_close(store->db.handle);
    free(store->file);
    free(store->name);
    free(store);
}

/* ------------------------------------------------------------------------------------------------------------ study */

static enum cr_status read_direction(struct cr_store *store, struct cr_error *err)
{
    sqlite3_stmt *statement;
    bool row;
    int objectives = 0;
    CR_TRY(cr_sqlite_prepare(&store->db, &statement, err, "SELECT direction FROM study_directions WHERE study_id = ?",
                             "i", store->study));
    enum cr_status status = cr_sqlite_step(&store->db, statement, &row, err);
    for (; status == CR_OK && row; status = cr_sqlite_step(&store->db, statement, &row, err)) {
        const char *direction = (const char *)sqlite3_column_text(statement, 0);
        store->maximizes = direction && strcmp(direction, "MAXIMIZE") == 0;
        objectives++;
    }
    sqlite3_finalize(statement);
    if (status == CR_OK && objectives != 1)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: the study has %d objectives, expected one", store->db.name,
                       objectives);
    return status;
}

static enum cr_status find_study(struct cr_store *store, const char *name, bool *found, struct cr_error *err)
{
    char *copy = strdup(name ? name : own_name);
    if (!copy)
        return cr_fail_memory(err);
    free(store->name);
    store->name = copy;
    return ask_number(store, "SELECT study_id FROM studies WHERE study_name = ?", copy, &store->study, found, err);
}

enum cr_status cr_store_study(struct cr_store *store, const char *name, bool maximize, struct cr_error *err)
{
    bool found;
    CR_TRY(find_study(store, name, &found, err));
    if (found)
        return read_direction(store, err);
    CR_TRY(cr_sqlite_do(&store->db, err, "INSERT INTO studies (study_name) VALUES (?)", "t", store->name));
    store->study = sqlite3_last_insert_rowid(store->db.handle);
    store->maximizes = maximize;
    return cr_sqlite_do(&store->db, err,
                        "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, 0)", "ti",
                        maximize ? "MAXIMIZE" : "MINIMIZE", store->study);
}

/* The names of all studies, "a, b, c", and how many there are. */
static enum cr_status list_studies(struct cr_store *store, char *names, size_t size, int *count, struct cr_error *err)
{
    sqlite3_stmt *statement;
    bool row;
    size_t used = 0;
    names[0] = 0;
    *count = 0;
    CR_TRY(cr_sqlite_prepare(&store->db, &statement, err, "SELECT study_name FROM studies ORDER BY study_id", ""));
    enum cr_status status = cr_sqlite_step(&store->db, statement, &row, err);
    for (; status == CR_OK && row; status = cr_sqlite_step(&store->db, statement, &row, err)) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        cr_text_format(names + used, size - used, "%s%s", *count ? ", " : "", name ? name : "");
        used = strlen(names);
        (*count)++;
    }
    sqlite3_finalize(statement);
    return status;
}

static enum cr_status choose_study(struct cr_store *store, const char *name, struct cr_error *err)
{
    char names[1024];
    int count;
    bool found;
    CR_TRY(find_study(store, name, &found, err));
    if (found)
        return read_direction(store, err);
    CR_TRY(list_studies(store, names, sizeof names, &count, err));
    if (count == 1 && !name)
        return choose_study(store, names, err);
    if (count == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: there is no study in it", store->db.name);
    if (name)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: has no study %s; there is %s", store->db.name, name, names);
    return cr_fail(err, CR_ERROR_ARGUMENT, "%s: has %d studies, and it was not said which: %s", store->db.name, count,
                   names);
}

enum cr_status cr_store_read(struct cr_store **store, const char *file, const char *name, struct cr_error *err)
{
    struct cr_store *made;
    *store = NULL;
    CR_TRY(open_database(&made, file, SQLITE_OPEN_READWRITE, expect_tables, err));
    enum cr_status status = choose_study(made, name, err);
    if (status == CR_OK)
        *store = made;
    else
        cr_store_close(made);
    return status;
}

const char *cr_store_name(const struct cr_store *store)
{
    return store->name;
}

bool cr_store_maximizes(const struct cr_store *store)
{
    return store->maximizes;
}
