/*
 * Test-time augmentation, held against views that are written down by hand: of pictures of 2 x 3 x 2 and a network of
 * one dense layer.
 */
#include "support.h"

#include <math.h>

#include <cradle/evaluate.h>

enum { HEIGHT = 2, WIDTH = 3, CHANNELS = 2, PIXELS = HEIGHT * WIDTH, SIZE = PIXELS * CHANNELS, CLASSES = 3, VIEWS = 6 };

static const char *const names[CLASSES] = {"a", "b", "c"};

struct stage {
    struct cr_context *context;
    struct cr_model *model;
    struct cr_run run;
    struct cr_run *runs[1];
    struct cr_ensemble ensemble;
};

static int set_up(void **state)
{
    struct cr_error err;
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    expect_ok(cr_context_new(&stage->context, &(struct cr_context_options){.threads = 2}, &err));
    expect_ok(cr_model_new(&stage->model, &err));
    expect_ok(cr_model_add(stage->model, &err, "dense: %d", CLASSES));
    struct cr_network_options options = {.height = HEIGHT,
                                         .width = WIDTH,
                                         .channels = CHANNELS,
                                         .classes = CLASSES,
                                         .bytes = true,
                                         .seed = 5,
                                         .inference = true};
    expect_ok(cr_network_new(&stage->run.network, stage->context, stage->model, &options, &err));
    stage->run.height = HEIGHT;
    stage->run.width = WIDTH;
    stage->run.channels = CHANNELS;
    stage->run.classes = CLASSES;
    stage->run.temperature = 1;
    stage->run.class_names = names;
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    cr_network_free(stage->run.network);
    cr_model_free(stage->model);
    cr_context_free(stage->context);
    free(stage);
    return 0;
}

/* The six pictures with pixels a b c / d e f: itself, its mirror, and what stands one pixel lower, higher, to the right
 * and to the left of each place. */
static const int places[VIEWS][PIXELS] = {{0, 1, 2, 3, 4, 5}, {2, 1, 0, 5, 4, 3}, {0, 1, 2, 0, 1, 2},
                                          {3, 4, 5, 3, 4, 5}, {0, 0, 1, 3, 3, 4}, {1, 2, 2, 4, 5, 5}};

static void make_view(int view, const uint8_t picture[SIZE], uint8_t shown[SIZE])
{
    for (int p = 0; p < PIXELS; p++)
        memcpy(shown + p * CHANNELS, picture + places[view][p] * CHANNELS, CHANNELS);
}

/* Two pictures with no pixel twice. */
static void draw(uint8_t pictures[2][SIZE])
{
    for (int i = 0; i < 2 * SIZE; i++)
        pictures[i / SIZE][i % SIZE] = (uint8_t)(i * 37 % 256);
}

/* The mean over the first `views` of them. */
static void mean_by_hand(struct stage *stage, uint8_t pictures[2][SIZE], int views, float mean[2][CLASSES])
{
    struct cr_error err;
    struct cr_predictor *predictor;
    expect_ok(cr_predictor_new(&predictor, stage->context, &stage->run, 1, &err));
    memset(mean, 0, 2 * sizeof *mean);
    for (int i = 0; i < 2; i++)
        for (int view = 0; view < views; view++) {
            uint8_t shown[SIZE];
            float said[CLASSES];
            make_view(view, pictures[i], shown);
            expect_ok(cr_predict(predictor, shown, 1, said, &err));
            for (int c = 0; c < CLASSES; c++)
                mean[i][c] += said[c] / (float)views;
        }
    cr_predictor_free(predictor);
}

static void check_views(struct stage *stage, const char *list, int views)
{
    struct cr_error err;
    struct cr_tta *tta;
    struct cr_predictor *predictor;
    uint8_t pictures[2][SIZE];
    float expected[2][CLASSES], found[2][CLASSES];
    draw(pictures);
    expect_ok(cr_tta_new(&tta, &stage->run, list, &err));
    assert_int_equal(cr_tta_count(tta), views);
    expect_ok(cr_predictor_new(&predictor, stage->context, &stage->run, 2, &err));
    expect_ok(cr_predict_tta(predictor, tta, pictures[0], 2, found[0], &err));
    mean_by_hand(stage, pictures, views, expected);
    for (int i = 0; i < 2 * CLASSES; i++)
        assert_true(fabsf(found[i / CLASSES][i % CLASSES] - expected[i / CLASSES][i % CLASSES]) < 1e-6f);
    cr_predictor_free(predictor);
    cr_tta_free(tta);
}

static void views(void **state)
{
    check_views(*state, "flip", 2);
    check_views(*state, "flip,shift", VIEWS);
}

/* A test answers as predict does: its loss is that of the mean. */
static void test(void **state)
{
    struct stage *stage = *state;
    struct cr_error err;
    struct cr_tta *tta;
    struct cr_dataset *dataset;
    struct cr_ensemble *ensemble = &stage->ensemble;
    struct cr_test_result *result, *member;
    uint8_t pictures[2][SIZE];
    float mean[2][CLASSES];
    static const int32_t labels[2] = {1, 2};
    double weight = 1;
    draw(pictures);
    mean_by_hand(stage, pictures, VIEWS, mean);
    stage->runs[0] = &stage->run;
    *ensemble = (struct cr_ensemble){.count = 1, .runs = stage->runs, .weights = &weight};
    struct cr_ensemble *opened = ensemble;
    expect_ok(cr_tta_new(&tta, &stage->run, "flip,shift", &err));
    expect_ok(cr_dataset_from_memory(&dataset, pictures[0], labels, 2, HEIGHT, WIDTH, CHANNELS, CLASSES, names, &err));
    ensemble->rule = (const struct cr_rule *)cr_registry_find(&cr_rules, "mean");
    expect_ok(cr_test_ensemble(&result, &member, stage->context, opened, dataset, tta, NULL, &err));
    double loss = -(log((double)mean[0][1]) + log((double)mean[1][2])) / 2;
    assert_true(fabs(result->loss - loss) < 1e-5);
    assert_true(fabs(member->loss - loss) < 1e-5);
    cr_test_result_free(result);
    expect_ok(cr_test_ensemble(&result, NULL, stage->context, opened, dataset, NULL, NULL, &err));
    assert_true(fabs(result->loss - loss) > 1e-4);
    cr_test_result_free(result);
    cr_test_result_free(member);
    cr_dataset_free(dataset);
    cr_tta_free(tta);
}

static void refused(void **state)
{
    struct stage *stage = *state;
    struct cr_error err;
    struct cr_tta *tta;
    struct cr_run run = stage->run;
    expect_error(cr_tta_new(&tta, &run, "flop", &err), CR_ERROR_ARGUMENT,
                 "unknown view 'flop'; did you mean flip? (cradle list views)");
    expect_error(cr_tta_new(&tta, &run, "flip,", &err), CR_ERROR_ARGUMENT, "unknown view '' (cradle list views)");
    expect_error(cr_tta_new(&tta, &run, "flip,shift,flip", &err), CR_ERROR_ARGUMENT, "the view flip is named twice");
    run.height = run.width = 1;
    expect_error(cr_tta_new(&tta, &run, "flip", &err), CR_ERROR_UNSUPPORTED,
                 "test-time augmentation is of pictures, and the network takes rows of 2 numbers");
    assert_null(tta);
    stage->run.network->task = CR_TASK_NUMBERS;
    expect_error(cr_tta_new(&tta, &stage->run, "flip", &err), CR_ERROR_UNSUPPORTED,
                 "test-time augmentation is for networks that answer with one class out of many");
    stage->run.network->task = CR_TASK_CLASS;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(views, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
