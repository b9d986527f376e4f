/*
 * A trained network inside of a program: from a file and from memory, by several threads, and what it refuses.
 */
#include "support.h"

#include <math.h>
#include <pthread.h>

#include <cradle/export.h>

enum { SIDE = 2, CLASSES = 3, PIXELS = SIDE * SIDE, TURNS = 200 };

/* Rows of four numbers, the largest of the first three of which is the class. */
static const float rows[6][PIXELS] = {{9, 0, 0, 1}, {0, 9, 0, 2}, {0, 0, 9, 3},
                                      {8, 1, 1, 0}, {1, 8, 1, 0}, {1, 1, 8, 0}};

/* Where a run and what was exported of it are. */
struct trained {
    char run[512], model[512];
};

static void train(const struct trained *trained, const char *yaml)
{
    struct cr_error err;
    struct cr_config *config;
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = trained->run};
    expect_ok(cr_config_parse(&config, yaml, "test", &err));
    expect_ok(cr_experiment_new(&experiment, here.context, config, &options, &err));
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    struct cr_export_report report;
    struct cr_export_options exporting = {.format = "safetensors", .out = trained->model};
    expect_ok(cr_export(&report, here.context, trained->run, &exporting, &err));
    cr_config_free(config);
}

static int set_up(void **state)
{
    struct trained *trained = calloc(1, sizeof *trained);
    assert_non_null(trained);
    assert_int_equal(fixture_make(state), 0);
    path_in(here.folder, "run", trained->run);
    path_in(here.folder, "model.safetensors", trained->model);
    train(trained, "data: {source: digits, limit: 100}\nmodel: [dense: 10]\ntrain: {epochs: 1}\n");
    *state = trained;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return fixture_free(state);
}

static void refuses(void **state)
{
    struct trained *trained = *state;
    struct cr_error err;
    struct cr_classifier *classifier;
    static const unsigned char pixels[8 * 8 * 3];
    int64_t best;
    expect_ok(cr_classifier_open(&classifier, trained->model, &err));
    expect_error(cr_classify(classifier, &(struct cr_picture){pixels, 8, 9, 1}, NULL, &best, &err), CR_ERROR_SHAPE,
                 "a picture of 8x9x1: the network takes 8x8x1");
    expect_error(cr_classify(classifier, &(struct cr_picture){pixels, 8, 8, 3}, NULL, &best, &err), CR_ERROR_SHAPE,
                 "a picture of 8x8x3: the network takes 8x8x1");
    expect_ok(cr_classify(classifier, &(struct cr_picture){pixels, 8, 8, 1}, NULL, &best, &err));
    cr_classifier_free(classifier);
    expect_error(cr_classifier_open_memory(&classifier, "abc", 3, &err), CR_ERROR_FORMAT,
                 "model: truncated, or no safetensors file: it has 3 bytes");
    assert_null(classifier);
}

/* A file that is cut, and one in which a number was changed. */
static void refuses_damage(void **state)
{
    struct trained *trained = *state;
    struct cr_error err;
    struct cr_classifier *classifier;
    struct stat info;
    assert_int_equal(stat(trained->model, &info), 0);
    char *content = file_text(trained->model);
    for (size_t size = 0; size < (size_t)info.st_size; size += 97) {
        assert_int_not_equal(cr_classifier_open_memory(&classifier, content, size, &err), CR_OK);
        assert_null(classifier);
    }
    expect_ok(cr_classifier_open_memory(&classifier, content, (size_t)info.st_size, &err));
    cr_classifier_free(classifier);
    content[info.st_size - 3] ^= 1;
    assert_int_not_equal(cr_classifier_open_memory(&classifier, content, (size_t)info.st_size, &err), CR_OK);
    assert_non_null(strstr(err.message, "was altered or damaged"));
    free(content);
}

