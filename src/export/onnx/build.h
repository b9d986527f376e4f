/*
 * The nodes of one stage as they are built: `at` is what was computed last.
 */
#ifndef CR_EXPORT_ONNX_BUILD_H
#define CR_EXPORT_ONNX_BUILD_H

#include "export/onnx/onnx.h"

typedef char name_text[CR_ONNX_NAME];

struct build {
    struct cr_onnx *onnx;
    const struct cr_stage *stage;
    name_text at, other;
    bool picture, other_picture; /* they are N C H W */
};

#define INPUTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A node of what was computed last; with another operand; with a number as the other. */
void cr_onnx_apply(struct build *b, const char *op, const struct cr_onnx_attribute *attributes);
void cr_onnx_apply_with(struct build *b, const char *op, const char *operand,
                        const struct cr_onnx_attribute *attributes);
void cr_onnx_apply_number(struct build *b, const char *op, double number);

/* The nodes of an activation, relu and prelu aside. */
enum cr_status cr_onnx_activation(struct build *b, struct cr_error *err);

#endif
