/*
 * Search spaces and samplers: tags and their errors, coordinates, Sobol's published points, a Gaussian process against
 * its closed form, gradients against differences, and every sampler on small spaces.
 */
#include "support.h"

#include <math.h>

#include "config/search.h"
#include "tune/improvement.h"
#include "tune/matrix.h"
#include "tune/minimize.h"
#include "tune/process.h"
#include "tune/sampler.h"
#include "tune/sobol.h"
#include "tune/success.h"
#include "tune/warp.h"

static struct cr_error err;
static struct cr_config *config;
static struct cr_space *space;

static void make(const char *yaml)
{
    assert_int_equal(cr_config_parse(&config, yaml, "t.yaml", &err), CR_OK);
    assert_int_equal(cr_space_new(&space, config, &err), CR_OK);
}

static int tear_down(void **state)
{
    (void)state;
    cr_space_free(space);
    cr_config_free(config);
    space = NULL;
    config = NULL;
    return 0;
}

/* ------------------------------------------------------------------------------------------------------------- space
 */

static void bad_tags(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"x: !log [1, 0.1]\n", "t.yaml:1:4: x: an empty search range: 1 is not below 0.1"},
        {"x: !int [3, 3]\n", "t.yaml:1:4: x: an empty search range: 3 is not below 3"},
        {"x: !log [0, 1]\n",
         "t.yaml:1:4: x: a logarithmic search range must lie above 0, found 0; !uniform has no such limit"},
        {"x: !logint [-1, 1]\n",
         "t.yaml:1:4: x: a logarithmic search range must lie above 0, found -1; !int has no such limit"},
        {"x: !int [1, 2.5]\n", "t.yaml:1:13: x[1]: expected a whole number as an end of a search range, found 2.5"},
        {"x: !uniform [1, b]\n", "t.yaml:1:17: x[1]: expected a number as an end of a search range, found b"},
        {"x: !uniform 3\n", "t.yaml:1:4: x: expected !uniform [low, high], or [low, high, first to try]"},
        {"x: !uniform [1]\n", "t.yaml:1:4: x: expected !uniform [low, high], or [low, high, first to try]"},
        {"x: !uniform [0, 1, 2]\n", "t.yaml:1:20: x[2]: the value to try first, 2, lies outside of its range 0 to 1"},
        {"x: !choice []\n", "t.yaml:1:4: x: expected !choice [a, b, ...] with what there is to choose from"},
        {"x: 1\n", "t.yaml: there is nothing to search: give a value a range, as in lr: !log [1e-4, 1]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cr_config_parse(&config, cases[i].yaml, "t.yaml", &err), CR_OK);
        expect_error(cr_space_new(&space, config, &err), CR_ERROR_CONFIG, cases[i].message);
        cr_config_free(config);
        config = NULL;
    }
}

static const char branches[] =
    "o: !choice [{sgd: {lr: !log [0.01, 1], m: 0.9}}, {adam: {lr: !log [1e-4, 1e-2]}}, none]\n"
    "n: !int [1, 4]\n"
    "w: !choice [0, !uniform [0.5, 1, 0.75]]\n"
    "k: fixed\n";

static void dimensions_of_branches(void **state)
{
    (void)state;
    make(branches);
    static const char *const names[] = {"o", "o.sgd.lr", "o.adam.lr", "n", "w", "w[1]"};
    static const int parents[] = {-1, 0, 0, -1, -1, 4};
    assert_int_equal(cr_space_count(space), 6);
    for (int i = 0; i < 6; i++) {
        assert_string_equal(cr_space_dimension(space, i)->name, names[i]);
        assert_int_equal(cr_space_dimension(space, i)->parent, parents[i]);
    }
    assert_string_equal(cr_space_dimension(space, 0)->labels[1], "adam");
    assert_int_equal(cr_space_dimension(space, 2)->branch, 1);
    double first[6];
    cr_space_first(space, first);
    assert_true(first[0] == 0 && fabs(first[1] - 0.1) < 1e-12 && isnan(first[2]) && first[3] == 2 && first[4] == 0);
    assert_true(isnan(first[5]));
}

