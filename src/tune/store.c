/*
 * The store in SQLite. Optuna's conventions: states and directions are words in capitals; a value that is not finite is
 * NULL with its kind beside it; times are local, as text; attributes are JSON. What we add lies in attributes whose key
 * begins with "cradle:", and in the user attribute "cause" of trials that failed.
 */
#include "tune/store.h"

#include <math.h>

#include <cjson/cJSON.h>

#include "tune/store_sqlite.h"

const char *const cr_store_states[] = {"WAITING", "RUNNING", "COMPLETE", "PRUNED", "FAIL", NULL};

#define BEAT "strftime('%Y-%m-%d %H:%M:%S', 'now')"

enum cr_status cr_store_begin(struct cr_store *store, struct cr_error *err)
{
    return cr_sqlite_run(&store->db, "BEGIN IMMEDIATE", err);
}

enum cr_status cr_store_commit(struct cr_store *store, struct cr_error *err)
{
    return cr_sqlite_run(&store->db, "COMMIT", err);
}

void cr_store_rollback(struct cr_store *store)
{
    if (store->db.handle && !sqlite3_get_autocommit(store->db.handle))
        cr_sqlite_run(&store->db, "ROLLBACK", NULL);
}

enum cr_status cr_store_get(struct cr_store *store, struct cr_arena *arena, const char *key, const char **text,
                            struct cr_error *err)
{
    sqlite3_stmt *statement;
    bool row;
    *text = NULL;
    CR_TRY(cr_sqlite_prepare(&store->db, &statement, err,
                             "SELECT value_json FROM study_system_attributes WHERE study_id = ? AND key = ?", "it",
                             store->study, key));
    enum cr_status status = cr_sqlite_step(&store->db, statement, &row, err);
    if (status == CR_OK && row)
        status = cr_store_keep(arena, statement, 0, text, err);
    sqlite3_finalize(statement);
    return status;
}

enum cr_status cr_store_set(struct cr_store *store, const char *key, const char *text, struct cr_error *err)
{
    return cr_sqlite_do(&store->db, err,
                        "INSERT OR REPLACE INTO study_system_attributes (study_id, key, value_json) VALUES (?, ?, ?)",
                        "itt", store->study, key, text);
}

/* ---------------------------------------------------------------------------------------------------------- writing */

enum cr_status cr_store_beat(struct cr_store *store, int64_t id, struct cr_error *err)
{
    return cr_sqlite_do(&store->db, err,
                        "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, " BEAT ") "
                        "ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat",
                        "i", id);
}

enum cr_status cr_store_take(struct cr_store *store, int64_t id, const char *owner, struct cr_error *err)
{
    CR_TRY(cr_sqlite_do(&store->db, err, "UPDATE trials SET state = 'RUNNING' WHERE trial_id = ?", "i", id));
    CR_TRY(cr_sqlite_do(&store->db, err,
                        "INSERT OR REPLACE INTO trial_system_attributes (trial_id, key, value_json) "
                        "VALUES (?, 'cradle:owner', ?)",
                        "it", id, owner));
    return cr_store_beat(store, id, err);
}

enum cr_status cr_store_add(struct cr_store *store, const struct cr_stored_value *values, int64_t count,
                            const char *owner, int64_t *id, struct cr_error *err)
{
    CR_TRY(cr_sqlite_do(&store->db, err,
                        "INSERT INTO trials (number, study_id, state, datetime_start) VALUES "
                        "((SELECT count(*) FROM trials WHERE study_id = ?1), ?1, 'RUNNING', " CR_STORE_NOW ")",
                        "i", store->study));
    *id = sqlite3_last_insert_rowid(store->db.handle);
    for (int64_t i = 0; i < count; i++)
        CR_TRY(cr_sqlite_do(
            &store->db, err,
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?, ?, ?, ?)",
            "itdt", *id, values[i].name, values[i].value, values[i].distribution));
    return cr_store_take(store, *id, owner, err);
}

static const char *type_of(double value)
{
    return isnan(value) ? "NAN" : isinf(value) ? (value > 0 ? "INF_POS" : "INF_NEG") : "FINITE";
}

static double if_finite(double value)
{
    return isfinite(value) ? value : (double)NAN;
}

enum cr_status cr_store_report(struct cr_store *store, int64_t id, int64_t step, double value, struct cr_error *err)
{
    return cr_sqlite_do(&store->db, err,
                        "INSERT OR REPLACE INTO trial_intermediate_values "
                        "(trial_id, step, intermediate_value, intermediate_value_type) VALUES (?, ?, ?, ?)",
                        "iidt", id, step, if_finite(value), type_of(value));
}

static enum cr_status set_cause(struct cr_store *store, int64_t id, const char *cause, struct cr_error *err)
{
    cJSON *json = cJSON_CreateString(cause);
    char *text = json ? cJSON_PrintUnformatted(json) : NULL;
    enum cr_status status = !text ? cr_fail_memory(err)
                                  : cr_sqlite_do(&store->db, err,
                                                 "INSERT OR REPLACE INTO trial_user_attributes "
                                                 "(trial_id, key, value_json) VALUES (?, 'cause', ?)",
                                                 "it", id, text);
    cJSON_free(text);
    cJSON_Delete(json);
    return status;
}

enum cr_status cr_store_finish(struct cr_store *store, int64_t id, enum cr_trial_state state, double score,
                               const char *cause, bool *done, struct cr_error *err)
{
    CR_TRY(cr_sqlite_do(&store->db, err,
                        "UPDATE trials SET state = ?, datetime_complete = " CR_STORE_NOW
                        " WHERE trial_id = ? AND state = 'RUNNING'",
                        "ti", cr_store_states[state], id));
    *done = sqlite3_changes(store->db.handle) > 0;
    if (!*done)
        return CR_OK;
    if (!isnan(score))
        CR_TRY(cr_sqlite_do(&store->db, err,
                            "INSERT OR REPLACE INTO trial_values (trial_id, objective, value, value_type) "
                            "VALUES (?, 0, ?, ?)",
                            "idt", id, if_finite(score), type_of(score)));
    return cause ? set_cause(store, id, cause, err) : CR_OK;
}
