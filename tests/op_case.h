/*
 * An op put to the test: a graph in which it stands between inputs of its own and a loss.
 *
 *     input (slot 0) --.                                                      the op's own output, where it is a loss
 *     input (slot 1) --+-- op -- flatten -- dense (5) -- softmax-cross-entropy
 *     parameters ------'
 *
 * All numbers are exact in float and the same for every dtype, instruction set and number of threads. The inputs' are a
 * shuffled grid over -2..2 without 0: no two are equal and none is near a kink. Learned parameters are normal, states
 * lie in 0.5..1.5 (they may be variances).
 */
#ifndef CR_TESTS_OP_CASE_H
#define CR_TESTS_OP_CASE_H

#include "graph/op.h"

#include "support.h"

struct op_case_options {
    enum cr_dtype dtype;
    enum cr_mode mode;
    const char *cpu; /* NULL: the best */
    int threads;
    int64_t batch;
};

struct op_case {
    const struct cr_op *op;
    struct op_case_options options;
    char name[96]; /* "conv2d {stride: 2, padding: 1} 7x6x1", for messages */
    struct cr_context *context;
    struct cr_config *config;
    struct cr_graph *graph;
    struct cr_params *params;
    struct cr_plan *plan;
    int inputs; /* that are activations */
    struct cr_value *input[CR_MAX_INPUTS];
    void *data[CR_MAX_INPUTS]; /* [batch][...], what is fed; may be changed between runs */
    struct cr_value *output[CR_MAX_OUTPUTS];
    struct cr_value *loss;
    int32_t *labels;
    void *soft;
    void *states; /* as they were before the first run */
};

/* Fails the test where anything goes wrong. */
void op_case_make(struct op_case *c, const struct cr_op *op, const struct cr_example *example,
                  const struct op_case_options *options);
void op_case_free(struct op_case *c);
/* One run with the first `count` samples, from the same states and the same random key each time. */
void op_case_run(struct op_case *c, int64_t count);
/* The mean loss of the last run. */
double op_case_loss(const struct op_case *c);

/* What a run leaves: outputs, the losses, gradients of inputs and parameters, states. */
struct op_result {
    char name[96];
    const void *data;
    int64_t count;
};
enum { OP_RESULTS = 16 };
int op_case_results(const struct op_case *c, struct op_result results[OP_RESULTS]);

double number_at(enum cr_dtype dtype, const void *data, int64_t index);
void number_set(enum cr_dtype dtype, void *data, int64_t index, double value);
/* |a - b| / (|a| + |b|), norms of Euclid; 0 where both are 0; 1 where there is a NaN or an infinity. */
double difference(enum cr_dtype a_dtype, const void *a, enum cr_dtype b_dtype, const void *b, int64_t count);

#endif
