/*
 * cradle train [FILE] [PATH=VALUE ...] [--run DIR | --resume DIR] [--auto | --confirm]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cradle/babysit.h>

#include "confirmation.h"
#include "console.h"
#include "interrupt.h"
#include "session.h"
#include "train_series.h"

/* examples/digits.yaml. */
extern const unsigned char cr_embedded_digits_yaml[];

enum { RUN_MAX = 4096, NUMBERS_MAX = 10000 };

struct train_values {
    struct cli_common common;
    const char *run, *resume, *teacher;
    int64_t folds, jobs;
    bool act, confirm;
};

struct train {
    struct session session;
    const struct train_values *values;
    const char *file; /* NULL: the built-in recipe */
    struct cr_config *config;
    struct cr_experiment *experiment;
    struct console console;
    struct cr_babysitter *babysitter;
    struct cr_observer observers[2];
};

/* train.distill.teacher, as YAML in quotes: a name may hold anything. */
static enum cr_status set_teacher(struct train *train)
{
    char assignment[RUN_MAX];
    const char *teacher = train->values->teacher;
    int used = snprintf(assignment, sizeof assignment, "train.distill.teacher='");
    for (; *teacher && used < (int)sizeof assignment - 3; teacher++) {
        assignment[used++] = *teacher;
        if (*teacher == '\'')
            assignment[used++] = *teacher;
    }
    if (*teacher)
        return cr_fail(&train->session.err, CR_ERROR_ARGUMENT, "the name of the teacher is too long");
    memcpy(assignment + used, "'", 2);
    return cr_config_set(train->config, assignment, &train->session.err);
}

static enum cr_status read_config(struct train *train, const struct cli_call *call)
{
    struct cr_error *err = &train->session.err;
    if (train->values->resume)
        return CR_OK;
    if (train->file)
        CR_TRY(cr_config_open(&train->config, train->file, err));
    else
        CR_TRY(cr_config_parse(&train->config, (const char *)cr_embedded_digits_yaml, "digits.yaml (built in)", err));
    for (int i = 0; i < call->count; i++)
        if (strchr(call->arguments[i], '='))
            CR_TRY(cr_config_set(train->config, call->arguments[i], err));
    if (train->values->teacher)
        CR_TRY(set_teacher(train));
    return train->values->act ? cr_config_set(train->config, "babysit.auto=true", err) : CR_OK;
}

static enum cr_status make(struct train *train, const char *run, bool resume)
{
    struct session *session = &train->session;
    struct cr_experiment_options options = {.run = run,
                                            .resume = resume,
                                            .workers = session->data.workers,
                                            .observers = train->observers,
                                            .observer_count = 2,
                                            .prepare = cr_babysitter_prepare,
                                            .prepare_user = train->babysitter,
                                            .progress = session->data.progress,
                                            .progress_user = session->data.progress_user};
    return cr_experiment_new(&train->experiment, session->context, train->config, &options, &session->err);
}

/* runs/NAME of the file; its length, or that which it would have. */
static int name_run(const struct train *train, char run[RUN_MAX])
{
    const char *file = train->file ? train->file : "digits.yaml", *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');
    int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    return snprintf(run, RUN_MAX, "runs/%.*s", length, name);
}

/* That folder; where it is there already runs/NAME-2 and so on. */
static enum cr_status make_named(struct train *train)
{
    char run[RUN_MAX];
    struct stat info;
    for (int number = 1; number < NUMBERS_MAX; number++) {
        int used = name_run(train, run);
        if (used > (int)sizeof run - 8)
            break;
        if (number > 1)
            snprintf(run + used, sizeof run - (size_t)used, "-%d", number);
        if (lstat(run, &info) == 0)
            continue;
        enum cr_status status = make(train, run, false);
        if (status != CR_ERROR_EXISTS)
            return status;
    }
    return cr_fail(&train->session.err, CR_ERROR_EXISTS, "runs/ has no free name left: choose one by --run");
}

static void tell_next(const char *run)
{
    printf("Next:\n"
           "  cradle test %s\n"
           "  cradle predict %s IMAGE...\n"
           "  cradle report %s\n",
           run, run, run);
}

static void tell_diverged(const struct console *console, const char *run)
{
    if (console->best_epoch && console->best_is_number)
        printf("It diverged, and nothing is lost: %s/best.safetensors is of epoch %lld.\n", run,
               (long long)console->best_epoch);
    else
        printf("It diverged before anything was learned that could be kept.\n");
    if (!console->ended)
        printf("With --auto a training goes back to its last good state and tries another learning rate.\n");
}

