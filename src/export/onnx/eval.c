/*
 * The run itself: node after node, each by the operator of its name.
 */
#include "export/onnx/eval.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { SHOWN = 40 };

enum cr_status cr_onnx_call_fail(const struct cr_onnx_call *call, struct cr_error *err, const char *format, ...)
{
    char text[300];
    const char *op = call->node->op, *name = call->node->name;
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    return cr_fail(err, CR_ERROR_FORMAT, "%s: node %d %.*s (%.*s): %s", call->run->model->path,
                   (int)(call->node - call->run->model->nodes), cr_text_fit(name, SHOWN), name, cr_text_fit(op, SHOWN),
                   op, text);
}

enum cr_status cr_onnx_make(struct cr_onnx_call *call, int output, enum cr_onnx_element type, int rank,
                            const int64_t *dims, struct cr_error *err)
{
    struct cr_onnx_run *run = call->run;
    struct cr_onnx_tensor *tensor = call->out[output];
    int64_t count = 1;
    if (rank > CR_ONNX_RANK)
        return cr_onnx_call_fail(call, err, "a result of %d sides", rank);
    for (int i = 0; i < rank; i++)
        if (dims[i] < 0 || __builtin_mul_overflow(count, dims[i], &count) || count > run->left.numbers)
            return cr_onnx_call_fail(call, err, "its result is too large, or has a side below 0: side %d is %lld", i,
                                     (long long)dims[i]);
    run->left.numbers -= count;
    *tensor = (struct cr_onnx_tensor){.type = type, .rank = rank, .count = count};
    for (int i = 0; i < rank; i++)
        tensor->dims[i] = dims[i];
    tensor->data = cr_arena_alloc(run->arena, (size_t)count * cr_onnx_element_size(type) + 1);
    return tensor->data ? CR_OK : cr_fail_memory(err);
}

enum cr_status cr_onnx_work(struct cr_onnx_call *call, int64_t a, int64_t b, struct cr_error *err)
{
    int64_t work;
    if (__builtin_mul_overflow(a, b, &work) || work > call->run->left.work)
        return cr_onnx_call_fail(call, err, "it is more work than a comparison is worth");
    call->run->left.work -= work;
    return CR_OK;
}

enum cr_status cr_onnx_need_rank(const struct cr_onnx_call *call, int input, int rank, struct cr_error *err)
{
    if (call->in[input]->rank == rank)
        return CR_OK;
    return cr_onnx_call_fail(call, err, "input %d has %d sides, expected %d", input, call->in[input]->rank, rank);
}