static void values_stand_for_tags(void **state)
{
    (void)state;
    make(branches);
    struct cr_config *made;
    char *text;
    double values[6] = {1, (double)NAN, 0.002, 3, 1, 0.625};
    assert_int_equal(cr_space_config(space, values, &made, &err), CR_OK);
    struct cr_writer *writer = cr_writer_new();
    for (const struct cr_node *node = cr_config_root(made)->first; node; node = node->next)
        cr_writer_node(writer, node->key, node);
    assert_int_equal(cr_writer_take(writer, &text, &err), CR_OK);
    assert_string_equal(text, "o:\n  adam: {lr: 0.002}\nn: 3\nw: 0.625\nk: fixed\n");
    const struct cr_node *lr = cr_node_get(cr_node_get(cr_node_get(cr_config_root(made), "o"), "adam"), "lr");
    assert_string_equal(lr->path, "o.adam.lr");
    assert_int_equal(lr->line, 1);
    free(text);
    cr_writer_free(writer);
    cr_config_free(made);
}

static void coordinates_round_trip(void **state)
{
    (void)state;
    make("a: !uniform [-2, 6]\nb: !log [1e-4, 1]\nc: !int [1, 4]\nd: !logint [1, 100]\ne: !choice [x, y, z]\n");
    double unit[5] = {0.25, 0.5, 0.3, 1, 2}, values[5], back[5];
    cr_space_from_unit(space, unit, values);
    assert_true(values[0] == 0 && values[1] == 0.01 && values[2] == 2 && values[3] == 100 && values[4] == 2);
    cr_space_to_unit(space, values, back);
    assert_true(fabs(back[2] - 0.375) < 1e-12); /* the middle of the second of four parts */
    int counts[4] = {0};
    for (int i = 0; i < 400; i++) {
        unit[2] = (i + 0.5) / 400;
        cr_space_from_unit(space, unit, values);
        counts[(int)values[2] - 1]++;
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(counts[i], 100);
}

static void points_are_counted(void **state)
{
    (void)state;
    make("a: !choice [x, {y: !int [1, 5]}, {z: !choice [1, 2]}]\nb: !int [1, 3]\n");
    assert_int_equal(cr_space_points(space, 1000), (1 + 5 + 2) * 3);
    assert_int_equal(cr_space_points(space, 10), 10);
}

/* -------------------------------------------------------------------------------------------------------- arithmetic
 */

/* The first points of new-joe-kuo-6 in Gray code order; dimension by dimension, point 5 in all 21. */
static void sobol_points(void **state)
{
    (void)state;
    static const double first[8][5] = {
        {0, 0, 0, 0, 0},
        {0.5, 0.5, 0.5, 0.5, 0.5},
        {0.75, 0.25, 0.25, 0.25, 0.75},
        {0.25, 0.75, 0.75, 0.75, 0.25},
        {0.375, 0.375, 0.625, 0.875, 0.375},
        {0.875, 0.875, 0.125, 0.375, 0.875},
        {0.625, 0.125, 0.875, 0.625, 0.625},
        {0.125, 0.625, 0.375, 0.125, 0.125},
    };
    static const double sixth[CR_SOBOL_MOST] = {0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875,
                                                0.375, 0.375, 0.125, 0.375, 0.875, 0.875, 0.125,
                                                0.875, 0.375, 0.875, 0.375, 0.375, 0.625, 0.625};
    for (uint32_t i = 0; i < 8; i++)
        for (int d = 0; d < 5; d++)
            assert_true(cr_sobol(i, d) * 0x1p-32 == first[i][d]);
    for (int d = 0; d < CR_SOBOL_MOST; d++)
        assert_true(cr_sobol(5, d) * 0x1p-32 == sixth[d]);
}

/* Scrambled or not: of the first 2^k points each of 2^k intervals holds one, in every dimension. */
static void sobol_is_stratified(void **state)
{
    (void)state;
    for (int d = 0; d < CR_SOBOL_MOST; d++)
        for (uint64_t seed = 0; seed < 3; seed++) {
            bool held[64] = {false};
            for (uint32_t i = 0; i < 64; i++) {
                int cell = (int)(64 * cr_sobol_scrambled(i, d, seed));
                assert_false(held[cell]);
                held[cell] = true;
            }
        }
    assert_true(cr_sobol_scrambled(3, 1, 1) != cr_sobol_scrambled(3, 1, 2));
}

static void cholesky_and_inverse(void **state)
{
    (void)state;
    for (int n = 1; n <= 14; n++) {
        double a[14 * 14], u[14 * 14], w[14 * 14], inverse[14 * 14];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                a[i * n + j] = u[i * n + j] = exp(-0.3 * (i - j) * (i - j)) + (i == j ? 0.1 : 0);
        assert_true(cr_cholesky(u, n));
        cr_triangle_invert(u, w, n);
        cr_triangle_square(w, inverse, n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < n; k++)
                    sum += a[i * n + k] * inverse[k <= j ? k * n + j : j * n + k];
                assert_true(fabs(sum - (i == j)) < 1e-9);
            }
    }
    double no[4] = {1, 2, 2, 1};
    assert_false(cr_cholesky(no, 2));
}

