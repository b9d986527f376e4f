/*
 * Where an array's bytes come from: a file, or memory. (Inside of an archive: formats/npz.c.)
 */
#include "data/npy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

static enum cr_status read_file(struct cr_npy_source *source, void *data, size_t size, size_t *got,
                                struct cr_error *err)
{
    FILE *file = source->file;
    *got = fread(data, 1, size, file);
    return ferror(file) ? cr_fail(err, CR_ERROR_IO, "%s: cannot read: %s", source->name, strerror(errno)) : CR_OK;
}

static void close_file(struct cr_npy_source *source)
{
    fclose(source->file);
}

enum cr_status cr_npy_open_file(struct cr_npy *npy, const char *file, struct cr_error *err)
{
    struct cr_npy_source source = {.read = read_file, .close = close_file};
    struct stat info;
    snprintf(source.name, sizeof source.name, "%s", file);
    char *path = cr_path_expand(file);
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status = CR_OK;
    if (cr_folder_exists(path))
        CR_GO(cr_fail(err, CR_ERROR_IO, "%s: is a folder, expected an array of NumPy", source.name));
    source.file = fopen(path, "rb");
    if (!source.file || fstat(fileno(source.file), &info) != 0)
        CR_GO(cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", source.name, strerror(errno)));
    source.most = (uint64_t)info.st_size;
    status = cr_npy_open(npy, &source, err);
    source.file = NULL;
done:
    if (source.file)
        fclose(source.file);
    free(path);
    return status;
}

static enum cr_status read_memory(struct cr_npy_source *source, void *data, size_t size, size_t *got,
                                  struct cr_error *err)
{
    const uint8_t *bytes = source->file;
    (void)err;
    *got = size < source->left ? size : (size_t)source->left;
    memcpy(data, bytes + (source->most - source->left), *got);
    source->left -= *got;
    return CR_OK;
}

static void leave_memory(struct cr_npy_source *source)
{
    (void)source;
}

enum cr_status cr_npy_open_memory(struct cr_npy *npy, const char *name, const void *content, size_t size,
                                  struct cr_error *err)
{
    struct cr_npy_source source = {
        .most = size, .left = size, .file = (void *)content, .read = read_memory, .close = leave_memory};
    snprintf(source.name, sizeof source.name, "%s", name);
    return cr_npy_open(npy, &source, err);
}
