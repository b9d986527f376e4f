/*
 * Downloads by libcurl. A server that knows no ranges sends the whole file: then it is begun anew.
 */
#include "data/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/md5.h"

#ifdef CRADLE_HAVE_CURL
#include <curl/curl.h>

struct transfer {
    const struct cr_fetch *fetch;
    FILE *file;
    curl_off_t begun; /* bytes that were there */
    bool stopped, full;
};

static size_t take(char *data, size_t one, size_t size, void *user)
{
    struct transfer *transfer = user;
    size_t written = fwrite(data, one, size, transfer->file);
    transfer->full = written < size;
    return written;
}

static int tell(void *user, curl_off_t total, curl_off_t done, curl_off_t upload, curl_off_t uploaded)
{
    struct transfer *transfer = user;
    const struct cr_fetch *fetch = transfer->fetch;
    (void)upload, (void)uploaded;
    if (fetch->progress && total > 0)
        transfer->stopped =
            !fetch->progress(fetch->progress_user, fetch->name, transfer->begun + done, transfer->begun + total);
    return transfer->stopped;
}

static CURLcode transfer_once(CURL *curl, struct transfer *transfer, const char *url, const char *part)
{
    struct stat info;
    transfer->file = fopen(part, "ab");
    if (!transfer->file || fstat(fileno(transfer->file), &info) != 0) {
        if (transfer->file)
            fclose(transfer->file);
        return CURLE_WRITE_ERROR;
    }
    transfer->begun = info.st_size;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 10L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "cradle/" CR_VERSION);
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, transfer->begun);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, tell);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    CURLcode code = curl_easy_perform(curl);
    if (fclose(transfer->file) != 0)
        code = CURLE_WRITE_ERROR;
    return code;
}

static enum cr_status digest(const char *path, char text[33], struct cr_error *err)
{
    struct cr_md5 md5;
    uint8_t block[1 << 14];
    FILE *file = fopen(path, "rb");
    if (!file)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", path, strerror(errno));
    cr_md5_begin(&md5);
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        cr_md5_add(&md5, block, got);
    bool failed = ferror(file) != 0;
    fclose(file);
    cr_md5_end(&md5, text);
    return failed ? cr_fail(err, CR_ERROR_IO, "%s: cannot read: %s", path, strerror(errno)) : CR_OK;
}

/* The file from one mirror into `part`; *err says what was wrong with it. */
static enum cr_status try_mirror(CURL *curl, const struct cr_fetch *fetch, const char *url, const char *part,
                                 struct cr_error *err)
{
    struct transfer transfer = {.fetch = fetch};
    char found[33];
    long answer = 0;
    CURLcode code = transfer_once(curl, &transfer, url, part);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    /* No ranges, or nothing behind what is there: the digest tells whether that is all. */
    bool whole = answer == 416 && fetch->md5 && digest(part, found, err) == CR_OK && strcmp(found, fetch->md5) == 0;
    if (!whole && transfer.begun > 0 && (code == CURLE_RANGE_ERROR || answer == 416)) {
        unlink(part);
        code = transfer_once(curl, &transfer, url, part);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    }
    if (transfer.stopped)
        return cr_fail(err, CR_ERROR_STOPPED, "stopped while fetching %s; the same command goes on", fetch->name);
    if (transfer.full || code == CURLE_WRITE_ERROR)
        return cr_fail(err, CR_ERROR_EXISTS, "%s: cannot write: %s", part, strerror(errno));
    if (!whole && code == CURLE_HTTP_RETURNED_ERROR)
        return cr_fail(err, CR_ERROR_IO, "%s: the server answers %ld", url, answer);
    if (!whole && code != CURLE_OK)
        return cr_fail(err, CR_ERROR_IO, "%s: %s", url, curl_easy_strerror(code));
    if (!fetch->md5)
        return CR_OK;
    CR_TRY(digest(part, found, err));
    if (strcmp(found, fetch->md5) == 0)
        return CR_OK;
    unlink(part);
    return cr_fail(err, CR_ERROR_IO, "%s: has the MD5 digest %s, expected %s", url, found, fetch->md5);
}

static enum cr_status try_mirrors(CURL *curl, const struct cr_fetch *fetch, const char *part, struct cr_error *err)
{
    char reasons[700] = "";
    size_t used = 0;
    for (const char *const *mirror = fetch->mirrors; *mirror; mirror++) {
        struct cr_error reason = {0};
        char *url = cr_path_join(*mirror, fetch->name);
        if (!url)
            return cr_fail_memory(err);
        enum cr_status status = try_mirror(curl, fetch, url, part, &reason);
        free(url);
        if (status == CR_OK)
            return CR_OK;
        if (status != CR_ERROR_IO) /* not the mirror's fault */
            return cr_fail(err, status == CR_ERROR_EXISTS ? CR_ERROR_IO : status, "%s", reason.message);
        if (used < sizeof reasons)
            used += (size_t)snprintf(reasons + used, sizeof reasons - used, "%s%s", used ? "; " : "", reason.message);
    }
    return cr_fail(err, CR_ERROR_IO, "%s could not be fetched: %s", fetch->name, reasons);
}

enum cr_status cr_fetch_file(const struct cr_fetch *fetch, struct cr_error *err)
{
    size_t size = strlen(fetch->path) + sizeof ".part";
    char *part = malloc(size);
    CURL *curl = curl_easy_init();
    enum cr_status status = CR_OK;
    if (!part || !curl)
        CR_GO(cr_fail_memory(err));
    if (cr_file_exists(fetch->path))
        goto done;
    snprintf(part, size, "%s.part", fetch->path);
    CR_GO(try_mirrors(curl, fetch, part, err));
    if (rename(part, fetch->path) != 0)
        status = cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", fetch->path, strerror(errno));
done:
    if (curl)
        curl_easy_cleanup(curl);
    free(part);
    return status;
}

#else

enum cr_status cr_fetch_file(const struct cr_fetch *fetch, struct cr_error *err)
{
    if (cr_file_exists(fetch->path))
        return CR_OK;
    return cr_fail(
        err, CR_ERROR_UNSUPPORTED,
        "this build fetches nothing: it was made without libcurl (Debian, Ubuntu: libcurl4-openssl-dev; Fedora: "
        "libcurl-devel; Arch, Homebrew: curl)");
}

#endif
