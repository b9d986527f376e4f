/*
 * Testing and predicting, on a network whose weights are set by hand so that every figure is known.
 *
 * The network is one dense layer on pictures of 1 x 1 x 3 in 7 classes: class c has the logit w[0][c] r + w[1][c] g +
 * w[2][c] b, with bytes scaled by 1/255.
 */
#include "support.h"

#include <math.h>

#include <cradle/evaluate.h>

enum { CLASSES = 7, CHANNELS = 3 };

/* Logits of a red picture: class 0 first, then 1, 2, ...; of a green one class 6 first; blue gives no difference. */
static float weight_of(int channel, int class_number)
{
    return channel == 0 ? (float)(CLASSES - class_number) : channel == 1 ? (float)class_number : 0;
}

static const char *const names[CLASSES] = {"a", "b", "c", "d", "e", "f", "g"};

struct fixture {
    struct cr_context *context;
    struct cr_model *model;
    struct cr_run run;
};

static int set_up(void **state)
{
    struct cr_error err;
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    expect_ok(cr_context_new(&fixture->context, &(struct cr_context_options){.threads = 2}, &err));
    expect_ok(cr_config_parse(&fixture->run.config, "data: {source: digits}", "config.yaml", &err));
    expect_ok(cr_model_new(&fixture->model, &err));
    expect_ok(cr_model_add(fixture->model, &err, "dense: {units: %d, bias: false}", CLASSES));
    struct cr_network_options options = {
        .height = 1, .width = 1, .channels = CHANNELS, .classes = CLASSES, .bytes = true, .inference = true};
    expect_ok(cr_network_new(&fixture->run.network, fixture->context, fixture->model, &options, &err));
    const struct cr_params *params = fixture->run.network->params;
    for (int i = 0; i < params->count; i++)
        if (params->items[i].kind == CR_PARAM) {
            assert_int_equal(params->items[i].count, CHANNELS * CLASSES);
            float *weights = (float *)params->values + params->items[i].offset;
            for (int k = 0; k < CHANNELS * CLASSES; k++)
                weights[k] = weight_of(k / CLASSES, k % CLASSES);
        }
    fixture->run.height = fixture->run.width = 1;
    fixture->run.channels = CHANNELS;
    fixture->run.classes = CLASSES;
    fixture->run.class_names = names;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    cr_network_free(fixture->run.network);
    cr_config_free(fixture->run.config);
    cr_model_free(fixture->model);
    cr_context_free(fixture->context);
    free(fixture);
    return 0;
}

static const uint8_t red[CHANNELS] = {255, 0, 0}, green[CHANNELS] = {0, 255, 0}, blue[CHANNELS] = {0, 0, 255};

/* -log softmax of logits 7, 6, ..., 1 (red) at class c. */
static double loss_of_red(int c)
{
    double sum = 0;
    for (int j = 0; j < CLASSES; j++)
        sum += exp(-(double)j);
    return log(sum) + c;
}

static struct cr_test_result *test_run(struct fixture *fixture, const uint8_t *pixels, const int32_t *labels,
                                       int64_t count, int workers)
{
    struct cr_error err;
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    expect_ok(cr_dataset_from_memory(&dataset, pixels, labels, count, 1, 1, CHANNELS, CLASSES, names, &err));
    expect_ok(cr_test(&result, fixture->context, &fixture->run, dataset, &(struct cr_data_options){.workers = workers},
                      &err));
    cr_dataset_free(dataset);
    return result;
}

static void figures(void **state)
{
    uint8_t pixels[5][CHANNELS];
    static const uint8_t *const colours[5] = {red, red, red, green, blue};
    /* right; rank 4, within five; rank 5, not; right; all equal: the lowest class is answered, class 4 is within five
     */
    static const int32_t labels[5] = {0, 4, 5, 6, 4};
    for (int i = 0; i < 5; i++)
        memcpy(pixels[i], colours[i], CHANNELS);
    struct cr_test_result *result = test_run(*state, pixels[0], labels, 5, 0);
    assert_int_equal(result->count, 5);
    assert_int_equal(result->classes, CLASSES);
    assert_true(result->accuracy == 2 / 5.0);
    assert_true(result->top5 == 4 / 5.0);
    double expected = (loss_of_red(0) + loss_of_red(4) + loss_of_red(5) + loss_of_red(0) + log(CLASSES)) / 5;
    assert_true(fabs(result->loss - expected) < 1e-6);
    for (int true_class = 0; true_class < CLASSES; true_class++)
        for (int answer = 0; answer < CLASSES; answer++) {
            int count = (answer == 0 && (true_class == 0 || true_class == 5)) + 2 * (answer == 0 && true_class == 4) +
                        (answer == 6 && true_class == 6);
            assert_int_equal(result->confusion[true_class * CLASSES + answer], count);
        }
    cr_test_result_free(result);
}

