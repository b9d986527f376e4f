/*
 * Studies: ask and tell, going on after a kill, several objects on one file, deterministic order, pruners, and what is
 * said of files that are no studies.
 */
#include "support.h"

#include <math.h>
#include <sys/wait.h>

#include <cradle/tune.h>

static struct cr_error err;
static struct cr_config *config;
static struct cr_space *space;
static char file[512];

enum { DIMS = 3 };

static void make(const char *yaml)
{
    cr_space_free(space);
    cr_config_free(config);
    assert_int_equal(cr_config_parse(&config, yaml, "t.yaml", &err), CR_OK);
    assert_int_equal(cr_space_new(&space, config, &err), CR_OK);
}

static int set_up(void **state)
{
    int status = fixture_make(state);
    path_in(here.folder, "study.db", file);
    make("x: !uniform [0, 1]\nn: !int [1, 9]\nc: !choice [a, 3, true]\n");
    return status;
}

static int tear_down(void **state)
{
    cr_space_free(space);
    cr_config_free(config);
    space = NULL;
    config = NULL;
    return fixture_free(state);
}

static struct cr_study *open_study(const struct cr_study_options *options)
{
    struct cr_study *study;
    if (cr_study_open(&study, space, options, &err) != CR_OK)
        fail_msg("%s", err.message);
    return study;
}

static const struct cr_study_trial *ask(struct cr_study *study)
{
    const struct cr_study_trial *trial;
    if (cr_study_ask(study, &trial, &err) != CR_OK)
        fail_msg("%s", err.message);
    return trial;
}

static double score_of(const struct cr_study_trial *trial)
{
    return fabs(trial->values[0] - 0.3) + fabs(trial->values[1] - 4) + trial->values[2];
}

static void tell(struct cr_study *study, const struct cr_study_trial *trial)
{
    assert_int_equal(cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE, score_of(trial), NULL, &err), CR_OK);
}

static void first_and_best(void **state)
{
    (void)state;
    const struct cr_study_trial *trial, *trials;
    int64_t count;
    struct cr_study *study = open_study(&(struct cr_study_options){.trials = 12, .seed = 1});
    for (int i = 0; (trial = ask(study)); i++) {
        assert_int_equal(trial->number, i);
        if (i == 0)
            assert_true(trial->values[0] == 0.5 && trial->values[1] == 5 && trial->values[2] == 0);
        tell(study, trial);
    }
    assert_int_equal(cr_study_trials(study, &trials, &count, &err), CR_OK);
    assert_int_equal(count, 12);
    const struct cr_study_trial *best = cr_study_best(study, trials, count);
    for (int64_t i = 0; i < count; i++)
        assert_true(trials[i].score >= best->score && trials[i].score == score_of(&trials[i]));
    assert_int_equal(cr_study_tell(study, 3, CR_TRIAL_COMPLETE, 1, NULL, &err), CR_ERROR_ARGUMENT);
    assert_string_equal(err.message, "trial 3 has ended before");
    assert_int_equal(cr_study_tell(study, 99, CR_TRIAL_COMPLETE, 1, NULL, &err), CR_ERROR_ARGUMENT);
    assert_string_equal(err.message, "there is no trial 99; the study has 12");
    cr_study_free(study);
}

/* A first value of more digits than others have is tried once. */
static void first_of_many_digits(void **state)
{
    (void)state;
    static const char *const spaces[] = {"x: !log [1e-5, 1]\n", "x: !uniform [0, 1, 0.123456789]\n"};
    for (int i = 0; i < 2; i++) {
        make(spaces[i]);
        struct cr_study *study = open_study(&(struct cr_study_options){.trials = 2, .seed = 1});
        double first = ask(study)->values[0];
        assert_true(first == (i ? 0.123456789 : 0.00316228));
        assert_true(ask(study)->values[0] != first);
        cr_study_free(study);
    }
}

