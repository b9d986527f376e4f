/*
 * JSON text that grows. Calls never fail by themselves: a lack of memory is told by cr_json_take, once.
 *
 * Everything written is plain ASCII where JSON allows it and holds no "<", ">" or "&", so that it may stand inside a
 * web page as it is. Bytes that are no UTF-8 (a file's name may hold any) become U+FFFD. Numbers that are not finite
 * are strings, "nan", "inf", "-inf".
 */
#ifndef CR_BASE_JSON_H
#define CR_BASE_JSON_H

#include <cradle/base.h>

enum { CR_JSON_DEPTH = 32 };

struct cr_json {
    char *text;
    size_t used, room;
    int depth;
    char ends[CR_JSON_DEPTH]; /* of what is open */
    bool follows;             /* something stands before on this level */
    bool failed;
};

/* Zero-initialise it to begin. The key is NULL in lists and at the root. */
void cr_json_object(struct cr_json *json, const char *key);
void cr_json_list(struct cr_json *json, const char *key);
void cr_json_end(struct cr_json *json); /* of the innermost object or list */
void cr_json_text(struct cr_json *json, const char *key, const char *value);
void cr_json_bytes(struct cr_json *json, const char *key, const char *value, size_t size); /* text without an end */
void cr_json_int(struct cr_json *json, const char *key, int64_t value);
void cr_json_float(struct cr_json *json, const char *key, double value);
void cr_json_bool(struct cr_json *json, const char *key, bool value);
/* A value that is JSON already; strings in it keep their meaning. */
void cr_json_raw(struct cr_json *json, const char *key, const char *value);
/* The text, owned by the caller, or CR_ERROR_MEMORY; ends the writer. */
enum cr_status cr_json_take(struct cr_json *json, char **text, size_t *size, struct cr_error *err);
void cr_json_free(struct cr_json *json);

#endif
