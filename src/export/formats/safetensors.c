/*
 * safetensors: all weights, and as metadata the config, the shapes and the classes, so that the file stands for the run
 * (cradle test FILE, cradle predict FILE). In our own layout it is a checkpoint without the state of training; in
 * PyTorch's its tensors are a state_dict.
 *
 * Verified by opening the file as a run, and comparing the answers of both bit for bit.
 */
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#include "base/arena.h"
#include "experiment/run.h"
#include "export/samples.h"
#include "train/checkpoint.h"

enum { SAMPLES = 256 };

/* PyTorch's own files say "pt"; ours have a checksum. */
static enum cr_status write_file(const struct cr_export_job *job, const struct cr_parts *parts, struct cr_pair *pairs,
                                 int64_t count, struct cr_error *err)
{
    const char *card;
    struct cr_pair *all = cr_arena_alloc(parts->arena, ((size_t)count + 2) * sizeof *all);
    if (!all)
        return cr_fail_memory(err);
    memcpy(all, pairs, (size_t)count * sizeof *all);
    CR_TRY(cr_card_find(&card, job, parts->arena, err));
    if (card[0])
        all[count++] = (struct cr_pair){"card", card};
    if (job->options->layout == CR_EXPORT_OWN)
        return cr_checkpoint_write(job->out, parts, all, count, err);
    all[count++] = (struct cr_pair){"format", "pt"};
    return cr_safetensors_write(job->out, parts->tensors, parts->count, all, count, err);
}

static enum cr_status write_all(struct cr_export_job *job, struct cr_error *err)
{
    enum cr_layout_kind kind = job->options->layout == CR_EXPORT_TORCH ? CR_LAYOUT_TORCH : CR_LAYOUT_OWN;
    enum cr_status status = CR_OK;
    struct cr_layout *layout = NULL;
    struct cr_parts parts = {.arena = cr_arena_new()};
    struct cr_pair *pairs;
    int64_t count;
    if (!parts.arena)
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_layout_new(&layout, job->run->network, kind, err));
    CR_GO(cr_run_tensors(layout, parts.arena, &parts, err));
    CR_GO(cr_run_pairs(job->run, kind, parts.arena, &pairs, &count, err));
    CR_GO(write_file(job, &parts, pairs, count, err));
    cr_export_say(job, "layout", "%s", kind == CR_LAYOUT_TORCH ? "torch: a state_dict of PyTorch" : "own");
    cr_export_say(job, "tensors", "%lld", (long long)parts.count);
done:
    cr_layout_free(layout);
    cr_arena_free(parts.arena);
    return status;
}

static enum cr_status compare(struct cr_export_job *job, const struct cr_run *copy, const struct cr_samples *samples,
                              struct cr_error *err)
{
    size_t numbers = (size_t)(samples->count * cr_samples_outputs(job->run));
    float *ours = malloc((numbers + 1) * sizeof *ours), *theirs = malloc((numbers + 1) * sizeof *theirs);
    enum cr_status status = ours && theirs ? CR_OK : cr_fail_memory(err);
    if (status == CR_OK)
        status = cr_samples_answer(samples, job->context, job->run, ours, err);
    if (status == CR_OK)
        status = cr_samples_answer(samples, job->context, copy, theirs, err);
    if (status == CR_OK && memcmp(ours, theirs, numbers * sizeof *ours) != 0)
        status = cr_fail(err, CR_ERROR_FORMAT, "%s: the file read back answers otherwise than the run, by %g", job->out,
                         cr_samples_difference(ours, theirs, (int64_t)numbers));
    if (status == CR_OK)
        cr_export_verified(job, "read back, it answers %s as the run does, bit for bit", samples->name);
    free(ours);
    free(theirs);
    return status;
}

static enum cr_status verify(struct cr_export_job *job, struct cr_error *err)
{
    struct cr_run *copy;
    struct cr_samples *samples;
    CR_TRY(cr_run_open(&copy, job->context, job->out, err));
    enum cr_status status = cr_samples_for_verdict(&samples, job, SAMPLES, "the file can be read back, but ", err);
    if (status == CR_OK && samples)
        status = compare(job, copy, samples, err);
    cr_samples_free(samples);
    cr_run_free(copy);
    return status;
}

static enum cr_status save(struct cr_export_job *job, struct cr_error *err)
{
    CR_TRY(write_all(job, err));
    enum cr_status status = verify(job, err);
    if (status != CR_OK)
        remove(job->out);
    return status;
}

const struct cr_export_format cr_export_safetensors = {
    .entry = {.name = "safetensors", .help = "weights and config in one file, for cradle and for PyTorch"},
    .file = "model.safetensors",
    .network = true,
    .takes = CR_EXPORT_TAKES_LAYOUT,
    .save = save,
};
