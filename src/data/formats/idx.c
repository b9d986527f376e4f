/*
 * IDX, the format of MNIST: big-endian, plain or gzip (told by content).
 *
 *     pictures  0x00000803  count  height  width             bytes, row by row
 *               0x00000804  count  height  width  channels   the same with 1 or 3 channels
 *     labels    0x00000801  count                            bytes
 *
 * A file must be as long as its header says. Headers are not trusted: what they announce is compared with what the file
 * can hold before memory is taken.
 */
#include "data/dataset.h"
#include "data/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include "base/file.h"

enum { LABELS = 0x801, PICTURES = 0x803, PICTURES_OF_CHANNELS = 0x804, DIMENSIONS_MAX = 4, SIDE_MAX = 16384 };

struct idx {
    const char *path; /* as given, for messages */
    gzFile file;
    uint64_t bytes; /* on disk */
    uint32_t magic;
    int64_t dimensions[DIMENSIONS_MAX]; /* 1 behind those that the file has */
    int64_t size;                       /* their product: bytes behind the header */
};

static void close_file(struct idx *idx)
{
    if (idx->file)
        gzclose(idx->file);
    idx->file = NULL;
}

/* Reads `size` bytes, or as many as there are: *got. */
static enum cr_status read_bytes(struct idx *idx, void *data, int64_t size, int64_t *got, struct cr_error *err)
{
    const int64_t most = 1 << 30;
    *got = 0;
    while (*got < size) {
        int64_t wanted = size - *got < most ? size - *got : most;
        int part = gzread(idx->file, (char *)data + *got, (unsigned)wanted);
        int code;
        const char *message = gzerror(idx->file, &code);
        if (code == Z_MEM_ERROR)
            return cr_fail_memory(err);
        if (code == Z_ERRNO)
            return cr_fail(err, CR_ERROR_IO, "%s: cannot read: %s", idx->path, strerror(errno));
        if (code == Z_DATA_ERROR)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: damaged gzip data (%s)", idx->path, message);
        if (part <= 0)
            break;
        *got += part;
    }
    return CR_OK;
}

static int64_t big_endian(const uint8_t *bytes)
{
    return (int64_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static enum cr_status check_magic(const struct idx *idx, bool labels, struct cr_error *err)
{
    bool is_labels = idx->magic == LABELS, is_pictures = idx->magic == PICTURES || idx->magic == PICTURES_OF_CHANNELS;
    if (labels ? is_labels : is_pictures)
        return CR_OK;
    if (labels ? is_pictures : is_labels)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: holds %s, expected %s: are the two files swapped?", idx->path,
                       is_labels ? "labels" : "pictures", labels ? "labels" : "pictures");
    return cr_fail(err, CR_ERROR_FORMAT, "%s: begins with 0x%08x, expected 0x%08x (IDX, %s in bytes)", idx->path,
                   (unsigned)idx->magic, labels ? LABELS : PICTURES, labels ? "labels" : "pictures");
}

static enum cr_status read_header(struct idx *idx, bool labels, struct cr_error *err)
{
    uint8_t bytes[4];
    int64_t got;
    CR_TRY(read_bytes(idx, bytes, 4, &got, err));
    if (got == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: the file is empty, expected IDX", idx->path);
    if (got == 4) {
        idx->magic = (uint32_t)big_endian(bytes);
        CR_TRY(check_magic(idx, labels, err));
    }
    int rank = (int)(idx->magic & 0xff);
    for (int i = 0; i < DIMENSIONS_MAX; i++)
        idx->dimensions[i] = 1;
    for (int i = 0; i < rank && got == 4; i++) {
        CR_TRY(read_bytes(idx, bytes, 4, &got, err));
        idx->dimensions[i] = big_endian(bytes);
    }
    if (got < 4)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: cut off within the IDX header", idx->path);
    const int64_t *d = idx->dimensions;
    if (d[0] == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: holds no %s", idx->path, labels ? "labels" : "pictures");
    if (d[1] < 1 || d[1] > SIDE_MAX || d[2] < 1 || d[2] > SIDE_MAX)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: announces pictures of %lldx%lld, expected sides of 1..%d", idx->path,
                       (long long)d[1], (long long)d[2], SIDE_MAX);
    if (d[3] != 1 && d[3] != 3)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: announces %lld channels, expected 1 or 3", idx->path,
                       (long long)d[3]);
    idx->size = d[0] * d[1] * d[2] * d[3];
    return CR_OK;
}

/* "60000 pictures of 28x28" */
static void announced(const struct idx *idx, char *text, size_t size)
{
    const int64_t *d = idx->dimensions;
    if (idx->magic == LABELS)
        snprintf(text, size, "%lld labels", (long long)d[0]);
    else if (d[3] == 1)
        snprintf(text, size, "%lld pictures of %lldx%lld", (long long)d[0], (long long)d[1], (long long)d[2]);
    else
        snprintf(text, size, "%lld pictures of %lldx%lldx%lld", (long long)d[0], (long long)d[1], (long long)d[2],
                 (long long)d[3]);
}

static enum cr_status open_file(struct idx *idx, const char *path, bool labels, struct cr_error *err)
{
    *idx = (struct idx){.path = path};
    char *expanded = cr_path_expand(path);
    if (!expanded)
        return cr_fail_memory(err);
    enum cr_status status = CR_OK;
    struct stat info;
    if (stat(expanded, &info) != 0)
        CR_GO(cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", path, strerror(errno)));
    if (!S_ISREG(info.st_mode))
        CR_GO(cr_fail(err, CR_ERROR_IO, "%s: is %s, expected an IDX file", path,
                      S_ISDIR(info.st_mode) ? "a folder" : "not a regular file"));
    idx->bytes = (uint64_t)info.st_size;
    errno = 0;
    idx->file = gzopen(expanded, "rb");
    if (!idx->file)
        CR_GO(errno == 0 || errno == ENOMEM ? cr_fail_memory(err)
                                            : cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", path, strerror(errno)));
    gzbuffer(idx->file, 1 << 17);
    CR_GO(read_header(idx, labels, err));
    /* One byte of gzip holds 1032 at most. */
    uint64_t most = gzdirect(idx->file) ? idx->bytes : idx->bytes * 1032;
    if ((uint64_t)idx->size > most) {
        char text[96];
        announced(idx, text, sizeof text);
        CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s: the header announces %s, but the file has only %llu bytes", path, text,
                      (unsigned long long)idx->bytes));
    }
done:
    free(expanded);
    if (status != CR_OK)
        close_file(idx);
    return status;
}

/* Everything behind the header, which must end where the header says. */
static enum cr_status read_content(struct idx *idx, uint8_t *data, struct cr_error *err)
{
    char text[96], beyond;
    int64_t got, more;
    announced(idx, text, sizeof text);
    CR_TRY(read_bytes(idx, data, idx->size, &got, err));
    if (got < idx->size)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: cut off: the header announces %s (%lld bytes), but only %lld bytes follow", idx->path, text,
                       (long long)idx->size, (long long)got);
    CR_TRY(read_bytes(idx, &beyond, 1, &more, err));
    if (more > 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: goes on behind the %s that the header announces (%lld bytes)",
                       idx->path, text, (long long)idx->size);
    return CR_OK;
}

