/*
 * Options of the input op, for whoever builds a graph.
 */
#ifndef CR_GRAPH_INPUT_H
#define CR_GRAPH_INPUT_H

#include "graph/op.h"

struct cr_input_options {
    int64_t slot;
    bool bytes;
    int64_t height, width, channels;
    bool by_pixel; /* mean and deviation for each pixel and channel, not for each channel */
};

struct cr_whiten_options {
    bool flat; /* the result is a row of numbers, no picture */
};

#endif
