/*
 * Statistics of the training part: eigenvectors, means and deviations by channel and by pixel, whitening whose results
 * have the covariance 1, and what of them the network has.
 */
#include "support.h"

#include <math.h>

#include <cradle/evaluate.h>
#include <cradle/experiment.h>

#include "base/eigen.h"
#include "data/whitening.h"

static struct cr_error err;

static double number_at(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / 0x1p53 - 0.5;
}

/* U diag(values) U' gives the matrix again, U U' = 1, and the values fall. */
static void check_eigen(const double *a, int64_t n)
{
    double *u = malloc((size_t)(n * n) * sizeof *u), *values = malloc((size_t)n * sizeof *values), scale = 0;
    memcpy(u, a, (size_t)(n * n) * sizeof *u);
    expect_ok(cr_eigen_symmetric(u, n, values, NULL, NULL, &err));
    for (int64_t i = 0; i < n * n; i++)
        scale = fmax(scale, fabs(a[i]));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            double again = 0, product = 0;
            for (int64_t k = 0; k < n; k++) {
                again += u[k * n + i] * values[k] * u[k * n + j];
                product += u[i * n + k] * u[j * n + k];
            }
            assert_float_equal(again, a[i * n + j], 1e-12 * (double)n * fmax(scale, 1e-300));
            assert_float_equal(product, i == j, 1e-13 * (double)n);
        }
    for (int64_t i = 1; i < n; i++)
        assert_true(values[i - 1] >= values[i]);
    free(u);
    free(values);
}

static void eigenvectors(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int64_t n = 1; n <= 40; n += n < 8 ? 1 : 8)
        for (int kind = 0; kind < 4; kind++) {
            double *a = calloc((size_t)(n * n), sizeof *a);
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j <= i; j++)
                    a[i * n + j] = a[j * n + i] = kind == 0   ? number_at(&seed)
                                                  : kind == 1 ? 1 /* of rank 1 */
                                                  : kind == 2 ? (i == j ? 1e-9 : 0)
                                                              : 0;
            check_eigen(a, n);
            free(a);
        }
    /* [2 1; 1 2]: 3 along (1, 1), 1 along (1, -1) */
    double two[4] = {2, 9, 1, 2}, values[2]; /* the upper triangle does not count */
    expect_ok(cr_eigen_symmetric(two, 2, values, NULL, NULL, &err));
    assert_float_equal(values[0], 3, 1e-15);
    assert_float_equal(values[1], 1, 1e-15);
    assert_float_equal(two[0], sqrt(0.5), 1e-15);
    assert_float_equal(fabs(two[3]), sqrt(0.5), 1e-15);
}

enum { COUNT = 200, HEIGHT = 2, WIDTH = 3, CHANNELS = 2, INPUTS = HEIGHT * WIDTH * CHANNELS };

/* Neighbours that go together. */
static struct cr_dataset *make(uint8_t pixels[COUNT][INPUTS], int32_t labels[COUNT])
{
    struct cr_dataset *dataset;
    uint64_t seed = 3;
    for (int i = 0; i < COUNT; i++) {
        double last = 0;
        for (int p = 0; p < INPUTS; p++) {
            last = 0.7 * last + number_at(&seed);
            pixels[i][p] = (uint8_t)(128 + 60 * last + p);
        }
        labels[i] = i % 2;
    }
    expect_ok(cr_dataset_from_memory(&dataset, pixels[0], labels, COUNT, HEIGHT, WIDTH, CHANNELS, 2, NULL, &err));
    return dataset;
}

static void means_and_deviations(void **state)
{
    (void)state;
    static uint8_t pixels[COUNT][INPUTS];
    static int32_t labels[COUNT];
    const int64_t some[] = {3, 5, 8, 13};
    struct cr_dataset *dataset = make(pixels, labels);
    for (enum cr_standardize how = CR_STANDARDIZE_NONE; how <= CR_STANDARDIZE_PIXEL; how++) {
        struct cr_statistics s;
        expect_ok(cr_statistics_measure(&s, dataset, some, 4, how, &(struct cr_whiten){0}, NULL, &err));
        bool by_pixel = how == CR_STANDARDIZE_IMAGE || how == CR_STANDARDIZE_PIXEL;
        assert_int_equal(s.by_pixel, by_pixel);
        assert_int_equal(s.outputs, 0);
        for (int64_t p = 0; how != CR_STANDARDIZE_NONE && p < s.count; p++) {
            double sum = 0, squares = 0, n = 0;
            for (int i = 0; i < 4; i++)
                for (int64_t q = by_pixel ? p : p % CHANNELS; q < (by_pixel ? p + 1 : INPUTS); q += CHANNELS, n++) {
                    double x = pixels[some[i]][q] / 255.0;
                    sum += x;
                    squares += x * x;
                }
            bool scaled = how == CR_STANDARDIZE_CHANNEL || how == CR_STANDARDIZE_PIXEL;
            assert_float_equal(s.mean[p], sum / n, 1e-12);
            assert_float_equal(s.deviation[p], scaled ? sqrt(squares / n - sum * sum / n / n) : 1, 1e-9);
        }
        cr_statistics_free(&s);
    }
    cr_dataset_free(dataset);
}

