/*
 * A source as decoded samples in a folder.
 */
#ifndef CLI_DATA_PACK_H
#define CLI_DATA_PACK_H

#include "session.h"

/* call->arguments: pack, SOURCE, OUT, overrides of a config file. */
enum cr_status data_pack(struct session *session, const struct cli_call *call);

#endif
