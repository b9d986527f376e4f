#include "babysit/attempt.h"

#include <string.h>

#include "babysit/fork.h"
#include "base/text.h"

enum { SPIKE = 3 };

static enum cr_status watch(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *err)
{
    struct cr_attempt *attempt = user;
    if (event->kind == CR_EVENT_START)
        attempt->begin = event->step;
    if (event->kind != CR_EVENT_STEP)
        return CR_OK;
    int64_t done = event->step - attempt->begin;
    if (attempt->count == CR_ATTEMPT_LAST)
        memmove(attempt->loss, attempt->loss + 1, (CR_ATTEMPT_LAST - 1) * sizeof *attempt->loss);
    attempt->loss[attempt->count < CR_ATTEMPT_LAST ? attempt->count++ : CR_ATTEMPT_LAST - 1] = event->loss;
    if (done >= attempt->steps)
        verdict->kind = CR_STOP;
    if (attempt->progress && !attempt->progress(attempt->user, done))
        return cr_fail(err, CR_ERROR_STOPPED, "stopped");
    return CR_OK;
}

static enum cr_status train(struct cr_attempt *attempt, struct cr_trainer *trainer, struct cr_error *err)
{
    struct cr_tally tally = {0};
    if (attempt->path)
        CR_TRY(cr_trainer_apply(trainer, attempt->path, attempt->value, err));
    CR_TRY(cr_trainer_run(trainer, err));
    attempt->validated = trainer->options.validation != NULL;
    if (attempt->validated)
        CR_TRY(cr_trainer_validate(trainer, trainer->options.validation, &tally, NULL, NULL, err));
    attempt->accuracy = attempt->validated ? cr_tally_accuracy(&tally) : 0;
    return CR_OK;
}

/* As assignments; NULL ends them. */
static void list_changes(const struct cr_finding *finding, char texts[1 + CR_MORE][160], const char **changes)
{
    int count = 0;
    cr_text_format(texts[0], sizeof texts[0], "%s=%s", finding->path, finding->to);
    while (count < CR_MORE && finding->more[count].path[0]) {
        const struct cr_replacement *more = &finding->more[count++];
        cr_text_format(texts[count], sizeof texts[count], "%s=%s", more->path, more->to);
    }
    for (int i = 0; i <= count; i++)
        changes[i] = texts[i];
    changes[count + 1] = NULL;
}

/* A loss counts as no more than SPIKE times the median: one spike of a training that diverges outweighs all else. */
static void cap_spikes(struct cr_attempt *attempt)
{
    double most = attempt->count > 0 ? SPIKE * cr_median(attempt->loss, attempt->count) : 0;
    for (int i = 0; i < attempt->count; i++)
        attempt->loss[i] = attempt->loss[i] > most ? most : attempt->loss[i];
}

enum cr_status cr_attempt_run(struct cr_attempt *attempt, struct cr_context *context,
                              const struct cr_sections *sections, struct cr_error *err)
{
    const char *changes[4 + 1 + CR_MORE] = {"babysit.observe=off", "babysit.compare=false", "babysit.auto=false"};
    char texts[1 + CR_MORE][160];
    if (attempt->finding)
        list_changes(attempt->finding, texts, changes + 3);
    const struct cr_observer observer = {attempt, watch};
    const struct cr_fork_options options = {
        .changes = changes, .checkpoint = attempt->checkpoint, .state = attempt->state, .observer = &observer};
    struct cr_fork fork;
    attempt->count = 0;
    CR_TRY(cr_fork_new(&fork, context, sections, &options, err));
    enum cr_status status = train(attempt, fork.experiment->trainer, err);
    cr_fork_free(&fork);
    cap_spikes(attempt);
    return status;
}

struct cr_mean cr_attempt_loss(const struct cr_attempt *attempt)
{
    return cr_mean_of(attempt->loss, attempt->count);
}

struct cr_mean cr_attempt_gain(const struct cr_attempt *a, const struct cr_attempt *b)
{
    double difference[CR_ATTEMPT_LAST];
    int count = a->count < b->count ? a->count : b->count;
    for (int i = 0; i < count; i++)
        difference[i] = a->loss[a->count - count + i] - b->loss[b->count - count + i];
    return cr_mean_of(difference, count);
}