static double rosenbrock(void *user, const double *x, double *gradient)
{
    (void)user;
    double a = x[1] - x[0] * x[0], b = 1 - x[0];
    gradient[0] = -400 * x[0] * a - 2 * b;
    gradient[1] = 200 * a;
    return 100 * a * a + b * b;
}

static void minimum_in_a_box(void **state)
{
    (void)state;
    double x[2] = {-1.2, 1}, low[2] = {-2, -2}, high[2] = {2, 2}, tight[2] = {0.5, 2};
    assert_true(cr_minimize(rosenbrock, NULL, 2, x, low, high, 200) < 1e-10);
    assert_true(fabs(x[0] - 1) < 1e-4 && fabs(x[1] - 1) < 1e-4);
    x[0] = -1.2, x[1] = 1;
    cr_minimize(rosenbrock, NULL, 2, x, low, tight, 200);
    assert_true(fabs(x[0] - 0.5) < 1e-6 && fabs(x[1] - 0.25) < 1e-4); /* on the wall */
}

/* Two points: the posterior by the inverse of a 2x2 matrix. */
static void process_of_two_points(void **state)
{
    (void)state;
    bool choice[2] = {false, true};
    double points[4] = {0.2, 0, 0.7, 1}, targets[2] = {1, -0.5}, hyper[4] = {log(0.5), log(2.0), log(1.5), log(0.01)};
    struct cr_process *process;
    assert_int_equal(cr_process_new(&process, hyper, 2, choice, points, targets, 2, &err), CR_OK);
    double x[2] = {0.4, 0}, mean, variance, slope;
    double between = 1.5 * cr_matern(0.25 / 0.25 + 1 / 4.0, &slope), own = 1.5 + 0.01 + 1e-8;
    double a = 1.5 * cr_matern(0.04 / 0.25, &slope), b = 1.5 * cr_matern(0.09 / 0.25 + 1 / 4.0, &slope);
    double det = own * own - between * between;
    double wa = (own * a - between * b) / det, wb = (own * b - between * a) / det;
    cr_process_predict(process, x, &mean, &variance, NULL, NULL);
    assert_true(fabs(mean - (wa * targets[0] + wb * targets[1])) < 1e-10);
    assert_true(fabs(variance - (1.5 - wa * a - wb * b)) < 1e-10);
    double root = sqrt(5 * 0.16);
    assert_true(fabs(cr_matern(0.16, &slope) - (1 + root + root * root / 3) * exp(-root)) < 1e-14);
    cr_process_free(process);
}

static void process_slopes(void **state)
{
    (void)state;
    bool choice[3] = {false, false, true};
    double points[12] = {0.1, 0.9, 0, 0.5, (double)NAN, 1, 0.8, 0.3, 0, 0.4, 0.6, 0}, targets[4] = {1, -1, 0.5, -0.2};
    double hyper[5] = {log(0.4), log(0.7), 0, 0, log(0.01)}, x[3] = {0.33, 0.44, 0};
    double mean, variance, mean_slope[3], variance_slope[3];
    struct cr_process *process;
    assert_int_equal(cr_process_new(&process, hyper, 3, choice, points, targets, 4, &err), CR_OK);
    cr_process_predict(process, x, &mean, &variance, mean_slope, variance_slope);
    for (int d = 0; d < 2; d++) {
        double m[2], v[2], step = 1e-6, at = x[d];
        for (int side = 0; side < 2; side++) {
            x[d] = at + (side ? step : -step);
            cr_process_predict(process, x, &m[side], &v[side], NULL, NULL);
        }
        x[d] = at;
        assert_true(fabs((m[1] - m[0]) / (2 * step) - mean_slope[d]) < 1e-6);
        assert_true(fabs((v[1] - v[0]) / (2 * step) - variance_slope[d]) < 1e-6);
    }
    cr_process_free(process);
}

