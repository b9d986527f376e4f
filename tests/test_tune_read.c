/*
 * Studies that are read without their config file: the same trials, ranges that were changed on the way, studies of
 * another name, what is said of files that are none; and whether a winner is more than chance.
 */
#include "support.h"

#include <math.h>

#include <sqlite3.h>

#include "tune/study.h"

static struct cr_error err;
static char file[512];

static int set_up(void **state)
{
    int status = fixture_make(state);
    path_in(here.folder, "study.db", file);
    return status;
}

/* A search of so many trials, each better than the one before; every fifth diverges. */
static void search(const char *yaml, int64_t trials, bool maximize)
{
    struct cr_config *config;
    struct cr_space *space;
    struct cr_study *study;
    const struct cr_study_trial *trial;
    expect_ok(cr_config_parse(&config, yaml, "t.yaml", &err));
    expect_ok(cr_space_new(&space, config, &err));
    expect_ok(cr_study_open(&study, space,
                            &(struct cr_study_options){.file = file, .trials = trials, .maximize = maximize}, &err));
    while (cr_study_ask(study, &trial, &err) == CR_OK && trial) {
        int64_t number = trial->number;
        double score = 0.5 + 0.001 * (double)number;
        expect_ok(cr_study_report(study, number, 1, score / 2, NULL, &err));
        expect_ok(cr_study_report(study, number, 2, score, NULL, &err));
        expect_ok(cr_study_tell(study, number, number % 5 == 4 ? CR_TRIAL_FAILED : CR_TRIAL_COMPLETE, score,
                                number % 5 == 4 ? "diverged" : NULL, &err));
    }
    cr_study_free(study);
    cr_space_free(space);
    cr_config_free(config);
}

static void sql(const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static const char small[] = "a: !log [1e-3, 1]\nn: !int [1, 9]\nc: !choice [relu, {x: !uniform [0, 2]}]\n";

static void same_trials(void **state)
{
    (void)state;
    struct cr_study *study;
    const struct cr_study_trial *trials, *trial;
    int64_t count;
    search(small, 12, true);
    expect_ok(cr_study_read(&study, file, NULL, &err));
    assert_true(cr_study_maximizes(study));
    assert_string_equal(cr_study_name(study), "cradle");
    assert_string_equal(cr_study_score_name(study), "score");
    const struct cr_space *space = cr_study_space(study);
    assert_int_equal(cr_space_count(space), 4);
    const struct cr_dimension *a = cr_space_dimension(space, 0), *c = cr_space_dimension(space, 2);
    assert_string_equal(a->name, "a");
    assert_true(a->log && !a->whole && a->low == 1e-3 && a->high == 1);
    assert_true(cr_space_dimension(space, 1)->whole);
    assert_int_equal(c->kind, CR_CHOICES);
    assert_int_equal(c->count, 2);
    assert_string_equal(c->labels[1], "x");
    expect_ok(cr_study_trials(study, &trials, &count, &err));
    assert_int_equal(count, 12);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(trials[i].state, i % 5 == 4 ? CR_TRIAL_FAILED : CR_TRIAL_COMPLETE);
        assert_true(i % 5 == 4 ? isnan(trials[i].score) : trials[i].score == 0.5 + 0.001 * (double)i);
        assert_true(isnan(trials[i].values[3]) == (trials[i].values[2] == 0)); /* x, where it was chosen */
        assert_int_equal(trials[i].report_count, 2);
        assert_non_null(trials[i].worker);
        assert_true(trials[i].start >= 0 && !trials[i].lost);
    }
    assert_string_equal(trials[4].cause, "diverged");
    assert_int_equal(cr_study_best(study, trials, count)->number, 11);

    /* Only to be read. */
    assert_int_equal(cr_study_ask(study, &trial, &err), CR_ERROR_ARGUMENT);
    assert_true(cr_study_report(study, 0, 3, 1, NULL, &err) != CR_OK);
    assert_true(cr_study_beat(study, 0, &err) != CR_OK);
    assert_true(cr_study_tell(study, 0, CR_TRIAL_COMPLETE, 1, NULL, &err) != CR_OK);
    cr_study_free(study);
}

static void changed_ranges(void **state)
{
    (void)state;
    struct cr_study *study;
    const struct cr_study_trial *trials;
    int64_t count;
    search("a: !uniform [0, 1]\nc: !choice [p, q]\n", 6, false);
    search("a: !uniform [0.5, 3]\nc: !choice [r, p]\n", 12, false);
    expect_ok(cr_study_read(&study, file, NULL, &err));
    const struct cr_dimension *a = cr_space_dimension(cr_study_space(study), 0);
    const struct cr_dimension *c = cr_space_dimension(cr_study_space(study), 1);
    assert_true(a->low == 0 && a->high == 3 && c->count == 3);
    expect_ok(cr_study_trials(study, &trials, &count, &err));
    for (int64_t i = 0; i < count; i++) {
        assert_true(trials[i].values[0] >= 0 && trials[i].values[0] <= 3);
        assert_true(trials[i].values[1] >= 0 && trials[i].values[1] <= 2);
    }
    assert_string_equal(c->labels[(int)trials[0].values[1]], "p"); /* the first value of the first search */
    cr_study_free(study);
}