/* The covariance of W z over the samples. */
static void check_white(const struct cr_statistics *s, uint8_t pixels[COUNT][INPUTS], int64_t count)
{
    for (int64_t a = 0; a < s->outputs; a++)
        for (int64_t b = 0; b <= a; b++) {
            double sum = 0;
            for (int64_t i = 0; i < count; i++) {
                double y[2] = {0};
                for (int64_t p = 0; p < INPUTS; p++) {
                    double z = (pixels[i][p] / 255.0 - s->mean[p]) / s->deviation[p];
                    y[0] += z * s->whitening[p * s->outputs + a];
                    y[1] += z * s->whitening[p * s->outputs + b];
                }
                sum += y[0] * y[1];
            }
            assert_float_equal(sum / (double)count, a == b, 1e-6);
        }
}

static void whitened_numbers_are_white(void **state)
{
    (void)state;
    static uint8_t pixels[COUNT][INPUTS];
    static int32_t labels[COUNT];
    int64_t indices[COUNT / 2];
    struct cr_dataset *dataset = make(pixels, labels);
    struct cr_statistics zca, pca;
    for (int i = 0; i < COUNT / 2; i++)
        indices[i] = i;
    struct cr_whiten whiten = {.used = true, .epsilon = 1e-12};
    expect_ok(cr_statistics_measure(&zca, dataset, indices, COUNT / 2, CR_STANDARDIZE_CHANNEL, &whiten, NULL, &err));
    assert_int_equal(zca.outputs, INPUTS);
    assert_false(zca.flat);
    check_white(&zca, pixels, COUNT / 2);
    /* zca's matrix is symmetric: the nearest to the picture */
    for (int i = 0; i < INPUTS; i++)
        for (int j = 0; j < i; j++)
            assert_float_equal(zca.whitening[i * INPUTS + j], zca.whitening[j * INPUTS + i], 1e-12);
    whiten.pca = true;
    whiten.components = 5;
    expect_ok(cr_statistics_measure(&pca, dataset, indices, COUNT / 2, CR_STANDARDIZE_NONE, &whiten, NULL, &err));
    assert_int_equal(pca.outputs, 5);
    assert_true(pca.flat && pca.by_pixel && pca.deviation[0] == 1);
    check_white(&pca, pixels, COUNT / 2);
    cr_statistics_free(&zca);
    cr_statistics_free(&pca);
    cr_dataset_free(dataset);
}

static void train(const char *data, const char *layers, const char *folder, double *accuracy)
{
    char yaml[1024], run[512];
    struct cr_context *context;
    struct cr_config *config;
    struct cr_experiment *experiment;
    snprintf(yaml, sizeof yaml,
             "data: {limit: 600, %s}\nmodel: [%sdense: 10]\ntrain: {epochs: 4, batch: 32, optimizer: {adam: {lr: "
             "0.02}}}\n",
             data, layers);
    expect_ok(cr_context_new(&context, NULL, &err));
    expect_ok(cr_config_parse(&config, yaml, "a.yaml", &err));
    expect_ok(cr_experiment_new(&experiment, context, config,
                                &(struct cr_experiment_options){.run = path_in(folder, "run", run)}, &err));
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    cr_config_free(config);
    /* the run's network has the same statistics without its data */
    struct cr_run *opened;
    struct cr_dataset *dataset;
    struct cr_test_result *test;
    expect_ok(cr_run_open(&opened, context, run, &err));
    expect_ok(cr_run_test_data(&dataset, context, opened, NULL, &err));
    expect_ok(cr_test(&test, context, opened, dataset, NULL, &err));
    *accuracy = test->accuracy;
    cr_test_result_free(test);
    cr_dataset_free(dataset);
    cr_run_free(opened);
    cr_context_free(context);
}

/* Every way of preprocessing trains, and a run that is opened answers as well as it learned. */
static void runs_carry_their_statistics(void **state)
{
    (void)state;
    static const char *const ways[][2] = {
        {"standardize: none", ""},          {"standardize: mean", ""},
        {"standardize: image", ""},         {"standardize: pixel", ""},
        {"whiten: zca", "conv: 4, relu, "}, {"whiten: {pca: {components: 30}}, standardize: none", ""},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char *folder = folder_make();
        double accuracy;
        train(ways[i][0], ways[i][1], folder, &accuracy);
        if (!(accuracy > 0.6))
            fail_msg("%s: accuracy %g", ways[i][0], accuracy);
        folder_remove(folder);
    }
}

static void mistakes_are_told(void **state)
{
    (void)state;
    struct cr_config *config;
    struct cr_whiten whiten;
    expect_ok(cr_config_parse(&config, "whiten: zac", "a.yaml", &err));
    expect_error(cr_whiten_read(&whiten, config, cr_node_get(cr_config_root(config), "whiten"), &err), CR_ERROR_CONFIG,
                 "a.yaml:1:9: whiten: unknown whitening zac; did you mean zca?");
    cr_config_free(config);
    static uint8_t large[2 * 80 * 80];
    struct cr_statistics statistics;
    struct cr_dataset *dataset;
    expect_ok(cr_dataset_from_memory(&dataset, large, (int32_t[]){0, 1}, 2, 80, 80, 1, 2, NULL, &err));
    whiten = (struct cr_whiten){.used = true, .epsilon = 1};
    expect_error(
        cr_statistics_measure(&statistics, dataset, (int64_t[]){0, 1}, 2, CR_STANDARDIZE_CHANNEL, &whiten, NULL, &err),
        CR_ERROR_UNSUPPORTED,
        "data.whiten: a sample has 6400 numbers, more than the 6144 whose covariance can be held: take smaller "
        "pictures");
    cr_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvectors),
        cmocka_unit_test(means_and_deviations),
        cmocka_unit_test(whitened_numbers_are_white),
        cmocka_unit_test(runs_carry_their_statistics),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
