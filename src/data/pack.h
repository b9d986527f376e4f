/*
 * A pack: the decoded samples of one part of a source in one file, which is mapped and not read.
 *
 *     head (4096 bytes) | samples [count][H][W][C] | a hash of each sample [count] | labels [count] or targets
 *     [count][classes] | texts, each ending in 0: name, class names, columns, what each sample is called, notes
 *
 * Numbers stand in the byte order of the machine that wrote them; on another one the pack is refused. Whatever of the
 * file is damaged is found when it is opened.
 */
#ifndef CR_DATA_PACK_H
#define CR_DATA_PACK_H

#include <cradle/data.h>

/*
 * A file to be, with room for `bytes` of samples; it gets its name by the commit. CR_ERROR_BUSY: another process is
 * writing the same one. Both a commit, whether it fails or not, and a cancel (NULL is allowed) end the writer.
 */
struct cr_pack_writer;
enum cr_status cr_pack_begin(struct cr_pack_writer **writer, const char *path, uint64_t bytes, struct cr_error *err);
uint8_t *cr_pack_room(struct cr_pack_writer *writer); /* where the samples go; ends with the writer */
/* `dataset` says all but the samples. `key` says what they were made of; `notes` go with them. */
enum cr_status cr_pack_commit(struct cr_pack_writer *writer, const struct cr_dataset *dataset, const char *key,
                              char *const *notes, int64_t note_count, struct cr_error *err);
void cr_pack_cancel(struct cr_pack_writer *writer);

/*
 * CR_ERROR_IO: there is none; CR_ERROR_FORMAT: it is damaged, or no pack; CR_ERROR_UNSUPPORTED: it was made of
 * something else than `key` says (NULL: anything is right).
 */
enum cr_status cr_pack_open(struct cr_dataset **dataset, const char *path, const char *key,
                            const struct cr_data_options *options, struct cr_error *err);
const char *const *cr_pack_notes(const struct cr_dataset *dataset, int64_t *count); /* of a dataset that is a pack */

#endif
