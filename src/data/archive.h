/*
 * Files out of a .tar.gz (POSIX ustar).
 */
#ifndef CR_DATA_ARCHIVE_H
#define CR_DATA_ARCHIVE_H

#include <cradle/base.h>

/*
 * Puts the regular files of an archive whose names end in `ending` (".bin") or ".txt" into `folder`, by the last part
 * of their names alone: nothing can leave the folder. Each appears whole, by a rename.
 */
enum cr_status cr_archive_unpack(const char *path, const char *ending, const char *folder, struct cr_error *err);

#endif
