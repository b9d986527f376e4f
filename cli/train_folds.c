#include "train_folds.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "console.h"
#include "interrupt.h"

enum { PATH = 4096 };

/* Of the best epoch of a fold. */
struct result {
    int64_t epoch; /* 0: none yet */
    double accuracy, loss;
};

static enum cr_status take_best(void *user, const struct cr_event *event, struct cr_error *err)
{
    struct result *result = user;
    (void)err;
    if (event->kind == CR_EVENT_EPOCH && event->best && event->validated)
        *result = (struct result){event->epoch, event->validation_accuracy, event->validation_loss};
    return CR_OK;
}

static enum cr_status train_fold(struct session *session, struct cr_config *config, const char *run, bool header,
                                 struct result *result)
{
    enum cr_status status;
    struct stat info;
    struct console console = {.screen = &session->screen};
    struct cr_observer observer = console_observer(&console);
    struct cr_experiment *experiment = NULL;
    char events[PATH + 32];
    struct cr_experiment_options options = {.run = run,
                                            .resume = stat(run, &info) == 0,
                                            .workers = session->data.workers,
                                            .observers = &observer,
                                            .observer_count = 1,
                                            .progress = session->data.progress,
                                            .progress_user = session->data.progress_user};
    CR_GO(cr_experiment_new(&experiment, session->context, config, &options, &session->err));
    screen_clear(&session->screen);
    struct cr_experiment_parts parts = cr_experiment_parts(experiment);
    if (header)
        console_header(&session->screen, session->context, &parts);
    CR_GO(cr_experiment_run(experiment, &session->err));
    snprintf(events, sizeof events, "%s/events.jsonl", run);
    CR_GO(cr_event_log_read(events, take_best, result, &session->err));
done:
    cr_experiment_free(experiment);
    return status;
}

static void tell_mean(const char *name, const struct result *results, int64_t count, bool loss)
{
    double sum = 0, squares = 0;
    for (int64_t k = 0; k < count; k++)
        sum += loss ? results[k].loss : results[k].accuracy;
    for (int64_t k = 0; k < count; k++) {
        double d = (loss ? results[k].loss : results[k].accuracy) - sum / (double)count;
        squares += d * d;
    }
    printf("  %-20s %.4f, deviation %.4f\n", name, sum / (double)count, sqrt(squares / (double)(count - 1)));
}

static enum cr_status make_folder(struct session *session, const char *folder)
{
    if (!strncmp(folder, "runs/", 5))
        mkdir("runs", 0777);
    if (mkdir(folder, 0777) == 0 || errno == EEXIST)
        return CR_OK;
    return cr_fail(&session->err, CR_ERROR_IO, "%s: cannot make the folder: %s", folder, strerror(errno));
}

int train_folds(struct session *session, struct cr_config *config, const char *folder, int64_t folds)
{
    enum { MOST = 1000 };
    static const struct result none;
    struct result results[MOST];
    char run[PATH];
    enum cr_status status;
    CR_GO(make_folder(session, folder));
    for (int64_t fold = 0; fold < folds; fold++) {
        results[fold] = none;
        snprintf(run, sizeof run, "%s/fold-%lld", folder, (long long)fold);
        CR_GO(cr_config_set_fold(config, fold, folds, &session->err));
        CR_GO(train_fold(session, config, run, fold == 0, &results[fold]));
        if (interrupt_signal()) {
            printf("Stopped in fold %lld of %lld; the same command goes on.\n", (long long)fold, (long long)folds);
            return 128 + interrupt_signal();
        }
        printf("Fold %lld: validation accuracy %.4f, loss %.4f, epoch %lld\n", (long long)fold, results[fold].accuracy,
               results[fold].loss, (long long)results[fold].epoch);
        fflush(stdout);
    }
    printf("Mean over %lld folds\n", (long long)folds);
    tell_mean("validation accuracy", results, folds, false);
    tell_mean("validation loss", results, folds, true);
    printf("The runs lie in %s\n", folder);
done:
    return status == CR_OK ? CLI_OK : session_fail(session);
}
