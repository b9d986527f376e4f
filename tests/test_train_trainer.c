/*
 * The trainer: it learns the digits; its events; the same bits with any number of threads and workers; a loss that is
 * no number; verdicts; no allocation in a step; messages.
 */
#include "alloc.h"
#include "training.h"

#include <math.h>

#include "train/trainer.h"

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

static void no_number(void **state)
{
    (void)state;
    static struct witness witness;
    struct training t;
    struct cr_observer observer = {&witness, witness_event};
    char path[512];
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
    expect_ok(cr_trainer_save(t.trainer, path_in(here.folder, "nan", path), NULL, false, &err));
    struct cr_progress before = t.trainer->progress;
    t.trainer->progress = (struct cr_progress){0};
    expect_ok(cr_trainer_load(t.trainer, path, NULL, &err));
    assert_true(isnan(t.trainer->progress.best_loss) && isnan(before.best_loss));
    assert_int_equal(t.trainer->progress.step, before.step);
    training_free(&t);
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
    alloc_need();
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns),         cmocka_unit_test(sums_are_right),
        cmocka_unit_test(same_bits),         fixture_test(no_number),
        cmocka_unit_test(verdicts),          cmocka_unit_test(no_allocation),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
