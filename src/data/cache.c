#include "data/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/md5.h"

/* Changes whenever the same file is to become other pixels. */
#define DECODING "1"

/*
 * Whether it pays. A file costs about 10 microseconds to open and 20 nanoseconds a byte to decode (a JPEG of CIFAR-10
 * 22 microseconds of a processor, of 3 megapixels 20 ms), a decoded byte 0.3 nanoseconds to hold against its hash. Less
 * than a quarter of a second is not worth a file.
 */
static bool pays(double files, double file_bytes, double bytes)
{
    return files * 10e-6 + file_bytes * 20e-9 - bytes * 0.3e-9 > 0.25;
}

/* The folder of all caches, or NULL where there is none; `*status` is a failure where memory ran out. */
static char *cache_folder(enum cr_status *status, struct cr_error *err)
{
    const char *wish = getenv("CRADLE_CACHE"), *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    *status = CR_OK;
    if ((wish && strcmp(wish, "off") == 0) || (!(wish && wish[0]) && !(base && base[0]) && !(home && home[0])))
        return NULL;
    char *folder = wish && wish[0]   ? cr_path_expand(wish)
                   : base && base[0] ? cr_path_join(base, "cradle")
                                     : cr_path_expand("~/.cache/cradle");
    if (!folder)
        *status = cr_fail_memory(err);
    return folder;
}

static void add_number(struct cr_md5 *md5, int64_t number)
{
    char text[32];
    cr_md5_add(md5, text, (size_t)snprintf(text, sizeof text, "%lld,", (long long)number));
}

/* Names, sizes and times of all files; their bytes together. A file that cannot be looked at counts as empty. */
static void sum_up(const struct cr_tree *tree, int64_t side, int64_t channels, char key[33], uint64_t *file_bytes)
{
    struct cr_md5 md5;
    cr_md5_begin(&md5);
    cr_md5_add(&md5, DECODING, sizeof DECODING);
    add_number(&md5, side);
    add_number(&md5, channels);
    *file_bytes = 0;
    for (int64_t label = 0; label < tree->classes; label++)
        cr_md5_add(&md5, tree->class_names[label], strlen(tree->class_names[label]) + 1);
    for (int64_t i = 0; i < tree->count; i++) {
        struct stat info = {0};
        if (stat(tree->files[i].path, &info) == 0)
            *file_bytes += (uint64_t)info.st_size;
        const char *name = tree->files[i].path + cr_tree_root_length(tree);
        cr_md5_add(&md5, name, strlen(name) + 1);
        add_number(&md5, info.st_size);
        add_number(&md5, info.st_mtim.tv_sec);
        add_number(&md5, info.st_mtim.tv_nsec);
    }
    cr_md5_end(&md5, key);
}

/* ABOVE-FOLDER-SIDExSIDExCHANNELS-HASH.pack: one for each folder, wherever it is named from, and size. */
static char *file_of(const char *folder, const struct cr_tree *tree, int64_t side, int64_t channels)
{
    struct cr_md5 md5;
    char hash[33], name[160], *whole = realpath(tree->root, NULL);
    const char *root = whole ? whole : tree->root, *last = root + strlen(root);
    cr_md5_begin(&md5);
    cr_md5_add(&md5, root, strlen(root));
    cr_md5_end(&md5, hash);
    for (int slashes = 0; last > root && !(last[-1] == '/' && ++slashes == 2); last--)
        ;
    snprintf(name, sizeof name, "%.80s-%lldx%lldx%lld-%.12s.pack", last, (long long)side, (long long)side,
             (long long)channels, hash);
    for (char *at = name; *at; at++)
        *at = *at == '/' ? '-' : *at;
    free(whole);
    return cr_path_join(folder, name);
}

enum cr_status cr_cache_find(struct cr_cache *cache, const struct cr_tree *tree, int64_t side, int64_t channels,
                             int64_t limit, struct cr_error *err)
{
    enum cr_status status;
    uint64_t file_bytes;
    *cache = (struct cr_cache){.bytes = (uint64_t)tree->count * (uint64_t)(side * side * channels)};
    char *folder = limit > 0 ? cache_folder(&status, err) : NULL;
    if (!folder)
        return limit > 0 ? status : CR_OK;
    sum_up(tree, side, channels, cache->key, &file_bytes);
    if (pays((double)tree->count, (double)file_bytes, (double)cache->bytes) && cache->bytes <= (uint64_t)limit << 20) {
        cache->path = file_of(folder, tree, side, channels);
        status = cache->path ? CR_OK : cr_fail_memory(err);
    }
    free(folder);
    return status;
}

