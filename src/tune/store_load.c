/*
 * All trials of a study, read from SQLite table by table; every table comes in the order of the trials.
 */
#include "tune/store_sqlite.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

enum cr_status cr_store_keep(struct cr_arena *arena, sqlite3_stmt *statement, int column, const char **text,
                             struct cr_error *err)
{
    const char *read = (const char *)sqlite3_column_text(statement, column);
    *text = cr_arena_text(arena, read ? read : "");
    return *text ? CR_OK : cr_fail_memory(err);
}

struct loading {
    struct cr_store *store;
    struct cr_arena *arena;
    struct cr_stored_trial *trials;
    int64_t count;
    struct cr_error *err;
};

/* Runs `sql` (ordered by trial; the first column is its id) and hands every row to `take` with its trial. */
static enum cr_status each_row(struct loading *l, const char *sql,
                               enum cr_status (*take)(struct loading *l, struct cr_stored_trial *trial,
                                                      sqlite3_stmt *statement))
{
    sqlite3_stmt *statement;
    bool row;
    int64_t at = 0;
    CR_TRY(cr_sqlite_prepare(&l->store->db, &statement, l->err, sql, "i", l->store->study));
    enum cr_status status = cr_sqlite_step(&l->store->db, statement, &row, l->err);
    while (status == CR_OK && row) {
        int64_t id = sqlite3_column_int64(statement, 0);
        while (at < l->count && l->trials[at].id < id)
            at++;
        if (at < l->count && l->trials[at].id == id)
            status = take(l, &l->trials[at], statement);
        if (status == CR_OK)
            status = cr_sqlite_step(&l->store->db, statement, &row, l->err);
    }
    sqlite3_finalize(statement);
    return status;
}

/* Value and kind, as Optuna keeps them. */
static double read_value(sqlite3_stmt *statement, int column)
{
    const char *type = (const char *)sqlite3_column_text(statement, column + 1);
    if (type && strcmp(type, "INF_POS") == 0)
        return (double)INFINITY;
    if (type && strcmp(type, "INF_NEG") == 0)
        return -(double)INFINITY;
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? (double)NAN
                                                                 : sqlite3_column_double(statement, column);
}

static enum cr_status take_trial(struct loading *l, struct cr_stored_trial *trial, sqlite3_stmt *statement)
{
    const char *state = (const char *)sqlite3_column_text(statement, 1);
    (void)l;
    trial->state = CR_TRIAL_FAILED;
    for (int i = 0; state && cr_store_states[i]; i++)
        if (strcmp(cr_store_states[i], state) == 0)
            trial->state = (enum cr_trial_state)i;
    trial->score = read_value(statement, 2);
    trial->seconds = sqlite3_column_double(statement, 4);
    trial->silence =
        sqlite3_column_type(statement, 5) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(statement, 5);
    trial->start = sqlite3_column_double(statement, 6);
    return CR_OK;
}

/* Lists grow in the arena by doubling: what is left behind is freed with it. */
static void *grow(struct cr_arena *arena, const void *items, int64_t count, size_t size)
{
    if (count > 0 && (count < 4 || (count & (count - 1)) != 0))
        return (void *)(uintptr_t)items;
    int64_t room = count < 4 ? 4 : 2 * count;
    void *grown = cr_arena_alloc(arena, (size_t)room * size);
    if (grown && count > 0)
        memcpy(grown, items, (size_t)count * size);
    return grown;
}

static enum cr_status take_value(struct loading *l, struct cr_stored_trial *trial, sqlite3_stmt *statement)
{
    struct cr_stored_value value = {.value = sqlite3_column_double(statement, 2)};
    CR_TRY(cr_store_keep(l->arena, statement, 1, &value.name, l->err));
    CR_TRY(cr_store_keep(l->arena, statement, 3, &value.distribution, l->err));
    trial->values = grow(l->arena, trial->values, trial->value_count, sizeof value);
    if (!trial->values)
        return cr_fail_memory(l->err);
    trial->values[trial->value_count++] = value;
    return CR_OK;
}

