/*
 * A run's folder. It is made beside its place under another name, filled, and renamed: who sees it sees a config in it.
 * The lock is the kernel's (flock), so it ends with its process, however that ends; the file's text is only for the
 * message to the second process.
 */
#include "experiment/run_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"

enum { MOST_TRIES = 100 };

static enum cr_status fail(struct cr_error *err, const char *path, const char *what)
{
    return cr_fail(err, CR_ERROR_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

static enum cr_status fail_exists(struct cr_error *err, const char *path)
{
    return cr_fail(err, CR_ERROR_EXISTS, "%s exists: choose another --run, or go on with --resume %s", path, path);
}

/* Of one that is not there: the one beside it, or the one of that name where `cradle train` makes them. */
static char *find_nearest(const char *path)
{
    char *usual = strchr(path, '/') ? NULL : cr_path_join("runs", path);
    if (usual && cr_folder_exists(usual))
        return usual;
    free(usual);
    return cr_folder_nearest(path);
}

enum cr_status cr_run_folder_fail(const char *path, const char *why, struct cr_error *err)
{
    char *nearest = cr_folder_exists(path) ? NULL : find_nearest(path);
    enum cr_status status = cr_fail(err, CR_ERROR_IO, "%s: %s%s%s%s", path, why, nearest ? "; did you mean " : "",
                                    nearest ? nearest : "", nearest ? "?" : "");
    free(nearest);
    return status;
}

enum cr_status cr_run_folder_fail_differs(const char *path, struct cr_error *err)
{
    return cr_fail(
        err, CR_ERROR_CONFIG,
        "%s: its config.yaml says something else than the config given: go on without one, or begin a new run", path);
}

/* Expanded, and without slashes at its end. */
static enum cr_status new_folder(struct cr_run_folder **folder, const char *path, struct cr_error *err)
{
    *folder = NULL;
    if (!path[0])
        return cr_fail(err, CR_ERROR_ARGUMENT, "a run needs the name of its folder");
    struct cr_run_folder *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->lock = -1;
    made->path = cr_path_expand(path);
    if (!made->path) {
        free(made);
        return cr_fail_memory(err);
    }
    for (size_t length = strlen(made->path); length > 1 && made->path[length - 1] == '/'; length--)
        made->path[length - 1] = 0;
    *folder = made;
    return CR_OK;
}

void cr_run_folder_free(struct cr_run_folder *folder)
{
    if (!folder)
        return;
    if (folder->lock >= 0)
        close(folder->lock);
    free(folder->path);
    free(folder);
}

enum cr_status cr_run_folder_check(const char *path, struct cr_error *err)
{
    struct cr_run_folder *folder;
    struct stat info;
    CR_TRY(new_folder(&folder, path, err));
    bool exists = lstat(folder->path, &info) == 0;
    cr_run_folder_free(folder);
    return exists ? fail_exists(err, path) : CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------- lock */

static enum cr_status fail_busy(int file, const char *path, struct cr_error *err)
{
    char text[32] = "";
    ssize_t size = pread(file, text, sizeof text - 1, 0);
    long process = size > 0 ? strtol(text, NULL, 10) : 0;
    if (process > 0)
        return cr_fail(err, CR_ERROR_BUSY, "%s is being trained by process %ld", path, process);
    return cr_fail(err, CR_ERROR_BUSY, "%s is being trained by another process", path);
}

/* `path` for messages; the folder may still have another name. */
static enum cr_status lock(struct cr_run_folder *folder, const char *inside, const char *path, struct cr_error *err)
{
    char *file = cr_path_join(inside, "lock"), text[32];
    if (!file)
        return cr_fail_memory(err);
    folder->lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    free(file);
    if (folder->lock < 0)
        return fail(err, path, "lock");
    int result;
    do
        result = flock(folder->lock, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        return errno == EWOULDBLOCK ? fail_busy(folder->lock, path, err) : fail(err, path, "lock");
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(folder->lock, 0) != 0 || pwrite(folder->lock, text, (size_t)length, 0) != length)
        return fail(err, path, "lock");
    return CR_OK;
}

enum cr_status cr_run_folder_open(struct cr_run_folder **folder, const char *path, struct cr_error *err)
{
    enum cr_status status;
    char *config = NULL;
    struct cr_run_folder *made;
    *folder = NULL;
    CR_GO(new_folder(&made, path, err));
    config = cr_path_join(made->path, "config.yaml");
    if (!config)
        CR_GO(cr_fail_memory(err));
    if (!cr_file_exists(config))
        CR_GO(cr_run_folder_fail(path, "is no run: there is no config.yaml in it", err));
    CR_GO(lock(made, made->path, path, err));
    *folder = made;
    made = NULL;
done:
    free(config);
    cr_run_folder_free(made);
    return status;
}

/* ----------------------------------------------------------------------------------------------------------- making */

/* "runs/.NAME.tmp-PROCESS-TRY" for "runs/NAME". */
static enum cr_status make_temporary(const char *target, char **temporary, struct cr_error *err)
{
    const char *slash = strrchr(target, '/'), *name = slash ? slash + 1 : target;
    int parent = (int)(name - target); /* with its slash */
    size_t size = strlen(target) + 64;
    *temporary = malloc(size);
    if (!*temporary)
        return cr_fail_memory(err);
    snprintf(*temporary, size, "%.*s", parent > 1 ? parent - 1 : 1, parent > 0 ? target : ".");
    CR_TRY(cr_folder_make(*temporary, err));
    for (int number = 0; number < MOST_TRIES; number++) {
        snprintf(*temporary, size, "%.*s.%s.tmp-%ld-%d", parent, target, name, (long)getpid(), number);
        if (mkdir(*temporary, 0777) == 0)
            return CR_OK;
        if (errno != EEXIST)
            break;
    }
    enum cr_status status = fail(err, target, "make the folder");
    free(*temporary);
    *temporary = NULL;
    return status;
}

static void remove_temporary(const char *folder)
{
    static const char *const names[] = {"config.yaml", "lock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *file = cr_path_join(folder, names[i]);
        if (file)
            unlink(file);
        free(file);
    }
    rmdir(folder);
}

/* rename() alone would put a folder in the place of an empty one. */
static int rename_new(const char *from, const char *to)
{
    struct stat info;
#ifdef RENAME_NOREPLACE
    int result = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    if (result == 0 || (errno != EINVAL && errno != ENOSYS))
        return result;
#endif
    if (lstat(to, &info) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

/* Makes the rename lasting, where the file system can. */
static void sync_parent(char *temporary)
{
    char *slash = strrchr(temporary, '/');
    if (slash)
        slash[slash == temporary] = 0;
    int file = open(slash ? temporary : ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

static enum cr_status fill_and_rename(struct cr_run_folder *folder, const char *temporary, const char *path,
                                      const char *config, struct cr_error *err)
{
    char *file = cr_path_join(temporary, "config.yaml");
    if (!file)
        return cr_fail_memory(err);
    enum cr_status status = cr_file_replace(file, config, strlen(config), err);
    free(file);
    CR_TRY(status);
    CR_TRY(lock(folder, temporary, path, err));
    if (rename_new(temporary, folder->path) == 0)
        return CR_OK;
    return errno == EEXIST || errno == ENOTEMPTY ? fail_exists(err, path) : fail(err, path, "make the folder");
}

enum cr_status cr_run_folder_make(struct cr_run_folder **folder, const char *path, const char *config,
                                  struct cr_error *err)
{
    enum cr_status status;
    char *temporary = NULL;
    struct cr_run_folder *made;
    *folder = NULL;
    CR_GO(new_folder(&made, path, err));
    CR_GO(make_temporary(made->path, &temporary, err));
    status = fill_and_rename(made, temporary, path, config, err);
    if (status != CR_OK) {
        remove_temporary(temporary);
        goto done;
    }
    sync_parent(temporary);
    *folder = made;
    made = NULL;
done:
    free(temporary);
    cr_run_folder_free(made);
    return status;
}
