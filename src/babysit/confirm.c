/*
 * A change that a finding proposes, tried: the training goes on twice for the same steps on the same batches, once as
 * it is and once with the change, and the losses of the last ones are held against each other, step by step. From the
 * last checkpoint where its state is worth going on from; from the beginning where training has broken it, or where the
 * change is about the beginning.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "babysit/attempt.h"
#include "babysit/check.h"
#include "base/file.h"

static const double T = 3.1; /* chance: once in a thousand */

/* Which of the two goes on, for the progress of both. */
struct showing {
    const struct cr_confirm_options *options;
    int which;
};

static bool show(void *user, int64_t done)
{
    const struct showing *showing = user;
    const struct cr_confirm_options *options = showing->options;
    return !options->progress ||
           options->progress(options->user, "confirm", showing->which * options->steps + done, 2 * options->steps);
}

static void judge(const struct cr_attempt sides[2], struct cr_confirmation *result)
{
    struct cr_mean before = cr_attempt_loss(&sides[0]), after = cr_attempt_loss(&sides[1]);
    struct cr_mean gain = cr_attempt_gain(&sides[0], &sides[1]);
    result->loss[0] = before.mean;
    result->loss[1] = after.mean;
    result->gain = gain.mean;
    result->error = gain.error;
    result->validated = sides[0].validated;
    result->accuracy[0] = sides[0].accuracy;
    result->accuracy[1] = sides[1].accuracy;
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
    struct showing showing = {.options = options};
    struct cr_attempt sides[2];
    enum cr_status status = CR_OK;
    char *path = cr_path_join(folder, "config.yaml"), *last = cr_path_join(folder, "last.safetensors");
    *result = (struct cr_confirmation){.steps = options->steps};
    if (!path || !last)
        CR_GO(cr_fail_memory(err));
    if (!finding->path[0])
        CR_GO(cr_fail(err, CR_ERROR_ARGUMENT, "%s proposes no change that could be tried", finding->check));
    CR_GO(cr_config_open(&config, path, err));
    CR_GO(cr_sections_read(&sections, config, err));
    result->from_checkpoint = goes_on(finding) && cr_file_exists(last);
    for (showing.which = 0; showing.which < 2; showing.which++) {
        struct cr_attempt *side = &sides[showing.which];
        *side = (struct cr_attempt){.checkpoint = result->from_checkpoint ? last : NULL,
                                    .finding = showing.which ? finding : NULL,
                                    .steps = options->steps,
                                    .progress = show,
                                    .user = &showing};
        CR_GO(cr_attempt_run(side, context, &sections, err));
        if (side->count == 0)
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
