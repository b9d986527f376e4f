/*
 * onnx: the network as ONNX (opset 13, which every runtime of the last years reads), with the scaling of the pixels in
 * the graph and any number of pictures at once. Verified by reading the file back and running it (onnx/eval.h).
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
#include "export/samples.h"

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
    cr_proto_int(&tensor, TYPE_ELEMENT, element);
    cr_proto_message(&tensor, TYPE_SHAPE, &shape);
    cr_proto_message(&type, TYPE_TENSOR, &tensor);
    cr_proto_text(&info, INFO_NAME, name);
    cr_proto_message(&info, INFO_TYPE, &type);
    cr_proto_message(graph, field, &info);
}

/* An output under a name of its own. */
static void add_output(struct cr_onnx *onnx, int value, const char *name, int64_t outputs)
{
    struct cr_proto node = {0};
    if (onnx->picture[value])
        cr_onnx_row(onnx, onnx->value[value]);
    onnx->picture[value] = false;
    cr_proto_text(&node, NODE_INPUT, onnx->value[value]);
    cr_proto_text(&node, NODE_OUTPUT, name);
    cr_proto_text(&node, NODE_OP, "Identity");
    cr_proto_message(&onnx->graph, GRAPH_NODE, &node);
    add_info(&onnx->graph, GRAPH_OUTPUT, name, CR_ONNX_FLOATS, 1, &outputs);
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
    add_info(&onnx->graph, GRAPH_INPUT, "pixels", run->numbers ? CR_ONNX_FLOATS : CR_ONNX_BYTES, 3, sides);
    for (int i = 0; i < program->count; i++)
        CR_TRY(cr_onnx_stage(onnx, &program->stages[i], err));
    add_output(onnx, program->probabilities, "probabilities", cr_samples_outputs(run));
    add_output(onnx, program->logits, "logits", cr_samples_outputs(run));
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
    cr_export_say(job, "outputs", "probabilities and logits, float N x %lld", (long long)cr_samples_outputs(job->run));
    status = cr_onnx_verify(job, err);
    if (status != CR_OK)
        remove(job->out);
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
