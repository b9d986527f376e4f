/*
 * layer-order: layers that hurt their neighbours, or the loss behind them. A norm right behind a layer takes its bias
 * out again (Ioffe & Szegedy 2015, section 3.2). Dropout right before a batch norm makes the variance that is measured
 * in training another one than that of use (Li et al. 2019). A sigmoid or the like right before a loss that has its own
 * squeezes the answers twice: what is far from the truth learns least.
 */
#include <string.h>

#include "babysit/check.h"
#include "model/layer.h"

static const struct cr_node *options_of(const struct cr_node *layer)
{
    return layer->kind == CR_NODE_MAP ? layer->first : NULL;
}

static bool is_named(const struct cr_node *node, const char *name)
{
    const struct cr_layer *layer = cr_layer_of(node);
    return layer && strcmp(layer->entry.name, name) == 0;
}

static bool is_norm(const struct cr_node *node)
{
    const struct cr_layer *layer = cr_layer_of(node);
    return layer && layer->role == CR_LAYER_NORM;
}

static void find(struct cr_exam *exam, const struct cr_node *node, const char *symptom, const char *why,
                 const char *cause, const char *remedy)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "%s:%d:%d: %s: %s", node->file, node->line, node->column, node->path, symptom);
    cr_say(finding.evidence, "%s", why);
    cr_say(finding.causes[0], "%s", cause);
    cr_say(finding.remedy, "%s", remedy);
    cr_exam_find(exam, &finding);
}

static int look_at(struct cr_exam *exam, const struct cr_node *layer)
{
    const struct cr_node *bias = cr_node_get(options_of(layer), "bias");
    if (bias && bias->kind == CR_NODE_SCALAR && strcmp(bias->text, "true") == 0 && is_norm(layer->next)) {
        find(exam, bias, "a bias before a norm", "the norm takes the mean out, and the bias with it",
             "a norm was put in later", "leave the bias out: the norm has one of its own (bias: auto)");
        return 1;
    }
    if (is_named(layer, "dropout") && is_named(layer->next, "batchnorm")) {
        find(exam, layer, "dropout before a batch norm",
             "the norm learns a variance that is larger than without dropout, when the network is used",
             "a norm was put in later", "put the dropout behind the activation that follows the norm");
        return 1;
    }
    return 0;
}

/* A list of layers, and the lists inside of them. */
static int look(struct cr_exam *exam, const struct cr_node *node)
{
    int found = 0;
    for (const struct cr_node *child = node ? node->first : NULL; child; child = child->next) {
        if (node->kind == CR_NODE_SEQUENCE && child->next)
            found += look_at(exam, child);
        if (child->kind != CR_NODE_SCALAR)
            found += look(exam, child);
    }
    return found;
}

/* What ends a network whose loss is of classes: their scores, which may be any numbers. */
static int look_at_end(struct cr_exam *exam, const struct cr_node *layers)
{
    const char *loss = exam->experiment->sections.loss.entry->name;
    const struct cr_node *last = layers->first;
    while (last && last->next)
        last = last->next;
    const struct cr_layer *layer = last ? cr_layer_of(last) : NULL;
    if (!layer || layer->role != CR_LAYER_ACTIVATION || strcmp(layer->entry.name, "linear") == 0 ||
        (strcmp(loss, "cross-entropy") != 0 && strcmp(loss, "sigmoid-cross-entropy") != 0))
        return 0;
    find(exam, last, "an activation between the last layer and the loss",
         "the loss makes probabilities of the scores itself; what is squeezed before learns slowly",
         "in other libraries the probabilities are made in the model",
         "leave it out: the last layer's numbers are scores");
    return 1;
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    (void)err;
    const struct cr_node *layers = exam->experiment->sections.layers;
    if (look(exam, layers) + look_at_end(exam, layers) == 0)
        cr_exam_pass(exam, "no bias and no dropout right before a norm, no activation right before the loss");
    return CR_OK;
}

const struct cr_check cr_check_layer_order = {
    .entry = {.name = "layer-order", .help = "no layer stands where its neighbour undoes it"},
    .preflight = preflight,
};
