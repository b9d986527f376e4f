/*
 * Constraints between ranges: what can be written, what it means, what is said of what cannot be; that every sampler
 * keeps them; and what becomes of trials that break constraints which came later.
 */
#include "support.h"

#include <math.h>

#include <cradle/tune.h>

static struct cr_error err;
static struct cr_config *config;
static struct cr_space *space;

static int tear_down(void **state)
{
    (void)state;
    cr_space_free(space);
    cr_config_free(config);
    space = NULL;
    config = NULL;
    return 0;
}

static void make(const char *yaml)
{
    tear_down(NULL);
    assert_int_equal(cr_config_parse(&config, yaml, "t.yaml", &err), CR_OK);
    if (cr_space_new(&space, config, &err) != CR_OK)
        fail_msg("%s", err.message);
}

/* ----------------------------------------------------------------------------------------------------------- language
 */

#define RANGES                      \
    "net: {a: !int [1, 9], b: 4}\n" \
    "x: !uniform [0, 1]\n"          \
    "size: !choice [16, 32]\n"      \
    "leaky-relu: !uniform [0, 1]\n" \
    "o: !choice [{p: {lr: !log [1e-3, 1]}}, {q: {lr: !log [1e-3, 1], m: 7}}]\n"

static void what_holds(void **state)
{
    (void)state;
    /* a = 3, b = 4 (of the file), x = 0.5, size = 32, leaky-relu = 0.25, o = p, o.p.lr = 0.1; o.q.lr has no value */
    static const double values[] = {3, 0.5, 1, 0.25, 0, 0.1, (double)NAN};
    static const struct {
        const char *text;
        bool holds;
    } cases[] = {
        {"a <= 3", true},
        {"a < 3", false},
        {"net.a >= 3", true},
        {"a > 3", false},
        {"a < b", true},
        {"net.b < net.a", false},
        {"a <= b <= 5", true},
        {"1 < a < 3 < 4", false},
        {"4 > a > 2 < 5", true},
        {"size >= 32", true},
        {"a + b * 2 <= 11", true},
        {"a + b * 2 < 11", false},
        {"(a + b) * 2 <= 13", false},
        {"12 / a / 2 >= 2", true},
        {"10 - a - b >= 3", true},
        {"10 - (a - b) <= 10.5", false},
        {"-a <= - 3", true},
        {"-(a - 5) < 2", false},
        {"leaky-relu <= x", true},
        {"leaky-relu - x >= 0", false},
        {"o.p.lr <= 1e-1", true},
        {"p.lr * size > 3.3", false},
        {"q.lr > 5", true}, /* has no value */
        {"p.lr <= q.lr", true},
        {"2.5e+0 < a", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char yaml[512];
        const char *broken;
        snprintf(yaml, sizeof yaml, RANGES "tune: {constraints: [%s]}\n", cases[i].text);
        make(yaml);
        if (cr_space_allows(space, values, &broken) != cases[i].holds)
            fail_msg("%s", cases[i].text);
        assert_string_equal(broken ? broken : "none", cases[i].holds ? "none" : cases[i].text);
    }
}

static void what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *constraints, *message;
    } cases[] = {
        {"[x <= y]", "\"x <= y\": y is neither a search range nor a number of the file"},
        {"[x <= siz]", "\"x <= siz\": siz is neither a search range nor a number of the file; did you mean size?"},
        {"[x <= net.aa]", "\"x <= net.aa\": net.aa is neither a search range nor a number of the file; did you mean "
                          "net.a?"},
        {"[a-x <= 1]", "\"a-x <= 1\": a-x is neither a search range nor a number of the file; a minus needs a space "
                       "before it"},
        {"[x <= m]", "\"x <= m\": m is neither a search range nor a number of the file"}, /* of a branch */
        {"[x <= lr]", "\"x <= lr\": lr may be o.p.lr or o.q.lr: give the whole path"},
        {"[x <= o]", "\"x <= o\": o is a choice of words (p, ...), and only numbers are compared"},
        {"[x]", "\"x\": expected <=, <, >= or >, as in a <= b, found the end"},
        {"[x = 3]", "\"x = 3\": expected <=, <, >= or >, as in a <= b, found \"= 3\""},
        {"[x <= ]", "\"x <=\": expected a name or a number, found the end"},
        {"[x <= 1 2]", "\"x <= 1 2\": expected an operator, found \"2\""},
        {"[x <= (1 + 2]", "\"x <= (1 + 2\": expected a ), found the end"},
        {"['x <= \"1\"']", "\"x <= \"1\"\": expected a name or a number, found \"\"1\"\""},
        {"[x <= inf]", "\"x <= inf\": inf is neither a search range nor a number of the file"},
        {"[x: 1]", "expected a comparison, as in \"model[0].dense <= model[2].dense\""},
        {"[!log [1, 2]]", "expected a comparison, as in \"model[0].dense <= model[2].dense\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char yaml[512], message[512];
        snprintf(yaml, sizeof yaml, RANGES "tune: {constraints: %s}\n", cases[i].constraints);
        snprintf(message, sizeof message, "t.yaml:6:22: tune.constraints[0]: %s", cases[i].message);
        tear_down(NULL);
        assert_int_equal(cr_config_parse(&config, yaml, "t.yaml", &err), CR_OK);
        expect_error(cr_space_new(&space, config, &err), CR_ERROR_CONFIG, message);
        assert_null(space);
    }
    make("x: !uniform [0, 1]\ntune: {constraints: x <= 0.5}\n"); /* one needs no list */
    assert_string_equal(cr_space_constraint(space, 0), "x <= 0.5");
    assert_null(cr_space_constraint(space, 1));
}

