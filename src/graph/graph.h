/*
 * Inside of a graph: values, the ops applied to them (vertices), and what an op file sees.
 */
#ifndef CR_GRAPH_GRAPH_H
#define CR_GRAPH_GRAPH_H

#include <cradle/graph.h>

#define CR_MAX_OPERANDS 6

enum cr_role {
    CR_ROLE_ACTIVATION, /* shape is of one sample */
    CR_ROLE_PARAM,
    CR_ROLE_STATE,
};

struct cr_value {
    int id;
    enum cr_role role;
    struct cr_shape shape;
    const char *name;
    bool decay;                 /* of a parameter */
    struct cr_vertex *producer; /* NULL for parameters and states */
    int consumers;
    bool watched; /* its gradient is wanted after a run */
};

/* One application of an op. */
struct cr_vertex {
    int id;
    const struct cr_op *op;
    const void *options;
    const char *label; /* of the layer that made it: "conv1" */
    int inputs, outputs;
    struct cr_value *in[CR_MAX_OPERANDS];
    struct cr_value *out[CR_MAX_OUTPUTS];
    struct cr_vertex *next;
};

struct cr_graph {
    struct cr_arena *arena;
    int vertices, values;
    struct cr_vertex *first, *last;
    struct cr_value **value; /* [values] */
    int capacity;
};

enum cr_status cr_graph_new(struct cr_graph **graph, struct cr_error *err);
void cr_graph_free(struct cr_graph *graph);

/* A parameter or state; names must differ. */
enum cr_status cr_graph_param(struct cr_graph *graph, const char *name, struct cr_shape shape, enum cr_role role,
                              bool decay, struct cr_value **value, struct cr_error *err);
/*
 * Applies an op: checks its inputs, finds the shapes of its outputs. `options` must live as long as the graph.
 * `inputs` are `count` values; `outputs` gets as many as the op has.
 */
enum cr_status cr_graph_apply(struct cr_graph *graph, const struct cr_op *op, const void *options, const char *label,
                              struct cr_value *const *inputs, int count, struct cr_value **outputs,
                              struct cr_error *err);
/* Whether parameters of this op are states here: they are not learned (train.freeze). */
bool cr_vertex_frozen(const struct cr_vertex *vertex);
void *cr_graph_alloc(struct cr_graph *graph, size_t size); /* lives as long as the graph; NULL without memory */
const struct cr_op *cr_op_find(const char *name);          /* of our own: must exist */
int64_t cr_vertex_flops(const struct cr_vertex *vertex);   /* of one sample, forward; a multiply-add counts two */

/* The parameters of a graph, in memory that is not yet filled (gradients only where wanted). */
enum cr_status cr_params_new(struct cr_params **params, struct cr_context *context, const struct cr_graph *graph,
                             enum cr_dtype dtype, bool gradients, struct cr_error *err);
void cr_params_free(struct cr_context *context, struct cr_params *params);
const struct cr_param *cr_params_find(const struct cr_params *params, const char *name); /* or NULL */
struct cr_tensor cr_params_tensor(const struct cr_params *params, const struct cr_param *param);

#endif
