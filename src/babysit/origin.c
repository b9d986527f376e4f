/*
 * Of an activation the op and the layer are named, and the first sample whose loss is no number.
 */
#include "babysit/origin.h"

#include <math.h>

#include "babysit/culprit.h"
#include "babysit/fork.h"
#include "base/file.h"
#include "base/text.h"

enum { FARTHEST = 20000 /* steps from the checkpoint, or the beginning: beyond, it would take too long */ };

struct origin {
    int64_t last; /* step at which the training saw it */
    char *text;
    size_t size;
};

/* The first sample of the batch whose loss is no number, from 1; 0: there is none. */
static int64_t first_sample(const struct cr_trainer *trainer)
{
    struct cr_tensor loss = cr_plan_tensor(trainer->training, trainer->options.network->loss);
    const float *losses = loss.data;
    for (int64_t i = 0; losses && i < loss.dims[0]; i++)
        if (!isfinite(losses[i]))
            return i + 1;
    return 0;
}

/* Whether this step is the one. */
static bool name_culprit(struct origin *origin, const struct cr_event *event)
{
    struct cr_culprit culprit = cr_culprit_of(event->observation);
    long long step = event->step;
    switch (culprit.kind) {
    case CR_NO_CULPRIT:
        return false;
    case CR_CULPRIT_ACTIVATION: {
        int used = cr_text_format(origin->text, origin->size, "it began in step %lld with the output of %s (%s)", step,
                                  culprit.name, culprit.op);
        int64_t sample = first_sample(event->trainer);
        if (sample > 0)
            cr_text_format(origin->text + used, origin->size - (size_t)used, ", for sample %lld of the batch",
                           (long long)sample);
        break;
    }
    case CR_CULPRIT_GRADIENT:
        cr_text_format(origin->text, origin->size, "it began in step %lld with the gradient of %s, on the way back",
                       step, culprit.name);
        break;
    case CR_CULPRIT_UPDATE:
        cr_text_format(origin->text, origin->size, "it began in step %lld with the update of %s", step, culprit.name);
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
    int64_t from = fork.experiment->trainer->progress.step;
    if (from < step && step - from <= FARTHEST)
        status = cr_trainer_run(fork.experiment->trainer, err);
    cr_fork_free(&fork);
    return status;
}