/* As Optuna makes them: another name, no attributes of ours. */
static void of_optuna(void **state)
{
    (void)state;
    struct cr_study *study;
    search(small, 3, true);
    sql("UPDATE studies SET study_name = 'theirs'; DELETE FROM trial_system_attributes;"
        "DELETE FROM study_system_attributes; DELETE FROM trial_heartbeats");
    expect_ok(cr_study_read(&study, file, NULL, &err));
    assert_string_equal(cr_study_name(study), "theirs");
    assert_true(cr_space_count(cr_study_space(study)) >= 3);
    cr_study_free(study);
    sql("INSERT INTO studies (study_name) VALUES ('more')");
    assert_int_equal(cr_study_read(&study, file, NULL, &err), CR_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, ": has 2 studies, and it was not said which: theirs, more"));
    assert_int_equal(cr_study_read(&study, file, "mine", &err), CR_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, ": has no study mine; there is theirs, more"));
    expect_ok(cr_study_read(&study, file, "theirs", &err));
    cr_study_free(study);
}

static void refuse(const char *message)
{
    struct cr_study *study;
    assert_true(cr_study_read(&study, file, NULL, &err) != CR_OK);
    assert_null(study);
    if (!strstr(err.message, message) || strncmp(err.message, file, strlen(file)) != 0)
        fail_msg("said: %s", err.message);
}

static void files_that_are_no_studies(void **state)
{
    (void)state;
    char text[4096];
    refuse("unable to open");
    file_write(file, "", 0);
    refuse(": is empty: there is no study in it");
    memset(text, 'x', sizeof text);
    file_write(file, text, sizeof text);
    refuse(": is no SQLite database");
    assert_int_equal(unlink(file), 0);
    sql("CREATE TABLE songs (name TEXT)");
    refuse(": is a database of something else, not of studies");
    assert_int_equal(unlink(file), 0);
    search(small, 2, true);
    sql("UPDATE trial_params SET distribution_json = 'no JSON' WHERE param_name = 'n'");
    refuse(": n: expected the JSON of a distribution, of numbers or of choices");
    sql("UPDATE version_info SET schema_version = 99");
    refuse(": its tables are of Optuna's version 99, expected 12 (Optuna 3)");
    sql("UPDATE version_info SET schema_version = 12; DELETE FROM studies");
    refuse(": there is no study in it");
}

/* Of folds that score 0.8 + d each against 0.8: t = mean(d) / (sd(d) / sqrt(n)), p by tables of Student's distribution.
 */
static void more_than_chance(void **state)
{
    (void)state;
    struct cr_study *study;
    search(small, 2, true);
    struct cr_config *config;
    struct cr_space *space;
    expect_ok(cr_config_parse(&config, small, "t.yaml", &err));
    expect_ok(cr_space_new(&space, config, &err));
    expect_ok(cr_study_open(&study, space, &(struct cr_study_options){.file = file, .maximize = true}, &err));
    struct cr_trial_report better[5], plain[5];
    struct cr_study_trial a = {.score = 0.9, .reports = better}, b = {.score = 0.8, .reports = plain};

    struct cr_study_difference unknown = cr_study_compare(study, &a, &b);
    assert_true(fabs(unknown.gain - 0.1) < 1e-12 && isnan(unknown.error) && isnan(unknown.p));

    expect_ok(cr_study_note_validation(study, 100, 0, &err));
    struct cr_study_difference shares = cr_study_compare(study, &a, &b);
    assert_true(fabs(shares.error - 0.05) < 1e-12 && fabs(shares.own_error - 0.03) < 1e-12);
    assert_true(fabs(shares.p - 0.0455003) < 1e-6); /* two standard errors */

    static const struct {
        int folds;
        double t, p;
    } table[] = {{2, 12.706, 0.05}, {3, 4.303, 0.05}, {4, 3.182, 0.05}, {5, 2.776, 0.05}, {5, 4.604, 0.01}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int n = table[i].folds;
        double sum = 0, spread = 0;
        expect_ok(cr_study_note_validation(study, 100, n, &err));
        for (int k = 0; k < n; k++)
            spread += (k - (n - 1) / 2.0) * (k - (n - 1) / 2.0);
        double mean = table[i].t * sqrt(spread / (n - 1) / n);
        for (int k = 0; k < n; k++) {
            sum += 0.8 + 1e-3 * (k - (n - 1) / 2.0 + mean);
            better[k] = (struct cr_trial_report){k + 1, sum / (k + 1)};
            plain[k] = (struct cr_trial_report){k + 1, 0.8};
        }
        a = (struct cr_study_trial){.score = sum / n, .report_count = n, .reports = better};
        b = (struct cr_study_trial){.score = 0.8, .report_count = n, .reports = plain};
        double p = cr_study_compare(study, &a, &b).p;
        if (fabs(p - table[i].p) > 2e-4 * table[i].p * 10)
            fail_msg("%d folds, t %g: p = %g, expected %g", n, table[i].t, p, table[i].p);
    }
    cr_study_free(study);
    cr_space_free(space);
    cr_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_trials, set_up, fixture_free),
        cmocka_unit_test_setup_teardown(changed_ranges, set_up, fixture_free),
        cmocka_unit_test_setup_teardown(of_optuna, set_up, fixture_free),
        cmocka_unit_test_setup_teardown(files_that_are_no_studies, set_up, fixture_free),
        cmocka_unit_test_setup_teardown(more_than_chance, set_up, fixture_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
