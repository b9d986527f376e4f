/*
 * cradle tune FILE [PATH=VALUE ...] [--trials N] [-j N] [--sampler S] [--pruner P] ...
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "interrupt.h"
#include "tune.h"

/* Whether every name in the command is one of the space, before anything runs. */
static enum cr_status check_command(struct tune *tune)
{
    char *text;
    double *values = calloc((size_t)cr_space_count(tune->space), sizeof *values);
    if (!values)
        return cr_fail_memory(&tune->err);
    enum cr_status status = cr_space_expand(tune->space, values, tune->values->command, &text, &tune->err);
    if (status == CR_OK)
        free(text);
    free(values);
    return status;
}

static enum cr_status note_first(struct tune *tune)
{
    double *values = calloc((size_t)cr_space_count(tune->space), sizeof *values);
    if (!values)
        return cr_fail_memory(&tune->err);
    tune->own_first = cr_space_first(tune->space, values);
    free(values);
    return CR_OK;
}

static enum cr_status read_space(struct tune *tune, const struct cli_call *call)
{
    CR_TRY(cr_config_open(&tune->config, tune->file, &tune->err));
    for (int i = 0; i < call->count; i++)
        if (strchr(call->arguments[i], '='))
            CR_TRY(cr_config_set(tune->config, call->arguments[i], &tune->err));
    CR_TRY(cr_space_new(&tune->space, tune->config, &tune->err));
    CR_TRY(note_first(tune));
    if (!tune->values->command)
        return cr_space_check(tune->space, &tune->err);
    return check_command(tune);
}

/* runs/NAME-tune of the file. */
static enum cr_status name_folder(struct tune *tune)
{
    const char *given = tune->values->study, *slash = strrchr(tune->file, '/');
    const char *name = slash ? slash + 1 : tune->file, *dot = strrchr(name, '.');
    int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    int used = given ? snprintf(tune->folder, sizeof tune->folder, "%s", given)
                     : snprintf(tune->folder, sizeof tune->folder, "runs/%.*s-tune", length, name);
    if (used >= (int)sizeof tune->folder)
        return cr_fail(&tune->err, CR_ERROR_ARGUMENT, "the name of the study's folder is too long");
    while (used > 1 && tune->folder[used - 1] == '/')
        tune->folder[--used] = 0;
    snprintf(tune->database, sizeof tune->database, "%s/study.db", tune->folder);
    snprintf(tune->trials, sizeof tune->trials, "%s/trials", tune->folder);
    return folder_make(tune->trials, &tune->err);
}

static enum cr_status widen(struct tune *tune)
{
    char told[2048];
    CR_TRY(cr_study_widen(tune->study, tune->space, !tune->values->command, told, sizeof told, &tune->err));
    if (told[0])
        printf("%s\n", told);
    return CR_OK;
}

static enum cr_status open_study(struct tune *tune)
{
    const struct tune_values *values = tune->values;
    bool loss = values->objective && strcmp(values->objective, "loss") == 0;
    const struct cr_study_trial *trials;
    int64_t count;
    tune->options = (struct cr_study_options){.file = tune->database,
                                              .sampler = values->sampler,
                                              .pruner = values->pruner,
                                              .maximize = !loss && !values->minimize,
                                              .trials = values->trials,
                                              .seed = (uint64_t)values->seed,
                                              .deterministic = values->deterministic,
                                              .lag = values->lag};
    tune->training = (struct cr_study_training){.objective = loss ? CR_OBJECTIVE_LOSS : CR_OBJECTIVE_ACCURACY,
                                                .folder = tune->trials,
                                                .folds = values->folds,
                                                .workers = (int)values->common.workers};
    tune->run = (struct cr_study_command){.command = values->command, .folder = tune->trials};
    tune->told = calloc((size_t)values->trials, sizeof *tune->told);
    tune->kills = calloc((size_t)values->trials, sizeof *tune->kills);
    if (!tune->told || !tune->kills)
        return cr_fail_memory(&tune->err);
    CR_TRY(cr_study_open(&tune->study, tune->space, &tune->options, &tune->err));
    if (values->widen)
        CR_TRY(widen(tune));
    CR_TRY(cr_study_trials(tune->study, &trials, &count, &tune->err));
    for (int64_t i = 0; i < count && i < values->trials; i++) {
        if (!tune_has_ended(&trials[i]))
            continue;
        tune_note(tune, &trials[i]);
        tune->ended_before++;
    }
    return CR_OK;
}

static enum cr_status prepare(struct tune *tune, const struct cli_call *call)
{
    CR_TRY(read_space(tune, call));
    CR_TRY(name_folder(tune));
    return open_study(tune);
}

static int search(struct tune *tune)
{
    tune_show_header(tune);
    tune->begun = screen_clock();
    bool any = false;
    int code = tune_run_workers(tune);
    if (code == CLI_FAILURE || !tune->study)
        return code;
    if (tune_show_end(tune, &any) == CR_OK)
        return code == CLI_OK && any && tune->values->refit ? tune_refit(tune) : code;
    fprintf(stderr, "cradle: %s\n", tune->err.message);
    return CLI_FAILURE;
}

