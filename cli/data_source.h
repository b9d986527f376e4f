/*
 * A source as it stands on the command line: a name, a folder of class folders, or a map as in a config file.
 */
#ifndef CLI_DATA_SOURCE_H
#define CLI_DATA_SOURCE_H

#include <cradle/config.h>

const char *data_format_word(int index); /* cli_words of the formats */
/* A config whose `source` is what `source` means. */
enum cr_status data_source_read(struct cr_config **config, const char *source, struct cr_error *err);

#endif
