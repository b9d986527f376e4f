/*
 * A change that a finding proposes, tried: the training goes on twice for the same steps on the same batches, once as
 * it is and once with the change, and the losses of the last ones are held against each other, step by step. From the
 * last checkpoint where its state is worth going on from; from the beginning where training has broken it, or where the
 * change is about the beginning.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "babysit/check.h"
#include "babysit/fork.h"
#include "base/file.h"
#include "base/text.h"

enum { LAST = 50 /* steps that are compared */ };
static const double T = 3.1; /* chance: once in a thousand */

/* One of the two. */
struct side {
    double loss[LAST];
    int count;
    int64_t begin, steps;
    const struct cr_confirm_options *options;
    int which;
};

static enum cr_status watch(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *err)
{
    struct side *side = user;
    const struct cr_confirm_options *options = side->options;
    if (event->kind == CR_EVENT_START)
        side->begin = event->step;
    if (event->kind != CR_EVENT_STEP)
        return CR_OK;
    int64_t done = event->step - side->begin;
    if (side->count == LAST)
        memmove(side->loss, side->loss + 1, (LAST - 1) * sizeof *side->loss);
    side->loss[side->count < LAST ? side->count++ : LAST - 1] = event->loss;
    if (done >= side->steps)
        verdict->kind = CR_STOP;
    if (options->progress &&
        !options->progress(options->user, "confirm", side->which * side->steps + done, 2 * side->steps))
        return cr_fail(err, CR_ERROR_STOPPED, "stopped");
    return CR_OK;
}

static enum cr_status run_side(struct cr_context *context, const struct cr_sections *sections, const char *checkpoint,
                               const char *change, struct side *side, struct cr_confirmation *result,
                               struct cr_error *err)
{
    const char *const changes[] = {"babysit.observe=off", "babysit.compare=false", change, NULL};
    const struct cr_observer observer = {side, watch};
    const struct cr_fork_options options = {.changes = changes, .checkpoint = checkpoint, .observer = &observer};
    struct cr_tally tally = {0};
    struct cr_fork fork;
    CR_TRY(cr_fork_new(&fork, context, sections, &options, err));
    struct cr_trainer *trainer = fork.experiment->trainer;
    enum cr_status status = cr_trainer_run(trainer, err);
    if (status == CR_OK && trainer->options.validation)
        status = cr_trainer_validate(trainer, trainer->options.validation, &tally, NULL, NULL, err);
    result->validated = trainer->options.validation != NULL;
    result->accuracy[side->which] = result->validated ? cr_tally_accuracy(&tally) : 0;
    cr_fork_free(&fork);
    return status;
}

/* By the differences of the same steps, where both have as many. */
static void judge(const struct side sides[2], struct cr_confirmation *result)
{
    double difference[LAST];
    int count = sides[0].count < sides[1].count ? sides[0].count : sides[1].count;
    for (int i = 0; i < count; i++)
        difference[i] = sides[0].loss[sides[0].count - count + i] - sides[1].loss[sides[1].count - count + i];
    struct cr_mean before = cr_mean_of(sides[0].loss, sides[0].count),
                   after = cr_mean_of(sides[1].loss, sides[1].count);
    struct cr_mean gain = cr_mean_of(difference, count);
    result->loss[0] = before.mean;
    result->loss[1] = after.mean;
    result->gain = gain.mean;
    result->error = gain.error;
    /* What is not finite cannot be compared: it is worse than what is. */
    result->confirmed = isfinite(after.mean) && (!isfinite(before.mean) || gain.mean > T * gain.error);
}

/* The state that this finding is about is worth going on from, and the change does not concern the batches. */
static bool goes_on(const struct cr_finding *finding)
{
    return finding->severity < CR_FAULT && strstr(finding->path, "train.optimizer.") == finding->path;
}

enum cr_status cr_confirm(struct cr_confirmation *result, struct cr_context *context, const char *folder,
                          const struct cr_finding *finding, const struct cr_confirm_options *options,
                          struct cr_error *err)
{
    struct cr_config *config = NULL;
    struct cr_sections sections = {0};
    struct side sides[2] = {{.count = 0}};
    char change[160];
    enum cr_status status = CR_OK;
    char *path = cr_path_join(folder, "config.yaml"), *last = cr_path_join(folder, "last.safetensors");
    *result = (struct cr_confirmation){.steps = options->steps};
    if (!path || !last)
        CR_GO(cr_fail_memory(err));
    if (!finding->path[0])
        CR_GO(cr_fail(err, CR_ERROR_ARGUMENT, "%s proposes no change that could be tried", finding->check));
    CR_GO(cr_config_open(&config, path, err));
    CR_GO(cr_sections_read(&sections, config, err));
    cr_text_format(change, sizeof change, "%s=%s", finding->path, finding->to);
    result->from_checkpoint = goes_on(finding) && cr_file_exists(last);
    for (int i = 0; i < 2; i++) {
        sides[i] = (struct side){.steps = options->steps, .options = options, .which = i};
        CR_GO(run_side(context, &sections, result->from_checkpoint ? last : NULL, i ? change : NULL, &sides[i], result,
                       err));
        if (sides[i].count == 0)
            CR_GO(cr_fail(err, CR_ERROR_ARGUMENT, "%s: there are no steps left to try %s in", folder, finding->path));
    }
    judge(sides, result);
done:
    cr_sections_free(&sections);
    cr_config_free(config);
    free(path);
    free(last);
    return status;
}
