/*
 * Checkpoints: stop and go on, in memory and by file, bit for bit; inside of epochs; files of other trainings and
 * damaged ones; every allocation of a training may fail.
 */
#include "alloc.h"
#include "training.h"

#include <math.h>

#include "train/trainer.h"

static struct cr_error err;

/* Stopped after any step: going on in memory, and in another trainer from the file, ends with the same bits. */
static void stop_and_go_on(void **state)
{
    (void)state;
    char path[512], other_path[512];
    struct training whole, stopped, resumed;
    struct training_options options = {.layers = SMALL_NET,
                                       .optimizer = "{adam: {lr: 0.01}}",
                                       .schedule = "cosine",
                                       .limit = 100,
                                       .epochs = 3,
                                       .batch = 32,
                                       .validation = 0.2};
    path_in(here.folder, "a", path);
    path_in(here.folder, "b", other_path);
    expect_ok(training_make(&whole, &options, &err));
    expect_ok(cr_trainer_run(whole.trainer, &err));
    expect_ok(cr_trainer_save(whole.trainer, path, "f", false, &err));
    char *expected = file_text(path);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    size_t size = (size_t)info.st_size;
    for (int64_t step = 1; step <= 9; step++) {
        static struct witness witness;
        witness = (struct witness){.kind = CR_EVENT_STEP, .step = step, .verdict = {.kind = CR_STOP}};
        struct cr_observer observer = {&witness, witness_event};
        struct training_options stopping = options;
        stopping.observers = &observer;
        stopping.observer_count = 1;
        expect_ok(training_make(&stopped, &stopping, &err));
        expect_ok(cr_trainer_run(stopped.trainer, &err));
        assert_int_equal(stopped.trainer->progress.step, step);
        assert_int_equal(witness.events[witness.count - 2].kind, CR_EVENT_CHECKPOINT);
        assert_int_equal(witness.events[witness.count - 1].kind, CR_EVENT_END);
        assert_false(witness.events[witness.count - 1].finished);
        expect_ok(cr_trainer_save(stopped.trainer, path, "f", false, &err));

        expect_ok(training_make(&resumed, &options, &err));
        expect_ok(cr_trainer_load(resumed.trainer, path, "f", &err));
        training_expect_equal(&stopped, &resumed);
        expect_ok(cr_trainer_run(resumed.trainer, &err));
        expect_ok(cr_trainer_save(resumed.trainer, other_path, "f", false, &err));
        char *text = file_text(other_path);
        assert_memory_equal(text, expected, size);
        free(text);

        witness = (struct witness){.kind = CR_EVENT_FINDING};
        expect_ok(cr_trainer_run(stopped.trainer, &err));
        assert_true(witness.events[0].resumed);
        assert_true(witness_last(&witness, CR_EVENT_END)->finished);
        training_expect_equal(&whole, &stopped);
        training_free(&stopped);
        training_free(&resumed);
    }
    free(expected);
    training_free(&whole);
}

static void checkpoints_inside_epochs(void **state)
{
    (void)state;
    static struct witness witness;
    struct training t;
    struct cr_observer observer = {&witness, witness_event};
    struct training_options options = {.layers = LINEAR,
                                       .limit = 100,
                                       .epochs = 3,
                                       .batch = 25,
                                       .checkpoint = 2,
                                       .observers = &observer,
                                       .observer_count = 1};
    static const int64_t steps[] = {2, 4, 6, 8, 10, 12};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    int found = 0;
    for (int i = 0; i < witness.count; i++) {
        if (witness.events[i].kind != CR_EVENT_CHECKPOINT)
            continue;
        assert_int_equal(witness.events[i].step, steps[found++]);
        assert_int_equal(witness.events[i - 1].kind, witness.events[i].step % 4 == 0 ? CR_EVENT_EPOCH : CR_EVENT_STEP);
    }
    assert_int_equal(found, 6);
    training_free(&t);
}

