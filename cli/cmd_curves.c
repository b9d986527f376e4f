/*
 * cradle curves RUN
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cradle/babysit.h>

#include "canvas.h"
#include "session.h"

enum { HEIGHT = 11, WIDTH_MOST = 100, MEASURES = 4, LOSS = 0, ACCURACY = 2, MOST_MARKS = 9 };

struct curves_values {
    struct cli_common common;
};

/* Points of one kind: a measure of epochs or steps. */
struct points {
    double *y;
    int count, capacity;
};

struct curves {
    struct session session;
    struct points epochs[MEASURES]; /* loss and accuracy: of training, of validation */
    struct points steps[MEASURES];  /* the same of steps: of training alone */
    int64_t last_step, steps_per_epoch;
    struct mark {
        double epoch;
        struct cr_finding finding;
    } marks[MOST_MARKS];
    int mark_count;
};

static enum cr_status add(struct points *points, double y, struct cr_error *err)
{
    if (points->count == points->capacity) {
        int capacity = 2 * points->capacity + 64;
        double *grown = realloc(points->y, (size_t)capacity * sizeof *grown);
        if (!grown)
            return cr_fail_memory(err);
        points->y = grown;
        points->capacity = capacity;
    }
    points->y[points->count++] = y;
    return CR_OK;
}

static enum cr_status add_epoch(struct curves *curves, const struct cr_event *event, struct cr_error *err)
{
    /* On equal terms where they were measured so. */
    CR_TRY(add(&curves->epochs[LOSS], event->compared ? event->train_loss : event->loss, err));
    CR_TRY(add(&curves->epochs[ACCURACY], event->compared ? event->train_accuracy : event->accuracy, err));
    if (!event->validated)
        return CR_OK;
    CR_TRY(add(&curves->epochs[LOSS + 1], event->validation_loss, err));
    return add(&curves->epochs[ACCURACY + 1], event->validation_accuracy, err);
}

static void add_mark(struct curves *curves, const struct cr_event *event)
{
    if (curves->mark_count == MOST_MARKS)
        return;
    double per_epoch = event->steps_per_epoch > 0 ? (double)event->steps_per_epoch : 1;
    const struct cr_entry *check = cr_registry_find(&cr_checks, event->finding->check);
    curves->marks[curves->mark_count] = (struct mark){(double)event->step / per_epoch, *event->finding};
    curves->marks[curves->mark_count++].finding.check = check ? check->name : "a check of another version";
}

static enum cr_status add_event(void *user, const struct cr_event *event, struct cr_error *err)
{
    struct curves *curves = user;
    if (event->kind == CR_EVENT_FINDING)
        add_mark(curves, event);
    if (event->kind == CR_EVENT_EPOCH)
        return add_epoch(curves, event, err);
    if (event->kind != CR_EVENT_STEP)
        return CR_OK;
    curves->last_step = event->step;
    curves->steps_per_epoch = event->steps_per_epoch;
    CR_TRY(add(&curves->steps[LOSS], event->loss, err));
    return add(&curves->steps[ACCURACY], event->accuracy, err);
}

/* The largest and the least are far apart, and none is 0. */
static bool wants_logarithm(const struct points *points)
{
    double least = INFINITY, most = 0;
    for (int s = 0; s < CANVAS_SERIES; s++)
        for (int i = 0; i < points[s].count; i++) {
            if (points[s].y[i] <= 0)
                return false;
            least = fmin(least, isfinite(points[s].y[i]) ? points[s].y[i] : least);
            most = fmax(most, isfinite(points[s].y[i]) ? points[s].y[i] : most);
        }
    return most > 20 * least;
}

static int width_of(const struct curves *curves)
{
    int width = curves->session.screen.width;
    return width > WIDTH_MOST || width <= 0 ? WIDTH_MOST : width;
}

static void mark_findings(const struct curves *curves, const struct chart *chart, bool by_epoch)
{
    char line[WIDTH_MOST + 1];
    if (curves->mark_count == 0)
        return;
    memset(line, ' ', sizeof line);
    int end = 0;
    for (int i = 0; i < curves->mark_count; i++) {
        double x = curves->marks[i].epoch * (by_epoch ? 1 : (double)curves->steps_per_epoch);
        int column = chart_margin() + chart_column(chart, width_of(curves), x);
        while (column < WIDTH_MOST - 1 && line[column] != ' ')
            column++;
        line[column] = (char)('1' + i);
        end = column > end ? column : end;
    }
    printf("%.*s\n", end + 1, line);
}

/* Of epochs where there are two or more, else of steps. */
static bool draw(const struct curves *curves, int measure, const char *title)
{
    bool by_epoch = curves->epochs[LOSS].count > 1;
    const struct points *points = (by_epoch ? curves->epochs : curves->steps) + measure;
    struct chart chart = {.title = title,
                          .series = {{by_epoch ? "training" : "training, each step", points[0].y, points[0].count},
                                     {"validation", points[1].y, points[1].count}},
                          .first = 1,
                          .last = by_epoch ? points[0].count : (double)curves->last_step,
                          .unit = by_epoch ? "epoch" : "step",
                          .logarithmic = measure == LOSS && wants_logarithm(points)};
    bool drawn = chart_draw(&curves->session.screen, &chart, width_of(curves), HEIGHT);
    mark_findings(curves, &chart, by_epoch);
    return drawn;
}

static void tell_marks(const struct curves *curves)
{
    for (int i = 0; i < curves->mark_count; i++) {
        const struct mark *mark = &curves->marks[i];
        printf("%d  epoch %.1f  %s: %s  (%s)\n", i + 1, mark->epoch, cr_severity_name(mark->finding.severity),
               mark->finding.symptom, mark->finding.check);
    }
}

static enum cr_status look(struct curves *curves, const char *folder)
{
    char path[4096];
    struct cr_error *err = &curves->session.err;
    snprintf(path, sizeof path, "%s/events.jsonl", folder);
    CR_TRY(cr_event_log_read(path, add_event, curves, err));
    if (curves->steps[LOSS].count == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: no step has been made yet", path);
    if (!draw(curves, LOSS, "loss"))
        return cr_fail_memory(err);
    printf("\n");
    if (!draw(curves, ACCURACY, "accuracy"))
        return cr_fail_memory(err);
    tell_marks(curves);
    return CR_OK;
}

static int run(const struct cli_call *call)
{
    const struct curves_values *values = call->values;
    struct curves curves = {.mark_count = 0};
    if (session_open(&curves.session, &values->common) != CR_OK)
        return session_fail(&curves.session);
    int code = look(&curves, call->arguments[0]) == CR_OK ? CLI_OK : session_fail(&curves.session);
    for (int i = 0; i < MEASURES; i++) {
        free(curves.epochs[i].y);
        free(curves.steps[i].y);
    }
    session_close(&curves.session);
    return code;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run, finished or not"}, {0}};

static const struct cli_option options[] = {{0}};

const struct cli_command cmd_curves = {
    .name = "curves",
    .help = "draws loss and accuracy of a run on the terminal, with what the babysitter found",
    .more =
        "Training and validation part, by epochs (by steps in the first), on equal terms where they were measured so.\n"
        "The numbers below a chart are where the findings fell; they are told at the end.\n"
        "\n"
        "  cradle curves runs/digits\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct curves_values),
    .run = run,
};
