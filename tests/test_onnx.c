/*
 * Reading ONNX files back: every way in which one can be wrong has its message, a cut file is refused at every length,
 * and what the operators compute stands here as numbers that were worked out by hand from the standard.
 */
#include "support.h"

#include "export/onnx/eval.h"
#include "base/proto.h"

static const struct cr_onnx_limits limits = {.numbers = 1 << 20, .work = 1 << 20};

/* A graph of one node: input x [N][2][2][2], constants w [2][2][1][1], v [3] and s = (5, 2), output y of four sides. */
struct spec {
    const char *op, *in[3], *attribute;
    int64_t value;
    const char *message;
};

static void add_tensor(struct cr_proto *graph, const char *name, int type, int rank, const int64_t *dims,
                       const void *data, size_t size)
{
    struct cr_proto tensor = {0};
    for (int i = 0; i < rank; i++)
        cr_proto_int(&tensor, TENSOR_DIMS, dims[i]);
    cr_proto_int(&tensor, TENSOR_TYPE, type);
    cr_proto_text(&tensor, TENSOR_NAME, name);
    cr_proto_bytes(&tensor, TENSOR_RAW, data, size);
    cr_proto_message(graph, GRAPH_INITIALIZER, &tensor);
}

static void add_port(struct cr_proto *graph, int field, const char *name)
{
    struct cr_proto info = {0}, type = {0}, tensor = {0}, shape = {0};
    for (int i = 0; i < 4; i++) {
        struct cr_proto dim = {0};
        if (i == 0 || field == GRAPH_OUTPUT)
            cr_proto_text(&dim, DIM_NAME, "N");
        else
            cr_proto_int(&dim, DIM_VALUE, 2);
        cr_proto_message(&shape, SHAPE_DIM, &dim);
    }
    cr_proto_int(&tensor, TYPE_ELEMENT, CR_ONNX_FLOATS);
    cr_proto_message(&tensor, TYPE_SHAPE, &shape);
    cr_proto_message(&type, TYPE_TENSOR, &tensor);
    cr_proto_text(&info, INFO_NAME, name);
    cr_proto_message(&info, INFO_TYPE, &type);
    cr_proto_message(graph, field, &info);
}

static void add_node(struct cr_proto *graph, const struct spec *spec)
{
    struct cr_proto node = {0};
    for (int i = 0; i < 3 && spec->in[i]; i++)
        cr_proto_text(&node, NODE_INPUT, spec->in[i]);
    cr_proto_text(&node, NODE_OUTPUT, "y");
    cr_proto_text(&node, NODE_NAME, "n");
    cr_proto_text(&node, NODE_OP, spec->op);
    if (spec->attribute) {
        struct cr_proto attribute = {0};
        cr_proto_text(&attribute, ATTRIBUTE_NAME, spec->attribute);
        cr_proto_int(&attribute, ATTRIBUTE_I, spec->value);
        cr_proto_int(&attribute, ATTRIBUTE_TYPE, CR_ONNX_INT);
        cr_proto_message(&node, NODE_ATTRIBUTE, &attribute);
    }
    cr_proto_message(graph, GRAPH_NODE, &node);
}

static void close_model(struct cr_proto *model, struct cr_proto *graph, int64_t opset)
{
    struct cr_proto set = {0};
    *model = (struct cr_proto){0};
    cr_proto_message(model, MODEL_GRAPH, graph);
    cr_proto_int(&set, OPSET_VERSION, opset);
    cr_proto_message(model, MODEL_OPSET, &set);
    assert_false(model->failed);
}

static void build(struct cr_proto *model, const struct spec *spec, int64_t opset)
{
    static const float numbers[4] = {1, 2, 3, 4};
    static const int64_t whole[2] = {5, 2};
    struct cr_proto graph = {0};
    add_port(&graph, GRAPH_INPUT, "x");
    add_tensor(&graph, "w", CR_ONNX_FLOATS, 4, (const int64_t[]){2, 2, 1, 1}, numbers, sizeof numbers);
    add_tensor(&graph, "v", CR_ONNX_FLOATS, 1, (const int64_t[]){3}, numbers, 3 * sizeof *numbers);
    add_tensor(&graph, "s", CR_ONNX_WHOLE, 1, (const int64_t[]){2}, whole, sizeof whole);
    add_node(&graph, spec);
    add_port(&graph, GRAPH_OUTPUT, "y");
    close_model(model, &graph, opset);
}

