/*
 * Walks class folders. A class is a folder; everything under it, at any depth, belongs to it. Links are followed,
 * hidden names passed over. A file counts as a picture where its name ends like one (it may turn out damaged) or its
 * content begins like one. Other files are counted and passed over. Order is by bytes of the name: the same everywhere.
 */
#include "data/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "data/format.h"
#include "data/image.h"

enum { DEPTH_MAX = 32 };

struct names {
    const char **items;
    int64_t count, capacity;
};

static bool names_add(struct names *names, struct cr_arena *arena, const char *name)
{
    if (names->count == names->capacity) {
        int64_t capacity = names->capacity ? 2 * names->capacity : 64;
        const char **items = realloc(names->items, (size_t)capacity * sizeof *items);
        if (!items)
            return false;
        names->items = items;
        names->capacity = capacity;
    }
    return (names->items[names->count++] = cr_arena_text(arena, name)) != NULL;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *join(struct cr_tree *tree, const char *folder, const char *name)
{
    size_t length = strlen(folder);
    return cr_arena_format(tree->arena, "%s%s%s", folder, length && folder[length - 1] == '/' ? "" : "/", name);
}

/* DT_REG or DT_DIR, links followed; DT_UNKNOWN: something else. A link to nowhere counts as a file. */
static int kind_of_entry(DIR *directory, const struct dirent *entry)
{
    if (entry->d_type == DT_REG || entry->d_type == DT_DIR)
        return entry->d_type;
    struct stat info;
    if (fstatat(dirfd(directory), entry->d_name, &info, 0) != 0)
        return entry->d_type == DT_LNK ? DT_REG : DT_UNKNOWN;
    return S_ISREG(info.st_mode) ? DT_REG : S_ISDIR(info.st_mode) ? DT_DIR : DT_UNKNOWN;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The names in a folder, sorted; `files` may be NULL. Both are to be freed, also after a failure. */
static enum cr_status list(struct cr_tree *tree, const char *folder, struct names *folders, struct names *files,
                           struct cr_error *err)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return errno == ENOMEM ? cr_fail_memory(err)
                               : cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", folder, strerror(errno));
    bool complete = true;
    int reason = 0;
    while (complete) {
        errno = 0;
        struct dirent *entry = readdir(directory);
        if (!entry) {
            reason = errno;
            break;
        }
        if (entry->d_name[0] == '.')
            continue;
        int kind = kind_of_entry(directory, entry);
        struct names *names = kind == DT_DIR ? folders : kind == DT_REG ? files : NULL;
        if (names)
            complete = names_add(names, tree->arena, entry->d_name);
    }
    closedir(directory);
    if (!complete)
        return cr_fail_memory(err);
    if (reason != 0)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot read the folder: %s", folder, strerror(reason));
    if (folders->count)
        qsort(folders->items, (size_t)folders->count, sizeof *folders->items, by_bytes);
    if (files && files->count)
        qsort(files->items, (size_t)files->count, sizeof *files->items, by_bytes);
    return CR_OK;
}

static bool ends_like(const char *name, const char *const *endings)
{
    const char *dot = strrchr(name, '.');
    for (; dot && *endings; endings++)
        if (strcasecmp(dot + 1, *endings) == 0)
            return true;
    return false;
}

static bool begins_like_picture(const char *path)
{
    uint8_t start[8];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t got = read(file, start, sizeof start);
    close(file);
    return got > 0 && cr_image_kind(start, (size_t)got) != CR_IMAGE_OTHER;
}

static enum cr_status add_file(struct cr_tree *tree, const char *path, int32_t label, struct cr_error *err)
{
    static const char *const readable[] = {"jpg", "jpeg", "jpe", "jfif", "png", NULL};
    static const char *const unreadable[] = {"gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", NULL};
    const char *name = strrchr(path, '/') + 1;
    if (!ends_like(name, readable) && !begins_like_picture(path)) {
        if (ends_like(name, unreadable)) {
            tree->one_unreadable = tree->unreadable_kinds++ ? tree->one_unreadable : path;
            return CR_OK;
        }
        tree->others++;
        return CR_OK;
    }
    if (tree->count == tree->capacity) {
        int64_t capacity = tree->capacity ? 2 * tree->capacity : 1024;
        struct cr_tree_file *files = realloc(tree->files, (size_t)capacity * sizeof *files);
        if (!files)
            return cr_fail_memory(err);
        tree->files = files;
        tree->capacity = capacity;
    }
    tree->files[tree->count++] = (struct cr_tree_file){path, label};
    return CR_OK;
}

static enum cr_status walk(struct cr_tree *tree, const char *folder, int32_t label, int depth, struct cr_error *err)
{
    struct names folders = {0}, files = {0};
    enum cr_status status = CR_OK;
    if (depth > DEPTH_MAX)
        CR_GO(cr_fail(err, CR_ERROR_IO, "%s: more than %d folders deep: does a link point back?", folder, DEPTH_MAX));
    CR_GO(list(tree, folder, &folders, &files, err));
    for (int64_t i = 0; i < files.count; i++) {
        const char *path = join(tree, folder, files.items[i]);
        CR_GO(path ? add_file(tree, path, label, err) : cr_fail_memory(err));
    }
    for (int64_t i = 0; i < folders.count; i++) {
        const char *path = join(tree, folder, folders.items[i]);
        CR_GO(path ? walk(tree, path, label, depth + 1, err) : cr_fail_memory(err));
    }
done:
    free(folders.items);
    free(files.items);
    return status;
}

/* What else was found where pictures were looked for. */
static void describe_others(const struct cr_tree *tree, char *text, size_t size)
{
    if (tree->unreadable_kinds)
        snprintf(text, size, "pictures that are neither JPEG nor PNG, such as %s: %lld", tree->one_unreadable,
                 (long long)tree->unreadable_kinds);
    else
        snprintf(text, size, "other files: %lld", (long long)tree->others);
}

static enum cr_status read_classes(struct cr_tree *tree, const char *root, struct cr_error *err)
{
    struct names folders = {0}, files = {0};
    enum cr_status status = CR_OK;
    CR_GO(list(tree, root, &folders, &files, err));
    if (folders.count == 0)
        CR_GO(cr_fail(err, CR_ERROR_FORMAT,
                      "%s: holds %lld files and no class folder, expected one folder a class, such as cat/1.jpg and "
                      "dog/2.jpg",
                      root, (long long)files.count));
    if (folders.count == 1)
        CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s: holds one class folder only (%s), expected two or more", root,
                      folders.items[0]));
    tree->classes = folders.count;
    tree->class_names = cr_arena_alloc(tree->arena, (size_t)folders.count * sizeof *tree->class_names);
    if (!tree->class_names)
        CR_GO(cr_fail_memory(err));
    memcpy(tree->class_names, folders.items, (size_t)folders.count * sizeof *tree->class_names);
