/*
 * A fault has spoiled the state, so the change is tried from the last good state and from the beginning, and the better
 * of the two is gone back to; after a warning it is tried from here, and of a rate that was too high from the beginning
 * as well. Each is held against the training as it is, for as many steps.
 *
 * A change counts as confirmed where the loss of the last steps is lower by T standard errors (by chance once in a
 * thousand) and by a share of `least`. Both grow with each change that was made, so that no training goes back and
 * forth for ever (as the threshold of dlib's trainer does, which shrinks its rate when the loss rises); and there are
 * no more than MOST_CHANGES.
 */
#include "babysit/auto.h"

#include <math.h>
#include <string.h>

#include "babysit/check.h"
#include "base/text.h"

enum { MOST_CHANGES = 5, STEPS_LEAST = 60, STEPS_MOST = 300, SHARE = 10 /* an attempt is no longer than a tenth */ };
enum { CANDIDATES = 4, STARTS = 2 };
static const double T = 3.1, least = 0.02;

struct candidate {
    const char *path;
    double value;
};

struct search {
    struct cr_auto *act;
    const struct cr_history *history;
    const struct cr_experiment *experiment;
    const struct cr_state *starts[STARTS]; /* the training as it is is tried from the first of them */
    int start_count;
    int64_t steps;
    int done, attempts; /* for the progress */
    struct cr_attempt base, best;
    int best_start;
    bool found;
};

static const char clip_path[] = "train.clip.norm";

static bool can_change(const struct cr_history *history, const struct cr_finding *finding)
{
    return strcmp(finding->path, history->facts.lr_path) == 0 || strcmp(finding->path, clip_path) == 0;
}

/* ------------------------------------------------------------------------------------------------------- attempts */

static bool show(void *user, int64_t done)
{
    const struct search *search = user;
    const struct cr_auto *act = search->act;
    int64_t all = search->attempts * search->steps, so_far = search->done * search->steps + done;
    return !act->progress || act->progress(act->user, "trying a change", so_far < all ? so_far : all, all);
}

static enum cr_status attempt(struct search *search, int start, const struct candidate *candidate,
                              struct cr_attempt *attempt, struct cr_error *err)
{
    *attempt = (struct cr_attempt){.state = search->starts[start],
                                   .path = candidate ? candidate->path : NULL,
                                   .value = candidate ? candidate->value : 0,
                                   .steps = search->steps,
                                   .progress = show,
                                   .user = search};
    CR_TRY(cr_attempt_run(attempt, search->experiment->context, &search->experiment->sections, err));
    search->done++;
    return CR_OK;
}

static bool is_confirmed(const struct search *search, int start, const struct cr_attempt *changed)
{
    double hard = 1 + (double)search->experiment->trainer->progress.changes;
    double first = cr_history_first_loss(search->history);
    struct cr_mean after = cr_attempt_loss(changed), before = cr_attempt_loss(&search->base);
    if (changed->count == 0 || !isfinite(after.mean))
        return false;
    if (!isfinite(before.mean))
        return !isfinite(first) || after.mean < first;
    if (!(before.mean - after.mean > least * hard * fabs(before.mean)))
        return false;
    struct cr_mean gain = cr_attempt_gain(&search->base, changed);
    return start == 0 ? gain.mean > T * hard * gain.error : cr_welch(before, after) > T * hard;
}

/* Of the starts the one from which the loss comes lowest. */
static enum cr_status try_candidate(struct search *search, const struct candidate *candidate, struct cr_error *err)
{
    for (int start = 0; start < search->start_count; start++) {
        struct cr_attempt made;
        CR_TRY(attempt(search, start, candidate, &made, err));
        if (!is_confirmed(search, start, &made) ||
            (search->found && cr_attempt_loss(&made).mean >= cr_attempt_loss(&search->best).mean))
            continue;
        search->found = true;
        search->best = made;
        search->best_start = start;
    }
    return CR_OK;
}

static bool lowers_rate(const struct cr_history *history, const struct cr_finding *finding)
{
    double to;
    return strcmp(finding->path, history->facts.lr_path) == 0 && cr_text_float(finding->to, &to) &&
           to < history->facts.lr;
}

/*
 * What was proposed first. Of a rate that is lowered then ten times that, where it is still lower, and a tenth; of one
 * that is raised half-way there, on a logarithmic scale. Of what diverges at last a clip.
 */
static int list_candidates(const struct cr_history *history, const struct cr_finding *finding,
                           struct candidate list[CANDIDATES])
{
    const struct cr_facts *facts = &history->facts;
    double to = 0;
    int count = 0;
    if (!cr_text_float(finding->to, &to))
        return 0;
    list[count++] = (struct candidate){finding->path, to};
    if (lowers_rate(history, finding)) {
        if (10 * to < 0.5 * facts->lr)
            list[count++] = (struct candidate){finding->path, 10 * to};
        list[count++] = (struct candidate){finding->path, to / 10};
    } else if (strcmp(finding->path, facts->lr_path) == 0)
        list[count++] = (struct candidate){finding->path, sqrt(to * facts->lr)};
    if (cr_finding_diverges(finding) && !facts->clips)
        list[count++] = (struct candidate){clip_path, 1};
    return count;
}

