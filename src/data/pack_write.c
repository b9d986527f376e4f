/*
 * Writing a pack: a file PATH.tmp beside its place is made as large as the samples are, mapped and filled; then what
 * is told of them is written behind, and the file gets its name. The room is allotted before anything is written into
 * it: a full disk is told then, and not by a signal later.
 *
 * The lock is the kernel's, on the temporary file, so it ends with its process; what a killed process left is taken
 * over.
 */
#include "data/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/pack_head.h"
#include "data/thread.h"

struct cr_pack_writer {
    char *path, *temporary; /* temporary NULL: nothing to remove */
    int file;
    uint8_t *map;
    size_t size; /* of the map */
};

static enum cr_status fail(struct cr_error *err, const char *path, int reason)
{
    return reason == ENOMEM ? cr_fail_memory(err)
                            : cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", path, strerror(reason));
}

/* Whether the path still leads to the file that was opened: who wrote it before may have renamed it meanwhile. */
static bool is_still(int file, const char *path)
{
    struct stat here, there;
    return fstat(file, &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino &&
           here.st_dev == there.st_dev;
}

/* Opens PATH.tmp and locks it. */
static enum cr_status lock(struct cr_pack_writer *writer, struct cr_error *err)
{
    char *name = malloc(strlen(writer->path) + sizeof ".tmp");
    if (!name)
        return cr_fail_memory(err);
    sprintf(name, "%s.tmp", writer->path);
    writer->file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    int reason = writer->file < 0 ? errno : 0;
    bool busy = writer->file >= 0 && (flock(writer->file, LOCK_EX | LOCK_NB) != 0 || !is_still(writer->file, name));
    if (reason || busy) {
        free(name);
        return busy ? cr_fail(err, CR_ERROR_BUSY, "%s: another process is writing it", writer->path)
                    : fail(err, writer->path, reason);
    }
    writer->temporary = name;
    return CR_OK;
}

enum cr_status cr_pack_begin(struct cr_pack_writer **writer, const char *path, uint64_t bytes, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_pack_writer *made = calloc(1, sizeof *made);
    *writer = NULL;
    if (!made)
        return cr_fail_memory(err);
    made->file = -1;
    made->path = strdup(path);
    if (!made->path)
        CR_GO(cr_fail_memory(err));
    CR_GO(lock(made, err));
    made->size = CR_PACK_HEAD + (size_t)bytes;
    int reason = ftruncate(made->file, 0) == 0 ? posix_fallocate(made->file, 0, (off_t)made->size) : errno;
    if (reason)
        CR_GO(fail(err, path, reason));
    void *map = mmap(NULL, made->size, PROT_READ | PROT_WRITE, MAP_SHARED, made->file, 0);
    if (map == MAP_FAILED)
        CR_GO(fail(err, path, errno));
    made->map = map;
    *writer = made;
    made = NULL;
done:
    cr_pack_cancel(made);
    return status;
}

uint8_t *cr_pack_room(struct cr_pack_writer *writer)
{
    return writer->map + CR_PACK_HEAD;
}

/* Texts behind each other, each ending in 0. */
struct texts {
    char *data;
    size_t size, capacity;
};

static bool add_text(struct texts *texts, const char *text)
{
    size_t length = strlen(text) + 1;
    if (texts->size + length > texts->capacity) {
        size_t capacity = 2 * (texts->size + length);
        char *data = realloc(texts->data, capacity);
        if (!data)
            return false;
        texts->data = data;
        texts->capacity = capacity;
    }
    memcpy(texts->data + texts->size, text, length);
    texts->size += length;
    return true;
}

static bool add_texts(struct texts *texts, const char *const *list, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (!add_text(texts, list[i]))
            return false;
    return true;
}

static bool gather_texts(struct texts *texts, const struct cr_dataset *dataset, char *const *notes, int64_t count)
{
    char name[4096];
    if (!add_text(texts, dataset->name) || !add_texts(texts, dataset->class_names, dataset->classes) ||
        (dataset->columns && !add_texts(texts, dataset->columns, dataset->channels)))
        return false;
    for (int64_t i = 0; i < dataset->count; i++) {
        dataset->describe(dataset, i, name, sizeof name);
        if (!add_text(texts, name))
            return false;
    }
    return add_texts(texts, (const char *const *)notes, count);
}

static struct cr_pack_head head_of(const struct cr_dataset *dataset, const char *key, int64_t notes, uint64_t text)
{
    struct cr_pack_head head = {.magic = CR_PACK_MAGIC,
                                .order = CR_PACK_ORDER,
                                .numbers = dataset->numbers,
                                .targets = dataset->targets != NULL,
                                .columns = dataset->columns != NULL,
                                .count = dataset->count,
                                .height = dataset->height,
                                .width = dataset->width,
                                .channels = dataset->channels,
                                .classes = dataset->classes,
                                .notes = notes,
                                .text = text};
    snprintf(head.key, sizeof head.key, "%s", key);
    return head;
}

/* What stands behind the samples, and the head that tells of it. */
static enum cr_status fill(struct cr_pack_writer *writer, struct cr_pack_head *head,
                           const struct cr_pack_places *places, const struct cr_dataset *dataset,
                           const struct texts *texts, struct cr_error *err)
{
    size_t size = (size_t)(places->end - places->hashes);
    uint8_t *tail = calloc(1, size);
    if (!tail)
        return cr_fail_memory(err);
    uint64_t *hashes = (uint64_t *)tail;
    for (int64_t i = 0; i < dataset->count; i++)
        hashes[i] = cr_sample_hash(cr_pack_room(writer) + (size_t)i * places->sample, (size_t)places->sample);
    const void *answers = dataset->targets ? (const void *)dataset->targets : dataset->labels;
    memcpy(tail + (places->answers - places->hashes), answers, (size_t)(places->text - places->answers));
    memcpy(tail + (places->text - places->hashes), texts->data, texts->size);
    head->check = cr_sample_hash(tail, size);
    head->self = cr_sample_hash((const uint8_t *)head, sizeof *head);
    memcpy(writer->map, head, sizeof *head);
    enum cr_status status = CR_OK;
    int reason = ftruncate(writer->file, (off_t)places->hashes) == 0 ? 0 : errno;
    for (size_t done = 0; !reason && done < size;) {
        ssize_t part = pwrite(writer->file, tail + done, size - done, (off_t)(places->hashes + done));
        reason = part < 0 && errno != EINTR ? errno : 0;
        done += part > 0 ? (size_t)part : 0;
    }
    if (reason)
        status = fail(err, writer->path, reason);
    free(tail);
    return status;
}

/* Makes what is in the file lasting, and gives it its name. */
static enum cr_status take_place(struct cr_pack_writer *writer, struct cr_error *err)
{
    if (msync(writer->map, writer->size, MS_SYNC) != 0 || fsync(writer->file) != 0 ||
        rename(writer->temporary, writer->path) != 0)
        return fail(err, writer->path, errno);
    free(writer->temporary);
    writer->temporary = NULL;
    return CR_OK;
}

enum cr_status cr_pack_commit(struct cr_pack_writer *writer, const struct cr_dataset *dataset, const char *key,
                              char *const *notes, int64_t note_count, struct cr_error *err)
{
    struct texts texts = {0};
    struct cr_pack_places places = {0};
    enum cr_status status = CR_OK;
    if (!gather_texts(&texts, dataset, notes, note_count))
        CR_GO(cr_fail_memory(err));
    struct cr_pack_head head = head_of(dataset, key, note_count, texts.size);
    if (!cr_pack_places(&head, &places))
        CR_GO(cr_fail(err, CR_ERROR_ARGUMENT, "%s: too large for a file", writer->path));
    CR_GO(fill(writer, &head, &places, dataset, &texts, err));
    CR_GO(take_place(writer, err));
done:
    free(texts.data);
    cr_pack_cancel(writer);
    return status;
}

void cr_pack_cancel(struct cr_pack_writer *writer)
{
    if (!writer)
        return;
    if (writer->map)
        munmap(writer->map, writer->size);
    if (writer->temporary)
        unlink(writer->temporary);
    if (writer->file >= 0)
        close(writer->file);
    free(writer->temporary);
    free(writer->path);
    free(writer);
}

/* -------------------------------------------------------------------------------------------------- of any dataset */

struct copying {
    const struct cr_dataset *dataset;
    uint8_t *room;
    size_t size;
};

static enum cr_status copy_sample(void *user, int64_t index, struct cr_error *err)
{
    const struct copying *copying = user;
    return copying->dataset->get(copying->dataset, index, copying->room + (size_t)index * copying->size, err);
}

enum cr_status cr_dataset_pack(const struct cr_dataset *dataset, const char *file,
                               const struct cr_data_options *options, struct cr_error *err)
{
    const struct cr_data_options none = {0};
    struct cr_pack_writer *writer = NULL;
    size_t size = cr_sample_size(dataset);
    enum cr_status status;
    char *path = cr_path_expand(file);
    if (!path)
        return cr_fail_memory(err);
    CR_GO(cr_pack_begin(&writer, path, (uint64_t)size * (uint64_t)dataset->count, err));
    struct copying copying = {.dataset = dataset, .room = cr_pack_room(writer), .size = size};
    CR_GO(cr_parallel(options ? options : &none, "packing samples", dataset->count, copy_sample, &copying, err));
    status = cr_pack_commit(writer, dataset, "", NULL, 0, err);
    writer = NULL;
done:
    cr_pack_cancel(writer);
    free(path);
    return status;
}