static void too_deep(void **state)
{
    (void)state;
    char yaml[4096] = "x: !uniform [0, 1]\ntune: {constraints: \"x <= ", open[1000], shut[1000];
    memset(open, '(', 999), open[999] = 0;
    memset(shut, ')', 999), shut[999] = 0;
    strcat(yaml, open), strcat(yaml, "1"), strcat(yaml, shut), strcat(yaml, "\"}\n");
    assert_int_equal(cr_config_parse(&config, yaml, "t.yaml", &err), CR_OK);
    assert_int_equal(cr_space_new(&space, config, &err), CR_ERROR_CONFIG);
    assert_non_null(strstr(err.message, "more than 32 parentheses and signs in each other"));
}

static void the_section(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"x: !uniform [0, 1]\ntune: {constrains: [x <= 1]}\n",
         "t.yaml:2:8: tune.constrains: unknown key; did you mean constraints?"},
        {"x: !uniform [0, 1]\ntune: {constraints: !log [1, 2]}\n",
         "t.yaml:2:21: tune.constraints: is a search range (!log): use cradle tune, or give one value"},
        {"x: !uniform [0, 1]\ny: !uniform [0, 1]\ntune:\n  constraints:\n    - x <= 1\n    - x + y > 2\n",
         "t.yaml:6:7: tune.constraints[1]: of 11000 points that were tried none keeps all constraints; \"x + y > 2\" "
         "was broken by the nearest"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        assert_int_equal(cr_config_parse(&config, cases[i].yaml, "t.yaml", &err), CR_OK);
        expect_error(cr_space_new(&space, config, &err), CR_ERROR_CONFIG, cases[i].message);
    }
}

/* ----------------------------------------------------------------------------------------------------------- samplers
 */

enum { TRIALS = 20, DIMS = 10 };

/* One point of some hundreds keeps it, and one branch has a constraint of its own. */
static const char tight[] = "a: !int [1, 64]\nb: !int [1, 64]\nc: !uniform [0, 64]\nd: !logint [1, 64]\n"
                            "e: !int [1, 64]\n"
                            "o: !choice [{p: {lr: !log [1e-3, 1]}}, {q: {lr: !log [1e-3, 1]}}]\n"
                            "tune:\n  constraints:\n    - a <= b <= c <= d <= e\n    - p.lr * a <= 0.5\n";