/* A function of the first coordinate alone: its length is found to be the shorter one. */
static void process_finds_what_matters(void **state)
{
    (void)state;
    bool choice[2] = {false, false};
    double points[40], targets[20], hyper[4] = {0, 0, 0, -5};
    for (int i = 0; i < 20; i++) {
        points[2 * i] = cr_sobol_scrambled((uint32_t)i, 0, 1);
        points[2 * i + 1] = cr_sobol_scrambled((uint32_t)i, 1, 1);
        targets[i] = sin(6 * points[2 * i]);
    }
    assert_int_equal(cr_process_fit(hyper, 2, choice, points, targets, 20, &err), CR_OK);
    assert_true(hyper[0] < log(0.8) && hyper[1] > hyper[0] + 1);
}

static void improvement_has_slopes_everywhere(void **state)
{
    (void)state;
    static const double means[] = {-2, 0, 0.5, 3, 20, 200};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        double by_mean, by_deviation, unused, step = 1e-6;
        double value = cr_log_improvement(0, means[i], 0.7, &by_mean, &by_deviation);
        assert_true(isfinite(value));
        double up = cr_log_improvement(0, means[i] + step, 0.7, &unused, &unused);
        double wide = cr_log_improvement(0, means[i], 0.7 + step, &unused, &unused);
        assert_true(fabs((up - value) / step - by_mean) < 1e-3 * (1 + fabs(by_mean)));
        assert_true(fabs((wide - value) / step - by_deviation) < 1e-3 * (1 + fabs(by_deviation)));
    }
    /* z = 1: h = phi(1) + Phi(1) */
    double unused, at_one = cr_log_improvement(1, 0, 1, &unused, &unused);
    assert_true(fabs(exp(at_one) - (0.24197072451914337 + 0.8413447460685429)) < 1e-12);
}

/* log Phi, its derivative by differences; the chance not to fail falls from 1 to 0 where points begin to. */
static void chances(void **state)
{
    (void)state;
    static const double places[] = {-30, -6, -1, 0, 3, 4.999, 5.001, 12};
    double unused, slope, step = 1e-6;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        double below = cr_log_normal(places[i] - step, &unused), above = cr_log_normal(places[i] + step, &unused);
        cr_log_normal(places[i], &slope);
        assert_true(fabs((above - below) / (2 * step) - slope) < 1e-6 * (1 + fabs(slope)));
    }
    assert_true(fabs(cr_log_normal(0, &unused) - log(0.5)) < 1e-12);
    assert_true(fabs(cr_log_normal(-1, &unused) - log(0.15865525393145707)) < 1e-12);

    bool choice[2] = {false, false};
    double good[20], failed[20];
    for (int i = 0; i < 10; i++) {
        good[2 * i] = 0.6 * i / 10, failed[2 * i] = 0.7 + 0.3 * i / 10;
        good[2 * i + 1] = failed[2 * i + 1] = (double)(i * 7 % 10) / 10;
    }
    struct cr_success *success;
    assert_int_equal(cr_success_new(&success, 2, choice, good, 10, failed, 10, &err), CR_OK);
    for (int i = 0; i < 10; i++) {
        double x[2] = {0.1 * i, 0.45}, chance = exp(cr_success_log(success, x, NULL));
        assert_true(x[0] < 0.55 ? chance > 0.8 : x[0] > 0.75 ? chance < 0.1 : true);
        for (int d = 0; d < 2; d++) {
            double gradient[2] = {0, 0}, left[2] = {x[0], x[1]}, right[2] = {x[0], x[1]};
            cr_success_log(success, x, gradient);
            left[d] -= step, right[d] += step;
            double slope_here =
                (cr_success_log(success, right, NULL) - cr_success_log(success, left, NULL)) / (2 * step);
            assert_true(fabs(slope_here - gradient[d]) < 1e-5 * (1 + fabs(slope_here)));
        }
    }
    cr_success_free(success);
}

static void warped_scores(void **state)
{
    (void)state;
    double values[] = {1, 10, 100, 1000, 2, 20, 200, 2000, 5, 1e6}, before[10], sum = 0, squares = 0;
    memcpy(before, values, sizeof values);
    cr_warp(values, 10);
    for (int i = 0; i < 10; i++) {
        sum += values[i];
        squares += values[i] * values[i];
        for (int j = 0; j < 10; j++)
            assert_true((before[i] < before[j]) == (values[i] < values[j]));
    }
    assert_true(fabs(sum) < 1e-9 && fabs(squares - 10) < 1e-9);
    assert_true(values[9] < 3); /* a million no longer stands alone */
    double same[3] = {7, 7, 7};
    cr_warp(same, 3);
    assert_true(same[0] == 0 && same[2] == 0);
    assert_true(cr_yeo_johnson(3, 1) == 3 && cr_yeo_johnson(-3, 1) == -3 && cr_yeo_johnson(0, 2) == 0);
}