static int check_call(struct tune *tune, const struct cli_call *call)
{
    const char *objective = tune->values->objective;
    for (int i = 0; i < call->count; i++) {
        if (strchr(call->arguments[i], '='))
            continue;
        if (tune->file)
            return cli_usage_fail(call->command, "%s: one config file is enough, and %s is there already",
                                  call->arguments[i], tune->file);
        tune->file = call->arguments[i];
    }
    const struct tune_values *values = tune->values;
    if (values->space && tune->file)
        return cli_usage_fail(call->command, "%s: --space %s is the file already", tune->file, values->space);
    if (values->space)
        tune->file = values->space;
    if (!tune->file)
        return cli_usage_fail(call->command, "FILE is missing");
    if (values->folds == 1)
        return cli_usage_fail(call->command, "--folds 1: expected a whole number 2..1000, or 0 for none");
    if (values->command && (objective || values->folds || values->refit))
        return cli_usage_fail(call->command, "--objective, --folds and --refit are of trainings, not of a --command");
    if (values->pruner && strncmp(values->pruner, "paired", 6) == 0 && !values->folds && !values->command)
        return cli_usage_fail(call->command, "--pruner paired compares folds: give --folds N too");
    if (values->minimize && !values->command)
        return cli_usage_fail(call->command, "--minimize is of a --command; a training has --objective loss");
    if (objective && strcmp(objective, "accuracy") != 0 && strcmp(objective, "loss") != 0)
        return cli_usage_fail(call->command, "--objective %s: expected accuracy or loss", objective);
    return CLI_OK;
}

static int run(const struct cli_call *call)
{
    struct tune tune = {.command = call->command, .values = call->values, .best = (double)NAN};
    int code = check_call(&tune, call);
    if (code != CLI_OK)
        return code;
    screen_open(&tune.screen);
    interrupt_watch();
    if (prepare(&tune, call) == CR_OK) {
        code = search(&tune);
    } else {
        fprintf(stderr, "cradle: %s\n", tune.err.message);
        code = CLI_FAILURE;
    }
    cr_study_free(tune.study);
    cr_space_free(tune.space);
    cr_config_free(tune.config);
    free(tune.told);
    free(tune.kills);
    return code;
}

static const struct cli_argument arguments[] = {
    {.name = "FILE",
     .type = CLI_FILE,
     .optional = true,
     .help = "a config file with search ranges, as in lr: !log [1e-4, 1]"},
    {.name = "PATH=VALUE",
     .type = CLI_TEXT,
     .optional = true,
     .many = true,
     .help = "puts VALUE at PATH of the file: train.epochs=3, 'train.batch=!choice [32, 64]'"},
    {0}};

#define NUMBER(word, field, help_text, ...)                                                            \
    {                                                                                                  \
        .name = word, .value = "N", .type = CLI_NUMBER, .offset = offsetof(struct tune_values, field), \
        .help = help_text, __VA_ARGS__                                                                 \
    }
#define TEXT(word, what, field, help_text)                                                            \
    {                                                                                                 \
        .name = word, .value = what, .type = CLI_TEXT, .offset = offsetof(struct tune_values, field), \
        .help = help_text                                                                             \
    }

static const struct cli_option options[] = {
    {.name = "study",
     .value = "DIR",
     .also = "out output dir folder name run",
     .type = CLI_FOLDER,
     .offset = offsetof(struct tune_values, study),
     .help = "the folder of the study (default: runs/NAME-tune, after the file); one that is there goes on"},
    NUMBER("trials", trials, "how many in all (default: 50)", .min = 1, .max = 1000000, .def = 50),
    NUMBER("jobs", jobs, "trials at once, each with its share of the threads (default: 1)", .min = 1, .max = 256,
           .def = 1, .letter = 'j'),
    TEXT("sampler", "NAME", sampler, "how values are proposed (cradle list samplers; default: auto)"),
    TEXT("pruner", "NAME", pruner, "how trials are ended early (cradle list pruners; default: none)"),
    TEXT("objective", "NAME", objective, "accuracy or loss of the validation part (default: accuracy)"),
    NUMBER("folds", folds, "the score is the mean of a cross-validation over so many parts (default: 0, none)",
           .max = 1000),
    {.name = "widen",
     .type = CLI_SWITCH,
     .offset = offsetof(struct tune_values, widen),
     .help = "ranges at whose end the best value lies are widened, and the search goes on"},
    {.name = "refit",
     .type = CLI_SWITCH,
     .offset = offsetof(struct tune_values, refit),
     .help = "trains the winner once more at the end, on the validation part too"},
    TEXT("command", "TEXT", command, "evaluates by another program: 'prog --lr {lr}'; its last line is the score"),
    {.name = "space",
     .value = "FILE",
     .type = CLI_FILE,
     .offset = offsetof(struct tune_values, space),
     .help = "the file with the ranges, in the place of FILE"},
    {.name = "minimize",
     .type = CLI_SWITCH,
     .offset = offsetof(struct tune_values, minimize),
     .help = "of a command: the smallest score is the best, not the largest"},
    NUMBER("seed", seed, "of the proposals (default: 1)", .max = INT64_MAX, .def = 1),
    {.name = "deterministic",
     .type = CLI_SWITCH,
     .offset = offsetof(struct tune_values, deterministic),
     .help = "the same trials with any number of jobs: trial n sees those up to n - LAG alone"},
    NUMBER("lag", lag, "of --deterministic, the most jobs that find work at once (default: 4)", .min = 1, .max = 256,
           .def = 4),
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_tune = {
    .name = "tune",
    .help = "searches for good values: learning rates, sizes, whatever has a range",
    .more =
        "Each trial is a training; the study lies in a file that Optuna reads. Ctrl-C stops and keeps everything; the\n"
        "same command goes on. Several may work at one study at once. The winner is written as best.yaml.\n"
        "\n"
        "  cradle tune examples/digits-tune.yaml --trials 30\n"
        "  cradle tune my.yaml -j 4 --pruner median --sampler 'tpe: {multivariate: false}'\n"
        "  cradle tune --command 'python3 train.py --lr {lr} --batch {batch}' --space ranges.yaml\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct tune_values),
    .run = run,
};
