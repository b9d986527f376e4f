#include "base/appender.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/context.h"
#include "base/file.h"

enum { BUFFER_SIZE = 1 << 16 };

static const double seconds_between_writes = 1;

struct cr_appender {
    char *path;
    int file;
    double written; /* clock at the last write */
    size_t used;
    char buffer[BUFFER_SIZE];
};

static enum cr_status fail(const struct cr_appender *appender, struct cr_error *err)
{
    return cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", appender->path, strerror(errno));
}

static enum cr_status write_all(struct cr_appender *appender, const char *data, size_t size, struct cr_error *err)
{
    size_t done = 0;
    while (done < size) {
        ssize_t part = write(appender->file, data + done, size - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return fail(appender, err);
        done += (size_t)part;
    }
    return CR_OK;
}

static enum cr_status flush(struct cr_appender *appender, struct cr_error *err)
{
    size_t used = appender->used;
    appender->used = 0;
    appender->written = cr_clock();
    return write_all(appender, appender->buffer, used, err);
}

enum cr_status cr_appender_add(struct cr_appender *appender, const void *data, size_t size, enum cr_append when,
                               struct cr_error *err)
{
    if (appender->used + size > BUFFER_SIZE)
        CR_TRY(flush(appender, err));
    if (size > BUFFER_SIZE) {
        CR_TRY(write_all(appender, data, size, err));
    } else if (size > 0) {
        memcpy(appender->buffer + appender->used, data, size);
        appender->used += size;
    }
    if (when == CR_APPEND_SOON && cr_clock() - appender->written < seconds_between_writes)
        return CR_OK;
    CR_TRY(flush(appender, err));
    return when == CR_APPEND_LASTING && fsync(appender->file) != 0 ? fail(appender, err) : CR_OK;
}

static enum cr_status open_file(struct cr_appender *appender, struct cr_error *err)
{
    appender->file = open(appender->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return appender->file < 0 ? fail(appender, err) : CR_OK;
}

enum cr_status cr_appender_reopen(struct cr_appender *appender, struct cr_error *err)
{
    close(appender->file);
    return open_file(appender, err);
}

enum cr_status cr_appender_open(struct cr_appender **appender, const char *path, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    *appender = NULL;
    struct cr_appender *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->file = -1;
    made->path = cr_path_expand(path);
    if (!made->path)
        CR_GO(cr_fail_memory(err));
    CR_GO(open_file(made, err));
    made->written = cr_clock();
    *appender = made;
    made = NULL;
done:
    cr_appender_free(made);
    return status;
}

void cr_appender_free(struct cr_appender *appender)
{
    if (!appender)
        return;
    if (appender->file >= 0) {
        flush(appender, NULL);
        close(appender->file);
    }
    free(appender->path);
    free(appender);
}