static void finite_space_ends(void **state)
{
    (void)state;
    make("c: !choice [a, b]\nn: !int [1, 3]\n");
    struct cr_study *study = open_study(&(struct cr_study_options){.seed = 1, .sampler = "random"});
    const struct cr_study_trial *trial;
    int count = 0;
    for (; (trial = ask(study)); count++)
        assert_int_equal(cr_study_tell(study, trial->number, CR_TRIAL_FAILED, 0, "diverged", &err), CR_OK);
    assert_int_equal(count, 6);
    cr_study_free(study);
}

/* Trial by trial, each in a process that then ends, or in one process: the same trials. */
static void goes_on_in_a_file(void **state)
{
    (void)state;
    double values[10][DIMS];
    struct cr_study_options options = {.trials = 10, .seed = 3};
    struct cr_study *study = open_study(&options);
    const struct cr_study_trial *trial;
    for (int i = 0; (trial = ask(study)); i++) {
        memcpy(values[i], trial->values, sizeof *values);
        tell(study, trial);
    }
    cr_study_free(study);
    options.file = file;
    for (int i = 0; i < 10; i++) {
        study = open_study(&options);
        trial = ask(study);
        assert_int_equal(trial->number, i);
        assert_memory_equal(trial->values, values[i], sizeof *values);
        tell(study, trial);
        cr_study_free(study);
    }
    study = open_study(&options);
    assert_null(ask(study));
    cr_study_free(study);
}

/* A worker that dies in its trial: another one gets the same trial, and nobody a second time. */
static void dead_workers_trial_is_taken_over(void **state)
{
    (void)state;
    struct cr_study_options options = {.file = file, .trials = 3, .seed = 1};
    int ends[2], status;
    double values[DIMS];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct cr_study *study = open_study(&options);
        const struct cr_study_trial *trial = ask(study);
        tell(study, trial);
        trial = ask(study);
        _exit(write(ends[1], trial->values, sizeof values) == sizeof values ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], values, sizeof values), sizeof values);
    close(ends[0]);
    close(ends[1]);
    struct cr_study *study = open_study(&options), *other = open_study(&options);
    const struct cr_study_trial *trial = ask(study);
    assert_int_equal(trial->number, 1);
    assert_memory_equal(trial->values, values, sizeof values);
    assert_int_equal(ask(other)->number, 2);
    assert_null(ask(other));
    tell(study, trial);
    cr_study_free(study);
    cr_study_free(other);
}

