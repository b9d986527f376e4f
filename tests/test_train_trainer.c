/*
 * The trainer: it learns the digits; its events; stop and go on, in memory and by file, bit for bit; the same bits with
 * any number of threads and workers; a loss that is no number; verdicts; no allocation in a step; messages.
 */
#include "alloc.h"

#include <math.h>

#include "training.h"

#include "train/trainer.h"

#define LINEAR      \
    {               \
        "dense: 10" \
    }
#define SMALL_NET                                                                                                      \
    {                                                                                                                  \
        "conv: {filters: 8, kernel: 3, padding: same}", "batchnorm", "relu", "maxpool: 2", "dropout: 0.2", "dense: 10" \
    }

static struct cr_error err;

static void it_learns(void **state)
{
    (void)state;
    static struct witness witness;
    struct training t;
    struct cr_observer observer = {&witness, witness_event};
    struct training_options options = {.layers = SMALL_NET,
                                       .schedule = "{cosine: {warmup: 1}}",
                                       .epochs = 6,
                                       .batch = 32,
                                       .validation = 0.2,
                                       .observers = &observer,
                                       .observer_count = 1};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    const struct cr_event *epoch = witness_last(&witness, CR_EVENT_EPOCH);
    assert_true(epoch->validated);
    assert_true(epoch->validation_accuracy >= 0.95 && epoch->validation_accuracy <= 1);
    assert_true(epoch->accuracy >= 0.9 && epoch->accuracy <= 1);
    assert_true(epoch->loss > 0 && epoch->loss < 0.5);
    assert_true(cr_trainer_memory(t.trainer) > 1000);
    assert_ptr_equal(cr_trainer_network(t.trainer), t.network);

    int64_t steps = epoch->steps_per_epoch;
    assert_int_equal(steps, (t.split->train_count + 31) / 32);
    assert_int_equal(witness.count, 1 + 6 * (steps + 2) + 1);
    assert_int_equal(witness.events[0].kind, CR_EVENT_START);
    assert_false(witness.events[0].resumed);
    assert_float_equal(witness.events[0].lr, 0.1 * 0.01, 1e-12);
    for (int64_t i = 0; i < 6 * (steps + 2); i++) {
        const struct cr_event *event = &witness.events[1 + i];
        int64_t place = i % (steps + 2), done = i / (steps + 2);
        enum cr_event_kind kind = place < steps ? CR_EVENT_STEP : place == steps ? CR_EVENT_EPOCH : CR_EVENT_CHECKPOINT;
        assert_int_equal(event->kind, kind);
        assert_int_equal(event->epoch, kind == CR_EVENT_STEP ? done : done + 1);
        assert_int_equal(event->step, done * steps + (place < steps ? place + 1 : steps));
        assert_int_equal(event->epochs, 6);
        assert_true(event->seconds >= 0);
    }
    assert_int_equal(witness.events[witness.count - 1].kind, CR_EVENT_END);
    assert_true(witness.events[witness.count - 1].finished);
    training_free(&t);
}

/* An epoch's loss and accuracy are those of its samples, not of its batches. */
static void sums_are_right(void **state)
{
    (void)state;
    static struct witness witness;
    struct training t;
    struct cr_observer observer = {&witness, witness_event};
    struct training_options options = {
        .layers = LINEAR, .limit = 100, .epochs = 1, .batch = 32, .observers = &observer, .observer_count = 1};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    static const double counts[] = {32, 32, 32, 4};
    double loss = 0, accuracy = 0;
    for (int i = 0; i < 4; i++) {
        loss += witness.events[1 + i].loss * counts[i];
        accuracy += witness.events[1 + i].accuracy * counts[i];
    }
    const struct cr_event *epoch = witness_last(&witness, CR_EVENT_EPOCH);
    assert_float_equal(epoch->loss, loss / 100, 1e-12);
    assert_float_equal(epoch->accuracy, accuracy / 100, 1e-12);
    assert_float_equal(witness.events[1].loss, log(10), 1.5);
    assert_false(epoch->validated);
    assert_true(epoch->best);
    training_free(&t);
}

static void same_bits(void **state)
{
    (void)state;
    static const struct {
        int threads, workers;
    } others[] = {{2, 0}, {4, 1}, {1, 3}, {3, 3}};
    struct training first, other;
    struct training_options options = {
        .layers = SMALL_NET, .limit = 300, .epochs = 2, .batch = 32, .validation = 0.2, .threads = 1};
    expect_ok(training_make(&first, &options, &err));
    expect_ok(cr_trainer_run(first.trainer, &err));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        options.threads = others[i].threads;
        options.workers = others[i].workers;
        expect_ok(training_make(&other, &options, &err));
        expect_ok(cr_trainer_run(other.trainer, &err));
        training_expect_equal(&first, &other);
        assert_memory_equal(&first.trainer->progress, &other.trainer->progress, sizeof first.trainer->progress);
        training_free(&other);
    }
    training_free(&first);
}

