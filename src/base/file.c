/*
 * Files read whole and replaced whole, folders, and the search for data.
 *
 * A file is replaced through PATH.tmp beside it. The name is fixed, so a process that is killed while it writes leaves
 * one stale file at most, and the next write takes it over. Two writers of one path are not kept apart here: a run's
 * lock does that.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum cr_status fail(struct cr_error *err, const char *path, const char *what)
{
    return errno == ENOMEM ? cr_fail_memory(err)
                           : cr_fail(err, CR_ERROR_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

char *cr_path_join(const char *folder, const char *name)
{
    size_t length = strlen(folder), size = length + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", folder, length == 0 || folder[length - 1] == '/' ? "" : "/", name);
    return path;
}

char *cr_path_expand(const char *path)
{
    const char *home = path[0] == '~' && (path[1] == '/' || path[1] == 0) ? getenv("HOME") : NULL;
    if (!home || !home[0])
        return strdup(path);
    size_t size = strlen(home) + strlen(path + 1) + 1;
    char *expanded = malloc(size);
    if (expanded)
        snprintf(expanded, size, "%s%s", home, path + 1);
    return expanded;
}

/* The kind bits of a path's mode, 0 where nothing is there. */
static mode_t kind_of(const char *path)
{
    struct stat info;
    if (path[0] != '~')
        return stat(path, &info) == 0 ? info.st_mode & S_IFMT : 0;
    char *expanded = cr_path_expand(path);
    mode_t kind = expanded && stat(expanded, &info) == 0 ? info.st_mode & S_IFMT : 0;
    free(expanded);
    return kind;
}

bool cr_file_exists(const char *path)
{
    return S_ISREG(kind_of(path));
}

bool cr_folder_exists(const char *path)
{
    return S_ISDIR(kind_of(path));
}

static enum cr_status read_open(int file, const char *path, size_t limit, char **data, size_t *size,
                                struct cr_error *err)
{
    struct stat info;
    if (fstat(file, &info) != 0)
        return fail(err, path, "read");
    if (S_ISDIR(info.st_mode))
        return cr_fail(err, CR_ERROR_IO, "%s: is a folder, not a file", path);
    if (!S_ISREG(info.st_mode))
        return cr_fail(err, CR_ERROR_IO, "%s: is not a regular file", path);
    size_t length = (size_t)info.st_size;
    if (length > limit)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has %zu bytes, more than the limit of %zu", path, length, limit);
    char *content = malloc(length + 1);
    if (!content)
        return cr_fail_memory(err);
    size_t got = 0;
    while (got < length) {
        ssize_t part = read(file, content + got, length - got);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0) {
            free(content);
            return fail(err, path, "read");
        }
        if (part == 0)
            break;
        got += (size_t)part;
    }
    content[got] = 0;
    *data = content;
    *size = got;
    return CR_OK;
}

enum cr_status cr_file_read(const char *path, size_t limit, char **data, size_t *size, struct cr_error *err)
{
    *data = NULL;
    *size = 0;
    char *expanded = cr_path_expand(path);
    if (!expanded)
        return cr_fail_memory(err);
    int file = open(expanded, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer would hang */
    free(expanded);
    if (file < 0)
        return fail(err, path, "open");
    enum cr_status status = read_open(file, path, limit, data, size, err);
    close(file);
    return status;
}

static bool write_all(int file, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t part = write(file, data, size);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return false;
        data += part;
        size -= (size_t)part;
    }
    return true;
}

/* Makes the rename itself lasting. Some file systems cannot sync a folder; the content is safe then all the same. */
static void sync_folder_of(char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = slash == path ? "/" : slash ? path : ".";
    if (slash)
        *slash = 0;
    int file = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
}

struct cr_file_writer {
    char *path; /* as it was given, for messages */
    char *target, *temporary;
    int file;
};

