/*
 * What is done around an update: gathered batches are one large batch; clipping, l1, and the length of weights;
 * averages of weights; a training that stops early; each goes on bit for bit after a stop at any step.
 */
#include "training.h"

#include <math.h>

#include "train/optimizer.h"
#include "train/trainer.h"

#define NET                              \
    {                                    \
        "dense: 12", "tanh", "dense: 10" \
    }

static struct cr_error err;

static struct training_options options_of(void)
{
    return (struct training_options){.layers = NET,
                                     .optimizer = "{sgd: {lr: 0.05, momentum: 0.9}}",
                                     .limit = 96,
                                     .epochs = 2,
                                     .batch = 32,
                                     .validation = 0.2,
                                     .threads = 2};
}

static void make(struct training *t, const struct training_options *options, const struct cr_refine *refine)
{
    expect_ok(training_make(t, options, &err));
    expect_ok(cr_optimizer_refine(t->optimizer, refine, &err));
}

static void gathered_batches_are_one(void **state)
{
    (void)state;
    struct training large, small;
    struct training_options options = options_of();
    make(&large, &options, &(struct cr_refine){0});
    expect_ok(cr_trainer_run(large.trainer, &err));
    options.batch = 8; /* 77 samples: the last update of an epoch is of 8 and 5 */
    make(&small, &options, &(struct cr_refine){.accumulate = 4});
    expect_ok(cr_trainer_run(small.trainer, &err));
    assert_int_equal(small.optimizer->step, large.optimizer->step);
    assert_int_equal(large.optimizer->step, 6);
    const float *a = large.network->params->values, *b = small.network->params->values;
    for (int64_t i = 0; i < large.network->params->total; i++)
        if (!(fabs((double)a[i] - (double)b[i]) <= 1e-5))
            fail_msg("number %d is %g in large batches, %g in gathered ones", (int)i, (double)a[i], (double)b[i]);
    training_free(&large);
    training_free(&small);
}

/* One step of plain descent with the rate 1 from the first weights: w - w' is what became of the gradient. */
static void step_once(struct training *t, const struct cr_refine *refine, float *before)
{
    struct training_options options = options_of();
    const struct cr_batch *batch;
    options.optimizer = "{sgd: {lr: 1, momentum: 0}}";
    make(t, &options, refine);
    const struct cr_params *params = t->network->params;
    memcpy(before, params->values, (size_t)params->trainable * sizeof *before);
    expect_ok(cr_loader_seek(t->train, 0, 0, &err));
    expect_ok(cr_loader_next(t->train, &batch, &err));
    struct cr_feed feed = {.count = batch->count, .inputs = {batch->pixels}, .labels = batch->labels};
    cr_optimizer_run(t->optimizer, t->trainer->training, &feed, 1);
}

static void gradients_are_clipped(void **state)
{
    (void)state;
    static float before[2000];
    struct training t;
    for (int by_value = 0; by_value < 2; by_value++) {
        step_once(&t, &(struct cr_refine){.clip_norm = by_value ? 0 : 0.01, .clip_value = by_value ? 0.001 : 0},
                  before);
        const float *after = t.network->params->values;
        double sum = 0, most = 0;
        for (int64_t i = 0; i < t.network->params->trainable; i++) {
            double moved = fabs((double)before[i] - (double)after[i]);
            sum += moved * moved;
            most = fmax(most, moved);
        }
        if (by_value)
            assert_true(fabs(most - 0.001) < 1e-5 && sqrt(sum) > 0.002);
        else
            assert_float_equal(sqrt(sum), 0.01, 1e-4);
        training_free(&t);
    }
}

static void weights_are_pulled_and_held(void **state)
{
    (void)state;
    static float before[2000], plain[2000];
    struct training t;
    step_once(&t, &(struct cr_refine){0}, before);
    const struct cr_params *params = t.network->params;
    memcpy(plain, params->values, (size_t)params->trainable * sizeof *plain);
    training_free(&t);
    step_once(&t, &(struct cr_refine){.l1 = 0.01}, before);
    params = t.network->params;
    for (int64_t i = 0; i < params->trainable; i++) {
        double pull = i >= params->decayed ? 0 : before[i] > 0 ? 0.01 : -0.01;
        assert_float_equal((double)plain[i] - (double)((const float *)params->values)[i], pull, 1e-5);
    }
    training_free(&t);
    step_once(&t, &(struct cr_refine){.max_norm = 0.5}, before);
    const struct cr_param *param = cr_params_find(t.network->params, "dense2.weight");
    const float *w = (const float *)t.network->params->values + param->offset;
    for (int64_t c = 0; c < 10; c++) {
        double sum = 0;
        for (int64_t r = 0; r < 12; r++)
            sum += (double)w[r * 10 + c] * (double)w[r * 10 + c];
        assert_true(sqrt(sum) <= 0.5 + 1e-6);
    }
    training_free(&t);
}

/* Keeps the first weight as an observer sees it: after each step, and at the end of epochs. */
struct seen {
    const struct cr_network *network;
    double steps[64], epochs[16];
    int step_count, epoch_count;
};

