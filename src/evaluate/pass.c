/*
 * A pass over samples, and the check before it that they are of the kind that the network knows.
 */
#include "evaluate/pass.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 };

/* ------------------------------------------------------------------------------------------------------- the check */

static enum cr_status check_kind(const struct cr_run *run, const struct cr_dataset *dataset, struct cr_error *err)
{
    bool targets = dataset->targets != NULL;
    if (targets != run->targets)
        return cr_fail(err, CR_ERROR_SHAPE, "%s has %s, but the network was trained on %s", dataset->name,
                       targets ? "rows of targets" : "labels", run->targets ? "rows of targets" : "labels");
    if (dataset->numbers != run->numbers)
        return cr_fail(err, CR_ERROR_SHAPE, "%s holds %s, but the network was trained on %s", dataset->name,
                       dataset->numbers ? "numbers" : "bytes", run->numbers ? "numbers" : "bytes");
    return CR_OK;
}

enum cr_status cr_run_accepts(const struct cr_run *run, const struct cr_dataset *dataset, struct cr_error *err)
{
    CR_TRY(check_kind(run, dataset, err));
    if (dataset->height != run->height || dataset->width != run->width || dataset->channels != run->channels ||
        dataset->classes != run->classes)
        return cr_fail(
            err, CR_ERROR_SHAPE,
            "%s has pictures of %lldx%lldx%lld in %lld classes, but the network was trained on %lldx%lldx%lld "
            "in %lld",
            dataset->name, (long long)dataset->height, (long long)dataset->width, (long long)dataset->channels,
            (long long)dataset->classes, (long long)run->height, (long long)run->width, (long long)run->channels,
            (long long)run->classes);
    for (int64_t c = 0; c < run->classes; c++)
        if (strcmp(dataset->class_names[c], run->class_names[c]) != 0)
            return cr_fail(err, CR_ERROR_SHAPE, "%s: class %lld is %s, but it was %s when the network was trained",
                           dataset->name, (long long)c, dataset->class_names[c], run->class_names[c]);
    return CR_OK;
}

/* -------------------------------------------------------------------------------------------------------- the pass */

static bool go_on(const struct cr_data_options *options, const char *what, int64_t done, int64_t total)
{
    return !options || !options->progress || options->progress(options->progress_user, what, done, total);
}

static void show(const struct cr_pass *pass, struct cr_plan *plan, const struct cr_network *network,
                 const struct cr_batch *batch)
{
    cr_plan_run(plan,
                &(struct cr_feed){
                    .count = batch->count, .inputs = {batch->pixels}, .labels = batch->labels, .soft = batch->targets});
    struct cr_pass_batch shown = {.count = batch->count,
                                  .indices = batch->indices,
                                  .labels = network->target ? NULL : batch->labels,
                                  .logits = cr_plan_tensor(plan, network->logits),
                                  .outputs = cr_plan_tensor(plan, network->probabilities),
                                  .loss = cr_plan_tensor(plan, network->loss).data};
    shown.targets = shown.outputs;
    shown.targets.data = (void *)batch->targets;
    if (network->target)
        shown.targets = cr_plan_tensor(plan, network->target);
    pass->add(pass->user, &shown);
}

static enum cr_status show_all(const struct cr_pass *pass, struct cr_plan *plan, struct cr_loader *loader,
                               const struct cr_network *network, int64_t total, const struct cr_data_options *options,
                               struct cr_error *err)
{
    const struct cr_batch *batch;
    for (int64_t done = 0;; done += batch->count) {
        if (!go_on(options, pass->what, done, total))
            return cr_fail(err, CR_ERROR_STOPPED, "stopped while %s", pass->what);
        CR_TRY(cr_loader_next(loader, &batch, err));
        if (!batch)
            return CR_OK;
        show(pass, plan, network, batch);
    }
}

static enum cr_status make_loader(struct cr_loader **loader, const struct cr_dataset *dataset, const int64_t *indices,
                                  int64_t count, int64_t batch, int workers, struct cr_error *err)
{
    struct cr_loader_options options = {.batch = batch, .workers = workers};
    if (indices)
        return cr_loader_new(loader, dataset, indices, count, &options, err);
    int64_t *all = malloc((size_t)count * sizeof *all);
    if (!all)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++)
        all[i] = i;
    enum cr_status status = cr_loader_new(loader, dataset, all, count, &options, err);
    free(all);
    return status;
}

enum cr_status cr_pass_run(const struct cr_pass *pass, struct cr_context *context, const struct cr_run *run,
                           const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                           const struct cr_data_options *options, struct cr_error *err)
{
    const struct cr_network *network = run->network;
    struct cr_plan *plan = NULL;
    struct cr_loader *loader = NULL;
    enum cr_status status;
    struct cr_plan_options planned = {
        .batch = count < BATCH ? count : BATCH,
        .mode = CR_MODE_INFER,
        .constant = true,
        .outputs = {network->logits, network->probabilities, network->loss, network->target}};
    CR_GO(cr_plan_new(&plan, context, network->graph, network->params, &planned, err));
    CR_GO(make_loader(&loader, dataset, indices, count, planned.batch, options ? options->workers : 0, err));
    CR_GO(show_all(pass, plan, loader, network, count, options, err));
done:
    cr_loader_free(loader);
    cr_plan_free(plan);
    return status;
}
