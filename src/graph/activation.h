/*
 * Options of the op `activation`, shared with the layers that apply it.
 */
#ifndef CR_GRAPH_ACTIVATION_H
#define CR_GRAPH_ACTIVATION_H

struct cr_activation_options {
    int kind; /* enum cr_activation */
    double parameter;
};

#endif
