/*
 * Data sets that can be fetched. The digests are those that their makers or PyTorch's torchvision publish
 * (torchvision/datasets/mnist.py; https://www.cs.toronto.edu/~kriz/cifar.html); all are MD5.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/archive.h"
#include "data/fetch.h"

enum { FILES_MAX = 4, MIRRORS_MAX = 4 };

struct set {
    struct cr_entry entry;
    const char *source; /* printf of the folder: what stands behind `source:` */
    const char *mirrors[MIRRORS_MAX];
    struct {
        const char *name, *md5;
    } files[FILES_MAX];
    const char *unpacked; /* of an archive: a file that it holds; NULL: the files are read as they are */
};

#define IDX_FILES(train_images, train_labels, test_images, test_labels)                             \
    {                                                                                               \
        {"train-images-idx3-ubyte.gz", train_images}, {"train-labels-idx1-ubyte.gz", train_labels}, \
            {"t10k-images-idx3-ubyte.gz", test_images}, {"t10k-labels-idx1-ubyte.gz", test_labels}, \
    }

static const struct set mnist = {
    .entry = {.name = "mnist", .help = "handwritten digits, 28x28, grey, 70,000 (LeCun et al. 1998); 11 MiB"},
    .source = "{mnist: {path: %s}}",
    .mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "http://yann.lecun.com/exdb/mnist/"},
    .files = IDX_FILES("f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432",
                       "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c"),
};

static const struct set fashion_mnist = {
    .entry = {.name = "fashion-mnist", .help = "clothes, 28x28, grey, 70,000 (Xiao et al. 2017); 30 MiB"},
    .source = "{mnist: {path: %s}}",
    .mirrors = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"},
    .files = IDX_FILES("8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
                       "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"),
};

static const struct set kmnist = {
    .entry = {.name = "kmnist", .help = "cursive Japanese, 28x28, grey, 70,000 (Clanuwat et al. 2018); 21 MiB"},
    .source = "{mnist: {path: %s}}",
    .mirrors = {"http://codh.rois.ac.jp/kmnist/dataset/kmnist/"},
    .files = IDX_FILES("bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344",
                       "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134"),
};

static const struct set cifar10 = {
    .entry = {.name = "cifar10", .help = "photographs of ten kinds, 32x32, 60,000 (Krizhevsky 2009); 162 MiB"},
    .source = "{cifar10: {path: %s}}",
    .mirrors = {"https://www.cs.toronto.edu/~kriz/"},
    .files = {{"cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"}},
    .unpacked = "test_batch.bin",
};

static const struct set cifar100 = {
    .entry = {.name = "cifar100", .help = "photographs of a hundred kinds, 32x32, 60,000 (Krizhevsky 2009); 161 MiB"},
    .source = "{cifar100: {path: %s}}",
    .mirrors = {"https://www.cs.toronto.edu/~kriz/"},
    .files = {{"cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8"}},
    .unpacked = "train.bin",
};

static const struct cr_entry *const entries[] = {&mnist.entry,   &fashion_mnist.entry, &kmnist.entry,
                                                 &cifar10.entry, &cifar100.entry,      NULL};
const struct cr_registry cr_sets = {.kind = "sets", .singular = "set", .entries = entries};

/* One file of the set; an archive is unpacked and then removed. */
static enum cr_status get_file(const struct set *set, int index, const char *const *mirrors, const char *folder,
                               const struct cr_get_options *options, struct cr_error *err)
{
    char *path = cr_path_join(folder, set->files[index].name);
    if (!path)
        return cr_fail_memory(err);
    struct cr_fetch fetch = {.mirrors = mirrors,
                             .name = set->files[index].name,
                             .md5 = set->files[index].md5,
                             .path = path,
                             .progress = options->progress,
                             .progress_user = options->progress_user};
    enum cr_status status;
    CR_GO(cr_fetch_file(&fetch, err));
    if (set->unpacked) {
        CR_GO(cr_archive_unpack(path, ".bin", folder, err));
        remove(path);
    }
done:
    free(path);
    return status;
}

static enum cr_status get_files(const struct set *set, const char *folder, const struct cr_get_options *options,
                                struct cr_error *err)
{
    const char *mirrors[MIRRORS_MAX + 1] = {options->mirror};
    for (int i = 0; i < MIRRORS_MAX && !options->mirror; i++)
        mirrors[i] = set->mirrors[i];
    if (set->unpacked) {
        char *there = cr_path_join(folder, set->unpacked);
        bool done = there && cr_file_exists(there);
        free(there);
        if (done)
            return CR_OK;
    }
    CR_TRY(cr_folder_make(folder, err));
    for (int i = 0; i < FILES_MAX && set->files[i].name; i++)
        CR_TRY(get_file(set, i, mirrors, folder, options, err));
    return CR_OK;
}

/* The first folder where presets are looked for. */
static char *usual_folder(void)
{
    const char *folders = getenv("CRADLE_DATA");
    if (!folders || !folders[0])
        folders = "build/data";
    return strndup(folders, strcspn(folders, ":"));
}

enum cr_status cr_data_get(const char *name, const struct cr_get_options *options, char *source, size_t size,
                           struct cr_error *err)
{
    const struct set *set = (const struct set *)cr_registry_find(&cr_sets, name);
    if (!set)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: no set that can be fetched", name);
    char *into = options->into ? cr_path_expand(options->into) : usual_folder();
    char *folder = into ? cr_path_join(into, name) : NULL;
    enum cr_status status = folder ? get_files(set, folder, options, err) : cr_fail_memory(err);
    const char *hole = strstr(set->source, "%s");
    if (status == CR_OK)
        snprintf(source, size, "%.*s%s%s", (int)(hole - set->source), set->source, folder, hole + 2);
    free(into);
    free(folder);
    return status;
}