/* Four workers that finish in another order each time: the same trials; the fifth must wait. */
static void deterministic_order(void **state)
{
    (void)state;
    enum { TRIALS = 24 };
    static const int orders[3][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    double values[3][TRIALS][DIMS];
    for (int order = 0; order < 3; order++) {
        struct cr_study *study =
            open_study(&(struct cr_study_options){.trials = TRIALS, .seed = 5, .deterministic = true});
        for (int block = 0; block < TRIALS / 4; block++) {
            double scores[4];
            for (int i = 0; i < 4; i++) {
                const struct cr_study_trial *trial = ask(study);
                memcpy(values[order][trial->number], trial->values, sizeof **values);
                scores[i] = score_of(trial);
            }
            const struct cr_study_trial *none;
            if (block + 1 < TRIALS / 4)
                assert_int_equal(cr_study_ask(study, &none, &err), CR_ERROR_BUSY);
            for (int i = 0; i < 4; i++)
                assert_int_equal(cr_study_tell(study, 4 * block + orders[order][i], CR_TRIAL_COMPLETE,
                                               scores[orders[order][i]], NULL, &err),
                                 CR_OK);
        }
        cr_study_free(study);
    }
    assert_memory_equal(values[0], values[1], sizeof *values);
    assert_memory_equal(values[0], values[2], sizeof *values);

    /* and one after the other, with the same lag */
    struct cr_study *study = open_study(&(struct cr_study_options){.trials = TRIALS, .seed = 5, .deterministic = true});
    const struct cr_study_trial *trial;
    while ((trial = ask(study))) {
        assert_memory_equal(trial->values, values[0][trial->number], sizeof **values);
        tell(study, trial);
    }
    cr_study_free(study);
}

static void scores_that_are_no_numbers(void **state)
{
    (void)state;
    const struct cr_study_trial *trials;
    int64_t count;
    struct cr_study *study = open_study(&(struct cr_study_options){.file = file, .trials = 6, .seed = 1});
    for (int i = 0; i < 3; i++)
        ask(study);
    assert_int_equal(cr_study_tell(study, 0, CR_TRIAL_COMPLETE, (double)NAN, NULL, &err), CR_OK);
    assert_int_equal(cr_study_tell(study, 1, CR_TRIAL_COMPLETE, (double)INFINITY, NULL, &err), CR_OK);
    assert_int_equal(cr_study_tell(study, 2, CR_TRIAL_FAILED, 7, "it \"broke\"", &err), CR_OK);
    assert_int_equal(cr_study_trials(study, &trials, &count, &err), CR_OK);
    assert_string_equal(trials[0].cause, "the score is no number");
    assert_string_equal(trials[1].cause, "the score is infinite");
    assert_string_equal(trials[2].cause, "it \"broke\"");
    for (int i = 0; i < 3; i++)
        assert_true(trials[i].state == CR_TRIAL_FAILED && isnan(trials[i].score));
    assert_null(cr_study_best(study, trials, count));
    tell(study, ask(study));
    cr_study_free(study);
}

/* --------------------------------------------------------------------------------------------------------- pruners */

/* Trial k reports k + 1 - 0.1 step at steps 1..9; returns how far each came. */
static void steps_of(const char *pruner, bool maximize, int order[6], int reached[6])
{
    struct cr_study *study =
        open_study(&(struct cr_study_options){.pruner = pruner, .trials = 6, .seed = 1, .maximize = maximize});
    for (int i = 0; i < 6; i++) {
        const struct cr_study_trial *trial = ask(study);
        int64_t number = trial->number;
        bool prune = false;
        double value = 0;
        for (int step = 1; step <= 9 && !prune; step++) {
            value = order[i] + 1 - 0.1 * step;
            assert_int_equal(cr_study_report(study, number, step, maximize ? -value : value, &prune, &err), CR_OK);
            reached[i] = step;
        }
        assert_int_equal(cr_study_tell(study, number, prune ? CR_TRIAL_PRUNED : CR_TRIAL_COMPLETE,
                                       maximize ? -value : value, NULL, &err),
                         CR_OK);
    }
    cr_study_free(study);
}

static void pruners_end_what_is_worse(void **state)
{
    (void)state;
    int order[6] = {2, 3, 1, 5, 0, 4}, reached[6];
    static const int none[6] = {9, 9, 9, 9, 9, 9}, median[6] = {9, 9, 9, 2, 9, 2}, asha[6] = {9, 1, 9, 1, 9, 1};
    static const int paired[6] = {9, 2, 9, 2, 9, 2}; /* the same difference at every step is no chance */
    for (int maximize = 0; maximize < 2; maximize++) {
        steps_of(NULL, maximize, order, reached);
        assert_memory_equal(reached, none, sizeof none);
        steps_of("median: {trials: 3}", maximize, order, reached);
        assert_memory_equal(reached, median, sizeof median);
        steps_of("asha", maximize, order, reached);
        assert_memory_equal(reached, asha, sizeof asha);
        steps_of("paired", maximize, order, reached);
        assert_memory_equal(reached, paired, sizeof paired);
    }
}

/* After the folds of the first trial those of a second: the fold after which it ends. */
static int folds_of(const char *pruner, const double first[4], const double second[4])
{
    struct cr_study *study =
        open_study(&(struct cr_study_options){.pruner = pruner, .trials = 2, .seed = 1, .maximize = true});
    bool prune = false;
    int fold = 0;
    for (int trial = 0; trial < 2; trial++) {
        const double *scores = trial ? second : first;
        int64_t number = ask(study)->number;
        double sum = 0;
        prune = false;
        for (fold = 1; fold <= 4 && !prune; fold++) {
            sum += scores[fold - 1];
            assert_int_equal(cr_study_report(study, number, fold, sum / fold, &prune, &err), CR_OK);
        }
        assert_int_equal(cr_study_tell(study, number, CR_TRIAL_COMPLETE, sum / (fold - 1), NULL, &err), CR_OK);
    }
    cr_study_free(study);
    return prune ? fold - 1 : 0;
}

static void paired_folds(void **state)
{
    (void)state;
    static const double best[4] = {0.90, 0.80, 0.85, 0.95};
    static const double worse[4] = {0.85, 0.74, 0.80, 0.90};  /* by 0.05, 0.06, 0.05, 0.05 */
    static const double chance[4] = {0.88, 0.81, 0.80, 0.95}; /* by 0.02, -0.01, 0.05, 0 */
    static const double better[4] = {0.91, 0.82, 0.86, 0.97};
    assert_int_equal(folds_of("paired", best, worse), 2); /* t = 11 > 6.3 */
    assert_int_equal(folds_of("paired: {folds: 3}", best, worse), 3);
    assert_int_equal(folds_of("paired", best, chance), 0);
    assert_int_equal(folds_of("paired", best, better), 0);
}

/* ----------------------------------------------------------------------------------------------- commands, insight */

static void commands_with_values(void **state)
{
    (void)state;
    make("t: {lr: !log [0.01, 1], o: !choice [\"it's\", {b: !int [1, 9]}], momentum.lr: !uniform [0, 1]}\n");
    static const double values[4] = {0.1, 0, (double)NAN, 0.5}, others[4] = {0.1, 1, 4, 0.5};
    static const struct {
        const char *command, *expanded, *other;
    } cases[] = {
        {"p {t.lr} {o}", "p 0.1 'it'\\''s'", "p 0.1 b"},
        {"p --n={b}", "p --n=''", "p --n=4"},
    };
    for (int i = 0; i < 2; i++) {
        char *text;
        assert_int_equal(cr_space_expand(space, values, cases[i].command, &text, &err), CR_OK);
        assert_string_equal(text, cases[i].expanded);
        free(text);
        assert_int_equal(cr_space_expand(space, others, cases[i].command, &text, &err), CR_OK);
        assert_string_equal(text, cases[i].other);
        free(text);
    }
    char *text;
    assert_int_equal(cr_space_expand(space, values, "awk '{print $1}' {\"a\": {t.lr}} {", &text, &err), CR_OK);
    assert_string_equal(text, "awk '{print $1}' {\"a\": 0.1} {");
    free(text);
    expect_error(cr_space_expand(space, values, "p {r}", &text, &err), CR_ERROR_ARGUMENT,
                 "the command has {r}, and no search range is called so (the first is t.lr)");
    assert_null(text);
}

/* Only x tells good from bad. */
static void what_matters(void **state)
{
    (void)state;
    make("x: !uniform [0, 1]\ny: !uniform [0, 1]\nc: !choice [a, b]\n");
    struct cr_study *study = open_study(&(struct cr_study_options){.trials = 60, .seed = 1, .sampler = "sobol"});
    const struct cr_study_trial *trial, *trials;
    int64_t count;
    double importance[3];
    bool known;
    while ((trial = ask(study))) {
        double score = (trial->values[0] - 0.2) * (trial->values[0] - 0.2);
        if (trial->number == 5) {
            assert_int_equal(cr_study_trials(study, &trials, &count, &err), CR_OK);
            assert_int_equal(cr_study_importance(study, trials, count, importance, &known, &err), CR_OK);
            assert_false(known);
        }
        assert_int_equal(cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE, score, NULL, &err), CR_OK);
    }
    assert_int_equal(cr_study_trials(study, &trials, &count, &err), CR_OK);
    assert_int_equal(cr_study_importance(study, trials, count, importance, &known, &err), CR_OK);
    assert_true(known && importance[0] > 0.8 && fabs(importance[0] + importance[1] + importance[2] - 1) < 1e-9);
    cr_study_free(study);
}