static enum cr_status look(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *error)
{
    struct seen *seen = user;
    (void)verdict, (void)error;
    double w = (double)((const float *)seen->network->params->values)[0];
    if (event->kind == CR_EVENT_STEP)
        seen->steps[seen->step_count++] = w;
    if (event->kind == CR_EVENT_EPOCH)
        seen->epochs[seen->epoch_count++] = w;
    return CR_OK;
}

static void averages_are_shown(void **state)
{
    (void)state;
    enum { EPOCHS = 4 };
    for (int swa = 0; swa < 2; swa++) {
        struct training t;
        struct seen seen = {0};
        struct cr_observer observer = {&seen, look};
        struct training_options options = options_of();
        options.epochs = EPOCHS;
        options.observers = &observer;
        options.observer_count = 1;
        make(&t, &options, &(struct cr_refine){.ema = swa ? 0 : 0.9, .swa = swa ? 0.5 : 0});
        seen.network = t.network;
        expect_ok(cr_trainer_run(t.trainer, &err));
        int each = seen.step_count / EPOCHS;
        double mean = seen.steps[0], later = 0;
        for (int i = 1; !swa && i < seen.step_count; i++)
            mean = 0.9 * mean + 0.1 * seen.steps[i];
        for (int epoch = 3; swa && epoch <= EPOCHS; epoch++)
            later += seen.steps[epoch * each - 1] / 2;
        assert_float_equal(seen.epochs[EPOCHS - 1], swa ? later : mean, 1e-6);
        if (swa)
            assert_float_equal(seen.epochs[1], seen.steps[2 * each - 1], 0);
        assert_float_equal((double)((const float *)t.network->params->values)[0], seen.steps[seen.step_count - 1], 0);
        training_free(&t);
    }
}

static void stops_early(void **state)
{
    (void)state;
    static struct witness witness;
    struct training t;
    struct cr_observer observer = {&witness, witness_event};
    struct training_options options = options_of();
    struct cr_early_stop stop = {.on = true, .patience = 2, .threshold = 0.5};
    witness = (struct witness){.kind = CR_EVENT_FINDING};
    options.epochs = 30;
    options.observers = &observer;
    options.observer_count = 1;
    options.early_stop = &stop;
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    const struct cr_event *end = witness_last(&witness, CR_EVENT_END);
    assert_true(end->finished && end->stopped_early);
    assert_in_range(end->epoch, 3, 29);
    assert_int_equal(t.trainer->progress.early_stop.waited, 2);
    training_free(&t);
}

/* Stopped after any step and gone on in another trainer from the file: the same files. */
static void goes_on_after_a_stop(void **state)
{
    (void)state;
    static const struct cr_refine refines[] = {
        {.accumulate = 3, .clip_norm = 1, .ema = 0.8, .l1 = 1e-4},
        {.accumulate = 2, .clip_value = 0.01, .swa = 0.3, .max_norm = 2},
    };
    char path[512];
    path_in(here.folder, "a", path);
    struct cr_early_stop stop = {.on = true, .patience = 3};
    for (size_t r = 0; r < sizeof refines / sizeof *refines; r++) {
        struct training whole, stopped, resumed;
        struct training_options options = {
            .layers = {"conv: {filters: 3, kernel: 3}", "batchnorm", "relu", "dense: 10"},
            .optimizer = "{adam: {lr: 0.01}}",
            .schedule = "{plateau: {patience: 0}}",
            .limit = 60,
            .epochs = 3,
            .batch = 12,
            .validation = 0.2,
            .early_stop = &stop};
        make(&whole, &options, &refines[r]);
        expect_ok(cr_trainer_run(whole.trainer, &err));
        expect_ok(cr_trainer_save(whole.trainer, path, "f", false, &err));
        char *expected = file_text(path);
        struct stat info;
        assert_int_equal(stat(path, &info), 0);
        for (int64_t step = 1; step <= 12; step++) {
            static struct witness witness;
            witness = (struct witness){.kind = CR_EVENT_STEP, .step = step, .verdict = {.kind = CR_STOP}};
            struct cr_observer observer = {&witness, witness_event};
            struct training_options stopping = options;
            stopping.observers = &observer;
            stopping.observer_count = 1;
            make(&stopped, &stopping, &refines[r]);
            expect_ok(cr_trainer_run(stopped.trainer, &err));
            expect_ok(cr_trainer_save(stopped.trainer, path, "f", false, &err));
            make(&resumed, &options, &refines[r]);
            expect_ok(cr_trainer_load(resumed.trainer, path, "f", &err));
            expect_ok(cr_trainer_run(resumed.trainer, &err));
            expect_ok(cr_trainer_save(resumed.trainer, path, "f", false, &err));
            char *text = file_text(path);
            assert_memory_equal(text, expected, (size_t)info.st_size);
            free(text);
            training_free(&stopped);
            training_free(&resumed);
        }
        free(expected);
        training_free(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gathered_batches_are_one),
        cmocka_unit_test(gradients_are_clipped),
        cmocka_unit_test(weights_are_pulled_and_held),
        cmocka_unit_test(averages_are_shown),
        cmocka_unit_test(stops_early),
        fixture_test(goes_on_after_a_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