/* Reads the model and runs it on one sample 0, -1, 2, -3, ...; its answers go to `y`. */
static enum cr_status answer(struct cr_proto *proto, float *y, struct cr_error *err)
{
    const float x[8] = {0, -1, 2, -3, 4, -5, 6, -7};
    struct cr_onnx_model *model;
    struct cr_onnx_run run;
    const struct cr_onnx_tensor *output;
    enum cr_status status = cr_onnx_parse(&model, "f", proto->data, proto->size, err);
    cr_proto_free(proto);
    if (status != CR_OK)
        return status;
    status = cr_onnx_run(&run, model, &limits, x, 1, err);
    if (status == CR_OK)
        status = cr_onnx_output(&run, "y", &output, err);
    if (status == CR_OK)
        memcpy(y, output->data, (size_t)output->count * sizeof *y);
    cr_onnx_run_free(&run);
    cr_onnx_free(model);
    return status;
}

static const struct spec wrongs[] = {
    {"Frob", {"x"}, NULL, 0, "f: node 0 n (Frob): this operator is not known here"},
    {"Relu", {"z"}, NULL, 0, "f: node 0 (Relu) reads z, which nothing before it makes"},
    {"Relu", {"y"}, NULL, 0, "f: node 0 (Relu) reads y, which nothing before it makes"},
    {"Relu", {"s"}, NULL, 0, "f: node 0 n (Relu): input 0 is int64, which this operator does not take"},
    {"Relu", {""}, NULL, 0, "f: node 0 n (Relu): input 0 is left out, which this operator does not take"},
    {"Relu", {"x", "x"}, NULL, 0, "f: node 0 n (Relu): it has 2 inputs, expected 1 to 1"},
    {"Relu", {"x"}, "alpha", 1, "f: node 0 n (Relu): its attribute alpha is not known here"},
    {"Elu", {"x"}, "alpha", 1, "f: node 0 n (Elu): attribute alpha is of the type 2, expected 1"},
    {"Add", {"x", "v"}, NULL, 0, "f: node 0 n (Add): sides of 2 and 3 do not fit"},
    {"Max", {"x", "v"}, NULL, 0, "f: node 0 n (Max): input 1 is of another shape than input 0"},
    {"Softmax", {"x"}, "axis", 7, "f: node 0 n (Softmax): axis 7 of 4 sides"},
    {"Softmax", {"x"}, "axis", 1, "f: node 0 n (Softmax): along side 1 of 4, expected the last"},
    {"Gemm", {"x", "w"}, NULL, 0, "f: node 0 n (Gemm): input 0 has 4 sides, expected 2"},
    {"Cast", {"x"}, "to", 7, "f: node 0 n (Cast): to the type 7, expected float (1)"},
    {"Reshape", {"x", "s"}, NULL, 0, "f: node 0 n (Reshape): 8 numbers cannot be 10"},
    {"Concat", {"x", "v"}, "axis", 1, "f: node 0 n (Concat): input 1 has 1 sides, expected 4"},
    {"Conv", {"x", "w"}, NULL, 0, "f: node 0 n (Conv): attribute kernel_shape: 0 is not within 1..1048576"},
    {"Flatten", {"x"}, NULL, 0, "f: output y is float of 4 sides, but comes out as float of 2"},
};

