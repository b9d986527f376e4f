/*
 * What every command that computes needs: the screen, a context with its threads, and how a failure is told.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <cradle/data.h>

#include "cli.h"
#include "progress.h"
#include "screen.h"

struct session {
    struct screen screen;
    struct progress progress;
    struct cr_context *context;
    struct cr_data_options data; /* workers and progress */
    struct cr_error err;
};

enum cr_status session_open(struct session *session, const struct cli_common *common);
void session_close(struct session *session);
/* Tells session->err; CLI_FAILURE. */
int session_fail(struct session *session);

#endif
