/*
 * What a trainer tells its observers, and what it does with their verdicts.
 */
#include "train/trainer.h"

#include <math.h>

#include "base/context.h"

static enum cr_status obey(struct cr_trainer *trainer, const struct cr_verdict *verdict, struct cr_error *err)
{
    switch (verdict->kind) {
    case CR_GO_ON:
        break;
    case CR_STOP:
        trainer->stop = true;
        break;
    case CR_CHANGE:
    case CR_ROLL_BACK:
    case CR_FINISH:
        return cr_trainer_ask_turn(trainer, verdict, err);
    }
    return CR_OK;
}

double cr_trainer_speed(const struct cr_trainer *trainer)
{
    return trainer->seconds > 0 ? (double)trainer->images / trainer->seconds : 0;
}

bool cr_trainer_stopped_early(const struct cr_trainer *trainer)
{
    if (trainer->progress.epoch >= trainer->options.epochs)
        return false;
    return trainer->progress.ended ||
           (trainer->early_stop.on && trainer->progress.early_stop.waited >= trainer->early_stop.patience);
}

bool cr_trainer_is_over(const struct cr_trainer *trainer)
{
    return trainer->progress.epoch >= trainer->options.epochs || cr_trainer_stopped_early(trainer);
}

struct cr_event cr_trainer_event(const struct cr_trainer *trainer, enum cr_event_kind kind)
{
    const struct cr_progress *progress = &trainer->progress;
    return (struct cr_event){.kind = kind,
                             .trainer = trainer,
                             .step = progress->step,
                             .epoch = progress->epoch,
                             .epochs = trainer->options.epochs,
                             .steps_per_epoch = trainer->steps_per_epoch,
                             .lr = trainer->lr,
                             .resumed = kind == CR_EVENT_START && progress->step > 0,
                             .finished = kind == CR_EVENT_END && cr_trainer_is_over(trainer),
                             .stopped_early = kind == CR_EVENT_END && cr_trainer_stopped_early(trainer),
                             .seconds = cr_clock() - trainer->started};
}

/* To all, also to whoever found it; what they say to that is not asked. */
static enum cr_status tell_finding(struct cr_trainer *trainer, const struct cr_finding *finding, bool turns,
                                   struct cr_error *err)
{
    struct cr_event event = cr_trainer_event(trainer, CR_EVENT_FINDING);
    event.finding = finding;
    event.number = turns ? trainer->progress.changes + 1 : 0;
    for (int i = 0; i < trainer->options.observer_count; i++) {
        struct cr_verdict verdict = {.kind = CR_GO_ON};
        CR_TRY(trainer->observers[i].event(trainer->observers[i].user, &event, &verdict, err));
    }
    return CR_OK;
}

enum cr_status cr_trainer_tell(struct cr_trainer *trainer, const struct cr_event *event, struct cr_error *err)
{
    for (int i = 0; i < trainer->options.observer_count; i++) {
        const struct cr_observer *observer = &trainer->observers[i];
        struct cr_verdict verdict = {.kind = CR_GO_ON};
        CR_TRY(observer->event(observer->user, event, &verdict, err));
        for (int j = 0; j < verdict.finding_count; j++)
            CR_TRY(tell_finding(trainer, &verdict.findings[j], verdict.kind > CR_STOP, err));
        CR_TRY(obey(trainer, &verdict, err));
    }
    return CR_OK;
}

/* What observed steps took longer than the others, as a share of all; the others' mean is what a step takes. */
static double observing_share(const struct cr_looking *looking)
{
    int64_t others = looking->of - looking->steps;
    if (looking->steps == 0 || others == 0 || !(looking->all > 0))
        return 0;
    double usual = (looking->all - looking->seconds) / (double)others;
    return fmax(looking->seconds - usual * (double)looking->steps, 0) / looking->all;
}

enum cr_status cr_trainer_tell_kind(struct cr_trainer *trainer, enum cr_event_kind kind, struct cr_error *err)
{
    struct cr_event event = cr_trainer_event(trainer, kind);
    if (kind == CR_EVENT_START && trainer->observing)
        event.observe = cr_observing_interval(trainer->observing);
    if (kind == CR_EVENT_END)
        event.observing = observing_share(&trainer->looking);
    return cr_trainer_tell(trainer, &event, err);
}