/* ---------------------------------------------------------------------------------------------------------- samplers
 */

enum { TRIALS = 40, DIMS = 6 };

/* Searches by hand: every second trial of the first ten fails where `failing`. */
static double search(const char *sampler, uint64_t seed, int trials, bool failing, double units[][DIMS])
{
    struct cr_sampler_choice choice;
    struct cr_seen seen[TRIALS];
    double best = (double)INFINITY, values[DIMS];
    assert_int_equal(cr_sampler_choose(&choice, sampler, space, trials, &err), CR_OK);
    for (int i = 0; i < trials; i++) {
        struct cr_sampler_call call = {.space = space,
                                       .seen = seen,
                                       .count = i,
                                       .number = i + 1,
                                       .trials = trials,
                                       .seed = seed,
                                       .options = choice.options};
        assert_int_equal(choice.sampler->suggest(&call, units[i], &err), CR_OK);
        cr_space_snap(space, units[i]);
        cr_space_from_unit(space, units[i], values);
        double x = values[0] - 0.3, y = log10(values[1]) + 2, z = values[2] - 6, miss = values[3] == 1 ? 0 : 1;
        double value = 4 * x * x + y * y + z * z / 9 + miss + (isnan(values[4]) ? 0 : fabs(values[4] - 0.8));
        seen[i] = (struct cr_seen){.unit = units[i], .value = value};
        seen[i].state = failing && i < 10 && i % 2 ? CR_SEEN_FAILED : CR_SEEN_VALUE;
        if (seen[i].state == CR_SEEN_VALUE)
            best = fmin(best, value);
    }
    cr_sampler_choice_free(&choice);
    return best;
}

static const char small[] = "a: !uniform [0, 1]\nb: !log [1e-4, 1]\nc: !int [1, 9]\n"
                            "d: !choice [p, {q: !uniform [0, 1]}, r]\n";

/* In range, reproducible, without duplicates, whether trials fail or not. */
static void samplers_keep_the_contract(void **state)
{
    (void)state;
    make(small);
    static double units[TRIALS][DIMS], again[TRIALS][DIMS];
    for (int i = 0; cr_samplers.entries[i]; i++) {
        const char *name = cr_samplers.entries[i]->name;
        for (int failing = 0; failing < 2; failing++) {
            search(name, 7, TRIALS, failing, units);
            search(name, 7, TRIALS, failing, again);
            for (int t = 0; t < TRIALS; t++) {
                assert_true(cr_space_same(space, units[t], again[t]));
                for (int u = 0; u < t; u++)
                    assert_false(cr_space_same(space, units[t], units[u]));
                for (int d = 0; d < space->count; d++) {
                    const struct cr_dimension *dimension = &space->axes[d].dimension;
                    assert_int_equal(isnan(units[t][d]), !cr_space_active(space, units[t], d));
                    if (!isnan(units[t][d]))
                        assert_true(units[t][d] >= 0 &&
                                    units[t][d] <= (dimension->kind == CR_CHOICES ? dimension->count - 1 : 1));
                }
            }
        }
    }
}

static double mean_best(const char *sampler)
{
    static double units[TRIALS][DIMS];
    double sum = 0;
    for (uint64_t seed = 1; seed <= 10; seed++)
        sum += search(sampler, seed, TRIALS, false, units);
    return sum / 10;
}

static void samplers_are_better_than_chance(void **state)
{
    (void)state;
    make(small);
    double chance = mean_best("random"), gp = mean_best("gp");
    assert_true(gp < chance / 10);
    assert_true(mean_best("tpe") < chance);
    assert_true(mean_best("tpe: {multivariate: false}") < chance);
    assert_true(mean_best("coarse-to-fine") < chance);
}

/* Half of the space fails, and scores get better up to there: how many of the last half of the trials lie far inside.
 */
