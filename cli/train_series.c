/*
 * One process that shows, and one for each training. The run folders are all that they share: what a training has done
 * is read from its event log. So a crash takes one run with it, and the same command again goes on.
 */
#include "train_series.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cradle/babysit.h>

#include "folder.h"
#include "interrupt.h"
#include "series_table.h"

enum { PATH = 4096, POLL_US = 50000 };
static const double look_every = 1;

struct crew {
    struct session *session;
    const struct train_series *train;
    struct job {
        pid_t process; /* 0: none */
        double done;   /* share of its epochs */
        bool ended;
    } * jobs; /* [series->count] */
    int next, alive, ended, ended_before;
    double begun, looked;
    bool failed, stopping;
};

static void path_of(const struct crew *crew, int index, char path[PATH])
{
    snprintf(path, PATH, "%s/%s", crew->train->folder, crew->train->series->runs[index].name);
}

static bool summary_of(const struct crew *crew, int index, struct cr_run_summary *summary)
{
    char path[PATH];
    struct cr_run_log *log;
    path_of(crew, index, path);
    if (cr_run_log_open(&log, path, NULL) != CR_OK)
        return false;
    cr_run_summarize(summary, log);
    cr_run_log_free(log);
    return true;
}

/* ------------------------------------------------------------------------------------------------------- one training
 */

static enum cr_status stop_on_signal(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                     struct cr_error *err)
{
    (void)user, (void)event, (void)err;
    if (interrupt_signal())
        verdict->kind = CR_STOP;
    return CR_OK;
}

static bool go_on(void *user, const char *what, int64_t done, int64_t total)
{
    (void)user, (void)what, (void)done, (void)total;
    return interrupt_signal() == 0;
}

static enum cr_status train_one(const struct crew *crew, struct cr_context *context, int index, struct cr_error *err)
{
    enum cr_status status;
    char path[PATH];
    struct stat info;
    struct cr_config *config = NULL;
    struct cr_babysitter *babysitter = NULL;
    struct cr_experiment *experiment = NULL;
    path_of(crew, index, path);
    CR_GO(cr_series_config(crew->train->series, index, &config, err));
    CR_GO(cr_babysitter_new(&babysitter, err));
    struct cr_observer observers[] = {{.event = stop_on_signal}, cr_babysitter_observer(babysitter)};
    struct cr_experiment_options options = {.run = path,
                                            .resume = stat(path, &info) == 0,
                                            .workers = (int)crew->train->common->workers,
                                            .observers = observers,
                                            .observer_count = 2,
                                            .prepare = cr_babysitter_prepare,
                                            .prepare_user = babysitter,
                                            .progress = go_on};
    CR_GO(cr_experiment_new(&experiment, context, config, &options, err));
    CR_GO(cr_experiment_run(experiment, err));
done:
    cr_experiment_free(experiment);
    cr_babysitter_free(babysitter);
    cr_config_free(config);
    return status;
}

/* The machine's threads are shared out among the trainings. */
static int threads_of(const struct train_series *train)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t all = train->common->threads ? train->common->threads : cores > 0 ? cores : 1;
    return all / train->jobs > 0 ? (int)(all / train->jobs) : 1;
}

static int work(const struct crew *crew, int index)
{
    struct cr_error err;
    struct cr_context *context = NULL;
    struct cr_context_options options = {.threads = threads_of(crew->train)};
    enum cr_status status = cr_context_new(&context, &options, &err);
    if (status == CR_OK)
        status = train_one(crew, context, index, &err);
    cr_context_free(context);
    if (status == CR_OK)
        return CLI_OK;
    if (status == CR_ERROR_STOPPED && interrupt_signal())
        return 128 + interrupt_signal();
    char clean[sizeof err.message];
    text_clean(err.message, clean, sizeof clean);
    fprintf(stderr, "cradle: run %s: %s\n", crew->train->series->runs[index].name, clean);
    return CLI_FAILURE;
}

/* ------------------------------------------------------------------------------------------------------------ showing
 */

static void tell_run(struct crew *crew, int index, const struct cr_run_summary *run)
{
    char time[32];
    const struct train_series *train = crew->train;
    const char *part = run->validated ? "validation" : "training";
    screen_clear(&crew->session->screen);
    if (train->folds && train->series->axis_count == 1)
        printf("Fold %d: ", index);
    else
        printf("[%d/%d] %s: ", crew->ended, train->series->count, train->series->runs[index].name);
    printf("%s accuracy %.4f, loss %.4f, epoch %lld", part, run->best_accuracy, run->best_loss,
           (long long)run->best_epoch);
    if (run->diverged)
        printf(", diverged at step %lld", (long long)run->diverged);
    text_duration(run->seconds, time, sizeof time);
    if (!train->folds)
        printf(", %s", time);
    printf("\n");
    fflush(stdout);
}

