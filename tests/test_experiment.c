/*
 * Experiments: mistakes in a config are told before anything is made, the parts are to be had, weights may wait for
 * data, and what is stopped early leaves nothing.
 */
#include "runs.h"

#include <math.h>

static const struct {
    const char *yaml;
    enum cr_status status;
    const char *message;
} mistakes[] = {
    {"", CR_ERROR_CONFIG, "f:1:1: model is missing: a list of layers (model: [dense: 10])"},
    {"modell: [dense: 10]", CR_ERROR_CONFIG, "f:1:1: modell: unknown key; did you mean model?"},
    {"model: [dense: 10]\ndata: {validaton: 0.1}", CR_ERROR_CONFIG,
     "f:2:8: data.validaton: unknown key; did you mean validation?"},
    {"model: [dense: 10]\ntrain: {epochs: 0}", CR_ERROR_CONFIG,
     "f:2:17: train.epochs: 0 is out of range (int 1..1000000)"},
    {"model: [dense: 10]\ntrain: {epochs: many}", CR_ERROR_CONFIG,
     "f:2:17: train.epochs: expected a whole number (int 1..1000000), found \"many\""},
    {"model: [dens: 10]", CR_ERROR_CONFIG, "f:1:9: model[0].dens: unknown layer dens; did you mean dense?"},
    {"model: 3", CR_ERROR_CONFIG, "f:1:8: model: expected a list of layers (- conv: 32)"},
    {"model: [dense: 10]\ntrain: {optimizer: {sgd: {lr: fast}}}", CR_ERROR_CONFIG,
     "f:2:31: train.optimizer.sgd.lr: expected a number (float 1e-12..1000), found \"fast\""},
    {"model: [dense: 10]\ntrain: {clip: {norm: 1, value: 2}}", CR_ERROR_CONFIG,
     "f:2:15: train.clip: expected one of `norm: 1.0` and `value: 0.5`"},
    {"model: [dense: 10]\ntrain: {average: {}}", CR_ERROR_CONFIG,
     "f:2:18: train.average: expected one of `ema: {decay: 0.999}` and `swa: {start: 0.75}`"},
    {"model: [dense: 10]\ntrain: {early_stop: {patiense: 3}}", CR_ERROR_CONFIG,
     "f:2:22: train.early_stop.patiense: unknown key; did you mean patience?"},
    {"model: [dense: 10]\ntrain: {schedule: {cosine: {warmup: 5}}, epochs: 5}", CR_ERROR_CONFIG,
     "f:2:19: train.schedule: cosine: a warmup of 5 epochs leaves nothing of the training's 5"},
    {"model: [dense: 10]\ntrain: {loss: hinje}", CR_ERROR_CONFIG,
     "f:2:15: train.loss: unknown loss hinje; did you mean hinge?"},
    {"model: [dense: 10]\ndata: {source: {idx: {images: none, labels: none}}}", CR_ERROR_IO, NULL},
    {"model: [dense: 7]", CR_ERROR_SHAPE, NULL},
    {"model: [conv: {filters: 3, kernel: 9, padding: 0}, dense: 10]", CR_ERROR_SHAPE, NULL},
    {"model: [dense: 10]\ntrain: {optimizer: {sgd: {lr: !log [1e-3, 1]}}}", CR_ERROR_CONFIG,
     "f:2:31: train.optimizer.sgd.lr: is a search range (!log): use cradle tune, or give one value"},
};

static void mistakes_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct cr_config *config = parse(mistakes[i].yaml);
        struct cr_experiment *experiment;
        struct cr_experiment_options options = {.run = in_folder("never")};
        err = (struct cr_error){0};
        enum cr_status status = cr_experiment_new(&experiment, here.context, config, &options, &err);
        if (mistakes[i].message)
            assert_string_equal(err.message, mistakes[i].message);
        if (status != mistakes[i].status)
            fail_msg("%s: %s", mistakes[i].yaml, err.message);
        assert_null(experiment);
        assert_false(path_exists(in_folder("never")));
        cr_config_free(config);
    }
    struct cr_experiment *experiment;
    expect_error(cr_experiment_new(&experiment, here.context, NULL, NULL, &err), CR_ERROR_ARGUMENT,
                 "an experiment needs a config");
    expect_error(
        cr_experiment_new(&experiment, here.context, NULL, &(struct cr_experiment_options){.resume = true}, &err),
        CR_ERROR_ARGUMENT, "to resume needs the folder of a run");
}

