/*
 * A small training on the built-in digits, put together by hand, and an observer that keeps what it is told.
 */
#ifndef CR_TESTS_TRAINING_H
#define CR_TESTS_TRAINING_H

#include "support.h"

#include <cradle/train.h>

#include "graph/graph.h"

/* For .layers: the smallest network, and one with a bit of everything. */
#define LINEAR      \
    {               \
        "dense: 10" \
    }
#define SMALL_NET                                                                                                      \
    {                                                                                                                  \
        "conv: {filters: 8, kernel: 3, padding: same}", "batchnorm", "relu", "maxpool: 2", "dropout: 0.2", "dense: 10" \
    }

struct training_options {
    const char *layers[8];
    const char *optimizer, *schedule, *loss; /* NULL: the defaults */
    const struct cr_dataset *dataset;        /* NULL: digits */
    int64_t limit, epochs, batch, checkpoint;
    double validation;
    int threads, workers;
    const char *cpu;
    const struct cr_early_stop *early_stop;
    const struct cr_observer *observers;
    int observer_count;
};

struct training {
    struct cr_context *context;
    struct cr_config *config;
    struct cr_dataset *dataset;
    struct cr_split *split;
    struct cr_model *model;
    struct cr_network *network;
    struct cr_optimizer *optimizer;
    struct cr_schedule_use *schedule;
    struct cr_loader *train, *validation;
    struct cr_trainer *trainer;
};

static inline void training_free(struct training *t)
{
    cr_trainer_free(t->trainer);
    cr_loader_free(t->train);
    cr_loader_free(t->validation);
    cr_schedule_free(t->schedule);
    cr_optimizer_free(t->optimizer);
    cr_network_free(t->network);
    cr_model_free(t->model);
    cr_split_free(t->split);
    cr_dataset_free(t->dataset);
    cr_config_free(t->config);
    cr_context_free(t->context);
    *t = (struct training){0};
}

static inline enum cr_status training_data(struct training *t, const struct training_options *o,
                                           const struct cr_dataset **dataset, struct cr_error *err)
{
    *dataset = o->dataset;
    if (!o->dataset) {
        CR_TRY(cr_dataset_open(&t->dataset, t->context, t->config, NULL, CR_PART_TRAIN, NULL, err));
        *dataset = t->dataset;
    }
    struct cr_data_section section = {.validation = o->validation, .limit = o->limit};
    return cr_split_new(&t->split, *dataset, &section, err);
}

static inline enum cr_status training_make(struct training *t, const struct training_options *o, struct cr_error *err)
{
    const struct cr_dataset *dataset;
    char yaml[512];
    *t = (struct training){0};
    struct cr_context_options context = {.threads = o->threads, .cpu = o->cpu};
    CR_TRY(cr_context_new(&t->context, &context, err));
    snprintf(yaml, sizeof yaml, "optimizer: %s\nschedule: %s\nloss: %s\n", o->optimizer ? o->optimizer : "sgd",
             o->schedule ? o->schedule : "constant", o->loss ? o->loss : "cross-entropy");
    CR_TRY(cr_config_parse(&t->config, yaml, "test", err));
    const struct cr_node *root = cr_config_root(t->config);
    CR_TRY(training_data(t, o, &dataset, err));
    CR_TRY(cr_model_new(&t->model, err));
    for (int i = 0; o->layers[i]; i++)
        CR_TRY(cr_model_add(t->model, err, "%s", o->layers[i]));
    struct cr_network_options network = {.height = dataset->height,
                                         .width = dataset->width,
                                         .channels = dataset->channels,
                                         .classes = dataset->classes,
                                         .bytes = !dataset->numbers,
                                         .soft = dataset->targets != NULL,
                                         .loss = cr_node_get(root, "loss"),
                                         .seed = 1};
    CR_TRY(cr_network_new(&t->network, t->context, t->model, &network, err));
    CR_TRY(cr_optimizer_new(&t->optimizer, t->context, t->network->params, t->config, cr_node_get(root, "optimizer"),
                            err));
    CR_TRY(cr_schedule_new(&t->schedule, t->config, cr_node_get(root, "schedule"), err));
    struct cr_loader_options loader = {.batch = o->batch, .workers = o->workers, .shuffle = true, .seed = 1};
    CR_TRY(cr_loader_new(&t->train, dataset, t->split->train, t->split->train_count, &loader, err));
    loader.shuffle = false;
    if (o->validation > 0)
        CR_TRY(cr_loader_new(&t->validation, dataset, t->split->validation, t->split->validation_count, &loader, err));
    struct cr_trainer_options trainer = {.network = t->network,
                                         .optimizer = t->optimizer,
                                         .schedule = t->schedule,
                                         .train = t->train,
                                         .validation = t->validation,
                                         .epochs = o->epochs,
                                         .batch = o->batch,
                                         .seed = 1,
                                         .checkpoint = o->checkpoint,
                                         .early_stop = o->early_stop,
                                         .observers = o->observers,
                                         .observer_count = o->observer_count};
    return cr_trainer_new(&t->trainer, t->context, &trainer, err);
}

/* The learned numbers and states, byte for byte. */
static inline void training_expect_equal(const struct training *a, const struct training *b)
{
    const struct cr_params *x = a->network->params, *y = b->network->params;
    assert_int_equal(x->total, y->total);
    assert_memory_equal(x->values, y->values, (size_t)x->total * cr_dtype_size(x->dtype));
}

/* Keeps the events, and gives `verdict` at the first event of that kind and at least that step. */
enum { WITNESS_MOST = 4096 };

struct witness {
    struct cr_event events[WITNESS_MOST];
    int count;
    enum cr_event_kind kind;
    int64_t step;
    struct cr_verdict verdict; /* of kind CR_GO_ON: none is given */
    enum cr_status status;     /* given instead where it is not CR_OK */
};

static inline enum cr_status witness_event(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                           struct cr_error *err)
{
    struct witness *witness = user;
    assert_in_range(witness->count, 0, WITNESS_MOST - 1);
    witness->events[witness->count++] = *event;
    if (event->kind != witness->kind || event->step < witness->step)
        return CR_OK;
    if (witness->status != CR_OK)
        return cr_fail(err, witness->status, "the witness has seen enough");
    *verdict = witness->verdict;
    return CR_OK;
}

static inline int witness_total(const struct witness *witness, enum cr_event_kind kind)
{
    int total = 0;
    for (int i = 0; i < witness->count; i++)
        total += witness->events[i].kind == kind;
    return total;
}

static inline const struct cr_event *witness_last(const struct witness *witness, enum cr_event_kind kind)
{
    for (int i = witness->count - 1; i >= 0; i--)
        if (witness->events[i].kind == kind)
            return &witness->events[i];
    fail_msg("no event of kind %d", (int)kind);
    return NULL;
}

#endif