/* More pictures than a batch, with a smaller one at the end; workers change nothing, bit for bit. */
static void many(void **state)
{
    enum { COUNT = 600 };
    static uint8_t pixels[COUNT][CHANNELS];
    static int32_t labels[COUNT];
    for (int i = 0; i < COUNT; i++) {
        pixels[i][0] = (uint8_t)(37 * i);
        pixels[i][1] = (uint8_t)(91 * i + 5);
        labels[i] = i % CLASSES;
    }
    struct cr_test_result *alone = test_run(*state, pixels[0], labels, COUNT, 0);
    struct cr_test_result *helped = test_run(*state, pixels[0], labels, COUNT, 3);
    int64_t sum = 0, right = 0;
    for (int i = 0; i < CLASSES * CLASSES; i++)
        sum += alone->confusion[i];
    for (int i = 0; i < CLASSES; i++)
        right += alone->confusion[i * CLASSES + i];
    assert_int_equal(sum, COUNT);
    assert_true(alone->accuracy == (double)right / COUNT);
    assert_memory_equal(&alone->loss, &helped->loss, sizeof alone->loss);
    assert_memory_equal(alone->confusion, helped->confusion, CLASSES * CLASSES * sizeof *alone->confusion);
    cr_test_result_free(alone);
    cr_test_result_free(helped);
}

/* Weights that are NaN are never right. */
static void not_a_number(void **state)
{
    struct fixture *fixture = *state;
    struct cr_params *params = fixture->run.network->params;
    for (int64_t i = 0; i < params->trainable; i++)
        ((float *)params->values)[i] = NAN;
    struct cr_test_result *result = test_run(fixture, red, &(int32_t){0}, 1, 0);
    assert_true(result->accuracy == 0);
    assert_true(result->top5 == 0);
    assert_true(isnan(result->loss));
    cr_test_result_free(result);
}

static void other_data(void **state)
{
    struct fixture *fixture = *state;
    struct cr_error err;
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    static const uint8_t pixels[2] = {1, 2};
    static const int32_t label = 0;
    static const char *const others[CLASSES] = {"a", "b", "x", "d", "e", "f", "g"};
    expect_ok(cr_dataset_from_memory(&dataset, pixels, &label, 1, 1, 2, 1, CLASSES, NULL, &err));
    expect_error(cr_test(&result, fixture->context, &fixture->run, dataset, NULL, &err), CR_ERROR_SHAPE,
                 "memory has pictures of 1x2x1 in 7 classes, but the network was trained on 1x1x3 in 7");
    assert_null(result);
    cr_dataset_free(dataset);
    expect_ok(cr_dataset_from_memory(&dataset, red, &label, 1, 1, 1, CHANNELS, CLASSES, others, &err));
    expect_error(cr_test(&result, fixture->context, &fixture->run, dataset, NULL, &err), CR_ERROR_SHAPE,
                 "memory: class 2 is x, but it was c when the network was trained");
    cr_dataset_free(dataset);
}

static bool stop(void *user, const char *what, int64_t done, int64_t total)
{
    assert_string_equal(what, "testing");
    assert_int_equal(total, 1);
    *(int64_t *)user = done;
    return false;
}

static void stopped(void **state)
{
    struct fixture *fixture = *state;
    struct cr_error err;
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    int64_t done = -1;
    expect_ok(cr_dataset_from_memory(&dataset, red, &(int32_t){0}, 1, 1, 1, CHANNELS, CLASSES, names, &err));
    struct cr_data_options options = {.progress = stop, .progress_user = &done};
    expect_error(cr_test(&result, fixture->context, &fixture->run, dataset, &options, &err), CR_ERROR_STOPPED,
                 "stopped while testing");
    assert_int_equal(done, 0);
    cr_dataset_free(dataset);
}

static void own_test_part(void **state)
{
    struct fixture *fixture = *state;
    struct cr_error err;
    struct cr_dataset *dataset;
    expect_ok(cr_run_test_data(&dataset, fixture->context, &fixture->run, NULL, &err));
    assert_string_equal(dataset->name, "digits");
    assert_int_equal(dataset->count, 360);
    cr_dataset_free(dataset);
}

static void predict(void **state)
{
    struct fixture *fixture = *state;
    struct cr_error err;
    struct cr_predictor *predictor;
    uint8_t pixels[3][CHANNELS];
    float probabilities[3][CLASSES], one[CLASSES];
    memcpy(pixels[0], red, CHANNELS);
    memcpy(pixels[1], green, CHANNELS);
    memcpy(pixels[2], blue, CHANNELS);
    expect_ok(cr_predictor_new(&predictor, fixture->context, &fixture->run, 3, &err));
    expect_ok(cr_predict(predictor, pixels[0], 3, probabilities[0], &err));
    for (int c = 0; c < CLASSES; c++) {
        assert_true(fabs((double)probabilities[0][c] - exp(-loss_of_red(c))) < 1e-6);
        assert_true(fabs((double)probabilities[1][CLASSES - 1 - c] - exp(-loss_of_red(c))) < 1e-6);
        assert_true(fabs((double)probabilities[2][c] - 1.0 / CLASSES) < 1e-6);
    }
    expect_ok(cr_predict(predictor, pixels[1], 1, one, &err));
    assert_memory_equal(one, probabilities[1], sizeof one);
    expect_error(cr_predict(predictor, pixels[0], 4, one, &err), CR_ERROR_ARGUMENT,
                 "4 pictures at once: expected 1..3");
    expect_error(cr_predict(predictor, pixels[0], 0, one, &err), CR_ERROR_ARGUMENT,
                 "0 pictures at once: expected 1..3");
    cr_predictor_free(predictor);
    expect_error(cr_predictor_new(&predictor, fixture->context, &fixture->run, 0, &err), CR_ERROR_ARGUMENT,
                 "a batch of 0 pictures: expected 1 or more");
    assert_null(predictor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_a_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_data, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(own_test_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(predict, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
