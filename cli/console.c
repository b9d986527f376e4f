/*
 * The console as an observer of the trainer.
 */
#include "console.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "interrupt.h"

enum { BAR_MIN = 8, BAR_MAX = 30, BESIDE_BAR = 62 };

static void begin(struct console *console, const struct cr_event *event)
{
    const struct screen *screen = console->screen;
    console->first_step = event->step;
    console->loss = 0;
    console->batches = 0;
    console->metric = cr_trainer_network(event->trainer)->metrics[0]->name;
    if (event->resumed)
        printf("Goes on at step %lld, in epoch %lld of %lld\n", (long long)event->step, (long long)event->epoch + 1,
               (long long)event->epochs);
    if (screen->terminal)
        printf("\n%s    epoch      cost    train      val         lr  images/s%s\n", screen_bold(screen),
               screen_plain(screen));
    fflush(stdout);
}

static void remaining(const struct console *console, const struct cr_event *event, char *text, size_t size)
{
    int64_t done = event->step - console->first_step, left = event->epochs * event->steps_per_epoch - event->step;
    text_duration(event->seconds / (double)(done > 0 ? done : 1) * (double)left, text, size);
}

static void paint(const struct console *console, const struct cr_event *event)
{
    struct screen *screen = console->screen;
    char bar[128], left[32], rate[32], line[512];
    int64_t step = event->step - event->epoch * event->steps_per_epoch;
    double share = (double)step / (double)event->steps_per_epoch;
    int cells = screen->width - BESIDE_BAR;
    if (!screen_paint_due(screen))
        return;
    screen_bar(screen, share, cells < BAR_MIN ? BAR_MIN : cells > BAR_MAX ? BAR_MAX : cells, bar, sizeof bar);
    remaining(console, event, left, sizeof left);
    text_amount(event->images_per_second, rate, sizeof rate);
    snprintf(line, sizeof line, "epoch %lld/%lld %s %3.0f %%  loss %.4f  %s images/s  %s left",
             (long long)event->epoch + 1, (long long)event->epochs, bar, 100 * share,
             console->loss / (double)console->batches, rate, left);
    screen_paint(screen, line);
}

/* Of what is no accuracy: "  r2 0.9731  mae 0.1052". */
static void scores(const struct console *console, const struct cr_event *event)
{
    if (strcmp(console->metric, "accuracy") != 0)
        for (int i = 0; i < event->score_count; i++)
            printf("  %s %.4g", event->scores[i].metric, event->scores[i].value);
    printf("\n");
}

static void row(const struct cr_event *event)
{
    char count[64], validation[32] = "-", rate[32];
    snprintf(count, sizeof count, "%lld/%lld", (long long)event->epoch, (long long)event->epochs);
    if (event->validated)
        snprintf(validation, sizeof validation, "%.4f", event->validation_accuracy);
    text_amount(event->images_per_second, rate, sizeof rate);
    printf("%9s  %8.4f  %7.4f  %7s  %9.3g  %8s%s", count, event->loss, event->accuracy, validation, event->lr, rate,
           event->best ? "  best" : "");
}

static void line(const struct cr_event *event)
{
    printf("Finished epoch %lld / %lld: cost %.6f, train: %.6f, val %.6f, lr %.6e", (long long)event->epoch,
           (long long)event->epochs, event->loss, event->accuracy,
           event->validated ? event->validation_accuracy : (double)NAN, event->lr);
}

/* One line, once; the rest is told by cradle check. */
static void tell_finding(struct console *console, const struct cr_finding *finding)
{
    struct screen *screen = console->screen;
    int more = 0;
    screen_clear(screen);
    printf("%s%s: %s%s", screen_bold(screen), cr_severity_name(finding->severity), finding->symptom,
           screen_plain(screen));
    if (finding->path[0])
        printf("; try %s: %s -> %s", finding->path, finding->from, finding->to);
    while (more < CR_MORE && finding->more[more].path[0])
        more++;
    if (more > 0)
        printf(" and %d more", more);
    printf("  (%s)\n", finding->check);
    fflush(stdout);
    console->findings++;
    if (cr_finding_diverges(finding))
        console->diverged = true;
}

/* What was done, in one line. */
static void tell_change(struct console *console, const struct cr_event *event)
{
    const struct cr_change *change = event->change;
    screen_clear(console->screen);
    printf("auto: ");
    if (change->back && event->step == 0)
        printf("back to the beginning");
    else if (change->back)
        printf("back to the state of epoch %lld", (long long)event->epoch);
    else if (!change->finished)
        printf("goes on");
    else
        printf("ends here");
    if (change->back && change->finished)
        printf(", and ends there");
    if (change->path[0])
        printf(" with %s: %s -> %s", change->path, change->from, change->to);
    printf("; %s\n", change->why);
    fflush(stdout);
    console->ended = change->finished;
    console->diverged = console->diverged && !(change->back && !change->finished);
    console->loss = 0;
    console->batches = 0;
}

static void end_epoch(struct console *console, const struct cr_event *event)
{
    screen_clear(console->screen);
    if (console->screen->terminal)
        row(event);
    else
        line(event);
    scores(console, event);
    fflush(stdout);
    console->loss = 0;
    console->batches = 0;
    if (event->best) {
        console->best = event->validated ? event->validation_accuracy : event->accuracy;
        console->best_validated = event->validated;
        console->best_epoch = event->epoch;
        console->best_is_number = isfinite(event->validated ? event->validation_loss : event->loss);
    }
}

static enum cr_status observe(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                              struct cr_error *err)
{
    (void)err;
    struct console *console = user;
    console->step = event->step;
    console->seconds = event->seconds;
    switch (event->kind) {
    case CR_EVENT_START:
        begin(console, event);
        break;
    case CR_EVENT_STEP:
        console->loss += event->loss;
        console->batches++;
        paint(console, event);
        break;
    case CR_EVENT_EPOCH:
        end_epoch(console, event);
        break;
    case CR_EVENT_END:
        screen_clear(console->screen);
        console->finished = event->finished;
        console->stopped_early = event->stopped_early;
        console->epoch = event->epoch;
        break;
    case CR_EVENT_FINDING:
        tell_finding(console, event->finding);
        break;
    case CR_EVENT_CHANGE:
        tell_change(console, event);
        break;
    case CR_EVENT_OBSERVE:
    case CR_EVENT_CHECKPOINT:
        break;
    }
    if (interrupt_signal())
        verdict->kind = CR_STOP;
    return CR_OK;
}

struct cr_observer console_observer(struct console *console)
{
    return (struct cr_observer){.user = console, .event = observe};
}
