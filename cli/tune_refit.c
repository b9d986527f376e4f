/*
 * The winner once more, on the validation part too: the values are chosen, and more data make a better network.
 */
#include <stdio.h>

#include "console.h"
#include "interrupt.h"
#include "session.h"
#include "tune.h"

static enum cr_status make(struct session *session, struct cr_config *config, const char *run,
                           const struct cr_observer *observer, struct cr_experiment **experiment)
{
    struct cr_experiment_options options = {.run = run,
                                            .workers = session->data.workers,
                                            .observers = observer,
                                            .observer_count = 1,
                                            .progress = session->data.progress,
                                            .progress_user = session->data.progress_user};
    CR_TRY(cr_config_set(config, "data.validation=0", &session->err));
    CR_TRY(cr_config_set_fold(config, 0, 0, &session->err));
    enum cr_status status = cr_experiment_new(experiment, session->context, config, &options, &session->err);
    if (status != CR_ERROR_EXISTS)
        return status;
    options.resume = true;
    return cr_experiment_new(experiment, session->context, config, &options, &session->err);
}

int tune_refit(struct tune *tune)
{
    struct session session;
    struct console console = {.screen = &session.screen};
    struct cr_observer observer = console_observer(&console);
    struct cr_config *config = NULL;
    struct cr_experiment *experiment = NULL;
    char best[TUNE_PATH + 16], run[TUNE_PATH + 16];
    enum cr_status status;
    snprintf(best, sizeof best, "%s/best.yaml", tune->folder);
    snprintf(run, sizeof run, "%s/refit", tune->folder);
    CR_GO(session_open(&session, &tune->values->common));
    CR_GO(cr_config_open(&config, best, &session.err));
    CR_GO(make(&session, config, run, &observer, &experiment));
    printf("\nThe winner is trained once more, on all data\n");
    fflush(stdout);
    CR_GO(cr_experiment_run(experiment, &session.err));
done:
    if (status != CR_OK)
        session_fail(&session);
    else if (interrupt_signal())
        printf("Stopped. To go on:\n  cradle train --resume %s\n", run);
    else
        printf("The run lies in %s\nNext:\n  cradle test %s\n", run, run);
    cr_experiment_free(experiment);
    cr_config_free(config);
    session_close(&session);
    return status != CR_OK ? CLI_FAILURE : interrupt_signal() ? 128 + interrupt_signal() : CLI_OK;
}
