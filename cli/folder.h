/*
 * Folders that commands make for what they leave.
 */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include <cradle/base.h>

/* With its parents; one that is there is fine. */
enum cr_status folder_make(const char *path, struct cr_error *err);

#endif
