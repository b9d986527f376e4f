/*
 * A file that grows: pieces are gathered and written together, so that a step costs no call of the system; what must
 * not be lost is written at once.
 */
#ifndef CR_BASE_APPENDER_H
#define CR_BASE_APPENDER_H

#include <cradle/base.h>

struct cr_appender;

enum cr_append {
    CR_APPEND_SOON,    /* within a second or so, by a later call */
    CR_APPEND_NOW,     /* with all before it */
    CR_APPEND_LASTING, /* and lies on the disk when the call returns */
};

/* Goes on behind what is there; makes the file where it is not. */
enum cr_status cr_appender_open(struct cr_appender **appender, const char *path, struct cr_error *err);
/* After a failure what was gathered is gone, and the file may end in half a piece. */
enum cr_status cr_appender_add(struct cr_appender *appender, const void *data, size_t size, enum cr_append when,
                               struct cr_error *err);
/* Goes on behind what is there now, where the file was replaced by another of its name. */
enum cr_status cr_appender_reopen(struct cr_appender *appender, struct cr_error *err);
void cr_appender_free(struct cr_appender *appender); /* writes what is left; NULL is allowed */

#endif