/* All labels of a file, to be freed. */
static enum cr_status read_labels(const char *path, uint8_t **labels, int64_t *count, struct cr_error *err)
{
    struct idx idx;
    *labels = NULL;
    CR_TRY(open_file(&idx, path, true, err));
    enum cr_status status = CR_OK;
    *count = idx.size;
    *labels = malloc((size_t)idx.size);
    if (!*labels)
        CR_GO(cr_fail_memory(err));
    CR_GO(read_content(&idx, *labels, err));
done:
    close_file(&idx);
    return status;
}

/* The number of classes is a matter of the training part, whichever part is opened. */
static enum cr_status count_classes(const struct cr_idx_values *values, int64_t *classes, struct cr_error *err)
{
    *classes = values->classes;
    if (*classes > 0)
        return CR_OK;
    uint8_t *labels;
    int64_t count = 0;
    enum cr_status status = read_labels(values->labels, &labels, &count, err);
    for (int64_t i = 0; status == CR_OK && i < count; i++)
        if (labels[i] >= *classes)
            *classes = labels[i] + 1;
    free(labels);
    return status;
}

static enum cr_status open_pair(struct cr_dataset **dataset, const char *pictures_path, const char *labels_path,
                                int64_t classes, struct cr_error *err)
{
    struct idx pictures = {0};
    struct cr_store *store = NULL;
    uint8_t *labels = NULL;
    int64_t count = 0;
    enum cr_status status = CR_OK;
    CR_GO(open_file(&pictures, pictures_path, false, err));
    CR_GO(read_labels(labels_path, &labels, &count, err));
    const int64_t *d = pictures.dimensions;
    if (d[0] != count)
        CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s has %lld pictures, but %s has %lld labels: they do not belong together",
                      pictures_path, (long long)d[0], labels_path, (long long)count));
    struct cr_extent extent = {.count = count, .height = d[1], .width = d[2], .channels = d[3], .classes = classes};
    CR_GO(cr_store_new(&store, &extent, true, NULL, err, "idx %s", pictures_path));
    CR_GO(read_content(&pictures, store->pixels, err));
    for (int64_t i = 0; i < count; i++) {
        if (labels[i] >= classes)
            CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s: label %d of item %lld (from 0) is out of range 0..%lld",
                          labels_path, labels[i], (long long)i, (long long)classes - 1));
        store->labels[i] = labels[i];
    }
    *dataset = &store->dataset;
    store = NULL;
done:
    close_file(&pictures);
    free(labels);
    cr_dataset_free(store ? &store->dataset : NULL);
    return status;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct cr_idx_values *values = call->values;
    bool test = call->part == CR_PART_TEST;
    if (test && (!values->test_images[0] || !values->test_labels[0]))
        return cr_part_missing(err, "idx", "set test_images and test_labels to its two files");
    int64_t classes;
    CR_TRY(count_classes(values, &classes, err));
    return open_pair(dataset, test ? values->test_images : values->images, test ? values->test_labels : values->labels,
                     classes, err);
}

static const struct cr_option options[] = {
    CR_STRING("images", struct cr_idx_values, images, .help = "IDX file of pictures, plain or .gz"),
    CR_STRING("labels", struct cr_idx_values, labels, .help = "IDX file of their labels"),
    CR_STRING("test_images", struct cr_idx_values, test_images, .text = "", .help = "the same for the test part"),
    CR_STRING("test_labels", struct cr_idx_values, test_labels, .text = "", .help = "the same for the test part"),
    CR_INT("classes", struct cr_idx_values, classes, .min = 0, .max = 256,
           .help = "number of classes; 0: the largest label of the training part + 1"),
    {0},
};

const struct cr_format cr_format_idx = {
    .entry = {.name = "idx", .help = "pictures and labels in two IDX files, as MNIST has them", .options = options},
    .open = open,
};
