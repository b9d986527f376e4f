/*
 * The processes of `tune`. The study is closed before a fork: a connection to SQLite must not be carried through one.
 */
#include "tune.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"

enum { POLL_US = 100000, MOST_JOBS = 256, MOST_KILLS = 3 };
static const double look_every = 0.5;

/* ------------------------------------------------------------------------------------------------------------- worker
 */

static bool stop(void *user)
{
    (void)user;
    return interrupt_signal() != 0;
}

/* The next trial; waits where a deterministic study must. *number is -1 where there is none. */
static enum cr_status next(struct tune *tune, int64_t *number)
{
    const struct cr_study_trial *trial;
    *number = -1;
    for (;;) {
        enum cr_status status = cr_study_ask(tune->study, &trial, &tune->err);
        if (status != CR_ERROR_BUSY) {
            if (status == CR_OK && trial)
                *number = trial->number;
            return status;
        }
        if (interrupt_signal())
            return cr_fail(&tune->err, CR_ERROR_STOPPED, "stopped");
        usleep(POLL_US);
    }
}

static enum cr_status work(struct tune *tune, struct cr_context *context)
{
    int64_t number;
    tune->training.stop = tune->run.stop = stop;
    CR_TRY(cr_study_open(&tune->study, tune->space, &tune->options, &tune->err));
    for (;;) {
        if (interrupt_signal())
            return cr_fail(&tune->err, CR_ERROR_STOPPED, "stopped");
        CR_TRY(next(tune, &number));
        if (number < 0)
            return CR_OK;
        if (tune->run.command)
            CR_TRY(cr_study_run_command(tune->study, number, &tune->run, &tune->err));
        else
            CR_TRY(cr_study_train(tune->study, context, number, &tune->training, &tune->err));
    }
}

/* The machine's threads are shared out among the workers. */
static int threads_of(const struct tune *tune)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t all = tune->values->common.threads ? tune->values->common.threads : cores > 0 ? cores : 1;
    int64_t each = all / tune->values->jobs;
    return each > 0 ? (int)each : 1;
}

int tune_work(struct tune *tune)
{
    struct cr_context *context = NULL;
    struct cr_context_options options = {.threads = threads_of(tune)};
    enum cr_status status = cr_context_new(&context, &options, &tune->err);
    if (status == CR_OK)
        status = work(tune, context);
    cr_study_free(tune->study);
    tune->study = NULL;
    cr_context_free(context);
    if (status == CR_ERROR_STOPPED && interrupt_signal())
        return 128 + interrupt_signal();
    if (status != CR_OK)
        fprintf(stderr, "cradle: %s\n", tune->err.message);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

/* --------------------------------------------------------------------------------------------------------- supervisor
 */

struct workers {
    pid_t process[MOST_JOBS]; /* 0: ended */
    int count, alive;
    bool failed, stopping;
};

static enum cr_status start(struct tune *tune, struct workers *workers, int index)
{
    cr_study_free(tune->study);
    tune->study = NULL;
    fflush(stdout);
    fflush(stderr);
    pid_t child = fork();
    if (child == 0) {
#ifdef __linux__
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* nobody is left to show what it does: it keeps its state and ends */
#endif
        _exit(tune_work(tune));
    }
    if (child < 0)
        return cr_fail(&tune->err, CR_ERROR_IO, "cannot make a worker process: %s", strerror(errno));
    workers->process[index] = child;
    workers->alive++;
    return CR_OK;
}

/*
 * A worker that a signal ended: its trial is to blame, and must not be given out again and again. SIGKILL comes from
 * outside, from a person or from a system that is out of memory: that is no fault of the trial unless it is repeated.
 */
static enum cr_status bury(struct tune *tune, pid_t process, int signal_number)
{
    const struct cr_study_trial *trials;
    int64_t count;
    char cause[96];
    snprintf(cause, sizeof cause, "crashed (signal %d, %s)", signal_number, strsignal(signal_number));
    CR_TRY(cr_study_trials(tune->study, &trials, &count, &tune->err));
    for (int64_t i = 0; i < count; i++)
        if (trials[i].process == process && trials[i].state == CR_TRIAL_RUNNING) {
            bool again = signal_number == SIGKILL && i < tune->options.trials && ++tune->kills[i] < MOST_KILLS;
            return again ? CR_OK : cr_study_tell(tune->study, i, CR_TRIAL_FAILED, 0, cause, &tune->err);
        }
    return CR_OK;
}

static void stop_all(struct workers *workers)
{
    for (int i = 0; i < workers->count && !workers->stopping; i++)
        if (workers->process[i])
            kill(workers->process[i], SIGTERM);
    workers->stopping = true;
}

static enum cr_status reap(struct tune *tune, struct workers *workers)
{
    for (int i = 0; i < workers->count; i++) {
        int status;
        pid_t process = workers->process[i];
        if (!process || waitpid(process, &status, WNOHANG) != process)
            continue;
        workers->process[i] = 0;
        workers->alive--;
        bool crashed = WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM && WTERMSIG(status) != SIGINT;
        if (crashed && !workers->stopping) {
            CR_TRY(bury(tune, process, WTERMSIG(status)));
            CR_TRY(start(tune, workers, i));
            CR_TRY(cr_study_open(&tune->study, tune->space, &tune->options, &tune->err));
        }
        if (WIFEXITED(status) && WEXITSTATUS(status) == CLI_FAILURE) {
            workers->failed = true;
            stop_all(workers);
        }
    }
    return CR_OK;
}

static enum cr_status supervise(struct tune *tune, struct workers *workers)
{
    double looked = 0;
    for (workers->count = 0; workers->count < (int)tune->values->jobs; workers->count++)
        CR_TRY(start(tune, workers, workers->count));
    CR_TRY(cr_study_open(&tune->study, tune->space, &tune->options, &tune->err));
    while (workers->alive > 0) {
        usleep(POLL_US);
        if (interrupt_signal())
            stop_all(workers);
        CR_TRY(reap(tune, workers));
        if (screen_clock() - looked < look_every)
            continue;
        looked = screen_clock();
        CR_TRY(tune_show_progress(tune));
    }
    return tune_show_progress(tune);
}

int tune_run_workers(struct tune *tune)
{
    struct workers workers = {0};
    enum cr_status status = supervise(tune, &workers);
    screen_clear(&tune->screen);
    if (status != CR_OK) {
        stop_all(&workers);
        for (int i = 0; i < workers.count; i++)
            if (workers.process[i])
                waitpid(workers.process[i], NULL, 0);
        fprintf(stderr, "cradle: %s\n", tune->err.message);
        return CLI_FAILURE;
    }
    if (workers.failed)
        return CLI_FAILURE;
    return interrupt_signal() ? 128 + interrupt_signal() : CLI_OK;
}
