/*
 * A training loop of one's own, for when an experiment from a file is not enough: a model made layer by layer, its
 * network for pictures of one shape, a plan to train and one to test, a loader, an optimizer.
 *
 *     cc 01_own_training_loop.c $(pkg-config --cflags --libs cradle) && ./a.out
 */
#include <cradle/cradle.h>

#include <stdio.h>
#include <stdlib.h>

enum { EPOCHS = 10, BATCH = 32, CLASSES = 10 };

struct own {
    struct cr_context *context;
    struct cr_dataset *train, *test;
    struct cr_model *model;
    struct cr_network *network;
    struct cr_optimizer *optimizer;
    struct cr_loader *train_loader, *test_loader;
    struct cr_plan *train_plan, *test_plan;
};

static enum cr_status make_network(struct own *own, struct cr_error *err)
{
    double mean, deviation;
    CR_TRY(cr_model_new(&own->model, err));
    CR_TRY(cr_model_add(own->model, err, "conv: {filters: %d}", 16));
    CR_TRY(cr_model_add(own->model, err, "relu"));
    CR_TRY(cr_model_add(own->model, err, "maxpool: 2"));
    CR_TRY(cr_model_add(own->model, err, "conv: {filters: %d}", 32));
    CR_TRY(cr_model_add(own->model, err, "relu"));
    CR_TRY(cr_model_add(own->model, err, "dense: %d", CLASSES));
    /* What the network knows of the data comes from the training part alone. */
    CR_TRY(cr_dataset_moments(own->train, NULL, own->train->count, &mean, &deviation, err));
    return cr_network_new(&own->network, own->context, own->model,
                          &(struct cr_network_options){.height = own->train->height,
                                                       .width = own->train->width,
                                                       .channels = own->train->channels,
                                                       .classes = CLASSES,
                                                       .bytes = true,
                                                       .mean = &mean,
                                                       .deviation = &deviation,
                                                       .seed = 1},
                          err);
}

static enum cr_status make_loader(struct cr_loader **loader, const struct cr_dataset *dataset, bool shuffle,
                                  struct cr_error *err)
{
    int64_t *indices = malloc((size_t)dataset->count * sizeof *indices);
    if (!indices)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < dataset->count; i++)
        indices[i] = i;
    enum cr_status status =
        cr_loader_new(loader, dataset, indices, dataset->count,
                      &(struct cr_loader_options){.batch = BATCH, .shuffle = shuffle, .seed = 1}, err);
    free(indices);
    return status;
}

static enum cr_status make(struct own *own, struct cr_error *err)
{
    CR_TRY(cr_context_new(&own->context, NULL, err));
    /* Without a source: the digits that are built in. */
    CR_TRY(cr_dataset_open(&own->train, own->context, NULL, NULL, CR_PART_TRAIN, NULL, err));
    CR_TRY(cr_dataset_open(&own->test, own->context, NULL, NULL, CR_PART_TEST, NULL, err));
    CR_TRY(make_network(own, err));
    CR_TRY(make_loader(&own->train_loader, own->train, true, err));
    CR_TRY(make_loader(&own->test_loader, own->test, false, err));

    struct cr_network *network = own->network;
    struct cr_plan_options training = {
        .batch = BATCH, .mode = CR_MODE_TRAIN, .loss = network->loss, .outputs = {network->loss}};
    struct cr_plan_options testing = {.batch = BATCH, .mode = CR_MODE_INFER, .outputs = {network->logits}};
    CR_TRY(cr_plan_new(&own->train_plan, own->context, network->graph, network->params, &training, err));
    CR_TRY(cr_plan_new(&own->test_plan, own->context, network->graph, network->params, &testing, err));
    return cr_optimizer_parse(&own->optimizer, own->context, network->params, "adam: {lr: 0.01}", err);
}

/* One pass over the training part; the mean loss. */
static enum cr_status train(struct own *own, int64_t epoch, double lr, double *loss, struct cr_error *err)
{
    const struct cr_batch *batch;
    int64_t step = epoch * cr_loader_batches(own->train_loader);
    *loss = 0;
    CR_TRY(cr_loader_seek(own->train_loader, epoch, 0, err));
    for (;; step++) {
        CR_TRY(cr_loader_next(own->train_loader, &batch, err));
        if (!batch)
            break;
        cr_plan_run(own->train_plan, &(struct cr_feed){.count = batch->count,
                                                       .inputs = {batch->pixels},
                                                       .labels = batch->labels,
                                                       .seed = 1,
                                                       .step = (uint64_t)step});
        cr_optimizer_step(own->optimizer, lr);
        const float *losses = cr_plan_tensor(own->train_plan, own->network->loss).data;
        for (int64_t i = 0; i < batch->count; i++)
            *loss += (double)losses[i] / (double)own->train->count;
    }
    return CR_OK;
}

/* The share of the test part that is right. */
static enum cr_status test(struct own *own, double *accuracy, struct cr_error *err)
{
    const struct cr_batch *batch;
    int64_t right = 0;
    CR_TRY(cr_loader_seek(own->test_loader, 0, 0, err));
    for (;;) {
        CR_TRY(cr_loader_next(own->test_loader, &batch, err));
        if (!batch)
            break;
        cr_plan_run(own->test_plan, &(struct cr_feed){.count = batch->count, .inputs = {batch->pixels}});
        const float *logits = cr_plan_tensor(own->test_plan, own->network->logits).data;
        for (int64_t i = 0; i < batch->count; i++, logits += CLASSES) {
            int best = 0;
            for (int c = 1; c < CLASSES; c++)
                best = logits[c] > logits[best] ? c : best;
            right += best == batch->labels[i];
        }
    }
    *accuracy = (double)right / (double)own->test->count;
    return CR_OK;
}

int main(void)
{
    struct own own = {0};
    struct cr_error err;
    enum cr_status status;
    double loss, accuracy;

    CR_GO(make(&own, &err));
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        double lr = cr_optimizer_lr(own.optimizer) * (epoch < 7 ? 1 : 0.1);
        CR_GO(train(&own, epoch, lr, &loss, &err));
        CR_GO(test(&own, &accuracy, &err));
        printf("epoch %d: loss %.4f, %.1f %% of the test digits right\n", epoch + 1, loss, 100 * accuracy);
    }
done:
    if (status != CR_OK)
        fprintf(stderr, "%s\n", err.message);
    cr_optimizer_free(own.optimizer);
    cr_plan_free(own.train_plan);
    cr_plan_free(own.test_plan);
    cr_loader_free(own.train_loader);
    cr_loader_free(own.test_loader);
    cr_network_free(own.network);
    cr_model_free(own.model);
    cr_dataset_free(own.train);
    cr_dataset_free(own.test);
    cr_context_free(own.context);
    return status == CR_OK ? 0 : 1;
}
