/*
 * What the pooling ops share: options, shape rule, arguments.
 */
#ifndef CR_GRAPH_POOL_H
#define CR_GRAPH_POOL_H

#include "graph/op.h"
#include "graph/tables.h"

struct cr_pool_options {
    int64_t size, stride, padding;
};

enum cr_status cr_pool_infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err);
struct cr_pool_args cr_pool_args_of(const struct cr_emit *emit);

#endif