/* Each change that was proposed, tried by itself. */
static enum cr_status confirm(struct train *train, const char *run)
{
    struct session *session = &train->session;
    const struct cr_confirm_options options = {
        .steps = CONFIRMATION_STEPS, .progress = session->data.progress, .user = session->data.progress_user};
    int count;
    const struct cr_finding *findings = cr_babysitter_findings(train->babysitter, &count);
    for (int i = 0; i < count; i++) {
        struct cr_confirmation tried;
        if (!findings[i].path[0])
            continue;
        CR_TRY(cr_confirm(&tried, session->context, run, &findings[i], &options, &session->err));
        screen_clear(&session->screen);
        printf("%s: %s -> %s  (%s)\n", findings[i].path, findings[i].from, findings[i].to, findings[i].check);
        confirmation_tell(&tried);
    }
    return CR_OK;
}

static int tell_end(struct train *train, const char *run)
{
    const struct console *console = &train->console;
    char time[32];
    if (!console->finished) {
        printf("Stopped after step %lld. To go on:\n  cradle train --resume %s\n", (long long)console->step, run);
        return interrupt_signal() ? 128 + interrupt_signal() : CLI_OK;
    }
    if (console->stopped_early && !console->ended)
        printf("Stopped early after epoch %lld: the results got no better.\n", (long long)console->epoch);
    text_duration(console->seconds, time, sizeof time);
    printf("Trained in %s", time);
    if (console->best_epoch)
        printf("; best: epoch %lld, %s %s %.4f", (long long)console->best_epoch,
               console->best_validated ? "validation" : "training", console->metric, console->best);
    printf("\nThe run lies in %s\n", run);
    if (console->findings > 0)
        printf("The babysitter found %d thing%s; more about %s:\n  cradle check %s\n", console->findings,
               console->findings == 1 ? "" : "s", console->findings == 1 ? "it" : "them", run);
    if (console->diverged)
        tell_diverged(console, run);
    if (train->values->confirm && confirm(train, run) != CR_OK)
        return interrupt_signal() ? 128 + interrupt_signal() : session_fail(&train->session);
    tell_next(run);
    return CLI_OK;
}

static int train_all(struct train *train)
{
    const struct train_values *values = train->values;
    enum cr_status status = values->resume ? make(train, values->resume, true)
                            : values->run  ? make(train, values->run, false)
                                           : make_named(train);
    if (status == CR_ERROR_STOPPED && interrupt_signal()) {
        screen_clear(&train->session.screen);
        fprintf(stderr, "cradle: stopped before the training began\n");
        return 128 + interrupt_signal();
    }
    if (status != CR_OK)
        return session_fail(&train->session);
    screen_clear(&train->session.screen);
    struct cr_experiment_parts parts = cr_experiment_parts(train->experiment);
    if (parts.finished) {
        if (parts.stopped_early)
            printf("%s stopped early; it is finished.\n", parts.run);
        else
            printf("%s has done all its %lld epochs already.\n", parts.run, (long long)parts.train->epochs);
        tell_next(parts.run);
        return CLI_OK;
    }
    console_header(&train->session.screen, train->session.context, &parts);
    status = cr_experiment_run(train->experiment, &train->session.err);
    if (status != CR_OK && !(status == CR_ERROR_STOPPED && interrupt_signal())) {
        session_fail(&train->session);
        fprintf(stderr, "To go on once this is put right:\n  cradle train --resume %s\n", parts.run);
        return CLI_FAILURE;
    }
    return tell_end(train, parts.run);
}

/* In --run, else in runs/NAME, and of folds in runs/NAME-folds. */
static int train_several(struct train *train)
{
    char folder[RUN_MAX];
    struct session *session = &train->session;
    struct cr_series *series;
    const struct train_values *values = train->values;
    int used = values->run ? snprintf(folder, sizeof folder, "%s", values->run) : name_run(train, folder);
    if (used >= (int)sizeof folder - 256) {
        cr_fail(&session->err, CR_ERROR_ARGUMENT, "the name of the folder is too long");
        return session_fail(session);
    }
    if (!values->run && values->folds)
        strcat(folder, "-folds");
    if (cr_series_new(&series, train->config, values->folds, &session->err) != CR_OK)
        return session_fail(session);
    struct train_series options = {
        .series = series, .folder = folder, .folds = values->folds, .jobs = values->jobs, .common = &values->common};
    int code = train_series(session, &options);
    cr_series_free(series);
    return code;
}

/* Sorts the arguments into the file and overrides. */
static int check_call(struct train *train, const struct cli_call *call)
{
    if (train->values->folds == 1)
        return cli_usage_fail(call->command, "--folds 1: expected a whole number 2..1000");
    if (train->values->folds && train->values->resume)
        return cli_usage_fail(call->command, "--folds goes on by itself where its --run is there");
    if (train->values->run && train->values->resume)
        return cli_usage_fail(call->command, "--run makes a new run and --resume goes on with one: choose");
    if (train->values->resume && call->count > 0)
        return cli_usage_fail(call->command, "%s: --resume goes on with the run's own config and takes no other",
                              call->arguments[0]);
    if (train->values->teacher && train->values->resume)
        return cli_usage_fail(call->command, "--teacher is part of a run from its beginning (train.distill in its "
                                             "config.yaml)");
    if (train->values->act && (train->values->resume || train->values->folds))
        return cli_usage_fail(call->command,
                              train->values->resume
                                  ? "--auto is part of a run from its beginning (babysit.auto in its config.yaml)"
                                  : "--auto is for a single training: --folds compares trainings that are alike");
    if (train->values->confirm && train->values->act)
        return cli_usage_fail(call->command, "--auto makes the changes that it confirms: leave out --confirm");
    for (int i = 0; i < call->count; i++) {
        if (strchr(call->arguments[i], '='))
            continue;
        if (train->file)
            return cli_usage_fail(call->command, "%s: one config file is enough, and %s is there already",
                                  call->arguments[i], train->file);
        train->file = call->arguments[i];
    }
    return CLI_OK;
}

