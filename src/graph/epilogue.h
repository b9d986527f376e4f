/*
 * The tail of a product (dense, conv2d): y = relu(product + bias), both or one of them.
 */
#ifndef CR_GRAPH_EPILOGUE_H
#define CR_GRAPH_EPILOGUE_H

#include "graph/op.h"

/* For cr_op.absorb. */
bool cr_epilogue_absorb(struct cr_tail *tail, const struct cr_vertex *next);
/* Forward: what the product's kernel is to do. */
struct cr_finish cr_epilogue_finish(struct cr_emit *emit);
/* Backward: where the gradient of the bias goes; NULL: there is none. */
void *cr_epilogue_db(struct cr_emit *emit, bool *add);

#endif
