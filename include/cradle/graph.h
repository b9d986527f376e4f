/*
 * cradle/graph.h - tensors, ops, parameters and plans.
 *
 * A graph is a list of ops applied to values; it knows shapes but no batch and no memory. Parameters are named slices
 * of one flat buffer. A plan is a graph for one batch size and one mode: every check, every offset and the division of
 * work are made when it is planned; to run it allocates nothing and cannot fail. Graphs are built by models
 * (cradle/model.h).
 */
#ifndef CRADLE_GRAPH_H
#define CRADLE_GRAPH_H

#include <cradle/base.h>
#include <cradle/kernels.h>

#ifdef __cplusplus
extern "C" {
#endif

extern CR_API const struct cr_registry cr_ops;

#define CR_MAX_RANK 5

/* Of an activation: one sample, without the batch (H, W, C or F; rank 0: one number). Of a parameter: all of it. */
struct cr_shape {
    int rank;
    int64_t dims[CR_MAX_RANK];
};
CR_API int64_t cr_shape_count(struct cr_shape shape); /* numbers in it */
CR_API bool cr_shape_equal(struct cr_shape a, struct cr_shape b);
CR_API void cr_shape_describe(struct cr_shape shape, char *text, size_t size); /* "32x32x3"; rank 0: "1" */

/* A view: owns nothing. Row-major; an activation's first dimension is the batch. */
struct cr_tensor {
    enum cr_dtype dtype;
    int rank;
    int64_t dims[CR_MAX_RANK];
    void *data;
};

/* ------------------------------------------------------------------------------------------------------- parameters */

enum cr_param_kind {
    CR_PARAM, /* learned: has a gradient */
    CR_STATE, /* kept beside: running statistics, the scaling of the input */
};

struct cr_param {
    const char *name; /* "conv1.weight" */
    struct cr_shape shape;
    enum cr_param_kind kind;
    bool decay;     /* subject to weight decay (weights are, biases and norms are not) */
    int64_t offset; /* in `values`, in numbers */
    int64_t count;
};

/* Those that decay come first, then the other learned ones, then the states. */
struct cr_params {
    enum cr_dtype dtype;
    int count;
    const struct cr_param *items;
    int64_t decayed, trainable, total; /* numbers: [0, decayed) decay, [0, trainable) have a gradient */
    void *values;                      /* [total] */
    void *gradients;                   /* [trainable]; written by a training plan */
};

/* ------------------------------------------------------------------------------------------------------------- plan */

enum cr_mode {
    CR_MODE_TRAIN, /* forward and backward; batch statistics, dropout */
    CR_MODE_INFER, /* forward alone; running statistics */
};

struct cr_graph;
struct cr_value; /* of a graph */
struct cr_plan;

#define CR_MAX_INPUTS  4
#define CR_MAX_OUTPUTS 4

enum cr_observe {
    CR_OBSERVE_NEVER,
    CR_OBSERVE_ALWAYS, /* within the passes that run anyway where they can */
    CR_OBSERVE_ASKED,  /* in passes of their own, in runs whose feed asks for it: the others cost nothing */
};

struct cr_plan_options {
    int64_t batch; /* the largest number of samples in a run */
    enum cr_mode mode;
    const struct cr_value *loss; /* what training descends: its mean over the batch; NULL in CR_MODE_INFER */
    const struct cr_value *outputs[CR_MAX_OUTPUTS]; /* what can be read after a run; the rest NULL */
    enum cr_observe observe; /* whether cr_plan_observe can be asked after a run; the results are the same */
    bool constant; /* in CR_MODE_INFER: no parameter changes any more. What depends on them alone, as weights laid out
                      for the kernels, is made in cr_plan_new and kept: more memory, faster runs */
    bool lean; /* normalised activations are computed again on the way back, not kept: less memory, the same results */
};

/* What one run eats. Pointers are borrowed for the call. */
struct cr_feed {
    int64_t count;                     /* samples, 1..batch */
    const void *inputs[CR_MAX_INPUTS]; /* [count][sample], bytes or numbers as the graph's input says */
    const int32_t *labels;             /* [count]; NULL where no output needs them */
    const void *soft;                  /* [count][classes] instead of labels, where the loss takes soft targets */
    uint64_t seed, step;               /* keys of the random draws (dropout) */
    bool observe;                      /* with CR_OBSERVE_ASKED: this run */
};

/* The graph and the parameters must live as long as the plan. */
CR_API enum cr_status cr_plan_new(struct cr_plan **plan, struct cr_context *context, const struct cr_graph *graph,
                                  struct cr_params *params, const struct cr_plan_options *options,
                                  struct cr_error *err);
CR_API void cr_plan_free(struct cr_plan *plan);

/*
 * One pass: forward, and in CR_MODE_TRAIN backward into params->gradients. Allocates nothing, cannot fail. Labels must
 * be in range: the caller checks its data once.
 */
CR_API void cr_plan_run(struct cr_plan *plan, const struct cr_feed *feed);

/* An output (or the loss, [count]) after a run; data NULL where the plan does not keep this value. */
CR_API struct cr_tensor cr_plan_tensor(const struct cr_plan *plan, const struct cr_value *value);
/* The gradient of a watched value after a training run; data NULL elsewhere. */
CR_API struct cr_tensor cr_plan_gradient(const struct cr_plan *plan, const struct cr_value *value);

/*
 * What a plan with `observe` saw in its last run: of an activation that it stores (one that is fused away has no
 * numbers of its own), or of the gradient of a parameter. False where there is nothing: without `observe` always.
 */
struct cr_observed {
    double count;
    double mean, deviation; /* over all numbers, of the batch too */
    double norm;            /* of Euclid */
    double least, most;     /* a NaN is neither: it shows in the mean */
    double zeros;           /* their share, 0..1 */
};
CR_API bool cr_plan_observe(const struct cr_plan *plan, const struct cr_value *value, struct cr_observed *observed);
/* Whether there will be something to see of this value. */
CR_API bool cr_plan_observes(const struct cr_plan *plan, const struct cr_value *value);
/* The same of one channel of an activation, of cr_plan_channels; a parameter has one. */
CR_API bool cr_plan_observe_channel(const struct cr_plan *plan, const struct cr_value *value, int64_t channel,
                                    struct cr_observed *observed);
CR_API int64_t cr_plan_channels(const struct cr_value *value);

/*
 * How the numbers of an activation or gradient were spread in that run, of about 4,096 of them. A bounded activation
 * (sigmoid, tanh) has bins of equal width from `low` to `high`; elsewhere both are 0 and the bins go by size:
 * bin 32 is 0 (|x| < 2^-24), bin 32 + k holds 2^(k-25)..2^(k-24), bin 32 - k the same below 0.
 */
struct cr_histogram {
    double low, high;
    int64_t bins[CR_HISTOGRAM_BINS];
    int64_t nans;
};
CR_API bool cr_plan_histogram(const struct cr_plan *plan, const struct cr_value *value, struct cr_histogram *histogram);

CR_API int64_t cr_plan_batch(const struct cr_plan *plan);
CR_API size_t cr_plan_memory(const struct cr_plan *plan);   /* bytes of its arena */
CR_API const char *cr_plan_cpu(const struct cr_plan *plan); /* name of its kernel table */
CR_API int64_t cr_plan_flops(const struct cr_plan *plan);   /* of one sample, forward; a multiply-add counts two */
/* One line a step: op, shapes, parts, memory. `print` gets each line. */
CR_API void cr_plan_print(const struct cr_plan *plan, void (*print)(void *user, const char *line), void *user);

/* ---------------------------------------------------------------------------------------------------------- profile */

/* A step: one kernel with its arguments. Of the planned batch; the texts are borrowed from the plan. */
struct cr_step_info {
    const char *layer, *op, *pass; /* "conv1", "conv2d", "forward"; a pass is forward, backward or update */
    const char *kernel;            /* "conv_backward_data" */
    const char *way;               /* how it computes that, where the plan had a choice: "winograd 4x4"; or "" */
    int64_t parts;                 /* of work, over all its phases */
    bool observes;                 /* looks at what others wrote and changes nothing; left out where nobody asks */
    bool product;                  /* of matrices: `flops` counts its multiply-adds, two each */
    int64_t flops;                 /* elsewhere one for each number of the op's output */
    int64_t bytes;                 /* of the arrays that it reads and writes, but for the caller's batch */
};
CR_API int64_t cr_plan_steps(const struct cr_plan *plan);
CR_API struct cr_step_info cr_plan_step(const struct cr_plan *plan, int64_t index);
/* As cr_plan_run, with the same results; adds the time of each step to seconds[cr_plan_steps()]. */
CR_API void cr_plan_profile(struct cr_plan *plan, const struct cr_feed *feed, double *seconds);

#ifdef __cplusplus
}
#endif
#endif
