/*
 * Of an activation the op and the layer are named, and the first sample whose loss is no number; a batch norm mixes the
 * samples, so that all of them have none.
 */
#include "babysit/origin.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "babysit/culprit.h"
#include "babysit/fork.h"
#include "base/file.h"
#include "base/text.h"

enum { FARTHEST = 20000 /* steps from the checkpoint, or the beginning: beyond, it would take too long */ };

struct origin {
    const struct cr_dataset *dataset;
    int64_t last; /* step at which the training saw it */
    char *text;
    size_t size;
};

static void say(struct origin *origin, const char *format, ...) CR_PRINTF(2, 3);
static void say(struct origin *origin, const char *format, ...)
{
    size_t used = strlen(origin->text);
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(origin->text + used, origin->size - used, format, arguments);
    va_end(arguments);
}

/* The samples of the batch whose loss is no number. */
static void name_samples(struct origin *origin, const struct cr_trainer *trainer)
{
    struct cr_tensor loss = cr_plan_tensor(trainer->training, trainer->options.network->loss);
    const float *losses = loss.data;
    int64_t first = -1, without = 0;
    for (int64_t i = 0; losses && i < loss.dims[0]; i++)
        if (!isfinite(losses[i]) && without++ == 0)
            first = i;
    if (without > 0 && without == loss.dims[0])
        say(origin, ", for all %lld samples of the batch", (long long)without);
    else if (without > 0) {
        char name[100];
        origin->dataset->describe(origin->dataset, trainer->indices[first], name, sizeof name);
        say(origin, ", for %s (sample %lld of the batch)", name, (long long)first + 1);
        if (without > 1)
            say(origin, " and %lld others", (long long)without - 1);
    }
}

/* Whether this step is the one. */
static bool name_culprit(struct origin *origin, const struct cr_event *event)
{
    struct cr_culprit culprit = cr_culprit_of(event->observation);
    long long step = event->step;
    switch (culprit.kind) {
    case CR_NO_CULPRIT:
        return false;
    case CR_CULPRIT_ACTIVATION:
        say(origin, "it began in step %lld with the output of %s (%s)", step, culprit.name, culprit.op);
        name_samples(origin, event->trainer);
        break;
    case CR_CULPRIT_GRADIENT:
        say(origin, "it began in step %lld with the gradient of %s, on the way back", step, culprit.name);
        break;
    case CR_CULPRIT_UPDATE:
        say(origin, "it began in step %lld with the update of %s", step, culprit.name);
        break;
    }
    return true;
}

static enum cr_status look(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *err)
{
    struct origin *origin = user;
    (void)err;
    if ((event->kind == CR_EVENT_OBSERVE && name_culprit(origin, event)) ||
        (event->kind == CR_EVENT_STEP && event->step > origin->last))
        verdict->kind = CR_STOP;
    return CR_OK;
}

enum cr_status cr_origin_find(const struct cr_experiment *experiment, int64_t step, char *text, size_t size,
                              struct cr_error *err)
{
    static const char *const changes[] = {"babysit.observe=1", "babysit.compare=false", NULL};
    struct origin origin = {.last = step, .text = text, .size = size};
    const struct cr_observer observer = {&origin, look};
    struct cr_fork_options options = {.changes = changes, .observer = &observer};
    struct cr_fork fork;
    text[0] = '\0';
    if (experiment->last && cr_file_exists(experiment->last))
        options.checkpoint = experiment->last;
    CR_TRY(cr_fork_new(&fork, experiment->context, &experiment->sections, &options, err));
    enum cr_status status = CR_OK;
    origin.dataset = fork.experiment->dataset;
    int64_t from = fork.experiment->trainer->progress.step;
    if (from < step && step - from <= FARTHEST)
        status = cr_trainer_run(fork.experiment->trainer, err);
    cr_fork_free(&fork);
    return status;
}