static void wrong_files(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_proto model, graph = {0};
    float y[16];
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        build(&model, &wrongs[i], CR_ONNX_OPSET);
        expect_error(answer(&model, y, &err), CR_ERROR_FORMAT, wrongs[i].message);
    }
    build(&model, &(struct spec){.op = "Relu", .in = {"x"}}, 12);
    expect_error(answer(&model, y, &err), CR_ERROR_FORMAT, "f: it needs the opset 12, read is 13");
    add_port(&graph, GRAPH_INPUT, "y");
    add_node(&graph, &(struct spec){.op = "Relu", .in = {"y"}});
    add_port(&graph, GRAPH_OUTPUT, "y");
    close_model(&model, &graph, CR_ONNX_OPSET);
    expect_error(answer(&model, y, &err), CR_ERROR_FORMAT, "f: two values are called y");
    add_tensor(&graph, "w", CR_ONNX_FLOATS, 1, (const int64_t[]){4}, "12345678", 8);
    close_model(&model, &graph, CR_ONNX_OPSET);
    expect_error(answer(&model, y, &err), CR_ERROR_FORMAT,
                 "f: constant w: its shape needs 4 numbers of 4 bytes, it has 8 bytes");
    close_model(&model, &graph, CR_ONNX_OPSET);
    expect_error(answer(&model, y, &err), CR_ERROR_FORMAT,
                 "f: no ONNX model that Cradle wrote: it has 0 inputs and 0 outputs");
    model = (struct cr_proto){0};
    expect_error(answer(&model, y, &err), CR_ERROR_FORMAT, "f: no ONNX model: it has no graph");
    cr_proto_text(&model, MODEL_GRAPH, "\x0f");
    expect_error(answer(&model, y, &err), CR_ERROR_FORMAT, "f: no ONNX model: it has no opset");
}

/* Every cut is refused. */
static void cut_files(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_proto whole;
    struct cr_onnx_model *model;
    build(&whole, &(struct spec){.op = "Relu", .in = {"x"}}, CR_ONNX_OPSET);
    for (size_t size = 0; size < whole.size; size++) {
        unsigned char *cut = malloc(size + 1);
        assert_non_null(cut);
        memcpy(cut, whole.data, size);
        assert_int_equal(cr_onnx_parse(&model, "f", cut, size, &err), CR_ERROR_FORMAT);
        assert_null(model);
        free(cut);
    }
    assert_int_equal(cr_onnx_parse(&model, "f", whole.data, whole.size / 2, &err), CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "f: truncated: field 7 at byte 0 would have "));
    expect_ok(cr_onnx_parse(&model, "f", whole.data, whole.size, &err));
    cr_onnx_free(model);
    cr_proto_free(&whole);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        struct spec spec;
        float y[8];
    } rights[] = {
        {{"Relu", {"x"}, NULL, 0, NULL}, {0, 0, 2, 0, 4, 0, 6, 0}},
        {{"LeakyRelu", {"x"}, NULL, 0, NULL}, {0, -0.01F, 2, -0.03F, 4, -0.05F, 6, -0.07F}},
        {{"HardSigmoid", {"x"}, NULL, 0, NULL}, {0.5F, 0.3F, 0.9F, 0, 1, 0, 1, 0}},
        {{"Mul", {"x", "x"}, NULL, 0, NULL}, {0, 1, 4, 9, 16, 25, 36, 49}},
        {{"Softmax", {"x"}, "axis", 3, NULL},
         {0.7310586F, 0.2689414F, 0.9933072F, 0.0066929F, 0.9998766F, 0.0001234F, 0.9999977F, 0.0000023F}},
    };
    struct cr_error err;
    struct cr_proto model;
    float y[16];
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
        build(&model, &rights[i].spec, CR_ONNX_OPSET);
        expect_ok(answer(&model, y, &err));
        for (int k = 0; k < 8; k++)
            assert_float_equal(y[k], rights[i].y[k], 1e-6);
    }
    /* One sample and the two of w make two; w by (n, c) is 1, 2, then 3, 4. */
    build(&model, &(struct spec){.op = "Add", .in = {"x", "w"}}, CR_ONNX_OPSET);
    expect_ok(answer(&model, y, &err));
    assert_float_equal(y[0], 1, 1e-6);
    assert_float_equal(y[7], -7 + 2, 1e-6);
    assert_float_equal(y[15], -7 + 4, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_files),
        cmocka_unit_test(cut_files),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
