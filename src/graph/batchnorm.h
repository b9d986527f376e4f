/*
 * Options and operands of the op `batchnorm`, shared with the products that absorb it.
 */
#ifndef CR_GRAPH_BATCHNORM_H
#define CR_GRAPH_BATCHNORM_H

struct cr_batchnorm_options {
    double momentum, epsilon;
};

enum { CR_BATCHNORM_X, CR_BATCHNORM_SCALE, CR_BATCHNORM_SHIFT, CR_BATCHNORM_MEAN, CR_BATCHNORM_VARIANCE };

#endif
