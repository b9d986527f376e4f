/*
 * The contact sheet of a config file: what its network will see.
 */
#ifndef CLI_DATA_SHEET_H
#define CLI_DATA_SHEET_H

#include "session.h"

/* call->arguments: sheet, FILE, OUT, overrides; `count` rows. */
enum cr_status data_sheet(struct session *session, const struct cli_call *call, int64_t count);

#endif