static void ranges_grow_at_their_ends(void **state)
{
    (void)state;
    char told[512];
    make("x: !uniform [0, 1]\nr: !log [0.01, 1]\nn: !int [2, 4]\n");
    assert_int_equal(cr_space_edge(space, 0, 0.5), 0);
    assert_int_equal(cr_space_edge(space, 0, 0.99), 1);
    assert_int_equal(cr_space_edge(space, 1, 0.01), -1);
    assert_int_equal(cr_space_edge(space, 2, 3), 0);
    assert_int_equal(cr_space_edge(space, 2, 4), 1);
    struct cr_study_options options = {.file = file, .trials = 8, .seed = 1, .sampler = "grid: {levels: 2}"};
    struct cr_study *study = open_study(&options);
    const struct cr_study_trial *trial;
    while ((trial = ask(study))) /* the best: x = 1, r = 0.01, n in the middle or at 4 */
        assert_int_equal(cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE,
                                       -trial->values[0] + trial->values[1] - 0.1 * trial->values[2], NULL, &err),
                         CR_OK);
    assert_int_equal(cr_study_widen(study, space, false, told, sizeof told, &err), CR_OK);
    assert_string_equal(told, "x: the range now ends at 1.5, not 1\n"
                              "r: the range now begins at 0.001, not 0.01\n"
                              "n: the range now ends at 5, not 4");
    cr_study_free(study);
}

