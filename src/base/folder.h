/*
 * What lies in a folder.
 */
#ifndef CR_BASE_FOLDER_H
#define CR_BASE_FOLDER_H

#include "base/arena.h"

/* The names of the folders in it, hidden ones left out, numbers in them by size ("run-2" before "run-10"); `*names`
 * ends in NULL and lives as long as the arena. */
enum cr_status cr_folder_list(struct cr_arena *arena, const char *path, const char *const **names, int *count,
                              struct cr_error *err);
/* Of a folder that is not there, the one beside it that was probably meant: a new string, NULL where none is near. */
char *cr_folder_nearest(const char *path);

#endif
