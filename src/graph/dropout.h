/*
 * Options of the op `dropout`, shared with the layers that apply it.
 */
#ifndef CR_GRAPH_DROPOUT_H
#define CR_GRAPH_DROPOUT_H

struct cr_dropout_options {
    double rate;
    int unit; /* what is dropped as a whole */
};

enum { CR_DROP_NUMBER, CR_DROP_CHANNEL, CR_DROP_SAMPLE };

#endif