static double score_of(const double *values)
{
    double score = 0;
    for (int d = 0; d < cr_space_count(space); d++)
        score += isnan(values[d]) ? 0 : fabs(values[d] - 20) / 64;
    return score;
}

/* The points of a search, [trials][DIMS]; returns how many there were. */
static int search(const char *sampler, uint64_t seed, int trials, double points[][DIMS], double *best)
{
    struct cr_study *study;
    const struct cr_study_trial *trial;
    struct cr_study_options options = {.sampler = sampler, .trials = trials, .seed = seed};
    int count = 0;
    *best = (double)INFINITY;
    assert_int_equal(cr_study_open(&study, space, &options, &err), CR_OK);
    for (;; count++) {
        assert_int_equal(cr_study_ask(study, &trial, &err), CR_OK);
        if (!trial)
            break;
        const char *broken;
        if (!cr_space_allows(space, trial->values, &broken))
            fail_msg("%s breaks %s", sampler, broken);
        memcpy(points[count], trial->values, (size_t)cr_space_count(space) * sizeof **points);
        for (int i = 0; i < count; i++)
            if (memcmp(points[i], points[count], (size_t)cr_space_count(space) * sizeof **points) == 0)
                fail_msg("%s: trials %d and %d are the same", sampler, i, count);
        *best = fmin(*best, score_of(trial->values));
        bool fails = count % 5 == 4;
        assert_int_equal(cr_study_tell(study, trial->number, fails ? CR_TRIAL_FAILED : CR_TRIAL_COMPLETE,
                                       score_of(trial->values), NULL, &err),
                         CR_OK);
    }
    cr_study_free(study);
    return count;
}

static void every_sampler_keeps_them(void **state)
{
    (void)state;
    static double points[TRIALS][DIMS], again[TRIALS][DIMS];
    double best, other;
    make(tight);
    for (int i = 0; cr_samplers.entries[i]; i++) {
        const char *name = cr_samplers.entries[i]->name;
        assert_int_equal(search(name, 7, TRIALS, points, &best), TRIALS);
        bool plans = strcmp(name, "coarse-to-fine") == 0 || strcmp(name, "grid") == 0; /* with the number of trials */
        int part = plans ? TRIALS : TRIALS / 2;
        assert_int_equal(search(name, 7, part, again, &other), part);
        assert_memory_equal(points, again, (size_t)part * sizeof *points);
    }
}

/* All of the allowed points, and not more: 6 of 16, whatever the sampler. */
static void few_points_are_all_found(void **state)
{
    (void)state;
    double points[16][DIMS], best;
    make("a: !int [1, 4]\nb: !choice [1, 2, 3, 4]\ntune: {constraints: [a < b]}\n");
    for (int i = 0; cr_samplers.entries[i]; i++)
        assert_int_equal(search(cr_samplers.entries[i]->name, 1, 16, points, &best), 6);
}

/* Random draws fill what is allowed: a triangle evenly, also where nearly all even draws are refused. */
static void draws_are_spread(void **state)
{
    (void)state;
    static const char *const spaces[] = {
        "x: !uniform [0, 1]\ny: !uniform [0, 1]\ntune: {constraints: [x <= y]}\n",
        "x: !uniform [0, 100]\ny: !uniform [0, 100]\ntune: {constraints: [x <= y, y <= 1]}\n",
    };
    enum { MANY = 120 };
    static double points[MANY][DIMS];
    for (int i = 0; i < 2; i++) {
        double best, x = 0, y = 0;
        make(spaces[i]);
        search("random", 1, MANY, points, &best);
        for (int t = 0; t < MANY; t++) {
            x += points[t][0] / MANY;
            y += points[t][1] / MANY;
        }
        assert_true(fabs(x - 1.0 / 3) < 0.09 && fabs(y - 2.0 / 3) < 0.09); /* four standard errors of the means */
    }
}

