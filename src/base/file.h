/*
 * Files as the library uses them: read whole, replaced whole. Paths may begin with "~/".
 */
#ifndef CR_BASE_FILE_H
#define CR_BASE_FILE_H

#include <cradle/base.h>

/* Reads a whole regular file; the caller frees *data. One byte 0 stands behind the end. More than `limit` is an error.
 */
enum cr_status cr_file_read(const char *path, size_t limit, char **data, size_t *size, struct cr_error *err);
/*
 * Puts `size` bytes at `path` so that at every instant the old or the new content is there: a temporary file beside it,
 * write, fsync, rename, fsync of the folder. A failure (full disk) removes the temporary file and leaves the old
 * content.
 */
enum cr_status cr_file_replace(const char *path, const void *data, size_t size, struct cr_error *err);
/*
 * The same for content that comes in pieces: open, write, commit. Both a commit, whether it fails or not, and a cancel
 * (NULL is allowed) end the writer.
 */
struct cr_file_writer;
enum cr_status cr_file_writer_open(struct cr_file_writer **writer, const char *path, struct cr_error *err);
enum cr_status cr_file_writer_write(struct cr_file_writer *writer, const void *data, size_t size, struct cr_error *err);
enum cr_status cr_file_writer_commit(struct cr_file_writer *writer, struct cr_error *err);
void cr_file_writer_cancel(struct cr_file_writer *writer);
enum cr_status cr_folder_make(const char *path, struct cr_error *err); /* with its parents; there already is fine */
bool cr_file_exists(const char *path);
bool cr_folder_exists(const char *path);
/* "~/x" with the home folder put in, others as they are; a new string, NULL without memory. */
char *cr_path_expand(const char *path);
/* `folder`/`name`, a new string, NULL without memory. */
char *cr_path_join(const char *folder, const char *name);
/*
 * The first folder of CRADLE_DATA (colon-separated; default build/data:../shared/data) that holds `name` (a file or a
 * folder): a new string, or CR_ERROR_IO with a message that lists where it looked and how to set it.
 */
enum cr_status cr_data_find(const char *name, char **path, struct cr_error *err);

#endif
