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

struct stage {
    struct cr_context *context;
    struct cr_model *model;
    struct cr_run run;
};

static int set_up(void **state)
{
    struct cr_error err;
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    expect_ok(cr_context_new(&stage->context, &(struct cr_context_options){.threads = 2}, &err));
    expect_ok(cr_config_parse(&stage->run.config, "data: {source: digits}", "config.yaml", &err));
    expect_ok(cr_model_new(&stage->model, &err));
    expect_ok(cr_model_add(stage->model, &err, "dense: {units: %d, bias: false}", CLASSES));
    struct cr_network_options options = {
        .height = 1, .width = 1, .channels = CHANNELS, .classes = CLASSES, .bytes = true, .inference = true};
    expect_ok(cr_network_new(&stage->run.network, stage->context, stage->model, &options, &err));
    const struct cr_params *params = stage->run.network->params;
    for (int i = 0; i < params->count; i++)
        if (params->items[i].kind == CR_PARAM) {
            assert_int_equal(params->items[i].count, CHANNELS * CLASSES);
            float *weights = (float *)params->values + params->items[i].offset;
            for (int k = 0; k < CHANNELS * CLASSES; k++)
                weights[k] = weight_of(k / CLASSES, k % CLASSES);
        }
    stage->run.height = stage->run.width = 1;
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
    cr_config_free(stage->run.config);
    cr_model_free(stage->model);
    cr_context_free(stage->context);
    free(stage);
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

static struct cr_test_result *test_run(struct stage *stage, const uint8_t *pixels, const int32_t *labels, int64_t count,
                                       int workers)
{
    struct cr_error err;
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    expect_ok(cr_dataset_from_memory(&dataset, pixels, labels, count, 1, 1, CHANNELS, CLASSES, names, &err));
    expect_ok(
        cr_test(&result, stage->context, &stage->run, dataset, &(struct cr_data_options){.workers = workers}, &err));
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
    assert_int_equal(result->score_count, 3);
    assert_string_equal(result->scores[1].metric, "top5");
    assert_true(result->scores[1].value == 4 / 5.0);
    double expected = (loss_of_red(0) + loss_of_red(4) + loss_of_red(5) + loss_of_red(0) + log(CLASSES)) / 5;
    assert_true(fabs(result->loss - expected) < 1e-6);
    for (int true_class = 0; true_class < CLASSES; true_class++)
        for (int answer = 0; answer < CLASSES; answer++) {
            int count = (answer == 0 && (true_class == 0 || true_class == 5)) + 2 * (answer == 0 && true_class == 4) +
                        (answer == 6 && true_class == 6);
            assert_int_equal(result->confusion[true_class * CLASSES + answer], count);
        }
    static const uint8_t right[5] = {1, 0, 0, 1, 0};
    assert_memory_equal(result->right, right, 5);
    assert_int_equal(result->right_count, 2);
    /* Class 0 was answered four times, once rightly; class 4 never; of class 1 there is nothing to say. */
    assert_true(result->by_class[0].precision == 1 / 4.0 && result->by_class[0].recall == 1);
    assert_true(fabs(result->by_class[0].f1 - 2 / 5.0) < 1e-12);
    assert_true(isnan(result->by_class[4].precision) && result->by_class[4].recall == 0);
    assert_true(isnan(result->by_class[1].f1));
    /* Four answers are as sure as exp(-loss_of_red(0)), two of them right; the blue one is of 1 / 7, and wrong. */
    double sure = exp(-loss_of_red(0)), off = (4 * fabs(sure - 2 / 4.0) + 1.0 / CLASSES) / 5;
    assert_true(fabs(result->calibration.error - off) < 1e-6);
    assert_int_equal(result->calibration.bins[(int)(sure * CR_CALIBRATION_BINS)].count, 4);
    assert_int_equal(result->calibration.bins[CR_CALIBRATION_BINS / CLASSES].count, 1);
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
    struct stage *stage = *state;
    struct cr_params *params = stage->run.network->params;
    for (int64_t i = 0; i < params->trainable; i++)
        ((float *)params->values)[i] = NAN;
    struct cr_test_result *result = test_run(stage, red, &(int32_t){0}, 1, 0);
    assert_true(result->accuracy == 0);
    assert_true(result->scores[1].value == 0);
    assert_true(isnan(result->loss));
    cr_test_result_free(result);
}

static void other_data(void **state)
{
    struct stage *stage = *state;
    struct cr_error err;
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    static const uint8_t pixels[2] = {1, 2};
    static const int32_t label = 0;
    static const char *const others[CLASSES] = {"a", "b", "x", "d", "e", "f", "g"};
    expect_ok(cr_dataset_from_memory(&dataset, pixels, &label, 1, 1, 2, 1, CLASSES, NULL, &err));
    expect_error(cr_test(&result, stage->context, &stage->run, dataset, NULL, &err), CR_ERROR_SHAPE,
                 "memory has pictures of 1x2x1 in 7 classes, but the network was trained on 1x1x3 in 7");
    assert_null(result);
    cr_dataset_free(dataset);
    expect_ok(cr_dataset_from_memory(&dataset, red, &label, 1, 1, 1, CHANNELS, CLASSES, others, &err));
    expect_error(cr_test(&result, stage->context, &stage->run, dataset, NULL, &err), CR_ERROR_SHAPE,
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
    struct stage *stage = *state;
    struct cr_error err;
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    int64_t done = -1;
    expect_ok(cr_dataset_from_memory(&dataset, red, &(int32_t){0}, 1, 1, 1, CHANNELS, CLASSES, names, &err));
    struct cr_data_options options = {.progress = stop, .progress_user = &done};
    expect_error(cr_test(&result, stage->context, &stage->run, dataset, &options, &err), CR_ERROR_STOPPED,
                 "stopped while testing");
    assert_int_equal(done, 0);
    cr_dataset_free(dataset);
}

static void own_test_part(void **state)
{
    struct stage *stage = *state;
    struct cr_error err;
    struct cr_dataset *dataset;
    expect_ok(cr_run_test_data(&dataset, stage->context, &stage->run, NULL, &err));
    assert_string_equal(dataset->name, "digits");
    assert_int_equal(dataset->count, 360);
    cr_dataset_free(dataset);
}

static void predict(void **state)
{
    struct stage *stage = *state;
    struct cr_error err;
    struct cr_predictor *predictor;
    uint8_t pixels[3][CHANNELS];
    float probabilities[3][CLASSES], one[CLASSES];
    memcpy(pixels[0], red, CHANNELS);
    memcpy(pixels[1], green, CHANNELS);
    memcpy(pixels[2], blue, CHANNELS);
    expect_ok(cr_predictor_new(&predictor, stage->context, &stage->run, 3, &err));
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
    expect_error(cr_predictor_new(&predictor, stage->context, &stage->run, 0, &err), CR_ERROR_ARGUMENT,
                 "a batch of 0 pictures: expected 1 or more");
    assert_null(predictor);
}

/* Wilson's interval by the figures of Newcombe (1998), table I. */
static void intervals(void **state)
{
    (void)state;
    static const struct {
        int64_t hits, count;
        double low, high;
    } cases[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611},
                 {1, 29, 0.0061, 0.1718},   {29, 29, 0.8830, 1},       {0, 0, 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double low, high;
        cr_interval(cases[i].hits, cases[i].count, &low, &high);
        assert_true(fabs(low - cases[i].low) < 1e-4 && fabs(high - cases[i].high) < 1e-4);
    }
}

/* Of 16 that one alone has right 12 are the first's: P(X <= 4) of 16 coins is 2517 / 65536, P(X = 4) 1820 / 65536. */
static void comparisons(void **state)
{
    (void)state;
    enum { COUNT = 20 };
    struct cr_error err;
    uint8_t right[2][COUNT] = {{0}};
    struct cr_test_result a = {.count = COUNT, .truth = 1, .right = right[0]}, b = a;
    struct cr_comparison comparison;
    b.right = right[1];
    for (int i = 0; i < COUNT; i++) {
        right[0][i] = i < 12 || i == 16;
        right[1][i] = i >= 12 && i <= 16;
    }
    expect_ok(cr_compare(&comparison, &a, &b, &err));
    assert_int_equal(comparison.both, 1);
    assert_int_equal(comparison.first, 12);
    assert_int_equal(comparison.second, 4);
    assert_int_equal(comparison.neither, 3);
    assert_true(fabs(comparison.exact - 2 * 2517 / 65536.0) < 1e-12);
    assert_true(fabs(comparison.middle - (2 * 2517 - 1820) / 65536.0) < 1e-12);
    expect_ok(cr_compare(&comparison, &a, &a, &err));
    assert_true(comparison.exact == 1 && comparison.middle == 1);
    b.truth = 2;
    expect_error(cr_compare(&comparison, &a, &b, &err), CR_ERROR_SHAPE,
                 "the two networks were tested on other samples (20 and 20): no comparison");
    b.right = NULL;
    expect_error(cr_compare(&comparison, &a, &b, &err), CR_ERROR_UNSUPPORTED,
                 "networks are compared by right and wrong answers, and numbers have none");
}

/* A temperature changes the loss and the confidence, and no answer. */
static void temperatures(void **state)
{
    struct stage *stage = *state;
    struct cr_error err;
    struct cr_predictor *predictor;
    float probabilities[CLASSES];
    stage->run.temperature = 2;
    struct cr_test_result *result = test_run(stage, red, &(int32_t){2}, 1, 0);
    double sum = 0;
    for (int c = 0; c < CLASSES; c++)
        sum += exp(-c / 2.0);
    assert_true(fabs(result->loss - (log(sum) + 1)) < 1e-6);
    assert_true(fabs(result->calibration.error - 1 / sum) < 1e-6);
    expect_ok(cr_predictor_new(&predictor, stage->context, &stage->run, 1, &err));
    expect_ok(cr_predict(predictor, red, 1, probabilities, &err));
    for (int c = 0; c < CLASSES; c++)
        assert_true(fabs((double)probabilities[c] - exp(-c / 2.0) / sum) < 1e-6);
    cr_predictor_free(predictor);
    cr_test_result_free(result);
}

/* The digits seen by a network of one dense layer: at the temperature found, the mean loss is least. */
static void calibration(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_context *context;
    struct cr_config *config;
    struct cr_experiment *experiment;
    struct cr_run *run;
    char path[512], file[512];
    path_in(here.folder, "run", path);
    expect_ok(cr_context_new(&context, NULL, &err));
    expect_ok(cr_config_parse(&config,
                              "data: {source: digits, limit: 300, validation: 0.4}\nmodel: [dense: 10]\n"
                              "train: {optimizer: {sgd: {lr: 2}}, epochs: 20}\n",
                              "test", &err));
    expect_ok(cr_experiment_new(&experiment, context, config, &(struct cr_experiment_options){.run = path}, &err));
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    expect_ok(cr_run_open(&run, context, path, &err));
    assert_true(run->temperature == 1);
    expect_ok(cr_calibrate(run, context, path, NULL, &err));
    double found = run->temperature;
    assert_true(found > 0.05 && found < 20 && fabs(found - 1) > 0.01);
    cr_run_free(run);
    expect_ok(cr_run_open(&run, context, path, &err));
    assert_true(run->temperature == found);
    /* On the samples that it was found by: those of the validation part. */
    struct cr_dataset *dataset;
    struct cr_split *split;
    struct cr_data_section section = {.limit = 300, .validation = 0.4};
    double losses[3];
    expect_ok(cr_dataset_open(&dataset, context, config, NULL, CR_PART_TRAIN, NULL, &err));
    expect_ok(cr_split_new(&split, dataset, &section, &err));
    uint8_t *pixels = malloc((size_t)split->validation_count * 64);
    int32_t *labels = malloc((size_t)split->validation_count * sizeof *labels);
    for (int64_t i = 0; i < split->validation_count; i++) {
        memcpy(pixels + i * 64, dataset->pixels + split->validation[i] * 64, 64);
        labels[i] = dataset->labels[split->validation[i]];
    }
    for (int i = 0; i < 3; i++) {
        struct cr_dataset *held;
        struct cr_test_result *result;
        run->temperature = found * (1 + 0.02 * (i - 1));
        expect_ok(cr_dataset_from_memory(&held, pixels, labels, split->validation_count, 8, 8, 1, 10, NULL, &err));
        expect_ok(cr_test(&result, context, run, held, NULL, &err));
        losses[i] = result->loss;
        cr_test_result_free(result);
        cr_dataset_free(held);
    }
    assert_true(losses[1] < losses[0] && losses[1] < losses[2]);
    cr_run_free(run);
    /* Of other weights it is not used; what is no calibration is told. */
    file_write(path_in(path, "calibration.json", file), "{\"temperature\": 3, \"step\": 1}", 31);
    expect_ok(cr_run_open(&run, context, path, &err));
    assert_true(run->temperature == 1);
    cr_run_free(run);
    file_write(file, "{}", 2);
    assert_int_equal(cr_run_open(&run, context, path, &err), CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "calibration.json: expected {\"temperature\": T, \"step\": N}"));
    free(pixels);
    free(labels);
    cr_split_free(split);
    cr_dataset_free(dataset);
    cr_config_free(config);
    cr_context_free(context);
}

static void records(void **state)
{
    struct cr_error err;
    struct cr_dataset *dataset;
    int64_t times;
    char path[512], *folder = folder_make();
    struct cr_test_result *result = test_run(*state, red, &(int32_t){0}, 1, 0);
    expect_ok(cr_dataset_from_memory(&dataset, red, &(int32_t){0}, 1, 1, 1, CHANNELS, CLASSES, names, &err));
    for (int i = 1; i <= 3; i++) {
        expect_ok(cr_test_record(folder, dataset, result, &times, &err));
        assert_int_equal(times, i);
    }
    result->truth++; /* another test part */
    expect_ok(cr_test_record(folder, dataset, result, &times, &err));
    assert_int_equal(times, 1);
    char *text = file_text(path_in(folder, "tests.jsonl", path));
    assert_non_null(strstr(text, "\"data\":\"memory\""));
    assert_non_null(strstr(text, "\"accuracy\":1,"));
    free(text);
    assert_int_equal(cr_test_record("/nowhere", dataset, result, &times, &err), CR_ERROR_IO);
    cr_dataset_free(dataset);
    cr_test_result_free(result);
    folder_remove(folder);
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
        cmocka_unit_test_setup_teardown(temperatures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records, set_up, tear_down),
        cmocka_unit_test(intervals),
        cmocka_unit_test(comparisons),
        fixture_test(calibration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