static void the_parts(void **state)
{
    (void)state;
    struct cr_config *config = parse(small);
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = in_folder("parts"), .workers = 1};
    expect_ok(cr_experiment_new(&experiment, here.context, config, &options, &err));
    struct cr_experiment_parts parts = cr_experiment_parts(experiment);
    assert_string_equal(parts.optimizer, "sgd");
    assert_string_equal(parts.schedule, "cosine");
    assert_string_equal(parts.loss, "cross-entropy");
    assert_string_equal(parts.run, in_folder("parts"));
    assert_int_equal(parts.split->train_count + parts.split->validation_count, 100);
    assert_int_equal(parts.train->epochs, 3);
    assert_int_equal(parts.data->limit, 100);
    assert_int_equal(parts.dataset->classes, 10);
    assert_int_equal(parts.network->output.dims[0], 10);
    assert_ptr_equal(cr_trainer_network(parts.trainer), parts.network);
    assert_false(parts.finished);

    struct cr_experiment *second;
    options.resume = true;
    expect_error(cr_experiment_new(&second, here.context, NULL, &options, &err), CR_ERROR_BUSY,
                 message_of("%s is being trained by process %d", options.run, (int)getpid()));
    cr_experiment_free(experiment);
    cr_config_free(config);
}

/* Pictures that are all one colour, and batches larger than there are samples. */
static void odd_data(void **state)
{
    (void)state;
    static const char yaml[] = "data: {validation: 0, limit: 30, standardize: none}\n"
                               "model: [conv: {filters: 4, kernel: 3}, batchnorm, relu, globalpool, dense: 10]\n"
                               "train: {epochs: 2, batch: 1000, optimizer: adam}\n";
    static struct witness witness;
    train(yaml, NULL, &(struct cr_observer){&witness, witness_event});
    const struct cr_event *epoch = witness_last(&witness, CR_EVENT_EPOCH);
    assert_false(epoch->validated);
    assert_int_equal(epoch->steps_per_epoch, 1);
    assert_true(isfinite(epoch->loss));
}

/* Weights that wait for data get them before the first step, the same with any number of workers. */
static void lsuv_gets_a_batch(void **state)
{
    (void)state;
    static const char *const yaml = "data: {limit: 100, validation: 0.2}\n"
                                    "model: [dense: {units: 16, init: lsuv}, relu, dense: 10]\n"
                                    "train: {epochs: 3, batch: 32}\n";
    float weights[2][64 * 16];
    for (int workers = 0; workers < 2; workers++) {
        struct cr_config *config = parse(yaml);
        struct cr_experiment *experiment;
        struct cr_experiment_options options = {.workers = workers};
        expect_ok(cr_experiment_new(&experiment, here.context, config, &options, &err));
        const struct cr_network *network = cr_experiment_parts(experiment).network;
        assert_int_equal(network->uncalibrated, 0);
        memcpy(weights[workers], (const float *)network->params->values + network->params->items[0].offset,
               sizeof weights[workers]);
        assert_string_equal(network->params->items[0].name, "dense1.weight");
        cr_experiment_free(experiment);
        cr_config_free(config);
    }
    assert_memory_equal(weights[0], weights[1], sizeof weights[0]);
    double norm = 0;
    for (int i = 0; i < 64; i++)
        norm += (double)weights[0][i * 16] * weights[0][i * 16];
    assert_true(fabs(norm - 1) > 0.05); /* as it would be without data */
}

static bool refuse(void *user, const char *what, int64_t done, int64_t total)
{
    (void)what, (void)done, (void)total;
    ++*(int *)user;
    return false;
}

/* Stopped while pictures are decoded: no folder is left. */
static void stopped_early(void **state)
{
    (void)state;
    const char *data = getenv("CRADLE_DATA");
    struct cr_config *config = parse("data: {source: cifar10, limit: 100}\nmodel: [dense: 10]\n");
    struct cr_experiment *experiment;
    int asked = 0;
    struct cr_experiment_options options = {.run = in_folder("early"), .progress = refuse, .progress_user = &asked};
    err = (struct cr_error){0};
    enum cr_status status = cr_experiment_new(&experiment, here.context, config, &options, &err);
    if (asked == 0) {
        cr_experiment_free(experiment);
        cr_config_free(config);
        print_message("no pictures to decode in %s\n", data ? data : "the default folders");
        skip();
    }
    assert_int_equal(status, CR_ERROR_STOPPED);
    assert_false(path_exists(in_folder("early")));
    cr_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(mistakes_are_told), fixture_test(the_parts),     fixture_test(odd_data),
        fixture_test(lsuv_gets_a_batch), fixture_test(stopped_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
