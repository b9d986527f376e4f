/*
 * Field numbers and element types of onnx.proto3 (ONNX 1.12, IR version 7; github.com/onnx/onnx), as far as they are
 * used.
 */
#ifndef CR_EXPORT_ONNX_FIELDS_H
#define CR_EXPORT_ONNX_FIELDS_H

enum { CR_ONNX_OPSET = 13, CR_ONNX_IR = 7 };

enum { MODEL_IR = 1, MODEL_PRODUCER, MODEL_PRODUCER_VERSION, MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_METADATA = 14 };
enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2, PAIR_KEY = 1, PAIR_VALUE };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT, NODE_NAME, NODE_OP, NODE_ATTRIBUTE };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_F, ATTRIBUTE_I, ATTRIBUTE_S, ATTRIBUTE_INTS = 8, ATTRIBUTE_TYPE = 20 };
enum { TENSOR_DIMS = 1, TENSOR_TYPE, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum {
    INFO_NAME = 1,
    INFO_TYPE,
    TYPE_TENSOR = 1,
    TYPE_ELEMENT = 1,
    TYPE_SHAPE,
    SHAPE_DIM = 1,
    DIM_VALUE = 1,
    DIM_NAME
};

enum cr_onnx_element { CR_ONNX_FLOATS = 1, CR_ONNX_BYTES = 2, CR_ONNX_WHOLE = 7 }; /* float, uint8, int64 */
enum cr_onnx_kind { CR_ONNX_FLOAT = 1, CR_ONNX_INT = 2, CR_ONNX_STRING = 3, CR_ONNX_INTS = 7 }; /* of an attribute */

#endif
