/*
 * One file from the net: resumed where it was cut off, from one mirror after the other, and checked.
 */
#ifndef CR_DATA_FETCH_H
#define CR_DATA_FETCH_H

#include <cradle/data.h>

struct cr_fetch {
    const char *const *mirrors; /* addresses of folders; ends in NULL */
    const char *name;           /* of the file there */
    const char *md5;            /* NULL: not published, not checked */
    const char *path;           /* where it goes; what has come so far lies in PATH.part */
    cr_progress_function *progress;
    void *progress_user;
};

/*
 * Fetches the file, unless it is there. PATH appears by a rename once the digest is right. A mirror that has it not, is
 * cut off or gives another content is left for the next; the error tells of each what was wrong. CR_ERROR_UNSUPPORTED
 * in a build without libcurl.
 */
enum cr_status cr_fetch_file(const struct cr_fetch *fetch, struct cr_error *err);

#endif
