/*
 * An ONNX graph as it is written: nodes, initialisers, and names for what flows between them.
 */
#ifndef CR_EXPORT_ONNX_ONNX_H
#define CR_EXPORT_ONNX_ONNX_H

#include "export/format.h"
#include "export/onnx/fields.h"
#include "export/program.h"
#include "base/proto.h"

enum { CR_ONNX_NAME = 64 };

struct cr_onnx {
    const struct cr_program *program;
    struct cr_proto graph;
    int names;                   /* that were made */
    char (*value)[CR_ONNX_NAME]; /* [program->values]: what each is called */
    bool *picture;               /* [program->values]: N C H W, else N C */
};

/* An attribute of a node: one of these kinds, by `type`. */
struct cr_onnx_attribute {
    const char *name; /* NULL ends a list */
    enum cr_onnx_kind type;
    double f;
    int64_t i;
    const char *s;
    int count;
    int64_t ints[4];
};
#define CR_ONNX_I(word, value)                        \
    {                                                 \
        .name = word, .type = CR_ONNX_INT, .i = value \
    }
#define CR_ONNX_F(word, value)                          \
    {                                                   \
        .name = word, .type = CR_ONNX_FLOAT, .f = value \
    }
#define CR_ONNX_S(word, value)                           \
    {                                                    \
        .name = word, .type = CR_ONNX_STRING, .s = value \
    }
#define CR_ONNX_L(word, n, ...)                                                 \
    {                                                                           \
        .name = word, .type = CR_ONNX_INTS, .count = n, .ints = { __VA_ARGS__ } \
    }

/* A node of one output, whose name it returns in `out`: `inputs` end in NULL; `attributes` may be NULL. */
void cr_onnx_node(struct cr_onnx *onnx, const char *op, const char *const *inputs,
                  const struct cr_onnx_attribute *attributes, char out[CR_ONNX_NAME]);
/* A node that cuts its input into `count` equal parts along the channels. */
void cr_onnx_split(struct cr_onnx *onnx, const char *input, int count, char (*outs)[CR_ONNX_NAME]);
/* Constants; a name for each is made. */
void cr_onnx_floats(struct cr_onnx *onnx, const float *numbers, int rank, const int64_t *dims, char out[CR_ONNX_NAME]);
void cr_onnx_ints(struct cr_onnx *onnx, const int64_t *numbers, int count, char out[CR_ONNX_NAME]);
void cr_onnx_number(struct cr_onnx *onnx, double number, char out[CR_ONNX_NAME]);

/* A picture's value N C H W as a row in the order of our memory: `name` becomes that of the row. */
void cr_onnx_row(struct cr_onnx *onnx, char name[CR_ONNX_NAME]);

/* The stage as nodes; what ONNX cannot express is named in the error. */
enum cr_status cr_onnx_stage(struct cr_onnx *onnx, const struct cr_stage *stage, struct cr_error *err);

/* Reads back what was written to job->out, runs it, and sets the verdict; answers that differ from the run's are an
 * error. */
enum cr_status cr_onnx_verify(struct cr_export_job *job, struct cr_error *err);

#endif
