/*
 * linear-stack: two linear layers with no activation between them are no more than one. Followed through what is linear
 * too: bias, batch norm, average pooling, dropout, flatten.
 */
#include <string.h>

#include "babysit/check.h"
#include "graph/op.h"

static bool is_op(const struct cr_vertex *vertex, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(vertex->op->entry.name, *names) == 0)
            return true;
    return false;
}

/* Ops with weights of their own; a sum of branches, where looking back would have to follow both, ends the search. */
static const char *const linear[] = {"dense", "conv2d", "conv2d-transpose", NULL};
static const char *const passing[] = {"bias", "batchnorm", "avgpool", "globalpool", "dropout", "flatten", NULL};

/* A convolution in groups is one half of a separable one: what follows may well be linear. */
static bool in_groups(const struct cr_vertex *vertex)
{
    struct cr_shape x = vertex->in[0]->shape, w = vertex->in[1]->shape;
    return w.rank == 4 && strcmp(vertex->op->entry.name, "conv2d") == 0 && w.dims[2] < x.dims[2];
}

/* The linear op whose result comes to this one without an activation, or NULL. */
static const struct cr_vertex *linear_before(const struct cr_vertex *vertex)
{
    const struct cr_vertex *before = vertex->in[0]->producer;
    while (before && is_op(before, passing) && before->out[0]->consumers == 1)
        before = before->in[0]->producer;
    bool stacked = before && is_op(before, linear) && before->out[0]->consumers == 1;
    return stacked && !in_groups(before) && !in_groups(vertex) ? before : NULL;
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    int stacks = 0;
    (void)err;
    for (const struct cr_vertex *v = exam->experiment->network->graph->first; v; v = v->next) {
        const struct cr_vertex *before = is_op(v, linear) ? linear_before(v) : NULL;
        if (!before || stacks++ > 0)
            continue;
        cr_say(finding.symptom, "%s and %s are linear, and nothing between them is not", before->label, v->label);
        cr_say(finding.evidence, "two linear maps behind each other are one linear map");
        cr_say(finding.causes[0], "an activation was forgotten behind %s", before->label);
        cr_say(finding.remedy, "put relu behind %s, or take one of the two away", before->label);
    }
    if (stacks > 1)
        cr_say_more(finding.evidence, "; and so in %d other places", stacks - 1);
    if (stacks > 0)
        cr_exam_find(exam, &finding);
    else
        cr_exam_pass(exam, "an activation stands between any two linear layers");
    return CR_OK;
}

const struct cr_check cr_check_linear_stack = {
    .entry = {.name = "linear-stack", .help = "linear layers have an activation between them"},
    .preflight = preflight,
};
