/*
 * Arrays of NumPy in a file each, as numpy.save writes them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/arrays.h"

struct npy {
    const char *x, *y, *test_x, *test_y;
    struct cr_arrays_values arrays;
};

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

static enum cr_status open_array(const void *user, enum cr_array which, struct cr_npy *npy, struct cr_error *err)
{
    const struct npy *values = user;
    const char *const paths[] = {[CR_ARRAY_X] = values->x,
                                 [CR_ARRAY_Y] = values->y,
                                 [CR_ARRAY_TEST_X] = values->test_x,
                                 [CR_ARRAY_TEST_Y] = values->test_y};
    struct cr_npy_source source = {.read = read_file, .close = close_file};
    struct stat info;
    snprintf(source.name, sizeof source.name, "%s", paths[which]);
    char *path = cr_path_expand(paths[which]);
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

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct npy *values = call->values;
    char name[600];
    bool test = call->part == CR_PART_TEST;
    if (test && (!values->test_x[0] || !values->test_y[0]))
        return cr_part_missing(err, "npy", "set test_x and test_y to its two files");
    snprintf(name, sizeof name, "npy %s", test ? values->test_x : values->x);
    return cr_arrays_open(dataset, call, &values->arrays, name, open_array, values, err);
}

static const struct cr_option options[] = {
    CR_STRING("x", struct npy, x, .help = "file of the samples"),
    CR_STRING("y", struct npy, y, .help = "file of their classes or targets"),
    CR_STRING("test_x", struct npy, test_x, .text = "", .help = "the same for the test part"),
    CR_STRING("test_y", struct npy, test_y, .text = "", .help = "the same for the test part"),
    CR_ARRAYS_OPTIONS(struct npy, arrays),
    {0},
};

const struct cr_format cr_format_npy = {
    .entry = {.name = "npy", .help = "samples, and classes or targets, in two arrays of NumPy", .options = options},
    .open = open,
};