/* ------------------------------------------------------------------------------------------------ what is no study */

static void refuse(const char *message)
{
    struct cr_study *study;
    struct cr_study_options options = {.file = file, .trials = 3};
    char expected[1200];
    snprintf(expected, sizeof expected, "%s%s", file, message);
    assert_int_not_equal(cr_study_open(&study, space, &options, &err), CR_OK);
    assert_string_equal(err.message, expected);
    assert_null(study);
}

static void files_that_are_no_studies(void **state)
{
    (void)state;
    char text[4096];
    memset(text, 'x', sizeof text);
    file_write(file, text, sizeof text);
    refuse(": is no SQLite database");
    assert_int_equal(unlink(file), 0);
    struct cr_study *study = open_study(&(struct cr_study_options){.file = file, .trials = 3});
    tell(study, ask(study));
    cr_study_free(study);
    make("x: !uniform [0, 1]\nc: !choice [a, b]\n");
    refuse(": is the study of another space: its trials have n, for which there is no search range here; begin another "
           "study");
    make("x: !choice [0, 1]\nn: !int [1, 9]\nc: !choice [a, b]\n");
    refuse(": is the study of another space: x was a range of numbers there; begin another study");
    make("x: !uniform [0, 1]\nn: !int [1, 9]\nc: !choice [a, 3, true]\n");
    struct cr_study_options options = {.file = file, .maximize = true};
    assert_int_equal(cr_study_open(&study, space, &options, &err), CR_ERROR_CONFIG);

    /* another range, another order of choices: trials that lie inside stay */
    make("x: !uniform [0.4, 3]\nn: !int [1, 9]\nc: !choice [true, a, 3]\n");
    study = open_study(&(struct cr_study_options){.file = file, .trials = 3});
    const struct cr_study_trial *trials;
    int64_t count;
    assert_int_equal(cr_study_trials(study, &trials, &count, &err), CR_OK);
    assert_true(count == 1 && trials[0].values[0] == 0.5 && trials[0].values[2] == 1);
    cr_study_free(study);

    assert_int_equal(unlink(file), 0);
    path_in(here.folder, "none/study.db", file);
    refuse(": unable to open database file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(first_and_best, set_up, tear_down),
        cmocka_unit_test_setup_teardown(first_of_many_digits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finite_space_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes_on_in_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dead_workers_trial_is_taken_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deterministic_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scores_that_are_no_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pruners_end_what_is_worse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paired_folds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(commands_with_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_matters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ranges_grow_at_their_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_that_are_no_studies, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
