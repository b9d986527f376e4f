/*
 * Set-up and failure of a command.
 */
#include "session.h"

#include <stdio.h>

enum cr_status session_open(struct session *session, const struct cli_common *common)
{
    *session = (struct session){0};
    screen_open(&session->screen);
    session->progress.screen = &session->screen;
    session->data = (struct cr_data_options){
        .workers = (int)common->workers, .progress = progress_show, .progress_user = &session->progress};
    return cr_context_new(
        &session->context,
        &(struct cr_context_options){.threads = (int)common->threads, .log = screen_log, .log_user = &session->screen},
        &session->err);
}

void session_close(struct session *session)
{
    screen_clear(&session->screen);
    cr_context_free(session->context);
}

int session_fail(struct session *session)
{
    char clean[sizeof session->err.message];
    screen_clear(&session->screen);
    fflush(stdout);
    text_clean(session->err.message, clean, sizeof clean);
    fprintf(stderr, "cradle: %s\n", clean);
    return CLI_FAILURE;
}
