/*
 * A tape that computes small graphs the plain way and keeps every number, and the same graphs built for a plan.
 */
#ifndef CR_TESTS_TAPE_H
#define CR_TESTS_TAPE_H

#include "support.h"

#include "base/random.h"
#include "graph/plan.h"

enum { WIDTH = 6, BATCH = 3, SIZE = BATCH * WIDTH, MOST_NODES = 40, MOST_PARAMS = 80 };

enum kind { INPUT, RELU, ADD, BIAS, DENSE, FLATTEN, SOFTMAX, DROPOUT, KINDS };

struct node {
    enum kind kind;
    int a, b;  /* nodes */
    int param; /* of bias and dense */
    struct cr_value *value;
    double y[SIZE], dy[SIZE];
};

struct tape {
    int nodes, params;
    struct node node[MOST_NODES];
    enum kind param_kind[MOST_PARAMS];
    struct cr_value *param_value[MOST_PARAMS];
    double param[MOST_PARAMS][WIDTH * WIDTH], gradient[MOST_PARAMS][WIDTH * WIDTH];
    int32_t labels[BATCH];
    double input[SIZE], p[SIZE], loss[BATCH];
};

struct build {
    struct cr_context *context;
    struct cr_graph *graph;
    struct cr_params *params;
    struct cr_plan *plan;
    struct cr_value *loss, *p;
};

/* WIDTH and WIDTH x WIDTH: the shapes of biases and weights. */
extern const struct cr_shape tape_row, tape_square;

/* A random tape: every node takes what was made before it, mostly of late; some parameters are used twice. */
void tape_draw(struct tape *t, struct cr_random *random);
/* input, then `count` nodes of these kinds in turn, one behind the other. */
void tape_chain(struct tape *t, int count, const enum kind *kinds, int kind_count);
void tape_draw_data(struct tape *t, struct cr_random *random);

/* Forward and backward with the first `count` samples. The last node's softmax cross-entropy is the loss. */
void tape_run(struct tape *t, int count);

void build_open(struct build *b);
enum cr_status build_graph(struct tape *t, struct build *b, struct cr_error *err);
/* Runs the plan on the tape's data. */
void build_run(const struct tape *t, struct build *b, int count);
void build_free(struct build *b);

#endif