static enum cr_status search_change(struct search *search, const struct cr_finding *finding, struct cr_error *err)
{
    struct candidate list[CANDIDATES];
    int count = list_candidates(search->history, finding, list);
    search->attempts = 1 + count * search->start_count;
    CR_TRY(attempt(search, 0, NULL, &search->base, err));
    for (int i = 0; i < count && search->base.count > 0; i++) {
        /* One that helps is enough, but a rate may do better that is nearer to the file's. */
        if (search->found && !(i == 1 && lowers_rate(search->history, finding) && list[1].value > list[0].value))
            break;
        CR_TRY(try_candidate(search, &list[i], err));
    }
    return CR_OK;
}

/* -------------------------------------------------------------------------------------------------------- verdicts */

static void say_gain(const struct search *search, char *text, size_t size)
{
    const struct cr_attempt *before = &search->base, *after = &search->best;
    int used = cr_text_format(text, size, "in %lld steps the loss is %.4g instead of %.4g", (long long)search->steps,
                              cr_attempt_loss(after).mean, cr_attempt_loss(before).mean);
    if (after->validated)
        cr_text_format(text + used, size - (size_t)used, ", validation accuracy %.4f instead of %.4f", after->accuracy,
                       before->accuracy);
}

static void take(struct search *search, struct cr_finding *finding, struct cr_verdict *verdict)
{
    struct cr_auto *act = search->act;
    bool fault = finding->severity == CR_FAULT;
    cr_text_format(act->path, sizeof act->path, "%s", search->best.path);
    say_gain(search, act->why, sizeof act->why);
    verdict->kind = fault || search->best_start == 1 ? CR_ROLL_BACK : CR_CHANGE;
    verdict->to_first = search->best_start == 1;
    verdict->path = act->path;
    verdict->value = search->best.value;
    verdict->why = act->why;
    cr_say_more(finding->evidence, "; %s = %.4g was tried: %s", act->path, search->best.value, act->why);
}

static void finish(struct cr_auto *act, bool back, struct cr_verdict *verdict)
{
    verdict->kind = CR_FINISH;
    verdict->back = back;
    verdict->why = act->why;
}

/* Of a fault from what was kept, of a warning from here; and of a rate that was too high also from the beginning. */
static enum cr_status search_from(struct search *search, const struct cr_finding *finding, struct cr_state **now,
                                  struct cr_error *err)
{
    struct cr_trainer *trainer = search->experiment->trainer;
    const struct cr_state *first = trainer->kept[CR_KEPT_FIRST], *good = trainer->kept[CR_KEPT_GOOD];
    int64_t all = trainer->options.epochs * trainer->steps_per_epoch / SHARE;
    search->steps = all < STEPS_LEAST ? STEPS_LEAST : all > STEPS_MOST ? STEPS_MOST : all;
    search->start_count = 1;
    if (finding->severity < CR_FAULT) {
        CR_TRY(cr_state_take(now, trainer, err));
        search->starts[0] = *now;
    } else
        search->starts[0] = good ? good : first;
    if (cr_state_step(search->starts[0]) > 0 &&
        (finding->severity == CR_FAULT || lowers_rate(search->history, finding)))
        search->starts[search->start_count++] = first;
    return search_change(search, finding, err);
}

static enum cr_status change(struct cr_auto *act, struct cr_history *history, const struct cr_experiment *experiment,
                             struct cr_finding *finding, struct cr_verdict *verdict, struct cr_error *err)
{
    struct search search = {.act = act, .history = history, .experiment = experiment};
    struct cr_state *now = NULL;
    enum cr_status status = CR_OK;
    if (experiment->trainer->progress.changes < MOST_CHANGES)
        status = search_from(&search, finding, &now, err);
    cr_state_free(now);
    CR_TRY(status);
    if (search.found)
        take(&search, finding, verdict);
    else if (cr_finding_diverges(finding)) {
        cr_text_format(act->why, sizeof act->why, "%s", "no change that could be tried makes it better");
        finish(act, true, verdict);
    } else if (search.done > 0)
        cr_say_more(finding->evidence, "; the change was tried and makes it no better, so it was not made");
    return CR_OK;
}

/* A rate that falls may bring something yet. */
static bool ends(const struct cr_history *history, const struct cr_finding *finding)
{
    return strcmp(finding->check, "overtraining") == 0 && !history->facts.lowers_rate;
}

enum cr_status cr_auto_act(struct cr_auto *act, struct cr_history *history, const struct cr_experiment *experiment,
                           struct cr_verdict *verdict, struct cr_error *err)
{
    for (int i = history->told; i < history->found && verdict->kind == CR_GO_ON; i++) {
        struct cr_finding *finding = &history->findings[i];
        if (ends(history, finding)) {
            cr_text_format(act->why, sizeof act->why, "%s", finding->evidence);
            finish(act, false, verdict);
        } else if (can_change(history, finding))
            CR_TRY(change(act, history, experiment, finding, verdict, err));
        if (verdict->kind == CR_ROLL_BACK || verdict->back) /* what was found besides has not happened */
            history->found = i + 1;
    }
    return CR_OK;
}
