/*
 * initial-weights: weights that are all equal give every unit the same gradient, so they stay equal for ever
 * (symmetry); weights far too large or small make activations explode or vanish with depth. By He et al. 2015 the
 * variance should be about 2 / inputs, by Glorot & Bengio 2010 between 1 and 2 over inputs; a factor of FACTOR to
 * either side of these in the deviation is let pass.
 */
#include <math.h>
#include <string.h>

#include "babysit/check.h"
#include "graph/graph.h"

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

static void tell_equal(struct cr_exam *exam, const struct cr_param *param, double value)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    cr_say(finding.symptom, "all weights of %.100s begin equal", param->name);
    cr_say(finding.evidence, "%lld weights, each %.3g: every unit gets the same gradient and stays as the others",
           (long long)param->count, value);
    cr_say(finding.causes[0], "its init is zeros or a constant");
    cr_say(finding.remedy, "leave the init to auto, or take he or xavier");
    cr_exam_find(exam, &finding);
}

static void tell_scale(struct cr_exam *exam, const struct cr_param *param, double deviation, double expected)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "the first weights of %.100s are too %s", param->name,
           deviation > expected ? "large" : "small");
    cr_say(finding.evidence, "deviation %.3g, where %lld inputs call for about %.3g", deviation,
           (long long)inputs_of(param->shape), expected);
    cr_say(finding.causes[0], "its init has a fixed spread that does not know the number of inputs");
    cr_say(finding.remedy, "leave the init to auto, or take he or xavier");
    cr_exam_find(exam, &finding);
}

/* Whether something was found. */
static bool judge(struct cr_exam *exam, const struct cr_param *param, const float *values)
{
    struct spread spread = spread_of(values, param->count);
    double expected = sqrt(2 / (double)inputs_of(param->shape));
    if (param->count < 2)
        return false;
    if (!(spread.deviation > 1e-12)) {
        tell_equal(exam, param, spread.mean);
        return true;
    }
    if (spread.deviation > FACTOR * expected || spread.deviation < expected / FACTOR) {
        tell_scale(exam, param, spread.deviation, expected);
        return true;
    }
    return false;
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    const struct cr_params *params = exam->experiment->network->params;
    struct cr_network *fresh;
    int found = 0, looked = 0;
    /* The experiment's own may have been trained already. */
    CR_TRY(cr_experiment_network(exam->experiment, CR_F32, &fresh, err));
    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &fresh->params->items[i];
        if (param->kind != CR_PARAM || !param->decay || param->shape.rank < 2)
            continue;
        looked++;
        found += judge(exam, param, (const float *)fresh->params->values + param->offset);
    }
    cr_network_free(fresh);
    if (found == 0)
        cr_exam_pass(exam, "the weights of %d layers begin different and in scale", looked);
    return CR_OK;
}

const struct cr_check cr_check_initial_weights = {
    .entry = {.name = "initial-weights", .help = "weights begin different from each other and in scale"},
    .preflight = preflight,
};
