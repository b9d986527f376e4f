/*
 * A network as a list of stages: what is left of its graph for prediction alone. Dropout and flatten are gone, a bias
 * and a batch norm are folded into the product before them, a relu is part of the stage before it. Exporters write
 * stages, and compute nothing but these numbers.
 *
 * Values are pictures [height][width][channels], or rows (1 x 1 x numbers) where an op made them so. A flattened
 * picture is still that picture.
 */
#ifndef CR_EXPORT_PROGRAM_H
#define CR_EXPORT_PROGRAM_H

#include <cradle/experiment.h>

#include "base/arena.h"
#include "graph/graph.h"

enum cr_stage_kind {
    CR_STAGE_INPUT, /* y = (x scale - mean[c]) / deviation[c]: weight is the mean, bias the deviation; of each number of
                       a picture where there are as many */
    CR_STAGE_CONV,  /* weight [KH][KW][C / groups][F] */
    CR_STAGE_UPCONV, /* weight [KH][KW][F][C]: the gradient of a convolution from y to x */
    CR_STAGE_DENSE,  /* weight [I][O], I in the order of its input in memory, O in that of its output: after a whitening
                        that may be a picture */
    CR_STAGE_AFFINE, /* y = x weight[c] + bias[c]: a batch norm that no product stands before */
    CR_STAGE_MAXPOOL,
    CR_STAGE_AVGPOOL, /* over the pixels inside the picture; a global pool has one window */
    CR_STAGE_ADD,     /* of two values */
    CR_STAGE_CONCAT,  /* of two values, in their channels */
    CR_STAGE_GATE,    /* value 0 by channel times value 1 */
    CR_STAGE_RELU,
    CR_STAGE_ACTIVATION, /* enum cr_activation `activation`, with `parameter` */
    CR_STAGE_PRELU,      /* slopes in weight */
    CR_STAGE_MAXOUT,
    CR_STAGE_GROUPNORM, /* scale in weight, shift in bias */
    CR_STAGE_UPSAMPLE,
    CR_STAGE_SOFTMAX,
    CR_STAGE_KINDS
};

/* A picture's sides, or of a row 1, 1 and its length. */
struct cr_sides {
    int64_t height, width, channels;
};

struct cr_stage {
    enum cr_stage_kind kind;
    const char *name; /* of the layer: "conv1" */
    int in[2], out;   /* values of the program */
    struct cr_sides x, y;
    struct cr_sides picture; /* what value in[0] was before it was flattened; else as x */
    float *weight, *bias;    /* NULL: none */
    int64_t weights, biases; /* how many */
    bool relu;               /* behind all else */

    int64_t kernel_height, kernel_width, stride, top, left, groups; /* of windows; groups also of groupnorm */
    int64_t pieces, scale;                                          /* of maxout; of upsample */
    bool bilinear;
    int activation;
    double parameter, epsilon;
};

struct cr_program {
    struct cr_arena *arena;
    const struct cr_network *network;
    double temperature;
    struct cr_stage *stages; /* [count]; the first is the input, the last makes the probabilities */
    int count;
    int values;
    const struct cr_value **graph_value; /* [values]: the value of the graph that is each */
    int logits, probabilities;           /* values */
};

/* The logits are divided by the temperature of the run's calibration. */
enum cr_status cr_program_new(struct cr_program **program, const struct cr_run *run, struct cr_error *err);
void cr_program_free(struct cr_program *program);
/* Of a stage, for messages: "groupnorm". */
const char *cr_stage_word(enum cr_stage_kind kind);
int64_t cr_sides_count(struct cr_sides sides);

#endif