enum cr_status cr_onnx_axis(const struct cr_onnx_call *call, int rank, int64_t otherwise, int *axis,
                            struct cr_error *err)
{
    int64_t value;
    CR_TRY(cr_onnx_int(call, "axis", otherwise, &value, err));
    if (value < -rank || value >= rank)
        return cr_onnx_call_fail(call, err, "axis %lld of %d sides", (long long)value, rank);
    *axis = (int)(value < 0 ? value + rank : value);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------- attributes */

static enum cr_status find(const struct cr_onnx_call *call, const char *name, enum cr_onnx_kind kind,
                           const struct cr_onnx_attribute_read **found, struct cr_error *err)
{
    *found = NULL;
    for (int i = 0; i < call->node->attributes; i++)
        if (strcmp(call->node->attribute[i].name, name) == 0)
            *found = &call->node->attribute[i];
    if (*found && (*found)->kind != kind)
        return cr_onnx_call_fail(call, err, "attribute %s is of the type %d, expected %d", name, (int)(*found)->kind,
                                 (int)kind);
    return CR_OK;
}

enum cr_status cr_onnx_int(const struct cr_onnx_call *call, const char *name, int64_t otherwise, int64_t *value,
                           struct cr_error *err)
{
    const struct cr_onnx_attribute_read *found;
    CR_TRY(find(call, name, CR_ONNX_INT, &found, err));
    *value = found ? found->i : otherwise;
    return CR_OK;
}

enum cr_status cr_onnx_float(const struct cr_onnx_call *call, const char *name, float otherwise, float *value,
                             struct cr_error *err)
{
    const struct cr_onnx_attribute_read *found;
    CR_TRY(find(call, name, CR_ONNX_FLOAT, &found, err));
    *value = found ? found->f : otherwise;
    return CR_OK;
}

enum cr_status cr_onnx_word(const struct cr_onnx_call *call, const char *name, const char *otherwise,
                            const char **value, struct cr_error *err)
{
    const struct cr_onnx_attribute_read *found;
    CR_TRY(find(call, name, CR_ONNX_STRING, &found, err));
    *value = found ? found->s : otherwise;
    return CR_OK;
}

enum cr_status cr_onnx_list(const struct cr_onnx_call *call, const char *name, int count, int64_t otherwise,
                            int64_t least, int64_t most, int64_t *values, struct cr_error *err)
{
    const struct cr_onnx_attribute_read *found;
    CR_TRY(find(call, name, CR_ONNX_INTS, &found, err));
    if (found && found->count != count)
        return cr_onnx_call_fail(call, err, "attribute %s has %d numbers, expected %d", name, found->count, count);
    for (int i = 0; i < count; i++) {
        values[i] = found ? found->ints[i] : otherwise;
        if (values[i] < least || values[i] > most)
            return cr_onnx_call_fail(call, err, "attribute %s: %lld is not within %lld..%lld", name,
                                     (long long)values[i], (long long)least, (long long)most);
    }
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ nodes */

static const struct cr_onnx_operator *find_operator(const char *name)
{
    static const struct cr_onnx_operator *const lists[] = {cr_onnx_elements, cr_onnx_shapes, cr_onnx_windows,
                                                           cr_onnx_sums};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct cr_onnx_operator *rule = lists[i]; rule->name; rule++)
            if (strcmp(rule->name, name) == 0)
                return rule;
    return NULL;
}

static enum cr_status check_attributes(const struct cr_onnx_call *call, struct cr_error *err)
{
    for (int i = 0; i < call->node->attributes; i++) {
        const char *name = call->node->attribute[i].name, *const *known = call->rule->attributes;
        while (*known && strcmp(*known, name) != 0)
            known++;
        if (!*known)
            return cr_onnx_call_fail(call, err, "its attribute %.*s is not known here", cr_text_fit(name, SHOWN), name);
    }
    return CR_OK;
}

static bool is_right(char letter, const struct cr_onnx_tensor *tensor)
{
    bool optional = letter >= 'A' && letter <= 'Z';
    if (letter == '-' || !tensor)
        return !tensor && (letter == '-' || optional);
    if (letter == 'b')
        return tensor->type == CR_ONNX_FLOATS || tensor->type == CR_ONNX_BYTES;
    return tensor->type == (letter == 'w' ? CR_ONNX_WHOLE : CR_ONNX_FLOATS);
}

static enum cr_status check_inputs(const struct cr_onnx_call *call, struct cr_error *err)
{
    const struct cr_onnx_operator *rule = call->rule;
    int inputs = call->node->inputs;
    if (inputs < rule->least || inputs > rule->most)
        return cr_onnx_call_fail(call, err, "it has %d inputs, expected %d to %d", inputs, rule->least, rule->most);
    const char *letter = rule->takes;
    for (int i = 0; i < inputs; i++, letter += letter[1] != 0)
        if (!is_right(*letter, call->in[i]))
            return cr_onnx_call_fail(call, err, "input %d is %s, which this operator does not take", i,
                                     call->in[i] ? cr_onnx_element_word(call->in[i]->type) : "left out");
    if (call->node->outputs != 1 && !rule->many)
        return cr_onnx_call_fail(call, err, "it has %d outputs, expected 1", call->node->outputs);
    return CR_OK;
}

static enum cr_status run_node(struct cr_onnx_run *run, const struct cr_onnx_node_read *node, struct cr_error *err)
{
    struct cr_onnx_call call = {.run = run, .node = node, .rule = find_operator(node->op)};
    if (!call.rule)
        return cr_onnx_call_fail(&call, err, "this operator is not known here");
    for (int i = 0; i < node->inputs; i++)
        call.in[i] = node->input[i] >= 0 ? &run->values[node->input[i]] : NULL;
    for (int i = 0; i < node->outputs; i++)
        call.out[i] = &run->values[node->output[i]];
    CR_TRY(check_attributes(&call, err));
    CR_TRY(check_inputs(&call, err));
    return call.rule->run(&call, err);
}

/* -------------------------------------------------------------------------------------------------------------- run */

static enum cr_status set_input(struct cr_onnx_run *run, const void *samples, int64_t count, struct cr_error *err)
{
    const struct cr_onnx_tensor *shape = &run->model->input.shape;
    struct cr_onnx_tensor *input = &run->values[run->model->input.value];
    *input = *shape;
    input->count = count;
    if (shape->rank < 1 || (shape->dims[0] != -1 && shape->dims[0] != count))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: its input does not take any number of samples", run->model->path);
    input->dims[0] = count;
    for (int i = 1; i < shape->rank; i++)
        if (shape->dims[i] < 0 || __builtin_mul_overflow(input->count, shape->dims[i], &input->count) ||
            input->count > run->left.numbers)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: side %d of its input is %lld", run->model->path, i,
                           (long long)shape->dims[i]);
    run->left.numbers -= input->count;
    size_t size = (size_t)input->count * cr_onnx_element_size(input->type);
    input->data = cr_arena_alloc(run->arena, size + 1);
    if (!input->data)
        return cr_fail_memory(err);
    memcpy(input->data, samples, size);
    return CR_OK;
}

