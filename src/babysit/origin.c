/*
 * In the order of a step: the activations forward, the gradients backward, the updates. Of an activation the op and the
 * layer are named; the samples are those whose loss is no number.
 */
#include "babysit/origin.h"

#include <math.h>

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

static bool name_activation(struct origin *origin, const struct cr_event *event)
{
    const struct cr_observation *seen = event->observation;
    for (int i = 0; i < seen->activations; i++) {
        const struct cr_seen_units *units = &seen->units[i];
        int64_t sample = first_sample(event->trainer);
        /* Sums overflow before numbers do: mean and deviation alone prove nothing. */
        if (!isnan(units->mean) && !isinf(units->least) && !isinf(units->most))
            continue;
        int used = cr_text_format(origin->text, origin->size, "it began in step %lld with the output of %s (%s)",
                                  (long long)event->step, units->layer, units->op);
        if (sample > 0)
            cr_text_format(origin->text + used, origin->size - (size_t)used, ", for sample %lld of the batch",
                           (long long)sample);
        return true;
    }
    return false;
}

static bool name_weights(struct origin *origin, const struct cr_event *event)
{
    const struct cr_observation *seen = event->observation;
    for (int i = seen->parameters - 1; i >= 0; i--) {
        if (isfinite(seen->weights[i].gradient))
            continue;
        cr_text_format(origin->text, origin->size, "it began in step %lld with the gradient of %s, on the way back",
                       (long long)event->step, seen->weights[i].name);
        return true;
    }
    for (int i = 0; i < seen->parameters; i++) {
        if (isfinite(seen->weights[i].update))
            continue;
        cr_text_format(origin->text, origin->size, "it began in step %lld with the update of %s",
                       (long long)event->step, seen->weights[i].name);
        return true;
    }
    return false;
}

static enum cr_status look(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *err)
{
    struct origin *origin = user;
    (void)err;
    bool found = event->kind == CR_EVENT_OBSERVE && (name_activation(origin, event) || name_weights(origin, event));
    if (found || (event->kind == CR_EVENT_STEP && event->step > origin->last))
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