void cr_cache_free(struct cr_cache *cache)
{
    free(cache->path);
    cache->path = NULL;
}

enum cr_status cr_cache_open(struct cr_dataset **dataset, const struct cr_cache *cache,
                             const struct cr_data_options *options, const struct cr_context *context,
                             struct cr_error *err)
{
    enum cr_status status = cr_pack_open(dataset, cache->path, cache->key, options, err);
    if (status == CR_OK)
        utimensat(AT_FDCWD, cache->path, NULL, 0); /* its last use; where that cannot be written it goes earlier */
    if (status == CR_ERROR_FORMAT)
        cr_log(context, CR_LOG_WARNING, "%s (it is a cache: it is made anew)", err->message);
    return status == CR_ERROR_FORMAT || status == CR_ERROR_IO || status == CR_ERROR_UNSUPPORTED ? CR_OK : status;
}

/* ---------------------------------------------------------------------------------------------------------- the limit
 */

struct held {
    uint64_t bytes; /* of all packs but one's own */
    char oldest[NAME_MAX + 1];
    struct timespec used;
};

static bool is_earlier(struct timespec a, struct timespec b)
{
    return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

static struct held look(DIR *folder, const char *own)
{
    struct held held = {0};
    struct dirent *entry;
    rewinddir(folder);
    while ((entry = readdir(folder))) {
        const char *dot = strrchr(entry->d_name, '.');
        struct stat info;
        if (!dot || strcmp(dot, ".pack") != 0 || strcmp(entry->d_name, own) == 0 ||
            fstatat(dirfd(folder), entry->d_name, &info, 0) != 0 || !S_ISREG(info.st_mode))
            continue;
        held.bytes += (uint64_t)info.st_size;
        if (!held.oldest[0] || is_earlier(info.st_mtim, held.used)) {
            snprintf(held.oldest, sizeof held.oldest, "%s", entry->d_name);
            held.used = info.st_mtim;
        }
    }
    return held;
}

/* Removes packs until the new one fits. Who has one open keeps it until it is closed. */
static void make_room(const char *path, uint64_t bytes, uint64_t limit)
{
    char folder_path[PATH_MAX];
    const char *name = strrchr(path, '/') + 1;
    snprintf(folder_path, sizeof folder_path, "%.*s", (int)(name - path), path);
    DIR *folder = opendir(folder_path);
    if (!folder)
        return;
    for (struct held held = look(folder, name); held.oldest[0] && held.bytes + bytes > limit; held = look(folder, name))
        if (unlinkat(dirfd(folder), held.oldest, 0) != 0)
            break;
    closedir(folder);
}

/* At least as much again must be left on the disk. */
static bool is_space(const char *path, uint64_t bytes)
{
    struct statvfs info;
    return statvfs(path, &info) != 0 || (uint64_t)info.f_bavail * info.f_frsize / 2 >= bytes;
}

static enum cr_status begin(struct cr_pack_writer **writer, const struct cr_cache *cache, int64_t limit,
                            struct cr_error *err)
{
    char *folder = strndup(cache->path, (size_t)(strrchr(cache->path, '/') - cache->path));
    if (!folder)
        return cr_fail_memory(err);
    enum cr_status status = cr_folder_make(folder, err);
    if (status == CR_OK) {
        make_room(cache->path, cache->bytes, (uint64_t)limit << 20);
        status = is_space(folder, cache->bytes)
                     ? cr_pack_begin(writer, cache->path, cache->bytes, err)
                     : cr_fail(err, CR_ERROR_IO, "%s: it would take more than half of what is free on the disk",
                               cache->path);
    }
    free(folder);
    return status;
}

enum cr_status cr_cache_begin(struct cr_pack_writer **writer, const struct cr_cache *cache, int64_t limit,
                              const struct cr_context *context, struct cr_error *err)
{
    *writer = NULL;
    enum cr_status status = begin(writer, cache, limit, err);
    if (status == CR_OK || status == CR_ERROR_MEMORY)
        return status;
    cr_log(context, CR_LOG_INFO, "decoded pictures are not kept for the next time: %s", err->message);
    return CR_OK;
}
