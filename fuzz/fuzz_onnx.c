/*
 * Any bytes as an ONNX file: reading refuses them, or what they ask for is run on two samples within limits, and
 * refused or done. A model that was read has only values that exist, in an order in which they can be computed.
 */
#include <stdlib.h>
#include <string.h>

#include "export/onnx/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cr_onnx_limits fuzz_limits = {.numbers = 1 << 16, .work = 1 << 20};

static void check_order(const struct cr_onnx_model *model)
{
    for (int i = 0; i < model->node_count; i++) {
        const struct cr_onnx_node_read *node = &model->nodes[i];
        for (int k = 0; k < node->inputs; k++)
            if (node->input[k] >= model->value_count ||
                (node->input[k] >= 0 && model->values[node->input[k]].node >= i))
                abort();
        for (int k = 0; k < node->outputs; k++)
            if (model->values[node->output[k]].node != i)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SAMPLES = 2, LARGEST = 4096 };
    struct cr_onnx_model *model;
    struct cr_onnx_run run;
    struct cr_error err;
    int64_t count = SAMPLES * (int64_t)sizeof(float);
    if (cr_onnx_parse(&model, "fuzz", data, size, &err) != CR_OK)
        return 0;
    check_order(model);
    for (int i = 1; i < model->input.shape.rank && count >= 0 && count <= LARGEST; i++)
        if (__builtin_mul_overflow(count, model->input.shape.dims[i], &count))
            count = -1;
    unsigned char *samples = count >= 0 && count <= LARGEST ? calloc(1, (size_t)count + 1) : NULL;
    if (samples) {
        cr_onnx_run(&run, model, &fuzz_limits, samples, SAMPLES, &err);
        cr_onnx_run_free(&run);
    }
    free(samples);
    cr_onnx_free(model);
    return 0;
}
