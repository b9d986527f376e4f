/*
 * Networks: a model built for data of one shape.
 *
 *     input (scaled, standardised) -> layers -> logits -> loss
 *                                                     `-> softmax -> probabilities
 */
#include <stdlib.h>
#include <string.h>

#include "graph/input.h"
#include "model/builder.h"
#include "model/loss.h"
#include "model/model.h"

/* What a network owns besides its public part. */
struct network {
    struct cr_network public;
    struct cr_builder builder;
};

static enum cr_status check(const struct cr_network_options *options, struct cr_error *err)
{
    if (options->height < 1 || options->width < 1 || options->channels < 1)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a network's input must be at least 1x1x1, not %lldx%lldx%lld",
                       (long long)options->height, (long long)options->width, (long long)options->channels);
    if (options->dtype != CR_F32 && options->dtype != CR_F64)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a network computes in CR_F32 or CR_F64");
    return CR_OK;
}

/* Of a sample, and of its mean. */
static int64_t numbers_of(const struct cr_network_options *options)
{
    return options->height * options->width * options->channels;
}

static int64_t statistics_of(const struct cr_network_options *options)
{
    return options->by_pixel ? numbers_of(options) : options->channels;
}

static enum cr_status build_input(struct network *network, const struct cr_network_options *options,
                                  struct cr_value **x, struct cr_error *err)
{
    struct cr_build build = {.builder = &network->builder, .name = "input"};
    struct cr_input_options input = {.bytes = options->bytes,
                                     .height = options->height,
                                     .width = options->width,
                                     .channels = options->channels,
                                     .by_pixel = options->by_pixel};
    struct cr_whiten_options whiten = {.flat = options->flat};
    struct cr_build_param whitening = {.what = "whitening",
                                       .shape = {.rank = 2, .dims = {numbers_of(options), options->whitened}},
                                       .role = CR_ROLE_STATE,
                                       .constant = true};
    struct cr_build_param mean = {.what = "mean",
                                  .shape = {.rank = 1, .dims = {statistics_of(options)}},
                                  .role = CR_ROLE_STATE,
                                  .constant = true};
    struct cr_build_param deviation = mean;
    struct cr_value *states[2];

    deviation.what = "deviation";
    deviation.fill = 1;
    CR_TRY(cr_builder_add_row(&network->builder, "input", err));
    CR_TRY(cr_build_param(&build, &mean, &states[0], err));
    CR_TRY(cr_build_param(&build, &deviation, &states[1], err));
    CR_TRY(cr_build_apply(&build, "input", &input, states, x, err));
    if (options->whitened > 0) {
        states[0] = *x;
        CR_TRY(cr_build_param(&build, &whitening, &states[1], err));
        CR_TRY(cr_build_apply(&build, "whiten", &whiten, states, x, err));
    }
    network->builder.rows[0].shape = (*x)->shape;
    network->public.input = (*x)->shape;
    return CR_OK;
}

/* A network that reconstructs its input: both as rows of numbers. */
static enum cr_status flatten_both(struct network *network, const struct cr_node *last, struct cr_value **x,
                                   struct cr_value **y, struct cr_error *err)
{
    struct cr_build build = {.builder = &network->builder, .name = "target"};
    char in[96], out[96];

    cr_shape_describe((*x)->shape, in, sizeof(in));
    cr_shape_describe((*y)->shape, out, sizeof(out));
    if (cr_shape_count((*x)->shape) != cr_shape_count((*y)->shape)) {
        cr_fail(err, CR_ERROR_SHAPE,
                "the model ends with %s, but with train.target: input it must end with as many numbers as its input "
                "has, %s",
                out, in);
        return cr_fail_at_layer(last, CR_ERROR_SHAPE, err);
    }
    CR_TRY(cr_build_apply(&build, "flatten", NULL, x, x, err));
    network->public.target = *x;
    return (*y)->shape.rank == 1 ? CR_OK : cr_build_apply(&build, "flatten", NULL, y, y, err);
}

static const struct cr_node *last_of(const struct cr_node *layers)
{
    const struct cr_node *last = layers->first;

    while (last->next != NULL)
        last = last->next;
    return last;
}

static enum cr_status check_output(const struct cr_node *layers, const struct cr_network_options *options,
                                   struct cr_shape output, struct cr_error *err)
{
    const struct cr_node *last = last_of(layers);
    char shape[96];

