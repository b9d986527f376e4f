/*
 * Running an ONNX model as the standard says (operators of opset 13, github.com/onnx/onnx/blob/main/docs/Operators.md),
 * by plain loops. It is the judge of what was exported, so it knows nothing of how that was written, and takes nothing
 * for granted: every input, attribute and shape is checked, and what is not known is an error that names the node.
 */
#ifndef CR_EXPORT_ONNX_EVAL_H
#define CR_EXPORT_ONNX_EVAL_H

#include "export/onnx/read.h"

/* What a run may take at most, so that no file can ask for the whole machine. */
struct cr_onnx_limits {
    int64_t numbers; /* of all values together */
    int64_t work;    /* multiplications, about */
};

struct cr_onnx_run {
    const struct cr_onnx_model *model;
    struct cr_onnx_limits left;
    struct cr_arena *arena;        /* of the values */
    struct cr_onnx_tensor *values; /* [model->value_count] */
};

/*
 * Computes all values for `count` samples, which lie in `samples` as model->input says. The results are those of the
 * model's outputs: run->values[model->outputs[i].value], float. Ends by cr_onnx_run_free, also after a failure.
 */
enum cr_status cr_onnx_run(struct cr_onnx_run *run, const struct cr_onnx_model *model,
                           const struct cr_onnx_limits *limits, const void *samples, int64_t count,
                           struct cr_error *err);
void cr_onnx_run_free(struct cr_onnx_run *run);
/* The output of that name, or an error that says that there is none. */
enum cr_status cr_onnx_output(const struct cr_onnx_run *run, const char *name, const struct cr_onnx_tensor **output,
                              struct cr_error *err);

/* ------------------------------------------------------------------------------------------------- for the operators
 */

struct cr_onnx_call {
    struct cr_onnx_run *run;
    const struct cr_onnx_operator *rule;
    const struct cr_onnx_node_read *node;
    const struct cr_onnx_tensor *in[CR_ONNX_ARGUMENTS]; /* NULL: left out */
    struct cr_onnx_tensor *out[CR_ONNX_ARGUMENTS];
};

struct cr_onnx_operator {
    const char *name;
    int least, most; /* inputs */
    /* A letter an input, the last for all that follow: f floats, w whole numbers, b bytes or floats, - left out. A
       capital may be left out. */
    const char *takes;
    const char *attributes[6];                /* that are known; NULL ends them */
    float (*each)(float x, float a, float b); /* of unary operators: with their attributes */
    float defaults[2];                        /* of a and b */
    float (*pair)(float x, float y);          /* of binary operators */
    bool many;                                /* it has any number of outputs */
    enum cr_status (*run)(struct cr_onnx_call *call, struct cr_error *err);
};

/* Lists that end in {0}. */
extern const struct cr_onnx_operator cr_onnx_elements[], cr_onnx_shapes[], cr_onnx_windows[], cr_onnx_sums[];

/* A failure at the call's node. */
enum cr_status cr_onnx_call_fail(const struct cr_onnx_call *call, struct cr_error *err, const char *format, ...)
    CR_PRINTF(3, 4);
/* Makes room for an output. */
enum cr_status cr_onnx_make(struct cr_onnx_call *call, int output, enum cr_onnx_element type, int rank,
                            const int64_t *dims, struct cr_error *err);
/* Takes from the work that is left: a x b. */
enum cr_status cr_onnx_work(struct cr_onnx_call *call, int64_t a, int64_t b, struct cr_error *err);
enum cr_status cr_onnx_need_rank(const struct cr_onnx_call *call, int input, int rank, struct cr_error *err);
/* An axis from the attribute `axis`: 0..rank - 1, counted from the end where it is below 0. */
enum cr_status cr_onnx_axis(const struct cr_onnx_call *call, int rank, int64_t otherwise, int *axis,
                            struct cr_error *err);

/* Attributes; `otherwise` where they are not there. Of lists exactly `count` numbers, each from least to most. */
enum cr_status cr_onnx_int(const struct cr_onnx_call *call, const char *name, int64_t otherwise, int64_t *value,
                           struct cr_error *err);
enum cr_status cr_onnx_float(const struct cr_onnx_call *call, const char *name, float otherwise, float *value,
                             struct cr_error *err);
enum cr_status cr_onnx_word(const struct cr_onnx_call *call, const char *name, const char *otherwise,
                            const char **value, struct cr_error *err);
enum cr_status cr_onnx_list(const struct cr_onnx_call *call, const char *name, int count, int64_t otherwise,
                            int64_t least, int64_t most, int64_t *values, struct cr_error *err);

#endif