/* `changed`: another optimizer, another width, another depth, another size of batch than the file's. */
static void foreign_files(void **state)
{
    (void)state;
    char path[512], weights[512], message[1200];
    struct training ours, theirs;
    struct training_options options = {
        .layers = {"dense: 5", "relu", "dense: 10"}, .limit = 100, .epochs = 2, .batch = 50};
    expect_ok(training_make(&ours, &options, &err));
    expect_ok(cr_trainer_run(ours.trainer, &err));
    expect_ok(cr_trainer_save(ours.trainer, path_in(here.folder, "last", path), "abc", false, &err));
    expect_ok(cr_trainer_save(ours.trainer, path_in(here.folder, "best", weights), "abc", true, &err));

    snprintf(message, sizeof message,
             "%s: is of another experiment (abc, this one is xyz): the config or the data were "
             "changed since, or the file comes from another run",
             path);
    expect_error(cr_trainer_load(ours.trainer, path, "xyz", &err), CR_ERROR_FORMAT, message);
    snprintf(message, sizeof message, "%s: holds weights alone; training goes on from a full state", weights);
    expect_error(cr_trainer_load(ours.trainer, weights, "abc", &err), CR_ERROR_FORMAT, message);
    expect_ok(cr_trainer_load(ours.trainer, path, "abc", &err));
    expect_ok(cr_trainer_load(ours.trainer, path, NULL, &err));

    static const struct {
        const char *layers[8], *optimizer;
        int64_t batch, epochs;
        const char *message;
    } others[] = {
        {{"dense: 6", "relu", "dense: 10"},
         "sgd",
         50,
         2,
         "is of another model: dense1.weight is 64x5 in the file and 64x6 in the model"},
        {{"dense: 5", "relu", "dense: 5", "relu", "dense: 10"},
         "sgd",
         50,
         2,
         "is of another model: dense2.weight is 5x10 in the file and 5x5 in the model"},
        {{"dense: {units: 5, bias: false}", "relu", "dense: 10"},
         "sgd",
         50,
         2,
         "is of another model: it has dense1.bias, which the model has not"},
        {{"dense: 5", "relu", "dense: 10"},
         "adam",
         50,
         2,
         "is of another experiment: it was trained by sgd, not by adam"},
        {{"dense: 5", "relu", "dense: 10"},
         "{sgd: {momentum: 0}}",
         50,
         2,
         "is of another model: it has optimizer.momentum.dense1.weight, which the model has not"},
        {{"dense: 5", "relu", "dense: 10"},
         "sgd",
         10,
         2,
         "is of another experiment: step 4 is not step 0 of epoch 3 with 10 steps an epoch"},
        {{"dense: 5", "relu", "dense: 10"}, "sgd", 50, 1, "epoch is 2, expected 0..1"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct training_options other = options;
        memcpy(other.layers, others[i].layers, sizeof other.layers);
        other.optimizer = others[i].optimizer;
        other.batch = others[i].batch;
        other.epochs = others[i].epochs;
        expect_ok(training_make(&theirs, &other, &err));
        float before = ((float *)theirs.network->params->values)[0];
        snprintf(message, sizeof message, "%s: %s", path, others[i].message);
        expect_error(cr_trainer_load(theirs.trainer, path, NULL, &err), CR_ERROR_FORMAT, message);
        assert_float_equal(((float *)theirs.network->params->values)[0], before, 0);
        assert_int_equal(theirs.trainer->progress.step, 0);
        training_free(&theirs);
    }
    training_free(&ours);
}

static void damaged_files(void **state)
{
    (void)state;
    char path[512], wrong[512];
    struct training t;
    struct stat info;
    struct training_options options = {.layers = {"dense: 10"}, .limit = 100, .epochs = 1, .batch = 50};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_save(t.trainer, path_in(here.folder, "a", path), "abc", false, &err));
    assert_int_equal(stat(path, &info), 0);
    size_t size = (size_t)info.st_size;
    char *content = file_text(path);
    path_in(here.folder, "b", wrong);
    for (size_t i = 0; i < size; i += i < 2000 ? 7 : 97) {
        content[i] ^= 4;
        file_write(wrong, content, size);
        content[i] ^= 4;
        err = (struct cr_error){0};
        if (cr_trainer_load(t.trainer, wrong, "abc", &err) != CR_ERROR_FORMAT)
            fail_msg("byte %zu may be changed: %s", i, err.message);
        assert_memory_equal(err.message, wrong, strlen(wrong));
        file_write(wrong, content, i);
        err = (struct cr_error){0};
        assert_int_equal(cr_trainer_load(t.trainer, wrong, "abc", &err), CR_ERROR_FORMAT);
        assert_non_null(strstr(err.message, "truncated"));
    }
    content[size / 2] ^= 1;
    file_write(wrong, content, size);
    assert_int_equal(cr_trainer_load(t.trainer, wrong, "abc", &err), CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, ": was altered or damaged: its checksum is "));
    free(content);
    const char *source = getenv("CRADLE_SOURCE");
    if (source) {
        char message[1200];
        path_in(source, "tests/fixtures/trajectory.safetensors", path);
        snprintf(message, sizeof message,
                 "%s: is no checkpoint that can be read here: its format is unknown, not cradle 1", path);
        expect_error(cr_trainer_load(t.trainer, path, NULL, &err), CR_ERROR_FORMAT, message);
    }
    training_free(&t);
}

static enum cr_status whole_life(void *user, struct cr_error *error)
{
    struct training t;
    struct training_options options = {
        .layers = LINEAR, .limit = 40, .epochs = 1, .batch = 20, .validation = 0.3, .threads = 1};
    enum cr_status status = training_make(&t, &options, error);
    if (status == CR_OK)
        status = cr_trainer_run(t.trainer, error);
    if (status == CR_OK)
        status = cr_trainer_save(t.trainer, user, "abc", false, error);
    if (status == CR_OK)
        status = cr_trainer_load(t.trainer, user, "abc", error);
    training_free(&t);
    if (status == CR_ERROR_MEMORY && strncmp(error->message, "out of memory: a batch", 22) == 0)
        strcpy(error->message, "out of memory"); /* a plan also says how much was asked for */
    return status;
}

static void lost_memory(void **state)
{
    (void)state;
    alloc_need();
    char path[512];
    assert_true(alloc_each(whole_life, (void *)path_in(here.folder, "a", path)) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(stop_and_go_on), cmocka_unit_test(checkpoints_inside_epochs),
        fixture_test(foreign_files),  fixture_test(damaged_files),
        fixture_test(lost_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