/* "7 of 30 runs [####....]  relu-seed=2 epoch 3/10, ...  4:10 left" */
static void paint(struct crew *crew)
{
    struct screen *screen = &crew->session->screen;
    const struct cr_series *series = crew->train->series;
    char bar[128], left[32], line[512], running[256] = "";
    double done = 0;
    size_t used = 0;
    for (int i = 0; i < series->count; i++) {
        struct cr_run_summary run;
        if (crew->jobs[i].process && summary_of(crew, i, &run) && run.planned > 0) {
            crew->jobs[i].done = (double)run.epochs / (double)run.planned;
            used += used < sizeof running
                        ? (size_t)snprintf(running + used, sizeof running - used, "  %s epoch %lld/%lld",
                                           series->runs[i].name, (long long)run.epochs, (long long)run.planned)
                        : 0;
        }
        done += crew->jobs[i].ended ? 1 : crew->jobs[i].done;
    }
    double here = done - crew->ended_before, rest = series->count - done;
    screen_bar(screen, done / series->count, 16, bar, sizeof bar);
    text_duration(here > 0 ? (screen_clock() - crew->begun) / here * rest : 0, left, sizeof left);
    snprintf(line, sizeof line, "%d of %d runs %s%s  %s left", crew->ended, series->count, bar, running,
             here > 0 ? left : "?");
    screen_paint(screen, line);
}

/* --------------------------------------------------------------------------------------------------------- supervisor
 */

static enum cr_status start(struct crew *crew, int index)
{
    fflush(stdout);
    fflush(stderr);
    pid_t child = fork();
    if (child == 0) {
#ifdef __linux__
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* nobody is left to show what it does: it keeps its state and ends */
#endif
        _exit(work(crew, index));
    }
    if (child < 0)
        return cr_fail(&crew->session->err, CR_ERROR_IO, "cannot make a process: %s", strerror(errno));
    crew->jobs[index].process = child;
    crew->alive++;
    return CR_OK;
}

static void stop_all(struct crew *crew)
{
    for (int i = 0; i < crew->train->series->count && !crew->stopping; i++)
        if (crew->jobs[i].process)
            kill(crew->jobs[i].process, SIGTERM);
    crew->stopping = true;
}

static void reap(struct crew *crew)
{
    for (int i = 0; i < crew->train->series->count; i++) {
        struct job *job = &crew->jobs[i];
        struct cr_run_summary run;
        int status;
        if (!job->process || waitpid(job->process, &status, WNOHANG) != job->process)
            continue;
        job->process = 0;
        crew->alive--;
        bool crashed = WIFSIGNALED(status) && !crew->stopping;
        if (crashed) {
            screen_clear(&crew->session->screen);
            fprintf(stderr, "cradle: run %s: crashed (signal %d, %s)\n", crew->train->series->runs[i].name,
                    WTERMSIG(status), strsignal(WTERMSIG(status)));
        }
        if (crashed || (WIFEXITED(status) && WEXITSTATUS(status) == CLI_FAILURE)) {
            crew->failed = true;
            stop_all(crew);
        } else if (!crew->stopping && summary_of(crew, i, &run)) {
            job->ended = true;
            crew->ended++;
            tell_run(crew, i, &run);
        }
    }
}

/* What is finished stays; what is of another config is told before anything begins. */
static enum cr_status find_ended(struct crew *crew)
{
    for (int i = 0; i < crew->train->series->count; i++) {
        struct cr_run_summary run;
        struct stat info;
        char path[PATH];
        path_of(crew, i, path);
        if (stat(path, &info) != 0)
            continue;
        CR_TRY(cr_series_match(crew->train->series, i, path, &crew->session->err));
        if (!summary_of(crew, i, &run) || (run.state != CR_RUN_FINISHED && run.state != CR_RUN_STOPPED_EARLY))
            continue;
        crew->jobs[i].ended = true;
        crew->ended_before = ++crew->ended;
        tell_run(crew, i, &run);
    }
    return CR_OK;
}

static enum cr_status supervise(struct crew *crew)
{
    const struct cr_series *series = crew->train->series;
    CR_TRY(find_ended(crew));
    crew->begun = screen_clock();
    while (crew->alive > 0 || (crew->next < series->count && !crew->stopping)) {
        for (; crew->next < series->count && crew->alive < crew->train->jobs && !crew->stopping; crew->next++)
            if (!crew->jobs[crew->next].ended)
                CR_TRY(start(crew, crew->next));
        usleep(POLL_US);
        if (interrupt_signal())
            stop_all(crew);
        reap(crew);
        if (!crew->session->screen.live || screen_clock() - crew->looked < look_every)
            continue;
        crew->looked = screen_clock();
        paint(crew);
    }
    screen_clear(&crew->session->screen);
    return CR_OK;
}

static enum cr_status finish(struct session *session, const struct train_series *train)
{
    struct cr_series_summary *summary;
    CR_TRY(cr_series_summarize(&summary, train->series, train->folder, &session->err));
    series_table(train->series, summary, train->folds);
    enum cr_status status = cr_series_write(summary, train->series, train->folder, &session->err);
    cr_series_summary_free(summary);
    if (status == CR_OK)
        printf("The runs lie in %s, with summary.json and summary.csv\n", train->folder);
    return status;
}

int train_series(struct session *session, const struct train_series *train)
{
    enum cr_status status;
    struct crew crew = {.session = session, .train = train};
    crew.jobs = calloc((size_t)train->series->count, sizeof *crew.jobs);
    if (!crew.jobs)
        CR_GO(cr_fail_memory(&session->err));
    CR_GO(folder_make(train->folder, &session->err));
    CR_GO(supervise(&crew));
    if (crew.failed || interrupt_signal()) {
        printf("Stopped after %d of %d runs; the same command goes on.\n", crew.ended, train->series->count);
        free(crew.jobs);
        return crew.failed ? CLI_FAILURE : 128 + interrupt_signal();
    }
    status = finish(session, train);
done:
    free(crew.jobs);
    return status == CR_OK ? CLI_OK : session_fail(session);
}