    cr_shape_describe(output, shape, sizeof(shape));
    if (output.rank != 1) {
        cr_fail(err, CR_ERROR_SHAPE, "the model ends with a picture of %s: end it with dense or globalpool", shape);
        return cr_fail_at_layer(last, CR_ERROR_SHAPE, err);
    }
    if (options->classes > 0 && output.dims[0] != options->classes) {
        cr_fail(err, CR_ERROR_SHAPE,
                "the model ends with %s outputs, but the data have %lld classes: end it with dense: %lld", shape,
                (long long)options->classes, (long long)options->classes);
        return cr_fail_at_layer(last, CR_ERROR_SHAPE, err);
    }
    return CR_OK;
}

/* Puts the loss's place before the message that is there. */
static enum cr_status fail_at_loss(const struct cr_node *node, enum cr_status status, struct cr_error *err)
{
    if (node->line > 0)
        return cr_fail_in(err, status, "%s:%d:%d: %s: ", node->file, node->line, node->column, node->path);
    return cr_fail_in(err, status, "%s: %s: ", node->file, node->path);
}

/* What the loss would take for granted of the input. */
static enum cr_status check_reconstruction(const struct cr_network_options *options, enum cr_task task,
                                           struct cr_error *err)
{
    if (task == CR_TASK_CLASS)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "with train.target: input the loss must be of numbers: mse, huber, or sigmoid-cross-entropy");
    if (task == CR_TASK_ANSWERS && (options->mean != NULL || !options->bytes))
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "it needs targets from 0 to 1, and the input is not: set data.standardize: none with pictures, "
                       "or take mse");
    return CR_OK;
}

/* What the loss of a student is, with its own loss as the base. */
static enum cr_status build_distill(struct cr_build *build, const struct cr_network_options *options, enum cr_task task,
                                    struct cr_value *logits, struct cr_value **loss, struct cr_error *err)
{
    struct {
        int64_t slot;
        double weight, temperature;
    } distill = {1, options->distill, options->temperature};
    struct cr_value *operands[2] = {*loss, logits}, *outputs[2];

    if (task != CR_TASK_CLASS)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "a teacher's answers (train.distill) need a loss of classes: cross-entropy or hinge");
    CR_TRY(cr_build_apply(build, "distill", &distill, operands, outputs, err));
    *loss = outputs[0];
    return CR_OK;
}

static enum cr_status build_loss(struct network *network, const struct cr_network_options *options,
                                 struct cr_value *logits, struct cr_value *target, struct cr_error *err)
{
    struct cr_build build = {.builder = &network->builder, .name = "loss", .target = target};
    const struct cr_entry *entry = cr_registry_find(&cr_losses, "cross-entropy");
    const void *values = NULL;
    struct cr_value *loss, *probabilities;

    if (options->loss != NULL)
        CR_TRY(cr_bind_choice(network->builder.config, &cr_losses, options->loss, &entry, &values, err));
    /* The entry is the first member of every loss. */
    const struct cr_loss *kind = (const struct cr_loss *)entry;
    enum cr_status status = target != NULL ? check_reconstruction(options, kind->task, err) : CR_OK;
    if (status == CR_OK)
        status = kind->build(&build, values, options->soft, logits, &loss, err);
    if (status == CR_OK && options->distill > 0)
        status = build_distill(&build, options, kind->task, logits, &loss, err);
    if (status != CR_OK)
        return options->loss != NULL ? fail_at_loss(options->loss, status, err) : status;
    build.name = "probabilities";
    network->public.task = kind->task;
    network->public.metrics = kind->metrics;
    probabilities = logits;
    if (network->public.task == CR_TASK_CLASS)
        CR_TRY(cr_build_apply(&build, "softmax", NULL, &logits, &probabilities, err));
    if (network->public.task == CR_TASK_ANSWERS)
        CR_TRY(cr_build_activation(&build, CR_ACTIVATION_sigmoid, 0, logits, &probabilities, err));
    if (target != NULL) {
        network->public.task = CR_TASK_NUMBERS;
        network->public.metrics = cr_number_metrics;
    }
    network->public.logits = logits;
    network->public.loss = loss;
    network->public.probabilities = probabilities;
    return CR_OK;
}