done:
    free(folders.items);
    free(files.items);
    return status;
}

/* A folder of the test part that is no class would be lost without a word. */
static enum cr_status check_test_classes(struct cr_tree *tree, const char *train_root, struct cr_error *err)
{
    struct names folders = {0};
    enum cr_status status = list(tree, tree->root, &folders, NULL, err);
    for (int64_t i = 0; status == CR_OK && i < folders.count; i++)
        if (!bsearch(&folders.items[i], tree->class_names, (size_t)tree->classes, sizeof *tree->class_names, by_bytes))
            status = cr_fail(err, CR_ERROR_FORMAT, "%s/%s: is no class of the training part in %s", tree->root,
                             folders.items[i], train_root);
    free(folders.items);
    return status;
}

static enum cr_status walk_class(struct cr_tree *tree, int32_t label, enum cr_part part,
                                 const struct cr_context *context, struct cr_error *err)
{
    const char *folder = join(tree, tree->root, tree->class_names[label]);
    if (!folder)
        return cr_fail_memory(err);
    int64_t before = tree->count;
    if (part == CR_PART_TRAIN || is_folder(folder))
        CR_TRY(walk(tree, folder, label, 0, err));
    if (tree->count == before && part == CR_PART_TEST)
        cr_log(context, CR_LOG_WARNING, "%s: the test part has no picture of this class", folder);
    return CR_OK;
}

static enum cr_status check_found(const struct cr_tree *tree, enum cr_part part, struct cr_error *err)
{
    char others[256];
    describe_others(tree, others, sizeof others);
    if (tree->count == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: no JPEG or PNG in its %lld class folders (%s)", tree->root,
                       (long long)tree->classes, others);
    if (part == CR_PART_TEST)
        return CR_OK;
    int64_t file = 0;
    for (int32_t label = 0; label < tree->classes; label++) {
        if (file == tree->count || tree->files[file].label != label)
            return cr_fail(err, CR_ERROR_FORMAT,
                           "%s/%s: no JPEG or PNG in this class folder: add pictures or remove the folder", tree->root,
                           tree->class_names[label]);
        while (file < tree->count && tree->files[file].label == label)
            file++;
    }
    return CR_OK;
}

/* path/train is the training part where it holds folders: a class may be called "train" too. */
static enum cr_status is_nested(struct cr_tree *tree, const char *train, bool *nested, struct cr_error *err)
{
    struct names folders = {0};
    *nested = false;
    if (!is_folder(train))
        return CR_OK;
    enum cr_status status = list(tree, train, &folders, NULL, err);
    *nested = folders.count > 0;
    free(folders.items);
    return status;
}