static int failures_of(const char *sampler)
{
    static double units[TRIALS][DIMS];
    struct cr_sampler_choice choice;
    struct cr_seen seen[TRIALS];
    int failures = 0;
    assert_int_equal(cr_sampler_choose(&choice, sampler, space, TRIALS, &err), CR_OK);
    for (int i = 0; i < TRIALS; i++) {
        struct cr_sampler_call call = {space, seen, i, i + 1, TRIALS, 5, choice.options};
        assert_int_equal(choice.sampler->suggest(&call, units[i], &err), CR_OK);
        cr_space_snap(space, units[i]);
        bool fails = units[i][0] > 0.5;
        seen[i] = (struct cr_seen){units[i], fails ? CR_SEEN_FAILED : CR_SEEN_VALUE, -units[i][0]};
        failures += units[i][0] > 0.6 && i >= TRIALS / 2;
    }
    cr_sampler_choice_free(&choice);
    return failures;
}

static void failures_are_avoided(void **state)
{
    (void)state;
    make("x: !uniform [0, 1]\ny: !uniform [0, 1]\n");
    int chance = failures_of("random");
    assert_in_range(chance, 4, 16);
    assert_true(failures_of("gp") < chance / 2);
    assert_true(failures_of("tpe") < chance);
    assert_true(failures_of("coarse-to-fine") < chance);
}

static void grid_is_complete(void **state)
{
    (void)state;
    make("a: !choice [x, {y: !int [1, 3]}]\nb: !uniform [0, 1]\n");
    static double units[TRIALS][DIMS];
    struct cr_sampler_choice choice;
    struct cr_seen seen[12];
    assert_int_equal(cr_sampler_choose(&choice, "grid: {levels: 3}", space, 12, &err), CR_OK);
    int ends = 0, whole = 0;
    for (int i = 0; i < 12; i++) {
        struct cr_sampler_call call = {space, seen, i, i + 1, 12, 1, choice.options};
        assert_int_equal(choice.sampler->suggest(&call, units[i], &err), CR_OK);
        cr_space_snap(space, units[i]);
        assert_true(cr_sampler_is_new(&call, units[i]));
        seen[i] = (struct cr_seen){.unit = units[i]};
        ends += units[i][2] == 0 || units[i][2] == 1;
        whole += units[i][0] == 1;
    }
    assert_int_equal(ends, 8);
    assert_int_equal(whole, 9);
    cr_sampler_choice_free(&choice);
}

static void auto_says_why(void **state)
{
    (void)state;
    make("a: !choice [x, y]\nb: !int [1, 3]\n");
    static const struct {
        int64_t trials;
        const char *why;
    } cases[] = {{6, "grid (all 6 points fit into 6 trials)"},
                 {5, "gp (up to 400 trials, 2 dimensions)"},
                 {0, "gp (up to 400 trials, 2 dimensions)"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cr_sampler_choice choice;
        assert_int_equal(cr_sampler_choose(&choice, NULL, space, cases[i].trials, &err), CR_OK);
        assert_string_equal(choice.why, cases[i].why);
        cr_sampler_choice_free(&choice);
    }
    struct cr_sampler_choice choice;
    expect_error(cr_sampler_choose(&choice, "tpee", space, 5, &err), CR_ERROR_CONFIG,
                 "sampler:2:3: sampler: unknown sampler tpee; did you mean tpe?");
    cr_sampler_choice_free(&choice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(bad_tags, tear_down),
        cmocka_unit_test_teardown(dimensions_of_branches, tear_down),
        cmocka_unit_test_teardown(values_stand_for_tags, tear_down),
        cmocka_unit_test_teardown(coordinates_round_trip, tear_down),
        cmocka_unit_test_teardown(points_are_counted, tear_down),
        cmocka_unit_test(sobol_points),
        cmocka_unit_test(sobol_is_stratified),
        cmocka_unit_test(cholesky_and_inverse),
        cmocka_unit_test(minimum_in_a_box),
        cmocka_unit_test(process_of_two_points),
        cmocka_unit_test(process_slopes),
        cmocka_unit_test(process_finds_what_matters),
        cmocka_unit_test(improvement_has_slopes_everywhere),
        cmocka_unit_test(chances),
        cmocka_unit_test(warped_scores),
        cmocka_unit_test_teardown(samplers_keep_the_contract, tear_down),
        cmocka_unit_test_teardown(samplers_are_better_than_chance, tear_down),
        cmocka_unit_test_teardown(failures_are_avoided, tear_down),
        cmocka_unit_test_teardown(grid_is_complete, tear_down),
        cmocka_unit_test_teardown(auto_says_why, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