/* A network that reconstructs pictures answers with more numbers than there are classes. */
static void refuses_reconstruction(void **state)
{
    struct trained again = *(struct trained *)*state;
    struct cr_error err;
    struct cr_classifier *classifier;
    struct stat info;
    path_in(here.folder, "pictures", again.run);
    path_in(here.folder, "pictures.safetensors", again.model);
    train(&again, "data: {source: digits, limit: 100}\nmodel: [dense: 8, dense: 64]\n"
                  "train: {target: input, loss: mse, epochs: 1}\n");
    assert_int_equal(stat(again.model, &info), 0);
    char *content = file_text(again.model);
    expect_error(cr_classifier_open_memory(&classifier, content, (size_t)info.st_size, &err), CR_ERROR_UNSUPPORTED,
                 "model: reconstructs its input (train.target: input): it has no classes to tell apart");
    assert_null(classifier);
    free(content);
}

static void refuses_nan(void **state)
{
    struct trained *trained = *state;
    struct cr_error err;
    struct cr_classifier *classifier;
    char path[512], csv[512], yaml[1200];
    path_in(here.folder, "table.csv", csv);
    path_in(here.folder, "table", path);
    FILE *file = fopen(csv, "w");
    assert_non_null(file);
    fprintf(file, "a,b,c,d,label\n");
    for (int i = 0; i < 60; i++)
        fprintf(file, "%g,%g,%g,%g,%d\n", (double)rows[i % 6][0], (double)rows[i % 6][1], (double)rows[i % 6][2],
                (double)rows[i % 6][3], i % 3);
    fclose(file);
    struct trained table = *trained;
    snprintf(table.run, sizeof table.run, "%s", path);
    path_in(here.folder, "table.safetensors", table.model);
    snprintf(yaml, sizeof yaml,
             "data: {source: {csv: {path: %s}}, validation: 0.2}\nmodel: [dense: 3]\ntrain: {epochs: 5}\n", csv);
    train(&table, yaml);
    expect_ok(cr_classifier_open(&classifier, table.model, &err));
    float row[PIXELS] = {1, 2, NAN, 4};
    struct cr_picture sample = {row, 1, 1, PIXELS};
    int64_t best;
    expect_error(cr_classify(classifier, &sample, NULL, &best, &err), CR_ERROR_ARGUMENT,
                 "number 2 of the sample is nan");
    row[2] = INFINITY;
    expect_error(cr_classify(classifier, &sample, NULL, &best, &err), CR_ERROR_ARGUMENT,
                 "number 2 of the sample is infinite");
    for (int i = 0; i < 6; i++) {
        expect_ok(cr_classify(classifier, &(struct cr_picture){rows[i], 1, 1, PIXELS}, NULL, &best, &err));
        assert_int_equal(best, i % CLASSES);
    }
    cr_classifier_free(classifier);
}

struct turn {
    struct cr_classifier *classifier;
    const unsigned char *pixels;
    float wanted[10];
    int faults;
};

static void *classify_often(void *user)
{
    struct turn *turn = user;
    for (int i = 0; i < TURNS; i++) {
        float probabilities[10];
        if (cr_classify(turn->classifier, &(struct cr_picture){turn->pixels, 8, 8, 1}, probabilities, NULL, NULL) !=
                CR_OK ||
            memcmp(probabilities, turn->wanted, sizeof probabilities) != 0)
            turn->faults++;
    }
    return NULL;
}

static void many_threads(void **state)
{
    struct trained *trained = *state;
    struct cr_error err;
    struct cr_classifier *classifier;
    unsigned char pictures[4][64];
    struct turn turns[4];
    pthread_t threads[4];
    expect_ok(cr_classifier_open(&classifier, trained->model, &err));
    for (int i = 0; i < 4; i++) {
        memset(pictures[i], 60 * i, sizeof pictures[i]);
        turns[i] = (struct turn){.classifier = classifier, .pixels = pictures[i]};
        expect_ok(cr_classify(classifier, &(struct cr_picture){pictures[i], 8, 8, 1}, turns[i].wanted, NULL, &err));
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, classify_often, &turns[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(turns[i].faults, 0);
    }
    cr_classifier_free(classifier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses), cmocka_unit_test(refuses_damage),
                                       cmocka_unit_test(refuses_nan), cmocka_unit_test(refuses_reconstruction),
                                       cmocka_unit_test(many_threads)};
    return cmocka_run_group_tests_name("classifier", tests, set_up, tear_down);
}
