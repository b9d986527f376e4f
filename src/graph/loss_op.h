/*
 * What the ops that are losses share.
 */
#ifndef CR_GRAPH_LOSS_OP_H
#define CR_GRAPH_LOSS_OP_H

#include "graph/op.h"

/* One number a sample of a row of numbers a sample, which is operand 0; for cr_op.infer. */
enum cr_status cr_loss_infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err);

/* Of distance and distance-to. */
struct cr_distance_options {
    int kind; /* enum cr_distance */
    double delta;
};
#define CR_DISTANCE_OPTIONS(struct_type)                                                                  \
    CR_CHOICE("kind", struct_type, distance.kind, .def = CR_DISTANCE_SQUARED, .names = cr_distance_names, \
              .help = "the function d"),                                                                  \
        CR_FLOAT("delta", struct_type, distance.delta, .min = 1e-9, .max = 1e9, .def = 1,                 \
                 .help = "of huber: where it bends")
extern const struct cr_name cr_distance_names[];

/* Of row operand 0; where its targets are is left to the op. */
struct cr_distance_args cr_distance_args_of(struct cr_emit *emit, const struct cr_distance_options *options);
/* The steps of either direction, with the targets in place. */
void cr_distance_forward(struct cr_emit *emit, struct cr_distance_args args);
void cr_distance_backward(struct cr_emit *emit, struct cr_distance_args args);

#endif
