/*
 * tar: blocks of 512 bytes, a header with name, size (octal) and kind before each file, two blocks of zeros at the end.
 */
#include "data/archive.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/file.h"

enum { BLOCK = 512, NAME = 100, SIZE_AT = 124, SIZE = 12, KIND_AT = 156, FILE_MAX = 1 << 30 };

static enum cr_status read_block(gzFile file, const char *path, uint8_t *block, struct cr_error *err)
{
    return gzread(file, block, BLOCK) == BLOCK
               ? CR_OK
               : cr_fail(err, CR_ERROR_FORMAT, "%s: damaged or cut off: remove it and fetch it again", path);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

/* Of octal digits; -1 where there are others. */
static int64_t read_size(const uint8_t *digits)
{
    int64_t size = 0;
    for (int i = 0; i < SIZE && digits[i] && digits[i] != ' '; i++) {
        if (digits[i] < '0' || digits[i] > '7')
            return -1;
        size = 8 * size + (digits[i] - '0');
    }
    return size;
}

/* `size` bytes to `writer` (NULL: nowhere). */
static enum cr_status copy(gzFile file, const char *path, int64_t size, struct cr_file_writer *writer,
                           struct cr_error *err)
{
    uint8_t block[BLOCK];
    for (int64_t left = size; left > 0; left -= BLOCK) {
        CR_TRY(read_block(file, path, block, err));
        if (writer)
            CR_TRY(cr_file_writer_write(writer, block, left < BLOCK ? (size_t)left : BLOCK, err));
    }
    return CR_OK;
}

static enum cr_status unpack_file(gzFile file, const char *path, const char *target, int64_t size, struct cr_error *err)
{
    struct cr_file_writer *writer;
    CR_TRY(cr_file_writer_open(&writer, target, err));
    enum cr_status status = copy(file, path, size, writer, err);
    if (status == CR_OK)
        return cr_file_writer_commit(writer, err);
    cr_file_writer_cancel(writer);
    return status;
}

static enum cr_status unpack(gzFile file, const char *path, const char *ending, const char *folder,
                             struct cr_error *err)
{
    uint8_t block[BLOCK];
    for (;;) {
        char name[NAME + 1] = "";
        CR_TRY(read_block(file, path, block, err));
        if (block[0] == 0)
            return CR_OK;
        memcpy(name, block, NAME);
        int64_t size = read_size(block + SIZE_AT);
        if (size < 0 || size > FILE_MAX)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: is no tar archive", path);
        const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
        bool regular = block[KIND_AT] == '0' || block[KIND_AT] == 0;
        if (!regular || !(ends_in(last, ending) || ends_in(last, ".txt"))) {
            CR_TRY(copy(file, path, size, NULL, err));
            continue;
        }
        char *target = cr_path_join(folder, last);
        if (!target)
            return cr_fail_memory(err);
        enum cr_status status = unpack_file(file, path, target, size, err);
        free(target);
        CR_TRY(status);
    }
}

enum cr_status cr_archive_unpack(const char *path, const char *ending, const char *folder, struct cr_error *err)
{
    gzFile file = gzopen(path, "rb");
    if (!file)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot open", path);
    enum cr_status status = unpack(file, path, ending, folder, err);
    gzclose(file);
    return status;
}