/* What comes out is what the file announced. */
static enum cr_status check_output(const struct cr_onnx_run *run, const struct cr_onnx_port *port, struct cr_error *err)
{
    const struct cr_onnx_tensor *made = &run->values[port->value], *wanted = &port->shape;
    const char *name = run->model->values[port->value].name;
    if (made->type != wanted->type || made->rank != wanted->rank)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: output %.*s is %s of %d sides, but comes out as %s of %d",
                       run->model->path, cr_text_fit(name, SHOWN), name, cr_onnx_element_word(wanted->type),
                       wanted->rank, cr_onnx_element_word(made->type), made->rank);
    for (int i = 0; i < made->rank; i++)
        if (wanted->dims[i] != -1 && wanted->dims[i] != made->dims[i])
            return cr_fail(err, CR_ERROR_FORMAT, "%s: output %.*s: side %d is to be %lld, but comes out as %lld",
                           run->model->path, cr_text_fit(name, SHOWN), name, i, (long long)wanted->dims[i],
                           (long long)made->dims[i]);
    return CR_OK;
}

enum cr_status cr_onnx_run(struct cr_onnx_run *run, const struct cr_onnx_model *model,
                           const struct cr_onnx_limits *limits, const void *samples, int64_t count,
                           struct cr_error *err)
{
    *run = (struct cr_onnx_run){.model = model, .left = *limits, .arena = cr_arena_new()};
    if (run->arena)
        run->values = cr_arena_alloc(run->arena, (size_t)model->value_count * sizeof *run->values);
    if (!run->values)
        return cr_fail_memory(err);
    for (int i = 0; i < model->value_count; i++)
        if (model->values[i].constant.data)
            run->values[i] = model->values[i].constant;
    CR_TRY(set_input(run, samples, count, err));
    for (int i = 0; i < model->node_count; i++)
        CR_TRY(run_node(run, &model->nodes[i], err));
    for (int i = 0; i < model->output_count; i++)
        CR_TRY(check_output(run, &model->outputs[i], err));
    return CR_OK;
}

enum cr_status cr_onnx_output(const struct cr_onnx_run *run, const char *name, const struct cr_onnx_tensor **output,
                              struct cr_error *err)
{
    const struct cr_onnx_model *model = run->model;
    for (int i = 0; i < model->output_count; i++)
        if (strcmp(model->values[model->outputs[i].value].name, name) == 0) {
            *output = &run->values[model->outputs[i].value];
            return CR_OK;
        }
    return cr_fail(err, CR_ERROR_FORMAT, "%s: it has no output %s", model->path, name);
}

void cr_onnx_run_free(struct cr_onnx_run *run)
{
    cr_arena_free(run->arena);
    *run = (struct cr_onnx_run){0};
}