static enum cr_status take_report(struct loading *l, struct cr_stored_trial *trial, sqlite3_stmt *statement)
{
    trial->reports = grow(l->arena, trial->reports, trial->report_count, sizeof *trial->reports);
    if (!trial->reports)
        return cr_fail_memory(l->err);
    trial->reports[trial->report_count++] =
        (struct cr_trial_report){.step = sqlite3_column_int64(statement, 1), .value = read_value(statement, 2)};
    return CR_OK;
}

static enum cr_status take_owner(struct loading *l, struct cr_stored_trial *trial, sqlite3_stmt *statement)
{
    return cr_store_keep(l->arena, statement, 1, &trial->owner, l->err);
}

static enum cr_status take_cause(struct loading *l, struct cr_stored_trial *trial, sqlite3_stmt *statement)
{
    cJSON *json = cJSON_Parse((const char *)sqlite3_column_text(statement, 1));
    if (cJSON_IsString(json) && !(trial->cause = cr_arena_text(l->arena, json->valuestring))) {
        cJSON_Delete(json);
        return cr_fail_memory(l->err);
    }
    cJSON_Delete(json);
    return CR_OK;
}

static enum cr_status load_ids(struct loading *l)
{
    sqlite3_stmt *statement;
    bool row;
    CR_TRY(cr_sqlite_prepare(&l->store->db, &statement, l->err,
                             "SELECT trial_id FROM trials WHERE study_id = ? ORDER BY trial_id", "i", l->store->study));
    enum cr_status status = cr_sqlite_step(&l->store->db, statement, &row, l->err);
    for (; status == CR_OK && row; status = cr_sqlite_step(&l->store->db, statement, &row, l->err)) {
        l->trials = grow(l->arena, l->trials, l->count, sizeof *l->trials);
        if (!l->trials) {
            status = cr_fail_memory(l->err);
            break;
        }
        l->trials[l->count] = (struct cr_stored_trial){
            .id = sqlite3_column_int64(statement, 0), .number = l->count, .score = (double)NAN, .silence = (double)NAN};
        l->count++;
    }
    sqlite3_finalize(statement);
    return status;
}

enum cr_status cr_store_load(struct cr_store *store, struct cr_arena *arena, struct cr_stored_trial **trials,
                             int64_t *count, struct cr_error *err)
{
    struct loading l = {.store = store, .arena = arena, .err = err};
    CR_TRY(load_ids(&l));
    CR_TRY(each_row(&l,
                    "SELECT t.trial_id, t.state, v.value, v.value_type, "
                    "(julianday(coalesce(t.datetime_complete, " CR_STORE_NOW
                    ")) - julianday(t.datetime_start)) * 86400, "
                    "(julianday('now') - julianday(h.heartbeat)) * 86400, "
                    "(julianday(t.datetime_start) - (SELECT min(julianday(datetime_start)) FROM trials "
                    "WHERE study_id = t.study_id)) * 86400 FROM trials t "
                    "LEFT JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0 "
                    "LEFT JOIN trial_heartbeats h ON h.trial_id = t.trial_id WHERE t.study_id = ? ORDER BY t.trial_id",
                    take_trial));
    CR_TRY(each_row(&l,
                    "SELECT p.trial_id, p.param_name, p.param_value, p.distribution_json FROM trial_params p "
                    "JOIN trials t ON t.trial_id = p.trial_id WHERE t.study_id = ? ORDER BY p.trial_id, p.param_id",
                    take_value));
    CR_TRY(each_row(&l,
                    "SELECT i.trial_id, i.step, i.intermediate_value, i.intermediate_value_type "
                    "FROM trial_intermediate_values i JOIN trials t ON t.trial_id = i.trial_id "
                    "WHERE t.study_id = ? ORDER BY i.trial_id, i.step",
                    take_report));
    CR_TRY(each_row(&l,
                    "SELECT a.trial_id, a.value_json FROM trial_system_attributes a "
                    "JOIN trials t ON t.trial_id = a.trial_id "
                    "WHERE t.study_id = ? AND a.key = 'cradle:owner' ORDER BY a.trial_id",
                    take_owner));
    CR_TRY(each_row(&l,
                    "SELECT a.trial_id, a.value_json FROM trial_user_attributes a "
                    "JOIN trials t ON t.trial_id = a.trial_id WHERE t.study_id = ? AND a.key = 'cause' "
                    "ORDER BY a.trial_id",
                    take_cause));
    *trials = l.trials;
    *count = l.count;
    return CR_OK;
}