/* A folder val/, say, beside train/ and test/. */
static enum cr_status name_unread_folders(struct cr_tree *tree, const char *path, const struct cr_context *context,
                                          struct cr_error *err)
{
    struct names folders = {0};
    enum cr_status status = list(tree, path, &folders, NULL, err);
    for (int64_t i = 0; status == CR_OK && i < folders.count; i++)
        if (strcmp(folders.items[i], "train") != 0 && strcmp(folders.items[i], "test") != 0)
            cr_log(context, CR_LOG_WARNING, "%s: %s/ is not read, only train/ and test/ are", path, folders.items[i]);
    free(folders.items);
    return status;
}

static enum cr_status find_parts(struct cr_tree *tree, const char *path, const char *test, enum cr_part part,
                                 const struct cr_context *context, const char **train_root, struct cr_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s; expected a folder with one folder a class", path,
                       strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return cr_fail(err, CR_ERROR_IO, "%s: is a file, expected a folder with one folder a class", path);
    const char *train = join(tree, path, "train"), *test_beside = join(tree, path, "test");
    if (!train || !test_beside)
        return cr_fail_memory(err);
    bool nested;
    CR_TRY(is_nested(tree, train, &nested, err));
    *train_root = nested ? train : cr_arena_text(tree->arena, path);
    if (!*train_root)
        return cr_fail_memory(err);
    tree->root = *train_root;
    if (part == CR_PART_TRAIN)
        return nested ? name_unread_folders(tree, path, context, err) : CR_OK;
    if (test[0])
        tree->root = cr_arena_text(tree->arena, test);
    else if (nested && is_folder(test_beside))
        tree->root = test_beside;
    else
        return cr_part_missing(err, path, "put it under train/ and test/, or set `test` to its folder");
    return tree->root ? CR_OK : cr_fail_memory(err);
}

static enum cr_status fill(struct cr_tree *tree, const char *path, const char *test, enum cr_part part,
                           const struct cr_context *context, struct cr_error *err)
{
    const char *train_root = NULL;
    CR_TRY(find_parts(tree, path, test, part, context, &train_root, err));
    CR_TRY(read_classes(tree, train_root, err));
    if (part == CR_PART_TEST)
        CR_TRY(check_test_classes(tree, train_root, err));
    for (int32_t label = 0; label < tree->classes; label++)
        CR_TRY(walk_class(tree, label, part, context, err));
    CR_TRY(check_found(tree, part, err));
    if (tree->unreadable_kinds || tree->others) {
        char others[256];
        describe_others(tree, others, sizeof others);
        cr_log(context, tree->unreadable_kinds ? CR_LOG_WARNING : CR_LOG_INFO, "%s: passed over %s", tree->root,
               others);
    }
    return CR_OK;
}

enum cr_status cr_tree_new(struct cr_tree *tree, const char *path, const char *test, enum cr_part part,
                           const struct cr_context *context, struct cr_error *err)
{
    *tree = (struct cr_tree){.arena = cr_arena_new()};
    char *path_full = cr_path_expand(path), *test_full = cr_path_expand(test);
    enum cr_status status = tree->arena && path_full && test_full ? fill(tree, path_full, test_full, part, context, err)
                                                                  : cr_fail_memory(err);
    free(path_full);
    free(test_full);
    if (status != CR_OK)
        cr_tree_free(tree);
    return status;
}

static enum cr_status fill_all(struct cr_tree *tree, const char *path, struct cr_error *err)
{
    char others[256];
    tree->root = cr_arena_text(tree->arena, path);
    if (!tree->root)
        return cr_fail_memory(err);
    CR_TRY(walk(tree, tree->root, 0, 0, err));
    describe_others(tree, others, sizeof others);
    return tree->count > 0 ? CR_OK
                           : cr_fail(err, CR_ERROR_FORMAT, "%s: no JPEG or PNG in this folder (%s)", path, others);
}

enum cr_status cr_tree_all(struct cr_tree *tree, const char *path, struct cr_error *err)
{
    *tree = (struct cr_tree){.arena = cr_arena_new()};
    char *expanded = cr_path_expand(path);
    enum cr_status status = tree->arena && expanded ? fill_all(tree, expanded, err) : cr_fail_memory(err);
    free(expanded);
    if (status != CR_OK)
        cr_tree_free(tree);
    return status;
}

void cr_tree_free(struct cr_tree *tree)
{
    free(tree->files);
    cr_arena_free(tree->arena);
    *tree = (struct cr_tree){0};
}

size_t cr_tree_root_length(const struct cr_tree *tree)
{
    size_t length = strlen(tree->root);
    return length + (tree->root[length - 1] != '/');
}
