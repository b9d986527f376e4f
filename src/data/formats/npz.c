/*
 * Arrays of NumPy in one archive, as numpy.savez and savez_compressed write them: a zip file that holds NAME.npy for
 * each. Needs libzip; a build without it says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/arrays.h"

#ifdef CRADLE_HAVE_LIBZIP
#include <zip.h>
#endif

struct npz {
    const char *path, *x, *y, *test_x, *test_y;
    struct cr_arrays_values arrays;
};

#ifdef CRADLE_HAVE_LIBZIP

/* What arrays are usually called, of each kind: the first that is there is taken. */
static const char *const usual[][8] = {
    [CR_ARRAY_X] = {"x_train", "X_train", "train_images", "x", "X", "images", "data", "arr_0"},
    [CR_ARRAY_Y] = {"y_train", "Y_train", "train_labels", "y", "Y", "labels", "target", "arr_1"},
    [CR_ARRAY_TEST_X] = {"x_test", "X_test", "test_images", "arr_2"},
    [CR_ARRAY_TEST_Y] = {"y_test", "Y_test", "test_labels", "arr_3"},
};

struct archive {
    const struct npz *values;
    zip_t *zip;
};

static zip_int64_t locate(zip_t *zip, const char *array)
{
    char name[256];
    int length = snprintf(name, sizeof name, "%s.npy", array);
    return length < (int)sizeof name ? zip_name_locate(zip, name, 0) : -1;
}

/* The name of the array, or NULL where there is none. */
static const char *find(const struct archive *archive, enum cr_array which)
{
    const struct npz *values = archive->values;
    const char *const told[] = {values->x, values->y, values->test_x, values->test_y};
    if (told[which][0])
        return told[which];
    for (int i = 0; i < 8 && usual[which][i]; i++)
        if (locate(archive->zip, usual[which][i]) >= 0)
            return usual[which][i];
    return NULL;
}

/* "x_train, y_train" */
static void list_arrays(zip_t *zip, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "nothing");
    for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0) && used + 1 < size; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);
        size_t length = name ? strlen(name) : 0;
        if (length > 4 && strcmp(name + length - 4, ".npy") == 0)
            used += (size_t)snprintf(text + used, size - used, "%s%.*s", used ? ", " : "", (int)length - 4, name);
    }
}

static enum cr_status read_entry(struct cr_npy_source *source, void *data, size_t size, size_t *got,
                                 struct cr_error *err)
{
    zip_int64_t part = zip_fread(source->file, data, size);
    *got = part < 0 ? 0 : (size_t)part;
    return part < 0 ? cr_fail(err, CR_ERROR_FORMAT, "%s: damaged: %s", source->name,
                              zip_error_strerror(zip_file_get_error(source->file)))
                    : CR_OK;
}

static void close_entry(struct cr_npy_source *source)
{
    zip_fclose(source->file);
}

static enum cr_status open_array(const void *user, enum cr_array which, struct cr_npy *npy, struct cr_error *err)
{
    static const char *const words[] = {"x", "y", "test_x", "test_y"};
    const struct archive *archive = user;
    const uint64_t deflate_most = 1032; /* bytes that one of deflate can become */
    const char *array = find(archive, which), *path = archive->values->path;
    struct cr_npy_source source = {.read = read_entry, .close = close_entry};
    zip_int64_t index = array ? locate(archive->zip, array) : -1;
    zip_stat_t info;
    if (index < 0) {
        char list[300];
        list_arrays(archive->zip, list, sizeof list);
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has no array %s for %s; it holds %s", path,
                       array ? array : "with a usual name", words[which], list);
    }
    snprintf(source.name, sizeof source.name, "%s: %s", path, array);
    if (zip_stat_index(archive->zip, (zip_uint64_t)index, 0, &info) != 0 ||
        !(source.file = zip_fopen_index(archive->zip, (zip_uint64_t)index, 0)))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: cannot open: %s", source.name, zip_strerror(archive->zip));
    source.most = info.size / deflate_most > info.comp_size ? info.comp_size * deflate_most : info.size;
    return cr_npy_open(npy, &source, err);
}

static enum cr_status fail_open(const char *path, int code, struct cr_error *err)
{
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    enum cr_status status = code == ZIP_ER_MEMORY ? cr_fail_memory(err)
                                                  : cr_fail(err, code == ZIP_ER_NOZIP ? CR_ERROR_FORMAT : CR_ERROR_IO,
                                                            "%s: cannot open: %s", path, zip_error_strerror(&error));
    zip_error_fini(&error);
    return status;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct npz *values = call->values;
    struct archive archive = {.values = values};
    char name[600];
    int code = 0;
    char *path = cr_path_expand(values->path);
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status = CR_OK;
    archive.zip = zip_open(path, ZIP_RDONLY, &code);
    if (!archive.zip)
        CR_GO(fail_open(values->path, code, err));
    if (call->part == CR_PART_TEST && (!find(&archive, CR_ARRAY_TEST_X) || !find(&archive, CR_ARRAY_TEST_Y)))
        CR_GO(cr_part_missing(err, "npz", "set test_x and test_y to its two arrays"));
    snprintf(name, sizeof name, "npz %s", values->path);
    CR_GO(cr_arrays_open(dataset, call, &values->arrays, name, open_array, &archive, err));
done:
    if (archive.zip)
        zip_discard(archive.zip);
    free(path);
    return status;
}

#else

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct npz *values = call->values;
    (void)dataset;
    return cr_fail(err, CR_ERROR_IO,
                   "%s: this build reads no archives: it was made without libzip (Debian, Ubuntu: libzip-dev; Fedora: "
                   "libzip-devel; Arch, Homebrew: libzip)",
                   values->path);
}

#endif

static const struct cr_option options[] = {
    CR_STRING("path", struct npz, path, .help = "the archive"),
    CR_STRING("x", struct npz, x, .text = "",
              .help = "array of the samples; default: x_train, train_images, x, images, data or arr_0"),
    CR_STRING("y", struct npz, y, .text = "",
              .help = "array of their classes or targets; default: y_train, train_labels, y, labels, target or arr_1"),
    CR_STRING("test_x", struct npz, test_x, .text = "",
              .help = "the same for the test part; default: x_test, test_images or arr_2"),
    CR_STRING("test_y", struct npz, test_y, .text = "",
              .help = "the same for the test part; default: y_test, test_labels or arr_3"),
    CR_ARRAYS_OPTIONS(struct npz, arrays),
    {0},
};

const struct cr_format cr_format_npz = {
    .entry = {.name = "npz", .help = "arrays of NumPy in one archive, as numpy.savez writes it", .options = options},
    .open = open,
};