static void set_input_statistics(const struct cr_network *network, const struct cr_network_options *options)
{
    const double *given[3] = {options->mean, options->deviation, options->whitened > 0 ? options->whitening : NULL};
    static const char *const names[3] = {"input.mean", "input.deviation", "input.whitening"};
    int64_t moments = statistics_of(options), counts[3] = {moments, moments, numbers_of(options) * options->whitened};

    for (int i = 0; i < 3; i++) {
        if (given[i] == NULL)
            continue;
        struct cr_tensor tensor = cr_params_tensor(network->params, cr_params_find(network->params, names[i]));
        for (int64_t c = 0; c < counts[i]; c++) {
            if (options->dtype == CR_F64)
                ((double *)tensor.data)[c] = given[i][c];
            else
                ((float *)tensor.data)[c] = (float)given[i][c];
        }
    }
}

/* Parameters and work of each line: those of the ops and parameters that bear its name. */
static void sum_rows(struct network *network)
{
    struct cr_builder *builder = &network->builder;
    const struct cr_params *params = network->public.params;

    for (int i = 0; i < builder->row_count; i++) {
        struct cr_layer_row *row = &builder->rows[i];
        size_t length = strlen(row->name);
        for (const struct cr_vertex *vertex = builder->graph->first; vertex != NULL; vertex = vertex->next)
            if (strcmp(vertex->label, row->name) == 0)
                row->flops += cr_vertex_flops(vertex);
        for (int j = 0; j < params->count; j++)
            if (params->items[j].kind == CR_PARAM && strncmp(params->items[j].name, row->name, length) == 0 &&
                params->items[j].name[length] == '.')
                row->params += params->items[j].count;
    }
    network->public.rows = builder->rows;
    network->public.layers = builder->row_count;
}

static enum cr_status make(struct network *network, const struct cr_model *model,
                           const struct cr_network_options *options, struct cr_error *err)
{
    struct cr_builder *builder = &network->builder;
    struct cr_value *x, *y;

    if (model->layers == NULL)
        return cr_fail(err, CR_ERROR_ARGUMENT, "the model has no layers");
    builder->pending_end = &builder->pending;
    builder->freeze = options->freeze;
    CR_TRY(cr_config_parse(&builder->config, "", "options", err));
    CR_TRY(cr_graph_new(&builder->graph, err));
    network->public.graph = builder->graph;
    CR_TRY(build_input(network, options, &x, err));
    CR_TRY(cr_builder_run(builder, model->layers, x, &y, err));
    CR_TRY(cr_freeze_check(builder, err));
    if (options->reconstruct)
        CR_TRY(flatten_both(network, last_of(model->layers), &x, &y, err));
    else
        CR_TRY(check_output(model->layers, options, y->shape, err));
    network->public.output = y->shape;
    CR_TRY(build_loss(network, options, y, options->reconstruct ? x : NULL, err));
    CR_TRY(cr_params_new(&network->public.params, network->public.context, builder->graph, options->dtype,
                         !options->inference, err));
    CR_TRY(cr_builder_fill(builder, network->public.params, options->seed, err));
    set_input_statistics(&network->public, options);
    sum_rows(network);
    network->public.uncalibrated = cr_builder_uncalibrated(builder);
    return CR_OK;
}

enum cr_status cr_network_new(struct cr_network **network, struct cr_context *context, const struct cr_model *model,
                              const struct cr_network_options *options, struct cr_error *err)
{
    struct network *made;
    enum cr_status status;

    *network = NULL;
    CR_TRY(check(options, err));
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return cr_fail_memory(err);
    made->public.context = context;
    status = make(made, model, options, err);
    if (status == CR_OK)
        *network = &made->public;
    else
        cr_network_free(&made->public);
    return status;
}

enum cr_status cr_network_calibrate(struct cr_network *network, const struct cr_feed *feed, struct cr_error *err)
{
    struct network *own = (struct network *)network; /* its first member */

    CR_TRY(cr_builder_calibrate(&own->builder, network->context, network->params, feed, err));
    network->uncalibrated = 0;
    return CR_OK;
}

const struct cr_node *cr_network_init_node(const struct cr_network *network, const char *param)
{
    const struct network *own = (const struct network *)network; /* its first member */
    const struct cr_pending *pending = own->builder.pending;

    while (pending != NULL && strcmp(pending->name, param) != 0)
        pending = pending->next;
    return pending != NULL ? pending->node : NULL;
}

void cr_network_free(struct cr_network *network)
{
    struct network *own = (struct network *)network; /* its first member */

    if (network == NULL)
        return;
    cr_params_free(network->context, network->params);
    cr_graph_free(own->builder.graph);
    cr_config_free(own->builder.config);
    free(own->builder.rows);
    free(own);
}
