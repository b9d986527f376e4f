/*
 * How a training goes on otherwise: from here or from a state that was kept, with another learning rate or clip; or
 * ends. A verdict is noted when it comes, and obeyed where the loop stands between two steps, with all observers told.
 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "train/optimizer.h"
#include "train/trainer.h"

static const char clip_path[] = "train.clip.norm";

/* Of what can change the value as it is; NULL: this cannot. */
static const double *find_value(const struct cr_trainer *trainer, const char *path)
{
    const struct cr_optimizer *optimizer = trainer->options.optimizer;
    char rate[128];
    cr_text_format(rate, sizeof rate, "train.optimizer.%s.lr", optimizer->kind->entry.name);
    if (path && strcmp(path, rate) == 0)
        return &optimizer->lr;
    return path && strcmp(path, clip_path) == 0 ? &optimizer->refine.clip_norm : NULL;
}

static enum cr_status check_path(const struct cr_trainer *trainer, const char *path, struct cr_error *err)
{
    if (find_value(trainer, path))
        return CR_OK;
    return cr_fail(err, CR_ERROR_UNSUPPORTED,
                   "%s cannot change while a network is trained; train.optimizer.%s.lr and %s can",
                   path ? path : "nothing", trainer->options.optimizer->kind->entry.name, clip_path);
}

enum cr_status cr_trainer_apply(struct cr_trainer *trainer, const char *path, double value, struct cr_error *err)
{
    struct cr_optimizer *optimizer = trainer->options.optimizer;
    CR_TRY(check_path(trainer, path, err));
    return strcmp(path, clip_path) == 0 ? cr_optimizer_set_clip(optimizer, value, err)
                                        : cr_optimizer_set_lr(optimizer, value, err);
}

/* ---------------------------------------------------------------------------------------------------- what is kept */

bool cr_trainer_is_good(const struct cr_trainer *trainer)
{
    const struct cr_progress *progress = &trainer->progress;
    return progress->position == 0 && progress->best_epoch == progress->epoch &&
           (progress->epoch == 0 || isfinite(progress->best_loss));
}

enum cr_status cr_trainer_keep(struct cr_trainer *trainer, int which, struct cr_error *err)
{
    if (!trainer->options.rollback || (which == CR_KEPT_GOOD && !cr_trainer_is_good(trainer)))
        return CR_OK;
    return cr_state_take(&trainer->kept[which], trainer, err);
}

/* -------------------------------------------------------------------------------------------------------- the turn */

static void say(char *text, size_t size, const char *from)
{
    cr_text_format(text, size, "%.*s", cr_text_fit(from, (int)size - 1), from);
}

enum cr_status cr_trainer_ask_turn(struct cr_trainer *trainer, const struct cr_verdict *verdict, struct cr_error *err)
{
    bool back = verdict->kind == CR_ROLL_BACK || (verdict->kind == CR_FINISH && verdict->back);
    if (trainer->turn.due)
        return CR_OK;
    if (back && !trainer->kept[CR_KEPT_FIRST])
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "this trainer keeps no earlier state to go back to");
    struct cr_turn turn = {.due = true, .to_first = verdict->to_first, .value = verdict->value};
    turn.change = (struct cr_change){.number = trainer->progress.changes + 1,
                                     .decided = trainer->progress.step,
                                     .back = back,
                                     .finished = verdict->kind == CR_FINISH};
    if (verdict->kind == CR_CHANGE || (verdict->kind == CR_ROLL_BACK && verdict->path)) {
        CR_TRY(check_path(trainer, verdict->path, err));
        say(turn.change.path, sizeof turn.change.path, verdict->path);
        cr_text_format(turn.change.to, sizeof turn.change.to, "%.6g", verdict->value);
        cr_text_format(turn.change.from, sizeof turn.change.from, "%.6g", *find_value(trainer, verdict->path));
    }
    say(turn.change.why, sizeof turn.change.why, verdict->why ? verdict->why : "");
    trainer->turn = turn;
    return CR_OK;
}

static enum cr_status go_back(struct cr_trainer *trainer, struct cr_error *err)
{
    const struct cr_state *good = trainer->kept[CR_KEPT_GOOD], *first = trainer->kept[CR_KEPT_FIRST];
    return cr_state_put(trainer->turn.to_first || !good ? first : good, trainer, err);
}

enum cr_status cr_trainer_turn(struct cr_trainer *trainer, struct cr_error *err)
{
    struct cr_turn *turn = &trainer->turn;
    if (!turn->due)
        return CR_OK;
    turn->due = false;
    if (turn->change.back)
        CR_TRY(go_back(trainer, err));
    if (turn->change.path[0])
        CR_TRY(cr_trainer_apply(trainer, turn->change.path, turn->value, err));
    trainer->progress.changes = turn->change.number;
    trainer->progress.ended = turn->change.finished;
    if (turn->change.back) /* what is good from now on has the change */
        CR_TRY(cr_trainer_keep(trainer, CR_KEPT_GOOD, err));
    struct cr_event event = cr_trainer_event(trainer, CR_EVENT_CHANGE);
    event.change = &turn->change;
    CR_TRY(cr_trainer_tell(trainer, &event, err));
    if (!turn->change.back && !turn->change.finished)
        return CR_OK;
    return cr_trainer_tell_kind(trainer, CR_EVENT_CHECKPOINT, err);
}
