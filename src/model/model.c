/*
 * Models: the `model` section of a file, or a list of layers that a program adds one by one. The latter is kept as the
 * text of a file, so that both go the same way and give the same messages: line 1 + n is layer n.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/model.h"

enum cr_status cr_model_new(struct cr_model **model, struct cr_error *err)
{
    *model = calloc(1, sizeof(**model));
    return *model != NULL ? CR_OK : cr_fail_memory(err);
}

/* Other libraries end a classifier in one. Before the loss, which has its own, it would be a second one. */
static enum cr_status refuse_softmax(const struct cr_node *layer, struct cr_error *err)
{
    const char *name = layer->kind == CR_NODE_SCALAR ? layer->text : layer->count == 1 ? layer->first->key : NULL;
    if (name == NULL || (strcmp(name, "softmax") != 0 && strcmp(name, "log-softmax") != 0))
        return CR_OK;
    return cr_node_fail(
        layer, err,
        "%s is no layer: it is part of the loss (cross-entropy) and of what a network answers; leave it "
        "out",
        name);
}

enum cr_status cr_model_from_node(struct cr_model **model, const struct cr_node *node, struct cr_error *err)
{
    const struct cr_entry *entry;
    const struct cr_node *options;

    *model = NULL;
    if (node == NULL)
        return cr_fail(err, CR_ERROR_CONFIG, "model: is missing, expected a list of layers (- conv: 32)");
    if (node->kind != CR_NODE_SEQUENCE || node->count == 0)
        return cr_node_fail(node, err, "expected a list of layers (- conv: 32)");
    for (const struct cr_node *layer = node->first; layer != NULL; layer = layer->next) {
        CR_TRY(refuse_softmax(layer, err));
        CR_TRY(cr_bind_entry(&cr_layers, layer, &entry, &options, err));
    }
    CR_TRY(cr_model_new(model, err));
    (*model)->layers = node;
    return CR_OK;
}

void cr_model_free(struct cr_model *model)
{
    if (model == NULL)
        return;
    cr_config_free(model->config);
    free(model->text);
    free(model);
}

int cr_model_count(const struct cr_model *model)
{
    return model->layers != NULL ? model->layers->count : 0;
}

/* "model:\n" and one item a layer. */
static char *append(const char *text, const char *layer)
{
    size_t size = strlen(text) + strlen(layer) + 8;
    char *grown = malloc(size);

    if (grown != NULL)
        snprintf(grown, size, "%s  - %s\n", text, layer);
    return grown;
}

static enum cr_status add(struct cr_model *model, const char *layer, struct cr_error *err)
{
    char *text = append(model->text != NULL ? model->text : "model:\n", layer);
    struct cr_config *config = NULL;
    struct cr_model *checked = NULL;
    enum cr_status status;

    if (text == NULL)
        return cr_fail_memory(err);
    CR_GO(cr_config_parse(&config, text, "model", err));
    CR_GO(cr_model_from_node(&checked, cr_node_get(cr_config_root(config), "model"), err));
    model->layers = checked->layers;
    cr_config_free(model->config);
    model->config = config;
    config = NULL;
    free(model->text);
    model->text = text;
    text = NULL;

done:
    cr_model_free(checked);
    cr_config_free(config);
    free(text);
    return status;
}

enum cr_status cr_model_add(struct cr_model *model, struct cr_error *err, const char *format, ...)
{
    char layer[4096];
    va_list args;
    int length;

    va_start(args, format);
    length = cr_text_vformat(layer, sizeof(layer), format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof(layer))
        return cr_fail(err, CR_ERROR_ARGUMENT, "a layer's text is longer than %zu bytes", sizeof(layer) - 1);
    if (model->layers != NULL && model->config == NULL)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a model that comes from a file takes no more layers");
    if (strchr(layer, '\n') != NULL)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a layer's text must be one line: %s", layer);
    return add(model, layer, err);
}
