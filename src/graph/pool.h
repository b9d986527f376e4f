/*
 * What the pooling ops share: options, shape rule, arguments.
 */
#ifndef CR_GRAPH_POOL_H
#define CR_GRAPH_POOL_H

#include "graph/op.h"
#include "graph/tables.h"
#include "graph/window.h"

struct cr_pool_options {
    int64_t size, stride, padding;
};

/* The options of `s`, whose field FIELDsize is the size and so on. */
#define CR_POOL_OPTIONS(s, field)                                                                         \
    CR_INT("size", s, field size, .min = 1, .max = 1024, .def = 2, .help = "side of the window, pixels"), \
        CR_INT("stride", s, field stride, .min = 0, .max = 1024, .def = 0, .names = cr_pool_strides,      \
               .help = "step between windows; size: as large as one"),                                    \
        CR_INT("padding", s, field padding, .min = -1, .max = 1024, .def = CR_PADDING_VALID,              \
               .names = cr_padding_names, .help = "border that does not count: same, valid (none) or pixels")
extern const struct cr_name cr_pool_strides[];

enum cr_status cr_pool_infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err);
struct cr_pool_args cr_pool_args_of(const struct cr_emit *emit);

#endif
