/*
 * Trainings on rows of numbers: each loss that takes rows of targets learns them, and its result says so, going on bit
 * for bit after a stop; what does not go together is told.
 */
#include "training.h"

#include <math.h>

#include "train/trainer.h"

enum { COUNT = 200, INPUTS = 3, TARGETS = 2 };

static struct cr_error err;
static float samples[COUNT][INPUTS], numbers[COUNT][TARGETS], answers[COUNT][TARGETS];

static struct cr_dataset *make(bool yes_or_no)
{
    struct cr_dataset *dataset;
    for (int i = 0; i < COUNT; i++) {
        for (int c = 0; c < INPUTS; c++)
            samples[i][c] = (float)sin(i * (1.3 + c));
        numbers[i][0] = 2 * samples[i][0] - samples[i][2] + 3;
        numbers[i][1] = samples[i][1] - 1;
        answers[i][0] = samples[i][0] > samples[i][1];
        answers[i][1] = samples[i][2] > 0;
    }
    expect_ok(cr_dataset_with_targets(&dataset, samples, true, yes_or_no ? answers[0] : numbers[0], COUNT, 1, 1, INPUTS,
                                      TARGETS, NULL, &err));
    return dataset;
}

static const struct {
    const char *loss;
    bool yes_or_no;
} cases[] = {{"mse", false}, {"{huber: {delta: 0.5}}", false}, {"sigmoid-cross-entropy", true}};

static void targets_are_learned(void **state)
{
    (void)state;
    char path[512];
    path_in(here.folder, "a", path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct witness witness;
        struct cr_dataset *dataset = make(cases[i].yes_or_no);
        struct cr_observer observer = {&witness, witness_event};
        struct training whole, stopped, resumed;
        struct training_options options = {.layers = {"dense: 2"},
                                           .optimizer = "{adam: {lr: 0.03}}",
                                           .loss = cases[i].loss,
                                           .dataset = dataset,
                                           .epochs = 20,
                                           .batch = 20,
                                           .validation = 0.2,
                                           .workers = 1,
                                           .observers = &observer,
                                           .observer_count = 1};
        witness = (struct witness){.kind = CR_EVENT_FINDING};
        expect_ok(training_make(&whole, &options, &err));
        expect_ok(cr_trainer_run(whole.trainer, &err));
        const struct cr_event *last = witness_last(&witness, CR_EVENT_EPOCH);
        if (!(last->validation_accuracy > 0.9 && last->validation_accuracy <= 1))
            fail_msg("%s: a result of %g", cases[i].loss, last->validation_accuracy);
        assert_int_equal(last->score_count, 3);
        assert_string_equal(last->scores[0].metric, cases[i].yes_or_no ? "hamming" : "r2");
        assert_true(last->scores[0].value == last->validation_accuracy);
        witness = (struct witness){.kind = CR_EVENT_STEP, .step = 13, .verdict = {.kind = CR_STOP}};
        expect_ok(training_make(&stopped, &options, &err));
        expect_ok(cr_trainer_run(stopped.trainer, &err));
        expect_ok(cr_trainer_save(stopped.trainer, path, "f", false, &err));
        witness = (struct witness){.kind = CR_EVENT_FINDING};
        expect_ok(training_make(&resumed, &options, &err));
        expect_ok(cr_trainer_load(resumed.trainer, path, "f", &err));
        expect_ok(cr_trainer_run(resumed.trainer, &err));
        training_expect_equal(&whole, &resumed);
        assert_memory_equal(&whole.trainer->progress, &resumed.trainer->progress, sizeof whole.trainer->progress);
        training_free(&whole);
        training_free(&stopped);
        training_free(&resumed);
        cr_dataset_free(dataset);
    }
}

static void hinge_needs_labels(void **state)
{
    (void)state;
    struct training t;
    struct cr_dataset *dataset = make(false);
    struct training_options options = {
        .layers = {"dense: 2"}, .loss = "hinge", .dataset = dataset, .epochs = 1, .batch = 20};
    expect_error(
        training_make(&t, &options, &err), CR_ERROR_UNSUPPORTED,
        "test:3:7: loss: the loss hinge needs labels; rows of targets, and mixed samples (train.mix), have none");
    training_free(&t);
    cr_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(targets_are_learned),
        cmocka_unit_test(hinge_needs_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
