/*
 * The tail of a product (dense, conv2d): a bias and an activation; and in use, where a batch norm is a factor and an
 * offset for each channel, y = activation(norm(product + bias) + other branch). Each may be missing.
 */
#ifndef CR_GRAPH_EPILOGUE_H
#define CR_GRAPH_EPILOGUE_H

#include "graph/op.h"

/* For cr_op.absorb. */
bool cr_epilogue_absorb(enum cr_mode mode, struct cr_tail *tail, const struct cr_vertex *next);
/* Forward: what the product's kernel is to do; emits a step that makes the factors. */
struct cr_finish cr_epilogue_finish(struct cr_emit *emit);
/* Backward: where the gradient of the bias goes; NULL: there is none. */
void *cr_epilogue_db(struct cr_emit *emit, bool *add);

#endif