/* The best allowed point lies on the edge: x = y = 1/2, of (x - 0.8)^2 + (y - 0.2)^2. */
static void the_edge_is_found(void **state)
{
    (void)state;
    struct cr_study *study;
    const struct cr_study_trial *trial;
    double best = (double)INFINITY;
    make("x: !uniform [0, 1]\ny: !uniform [0, 1]\ntune: {constraints: [x <= y]}\n");
    struct cr_study_options options = {.sampler = "gp", .trials = TRIALS, .seed = 1};
    assert_int_equal(cr_study_open(&study, space, &options, &err), CR_OK);
    while (cr_study_ask(study, &trial, &err) == CR_OK && trial) {
        double x = trial->values[0] - 0.8, y = trial->values[1] - 0.2, score = x * x + y * y;
        best = fmin(best, score);
        assert_int_equal(cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE, score, NULL, &err), CR_OK);
    }
    cr_study_free(study);
    assert_true(best >= 0.18 && best < 0.19);
}

static void the_first_point(void **state)
{
    (void)state;
    double values[3];
    make("a: !int [1, 9, 3]\nb: !int [1, 9, 5]\ntune: {constraints: [a < b]}\n");
    assert_true(cr_space_first(space, values));
    assert_true(values[0] == 3 && values[1] == 5);
    make("a: !int [1, 9, 7]\nb: !int [1, 9, 5]\nx: !uniform [0, 1, 0.25]\ntune: {constraints: [a < b]}\n");
    assert_false(cr_space_first(space, values));
    assert_true(cr_space_allows(space, values, NULL));
    assert_true(values[2] == 0.25); /* nothing forbids it */
}

/* -------------------------------------------------------------------------------------------------------------- study
 */

/* Trials of the time before the constraint stay in the file; they are no best ones, and no sampler is led there. */
static void constraints_that_came_later(void **state)
{
    (void)state;
    char *folder = folder_make(), file[512];
    struct cr_study *study;
    const struct cr_study_trial *trial, *trials;
    int64_t count;
    struct cr_study_options options = {.file = path_in(folder, "study.db", file), .trials = 12, .seed = 1};
    make("x: !uniform [0, 1]\ny: !uniform [0, 1]\n");
    assert_int_equal(cr_study_open(&study, space, &options, &err), CR_OK);
    while (cr_study_ask(study, &trial, &err) == CR_OK && trial)
        assert_int_equal(
            cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE, trial->values[1] - trial->values[0], NULL, &err),
            CR_OK);
    cr_study_free(study);

    make("x: !uniform [0, 1]\ny: !uniform [0, 1]\ntune: {constraints: [x <= y]}\n");
    options.trials = 16;
    assert_int_equal(cr_study_open(&study, space, &options, &err), CR_OK);
    while (cr_study_ask(study, &trial, &err) == CR_OK && trial) {
        assert_true(trial->values[0] <= trial->values[1]);
        assert_int_equal(
            cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE, trial->values[1] - trial->values[0], NULL, &err),
            CR_OK);
    }
    assert_int_equal(cr_study_trials(study, &trials, &count, &err), CR_OK);
    assert_int_equal(count, 16);
    int outside = 0;
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(trials[i].outside, trials[i].values[0] > trials[i].values[1]);
        outside += trials[i].outside;
    }
    assert_in_range(outside, 1, 12);
    const struct cr_study_trial *best = cr_study_best(study, trials, count);
    assert_true(!best->outside && best->score >= 0);
    cr_study_free(study);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_holds, tear_down),
        cmocka_unit_test_teardown(what_is_refused, tear_down),
        cmocka_unit_test_teardown(too_deep, tear_down),
        cmocka_unit_test_teardown(the_section, tear_down),
        cmocka_unit_test_teardown(every_sampler_keeps_them, tear_down),
        cmocka_unit_test_teardown(few_points_are_all_found, tear_down),
        cmocka_unit_test_teardown(draws_are_spread, tear_down),
        cmocka_unit_test_teardown(the_edge_is_found, tear_down),
        cmocka_unit_test_teardown(the_first_point, tear_down),
        cmocka_unit_test_teardown(constraints_that_came_later, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
