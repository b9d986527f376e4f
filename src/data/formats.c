/*
 * The registry of formats, made from formats.def.
 */
#include "data/format.h"

static const struct cr_entry *const entries[] = {
#define CR_FORMAT(name) &cr_format_##name.entry,
#include "data/formats.def"
#undef CR_FORMAT
    NULL,
};

const struct cr_registry cr_formats = {.kind = "formats", .singular = "format", .entries = entries};