/* Stopped after any step: going on in memory, and in another trainer from the file, ends with the same bits. */
static void stop_and_go_on(void **state)
{
    (void)state;
    char path[512], other_path[512], *folder = folder_make();
    struct training whole, stopped, resumed;
    struct training_options options = {.layers = SMALL_NET,
                                       .optimizer = "{adam: {lr: 0.01}}",
                                       .schedule = "cosine",
                                       .limit = 100,
                                       .epochs = 3,
                                       .batch = 32,
                                       .validation = 0.2};
    path_in(folder, "a", path);
    path_in(folder, "b", other_path);
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
    folder_remove(folder);
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

static void no_number(void **state)
{
    (void)state;
    static struct witness witness;
    struct training t;
    struct cr_observer observer = {&witness, witness_event};
    char path[512], *folder = folder_make();
    struct training_options options = {.layers = LINEAR,
                                       .limit = 100,
                                       .epochs = 2,
                                       .batch = 50,
                                       .validation = 0.2,
                                       .observers = &observer,
                                       .observer_count = 1};
    expect_ok(training_make(&t, &options, &err));
    ((float *)t.network->params->values)[0] = NAN;
    expect_ok(cr_trainer_run(t.trainer, &err));
    const struct cr_event *epoch = witness_last(&witness, CR_EVENT_EPOCH);
    assert_true(isnan(epoch->loss) && isnan(epoch->validation_loss));
    assert_float_equal(epoch->accuracy, 0, 0);
    assert_float_equal(epoch->validation_accuracy, 0, 0);
    assert_int_equal(t.trainer->progress.best_epoch, 1);
    expect_ok(cr_trainer_save(t.trainer, path_in(folder, "nan", path), NULL, false, &err));
    struct cr_progress before = t.trainer->progress;
    t.trainer->progress = (struct cr_progress){0};
    expect_ok(cr_trainer_load(t.trainer, path, NULL, &err));
    assert_true(isnan(t.trainer->progress.best_loss) && isnan(before.best_loss));
    assert_int_equal(t.trainer->progress.step, before.step);
    training_free(&t);
    folder_remove(folder);
}

static void verdicts(void **state)
{
    (void)state;
    static struct witness witness;
    struct training t;
    struct cr_observer observer = {&witness, witness_event};
    struct training_options options = {
        .layers = LINEAR, .limit = 100, .epochs = 2, .batch = 50, .observers = &observer, .observer_count = 1};

    witness = (struct witness){.kind = CR_EVENT_STEP, .step = 2, .verdict = {CR_CHANGE, "train.optimizer.sgd.lr", 0.5}};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    assert_float_equal(witness.events[2].lr, 0.1, 0);
    assert_int_equal(witness.events[3].kind, CR_EVENT_CHANGE);
    assert_float_equal(witness.events[6].lr, 0.5, 0);
    training_free(&t);

    witness = (struct witness){.kind = CR_EVENT_STEP, .verdict = {CR_CHANGE, "train.optimizer.sgd.lr", -1}};
    expect_ok(training_make(&t, &options, &err));
    expect_error(cr_trainer_run(t.trainer, &err), CR_ERROR_ARGUMENT,
                 "train.optimizer.sgd.lr: -1 is out of range (float 1e-12..1000)");
    training_free(&t);

    witness = (struct witness){.kind = CR_EVENT_EPOCH, .verdict = {CR_CHANGE, "train.batch", 7}};
    expect_ok(training_make(&t, &options, &err));
    expect_error(
        cr_trainer_run(t.trainer, &err), CR_ERROR_UNSUPPORTED,
        "train.batch cannot change while a network is trained; train.optimizer.sgd.lr and train.clip.norm can");
    training_free(&t);

    witness = (struct witness){.kind = CR_EVENT_EPOCH, .verdict = {.kind = CR_ROLL_BACK}};
    expect_ok(training_make(&t, &options, &err));
    expect_error(cr_trainer_run(t.trainer, &err), CR_ERROR_UNSUPPORTED,
                 "this trainer keeps no earlier state to go back to");
    training_free(&t);

    witness = (struct witness){.kind = CR_EVENT_CHECKPOINT, .status = CR_ERROR_IO};
    expect_ok(training_make(&t, &options, &err));
    expect_error(cr_trainer_run(t.trainer, &err), CR_ERROR_IO, "the witness has seen enough");
    training_free(&t);

    witness = (struct witness){.kind = CR_EVENT_START, .verdict = {.kind = CR_STOP}};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    assert_int_equal(witness.count, 2);
    assert_false(witness.events[1].finished);
    training_free(&t);

    witness = (struct witness){.kind = CR_EVENT_EPOCH, .step = 4, .verdict = {.kind = CR_STOP}};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    assert_true(witness_last(&witness, CR_EVENT_END)->finished);
    assert_int_equal(witness_total(&witness, CR_EVENT_CHECKPOINT), 2);
    training_free(&t);
}

/* Counts allocations from the third step on; the first two may start threads. */
struct counter {
    long before;
    int64_t steps;
};

static enum cr_status count_event(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                  struct cr_error *error)
{
    struct counter *counter = user;
    (void)verdict, (void)error;
    if (event->step == 2)
        counter->before = alloc_count();
    if (event->step > 2) {
        assert_int_equal(alloc_count(), counter->before);
        counter->steps++;
    }
    return CR_OK;
}

static void no_allocation(void **state)
{
    (void)state;
    if (!alloc_available())
        skip();
    for (int workers = 0; workers < 3; workers++) {
        struct training t;
        struct counter counter = {0};
        struct cr_observer observer = {&counter, count_event};
        struct training_options options = {.layers = SMALL_NET,
                                           .optimizer = workers ? "adam" : "sgd",
                                           .limit = 200,
                                           .epochs = 3,
                                           .batch = 32,
                                           .validation = 0.2,
                                           .threads = 1 + workers,
                                           .workers = workers,
                                           .observers = &observer,
                                           .observer_count = 1};
        expect_ok(training_make(&t, &options, &err));
        expect_ok(cr_trainer_run(t.trainer, &err));
        assert_true(counter.steps > 10);
        training_free(&t);
    }
}

/* `changed`: another optimizer, another width, another depth, another size of batch than the file's. */
static void foreign_files(void **state)
{
    (void)state;
    char path[512], weights[512], message[1200], *folder = folder_make();
    struct training ours, theirs;
    struct training_options options = {
        .layers = {"dense: 5", "relu", "dense: 10"}, .limit = 100, .epochs = 2, .batch = 50};
    expect_ok(training_make(&ours, &options, &err));
    expect_ok(cr_trainer_run(ours.trainer, &err));
    expect_ok(cr_trainer_save(ours.trainer, path_in(folder, "last", path), "abc", false, &err));
    expect_ok(cr_trainer_save(ours.trainer, path_in(folder, "best", weights), "abc", true, &err));

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
    folder_remove(folder);
}

static void damaged_files(void **state)
{
    (void)state;
    char path[512], wrong[512], *folder = folder_make();
    struct training t;
    struct stat info;
    struct training_options options = {.layers = {"dense: 10"}, .limit = 100, .epochs = 1, .batch = 50};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_save(t.trainer, path_in(folder, "a", path), "abc", false, &err));
    assert_int_equal(stat(path, &info), 0);
    size_t size = (size_t)info.st_size;
    char *content = file_text(path);
    path_in(folder, "b", wrong);
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
    folder_remove(folder);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    struct training t, other;
    struct training_options options = {
        .layers = LINEAR, .schedule = "{constant: {warmup: 3}}", .limit = 100, .epochs = 3, .batch = 50};
    expect_error(training_make(&t, &options, &err), CR_ERROR_CONFIG,
                 "test:2:11: schedule: constant: a warmup of 3 epochs leaves nothing of the training's 3");
    training_free(&t);
    options.schedule = NULL;
    expect_ok(training_make(&t, &options, &err));
    expect_ok(training_make(&other, &options, &err));
    struct cr_trainer *trainer;
    struct cr_trainer_options wrong = {.network = t.network, .optimizer = t.optimizer, .epochs = 1, .batch = 1};
    expect_error(cr_trainer_new(&trainer, t.context, &wrong, &err), CR_ERROR_ARGUMENT,
                 "a trainer needs a network, an optimizer and a loader");
    wrong.train = t.train;
    expect_ok(cr_trainer_new(&trainer, t.context, &wrong, &err));
    expect_error(cr_trainer_run(trainer, &err), CR_ERROR_ARGUMENT,
                 "the loader gives batches of 50 samples, the trainer expects 1 at most");
    cr_trainer_free(trainer);
    wrong.epochs = 0;
    expect_error(cr_trainer_new(&trainer, t.context, &wrong, &err), CR_ERROR_ARGUMENT,
                 "a training of 0 epochs, batches of 1, a checkpoint each 0 steps: expected 1 or more, 1 or more, 0 or "
                 "more");
    wrong.optimizer = other.optimizer;
    expect_error(cr_trainer_new(&trainer, t.context, &wrong, &err), CR_ERROR_ARGUMENT,
                 "the optimizer is of another network");
    assert_null(trainer);
    training_free(&t);
    training_free(&other);
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
    if (!alloc_available())
        skip();
    char path[512], *folder = folder_make();
    assert_true(alloc_each(whole_life, (void *)path_in(folder, "a", path)) > 50);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns),
        cmocka_unit_test(sums_are_right),
        cmocka_unit_test(same_bits),
        cmocka_unit_test(stop_and_go_on),
        cmocka_unit_test(checkpoints_inside_epochs),
        cmocka_unit_test(no_number),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(no_allocation),
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(lost_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
