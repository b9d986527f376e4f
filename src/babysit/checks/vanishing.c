/*
 * vanishing: the gradient does not reach the first weights. Of each weight tensor its gradient against itself, g / w;
 * of the first one that is less than `ratio` of the last one's, in the median over the first observations, while the
 * loss has not fallen. Norms alone say little: layers differ in size, and some optimizers divide by the norm (Bengio,
 * Simard & Frasconi 1994; Glorot & Bengio 2010).
 */
#include <math.h>

#include "babysit/check.h"

struct options {
    double ratio;
};

static double relative(const struct cr_look_weights *weights)
{
    return weights->weight > 0 ? weights->gradient / weights->weight : 0;
}

/* First and last weights of a look; false where they are the same. */
static bool ends_of(const struct cr_look *look, const struct cr_look_weights **first,
                    const struct cr_look_weights **last)
{
    *first = *last = NULL;
    for (int i = 0; i < look->parameters; i++) {
        if (!look->weights[i].decays)
            continue;
        *first = *first ? *first : &look->weights[i];
        *last = &look->weights[i];
    }
    return *first != *last;
}

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    const struct cr_look_weights *first, *last;
    double ratios[CR_WINDOW];
    if (history->looks < CR_WINDOW || cr_history_has_learned(history, 0.1))
        return;
    for (int i = 0; i < CR_WINDOW; i++) {
        if (!ends_of(cr_history_look(history, i), &first, &last) || !(relative(last) > 0))
            return;
        ratios[i] = relative(first) / relative(last);
    }
    double ratio = cr_median(ratios, CR_WINDOW);
    if (!(ratio < options->ratio))
        return;
    struct cr_finding finding = cr_history_finding(history, CR_FAULT);
    cr_say(finding.symptom, "the gradient does not reach %s", first->name);
    cr_say(finding.evidence, "against the weights it is %.1g times that of %s, and the loss has not fallen", ratio,
           last->name);
    cr_say(finding.causes[0], "the network is deep, and its activations (sigmoid, tanh, dead relu) let little through");
    cr_say(finding.causes[1], "the first weights are too small, or all the same");
    cr_say(finding.remedy,
           "relu instead of sigmoid or tanh; a batch norm behind each layer; init: he; residual blocks");
    for (int i = 0; i < history->facts.squashing; i++)
        cr_finding_replace(&finding, history->facts.squash[i].path, history->facts.squash[i].from,
                           history->facts.squash[i].to);
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("ratio", struct options, ratio, .min = 0, .max = 1, .def = 1e-3, .log = true,
             .help = "gradient against weight, of the first layer against the last"),
    {0},
};

const struct cr_check cr_check_vanishing = {
    .entry = {.name = "vanishing", .help = "gradients reach the first layer", .options = options},
    .events = CR_AFTER(OBSERVE),
    .watch = watch,
};
