/*
 * initial-weights: weights that are all equal give every unit the same gradient, so they stay equal for ever
 * (symmetry); weights far too large or small make activations explode or vanish with depth. By He et al. 2015 the
 * variance should be about 2 / inputs, by Glorot & Bengio 2010 between 1 and 2 over inputs; a factor of FACTOR to
 * either side of these in the deviation is let pass.
 */
#include <math.h>
#include <string.h>

#include "babysit/check.h"
#include "base/text.h"
#include "graph/graph.h"
#include "model/model.h"

static const double FACTOR = 10;

struct spread {
    double mean, deviation;
};

static struct spread spread_of(const float *values, int64_t count)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++)
        sum += values[i];
    for (int64_t i = 0; i < count; i++)
        squares += pow(values[i] - sum / (double)count, 2);
    return (struct spread){sum / (double)count, sqrt(squares / (double)count)};
}

/* How many numbers go into an output: all dimensions but the last. */
static int64_t inputs_of(struct cr_shape shape)
{
    int64_t inputs = 1;
    for (int i = 0; i + 1 < shape.rank; i++)
        inputs *= shape.dims[i];
    return inputs;
}

/* What is wrong with some of the layers, gathered in one finding. */
struct gathered {
    struct cr_finding finding;
    int count;
};

/* "zeros", "normal: 3" */
static void say_init(const struct cr_node *node, char *text, size_t size)
{
    const struct cr_node *inner = node->kind == CR_NODE_MAP ? node->first : NULL;
    if (node->kind == CR_NODE_SCALAR)
        cr_text_format(text, size, "%.40s", node->text);
    else if (inner && inner->kind == CR_NODE_SCALAR)
        cr_text_format(text, size, "%.20s: %.20s", inner->key, inner->text);
    else
        cr_text_format(text, size, "%.40s", inner && inner->key ? inner->key : "as it is");
}

/* Further layers are counted, and their inits changed as well. */
static void gather(struct gathered *gathered, const struct cr_finding *finding, const struct cr_node *init)
{
    char text[sizeof finding->from];
    if (gathered->count++ == 0)
        gathered->finding = *finding;
    if (!init)
        return;
    say_init(init, text, sizeof text);
    cr_finding_replace(&gathered->finding, init->path, text, "auto");
}

static void gather_equal(const struct cr_exam *exam, struct gathered *gathered, const struct cr_param *param,
                         double value, const struct cr_node *init)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    cr_say(finding.symptom, "all weights of %.100s begin equal", param->name);
    cr_say(finding.evidence, "%lld weights, each %.3g: every unit gets the same gradient and stays as the others",
           (long long)param->count, value);
    cr_say(finding.causes[0], "its init is zeros or a constant");
    cr_say(finding.remedy, "leave the init to auto, or take he or xavier");
    gather(gathered, &finding, init);
}

static void gather_scale(const struct cr_exam *exam, struct gathered *gathered, const struct cr_param *param,
                         double deviation, double expected, const struct cr_node *init)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "the first weights of %.100s are too %s", param->name,
           deviation > expected ? "large" : "small");
    cr_say(finding.evidence, "deviation %.3g, where %lld inputs call for about %.3g", deviation,
           (long long)inputs_of(param->shape), expected);
    cr_say(finding.causes[0], "its init has a fixed spread that does not know the number of inputs");
    cr_say(finding.remedy, "leave the init to auto, or take he or xavier");
    gather(gathered, &finding, init);
}

static void tell(struct cr_exam *exam, struct gathered *gathered)
{
    if (gathered->count > 1)
        cr_say_more(gathered->finding.evidence, "; and so in %d other layers", gathered->count - 1);
    if (gathered->count > 0)
        cr_exam_find(exam, &gathered->finding);
}

static void judge(const struct cr_exam *exam, const struct cr_network *network, const struct cr_param *param,
                  struct gathered *equal, struct gathered *scale)
{
    struct spread spread = spread_of((const float *)network->params->values + param->offset, param->count);
    double expected = sqrt(2 / (double)inputs_of(param->shape));
    const struct cr_node *init = cr_network_init_node(network, param->name);
    if (param->count < 2)
        return;
    if (!(spread.deviation > 1e-12))
        gather_equal(exam, equal, param, spread.mean, init);
    else if (spread.deviation > FACTOR * expected || spread.deviation < expected / FACTOR)
        gather_scale(exam, scale, param, spread.deviation, expected, init);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    struct gathered equal = {.count = 0}, scale = {.count = 0};
    struct cr_network *fresh;
    int looked = 0;
    /* The experiment's own may have been trained already. */
    CR_TRY(cr_experiment_network(exam->experiment, CR_F32, &fresh, err));
    for (int i = 0; i < fresh->params->count; i++) {
        const struct cr_param *param = &fresh->params->items[i];
        if (param->kind != CR_PARAM || !param->decay || param->shape.rank < 2)
            continue;
        looked++;
        judge(exam, fresh, param, &equal, &scale);
    }
    tell(exam, &equal);
    tell(exam, &scale);
    cr_network_free(fresh);
    if (equal.count + scale.count == 0)
        cr_exam_pass(exam, "the weights of %d layers begin different and in scale", looked);
    return CR_OK;
}

const struct cr_check cr_check_initial_weights = {
    .entry = {.name = "initial-weights", .help = "weights begin different from each other and in scale"},
    .preflight = preflight,
};