/* One training or several, which is known when the file is read. */
static int train_as_said(struct train *train, const struct cli_call *call)
{
    const struct train_values *values = train->values;
    if (read_config(train, call) != CR_OK)
        return session_fail(&train->session);
    bool several = values->folds || (train->config && cr_config_has_runs(train->config));
    if (several && values->confirm)
        return cli_usage_fail(call->command, "--confirm is for a single training, and here are several");
    if (!several && values->jobs > 1)
        return cli_usage_fail(call->command,
                              "--jobs %lld: there is one training here; several are made by a `runs` "
                              "section or by --folds",
                              (long long)values->jobs);
    return several ? train_several(train) : train_all(train);
}

static int run(const struct cli_call *call)
{
    struct train train = {.values = call->values};
    int code = check_call(&train, call);
    if (code != CLI_OK)
        return code;
    if (session_open(&train.session, &train.values->common) != CR_OK)
        return session_fail(&train.session);
    interrupt_watch();
    train.console.screen = &train.session.screen;
    if (cr_babysitter_new(&train.babysitter, &train.session.err) != CR_OK)
        return session_fail(&train.session);
    cr_babysitter_show(train.babysitter, train.session.data.progress, train.session.data.progress_user);
    train.observers[0] = console_observer(&train.console);
    train.observers[1] = cr_babysitter_observer(train.babysitter);
    code = train_as_said(&train, call);
    cr_experiment_free(train.experiment);
    cr_babysitter_free(train.babysitter);
    cr_config_free(train.config);
    session_close(&train.session);
    return code;
}

static const struct cli_argument arguments[] = {
    {.name = "FILE", .type = CLI_FILE, .optional = true, .help = "a config file; without one: the built-in digits"},
    {.name = "PATH=VALUE",
     .type = CLI_TEXT,
     .optional = true,
     .many = true,
     .help = "puts VALUE at PATH of the file: train.epochs=10, model[0].conv.filters=64"},
    {0}};

static const struct cli_option options[] = {
    {.name = "run",
     .value = "DIR",
     .also = "out output dir folder name",
     .type = CLI_FOLDER,
     .offset = offsetof(struct train_values, run),
     .help = "the folder to make for the run (default: runs/NAME, after the file)"},
    {.name = "resume",
     .value = "DIR",
     .type = CLI_FOLDER,
     .offset = offsetof(struct train_values, resume),
     .help = "goes on with a run that was stopped, with its own config"},
    {.name = "folds",
     .value = "N",
     .type = CLI_NUMBER,
     .offset = offsetof(struct train_values, folds),
     .max = 1000,
     .help = "trains N times, each N-th part once as the validation part: mean and deviation, in runs/NAME-folds"},
    {.name = "teacher",
     .value = "RUN",
     .type = CLI_FOLDER,
     .offset = offsetof(struct train_values, teacher),
     .help = "a run or an ensemble whose answers are learned beside the labels: distillation (train.distill)"},
    {.name = "auto",
     .type = CLI_SWITCH,
     .offset = offsetof(struct train_values, act),
     .help = "acts on what is found: back to the last good state, with a rate or clip that a short training confirms"},
    {.name = "confirm",
     .type = CLI_SWITCH,
     .offset = offsetof(struct train_values, confirm),
     .help = "at the end trains with and without each proposed change, and tells what it gains"},
    {.name = "jobs",
     .value = "N",
     .letter = 'j',
     .type = CLI_NUMBER,
     .offset = offsetof(struct train_values, jobs),
     .min = 1,
     .max = 256,
     .def = 1,
     .help = "of several runs or folds: trainings side by side, which share the threads (default: 1)"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_train = {
    .name = "train",
    .help = "trains a network as a config file says",
    .more = "Ctrl-C stops at the end of the step and keeps everything; a second one ends at once.\n"
            "\n"
            "  cradle train\n"
            "  cradle train examples/mnist-lenet.yaml --run runs/lenet train.epochs=3\n"
            "  cradle train --resume runs/lenet\n"
            "  cradle train examples/mnist-mlp.yaml --teacher models/five\n"
            "\n"
            "A file with a `runs` section trains all of them, and tells mean and deviation over the seeds; the same\n"
            "command again goes on:\n"
            "\n"
            "  cradle train examples/lecture/09-learning-rate.yaml -j 2\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct train_values),
    .run = run,
};
