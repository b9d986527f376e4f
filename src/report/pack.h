/*
 * Arrays in a page: raw little-endian numbers, deflated (zlib's format), in base64.
 */
#ifndef CR_REPORT_PACK_H
#define CR_REPORT_PACK_H

#include "base/json.h"

/* `key: {type: "f32", count, data}`, of doubles that are rounded to float. */
enum cr_status cr_pack_floats(struct cr_json *json, const char *key, const double *values, int64_t count,
                              struct cr_error *err);
/* `key: {type: "i32", count, data}`; as differences to the one before, which pack better. */
enum cr_status cr_pack_ints(struct cr_json *json, const char *key, const int32_t *values, int64_t count,
                            struct cr_error *err);
/* `key: {type: "u8", count, data}` */
enum cr_status cr_pack_bytes(struct cr_json *json, const char *key, const uint8_t *values, int64_t count,
                             struct cr_error *err);
/* `key: "data:image/png;base64,..."` */
enum cr_status cr_pack_png(struct cr_json *json, const char *key, const uint8_t *pixels, int64_t height, int64_t width,
                           int64_t channels, struct cr_error *err);

#endif
