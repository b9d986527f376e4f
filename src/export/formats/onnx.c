/*
 * onnx: the network as ONNX (opset 13, which every runtime of the last years reads), with the scaling of the pixels in
 * the graph and any number of pictures at once.
 *
 *     pixels         uint8 [N][height][width][channels] (float where the run was trained on numbers)
 *     probabilities  float [N][classes]
 *     logits         float [N][classes]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "experiment/run.h"
#include "export/format.h"
#include "export/onnx/onnx.h"

enum { MODEL_IR = 1, MODEL_PRODUCER, MODEL_PRODUCER_VERSION, MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_METADATA = 14 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { OPSET_VERSION = 2, PAIR_KEY = 1, PAIR_VALUE };
enum { INFO_NAME = 1, INFO_TYPE, TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE, SHAPE_DIM = 1 };
enum { DIM_VALUE = 1, DIM_NAME };
enum { ELEMENT_FLOAT = 1, ELEMENT_UINT8 };

/* A value that comes in or goes out; its first side is any number of samples. */
static void add_info(struct cr_proto *graph, int field, const char *name, int element, int rank, const int64_t *dims)
{
    struct cr_proto info = {0}, type = {0}, tensor = {0}, shape = {0}, samples = {0};
    cr_proto_text(&samples, DIM_NAME, "N");
    cr_proto_message(&shape, SHAPE_DIM, &samples);
    for (int i = 0; i < rank; i++) {
        struct cr_proto dim = {0};
        cr_proto_int(&dim, DIM_VALUE, dims[i]);
        cr_proto_message(&shape, SHAPE_DIM, &dim);
    }
    cr_proto_int(&tensor, TENSOR_ELEMENT, element);
    cr_proto_message(&tensor, TENSOR_SHAPE, &shape);
    cr_proto_message(&type, TYPE_TENSOR, &tensor);
    cr_proto_text(&info, INFO_NAME, name);
    cr_proto_message(&info, INFO_TYPE, &type);
    cr_proto_message(graph, field, &info);
}

/* An output under a name of its own. */
static void add_output(struct cr_onnx *onnx, int value, const char *name, int64_t classes)
{
    struct cr_proto node = {0};
    cr_proto_text(&node, 1, onnx->value[value]);
    cr_proto_text(&node, 2, name);
    cr_proto_text(&node, 4, "Identity");
    cr_proto_message(&onnx->graph, GRAPH_NODE, &node);
    add_info(&onnx->graph, GRAPH_OUTPUT, name, ELEMENT_FLOAT, 1, &classes);
}

static enum cr_status build_graph(struct cr_onnx *onnx, const struct cr_run *run, struct cr_error *err)
{
    const struct cr_program *program = onnx->program;
    const int64_t sides[] = {run->height, run->width, run->channels};
    onnx->value = cr_arena_alloc(program->arena, (size_t)program->values * sizeof *onnx->value);
    onnx->picture = cr_arena_alloc(program->arena, (size_t)program->values * sizeof *onnx->picture);
    if (!onnx->value || !onnx->picture)
        return cr_fail_memory(err);
    cr_proto_text(&onnx->graph, GRAPH_NAME, "cradle");
    add_info(&onnx->graph, GRAPH_INPUT, "pixels", run->numbers ? ELEMENT_FLOAT : ELEMENT_UINT8, 3, sides);
    for (int i = 0; i < program->count; i++)
        CR_TRY(cr_onnx_stage(onnx, &program->stages[i], err));
    if (onnx->picture[program->logits])
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "the model ends with a flattened picture, whose numbers ONNX has in another order");
    add_output(onnx, program->probabilities, "probabilities", run->classes);
    add_output(onnx, program->logits, "logits", run->classes);
    return CR_OK;
}

static void add_pair(struct cr_proto *model, const char *key, const char *value)
{
    struct cr_proto pair = {0};
    cr_proto_text(&pair, PAIR_KEY, key);
    cr_proto_text(&pair, PAIR_VALUE, value);
    cr_proto_message(model, MODEL_METADATA, &pair);
}

static enum cr_status build_model(struct cr_proto *model, struct cr_onnx *onnx, const struct cr_export_job *job,
                                  struct cr_error *err)
{
    const struct cr_run *run = job->run;
    const char *card;
    struct cr_proto opset = {0};
    struct cr_pair *pairs;
    int64_t count;
    CR_TRY(cr_run_pairs(run, CR_LAYOUT_OWN, onnx->program->arena, &pairs, &count, err));
    CR_TRY(cr_card_find(&card, job, onnx->program->arena, err));
    cr_proto_int(model, MODEL_IR, CR_ONNX_IR);
    cr_proto_text(model, MODEL_PRODUCER, "cradle");
    cr_proto_text(model, MODEL_PRODUCER_VERSION, cr_version());
    cr_proto_message(model, MODEL_GRAPH, &onnx->graph);
    cr_proto_int(&opset, OPSET_VERSION, CR_ONNX_OPSET);
    cr_proto_message(model, MODEL_OPSET, &opset);
    for (int64_t i = 0; i < count; i++)
        if (strcmp(pairs[i].key, "layout") != 0)
            add_pair(model, pairs[i].key, pairs[i].value);
    if (card[0])
        add_pair(model, "card", card);
    return model->failed ? cr_fail_memory(err) : CR_OK;
}

static enum cr_status save(struct cr_export_job *job, struct cr_error *err)
{
    enum cr_status status;
    struct cr_program *program;
    struct cr_proto model = {0};
    CR_TRY(cr_program_new(&program, job->run, err));
    struct cr_onnx onnx = {.program = program};
    CR_GO(build_graph(&onnx, job->run, err));
    CR_GO(build_model(&model, &onnx, job, err));
    CR_GO(cr_file_replace(job->out, model.data, model.size, err));
    cr_export_say(job, "opset", "%d, IR version %d", CR_ONNX_OPSET, CR_ONNX_IR);
    cr_export_say(job, "input", "pixels, %s N x %lld x %lld x %lld", job->run->numbers ? "float" : "uint8",
                  (long long)job->run->height, (long long)job->run->width, (long long)job->run->channels);
    cr_export_say(job, "outputs", "probabilities and logits, float N x %lld", (long long)job->run->classes);
    cr_export_not_verified(job, "no ONNX runtime is part of Cradle; make test-peers holds such files against one");
done:
    cr_proto_free(&onnx.graph);
    cr_proto_free(&model);
    cr_program_free(program);
    return status;
}

const struct cr_export_format cr_export_onnx = {
    .entry = {.name = "onnx", .help = "the network for ONNX runtimes: opset 13, any number of pictures at once"},
    .file = "model.onnx",
    .network = true,
    .save = save,
};
