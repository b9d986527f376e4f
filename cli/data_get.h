/*
 * A known set, fetched.
 */
#ifndef CLI_DATA_GET_H
#define CLI_DATA_GET_H

#include <cradle/data.h>

#include "session.h"

const char *data_set_word(int index); /* cli_words of the sets */
/* `into` and `mirror` may be NULL. Prints the section that uses it. */
enum cr_status data_get(struct session *session, const char *name, const char *into, const char *mirror);

#endif