enum cr_status cr_file_writer_open(struct cr_file_writer **writer, const char *path, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_file_writer *made = calloc(1, sizeof *made);
    *writer = NULL;
    if (!made)
        return cr_fail_memory(err);
    made->file = -1;
    made->path = strdup(path);
    made->target = cr_path_expand(path);
    char *temporary = made->target ? malloc(strlen(made->target) + sizeof ".tmp") : NULL;
    if (!made->path || !temporary) {
        free(temporary);
        CR_GO(cr_fail_memory(err));
    }
    sprintf(temporary, "%s.tmp", made->target);
    unlink(temporary);
    made->file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (made->file < 0) {
        status = fail(err, path, "write");
        free(temporary);
        goto done;
    }
    made->temporary = temporary;
    *writer = made;
    made = NULL;
done:
    cr_file_writer_cancel(made);
    return status;
}

enum cr_status cr_file_writer_write(struct cr_file_writer *writer, const void *data, size_t size, struct cr_error *err)
{
    return write_all(writer->file, data, size) ? CR_OK : fail(err, writer->path, "write");
}

enum cr_status cr_file_writer_commit(struct cr_file_writer *writer, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    bool synced = fsync(writer->file) == 0;
    int reason = errno;
    bool closed = close(writer->file) == 0;
    writer->file = -1;
    if (!synced)
        errno = reason;
    if (!synced || !closed || rename(writer->temporary, writer->target) != 0)
        CR_GO(fail(err, writer->path, "write"));
    free(writer->temporary);
    writer->temporary = NULL;
    sync_folder_of(writer->target);
done:
    cr_file_writer_cancel(writer);
    return status;
}

void cr_file_writer_cancel(struct cr_file_writer *writer)
{
    if (!writer)
        return;
    if (writer->file >= 0)
        close(writer->file);
    if (writer->temporary)
        unlink(writer->temporary);
    free(writer->temporary);
    free(writer->target);
    free(writer->path);
    free(writer);
}

enum cr_status cr_file_replace(const char *path, const void *data, size_t size, struct cr_error *err)
{
    struct cr_file_writer *writer;
    CR_TRY(cr_file_writer_open(&writer, path, err));
    enum cr_status status = cr_file_writer_write(writer, data, size, err);
    if (status == CR_OK)
        return cr_file_writer_commit(writer, err);
    cr_file_writer_cancel(writer);
    return status;
}

/* A part of the path may be a file; errno is mkdir's. */
static enum cr_status fail_folder(struct cr_error *err, const char *path, const char *part)
{
    if (errno == EEXIST)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot make the folder: %s is a file", path, part);
    return fail(err, path, "make the folder");
}

static bool is_folder(const char *path)
{
    int reason = errno;
    bool is = S_ISDIR(kind_of(path));
    errno = reason;
    return is;
}

enum cr_status cr_folder_make(const char *path, struct cr_error *err)
{
    char *folder = cr_path_expand(path);
    if (!folder)
        return cr_fail_memory(err);
    enum cr_status status = CR_OK;
    for (char *end = folder + (folder[0] == '/');; end++) {
        char c = *end;
        if (c && c != '/')
            continue;
        *end = 0;
        if (folder[0] && mkdir(folder, 0777) != 0 && !is_folder(folder)) {
            status = fail_folder(err, path, folder);
            break;
        }
        *end = c;
        if (!c)
            break;
    }
    free(folder);
    return status;
}

enum cr_status cr_data_find(const char *name, char **path, struct cr_error *err)
{
    const char *folders = getenv("CRADLE_DATA");
    if (!folders || !folders[0])
        folders = "build/data:../shared/data";
    *path = NULL;
    for (const char *start = folders; *start;) {
        size_t length = strcspn(start, ":");
        if (length > 0) {
            char *listed = strndup(start, length), *folder = listed ? cr_path_expand(listed) : NULL;
            char *candidate = folder ? cr_path_join(folder, name) : NULL;
            free(listed);
            free(folder);
            if (!candidate)
                return cr_fail_memory(err);
            if (cr_file_exists(candidate) || cr_folder_exists(candidate)) {
                *path = candidate;
                return CR_OK;
            }
            free(candidate);
        }
        start += length + (start[length] == ':');
    }
    return cr_fail(err, CR_ERROR_IO, "%s: not found in %s; set CRADLE_DATA to the folders that hold it, with : between",
                   name, folders);
}
