/*
 * weight-decay: a weight that the gradient leaves alone shrinks by the factor (1 - lr wd) a step, so it is forgotten
 * within 1 / (lr wd) steps. Below STEPS nothing can be learned that takes longer. Where the decay is part of the
 * gradient of an optimizer that divides by the gradient's size, that reckoning does not hold; there it must not be
 * `most`.
 */
#include "babysit/check.h"

enum { STEPS = 50 };
static const double most = 0.1;

static void find(struct cr_exam *exam, const struct cr_facts *facts, double steps)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "a weight decay of %.3g is very strong", facts->weight_decay);
    if (facts->adapts && !facts->decoupled)
        cr_say(finding.evidence, "it is part of the gradient, which %s divides by its size; usual is 1e-4",
               facts->optimizer);
    else
        cr_say(finding.evidence, "with a rate of %.3g a weight is forgotten within %.3g steps; usual are thousands",
               facts->lr, steps);
    cr_say(finding.causes[0], "the weight decay is too high for this rate");
    cr_say(finding.remedy, "lower the weight decay");
    cr_finding_change(&finding, facts->decay_path, facts->weight_decay, facts->weight_decay / 1000);
    cr_exam_find(exam, &finding);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    struct cr_facts facts;
    (void)err;
    cr_facts_read(&facts, &exam->experiment->sections);
    double steps = facts.weight_decay > 0 ? 1 / (facts.lr * facts.weight_decay) : 0;
    if (facts.weight_decay <= 0)
        cr_exam_skip(exam, "there is no weight decay");
    else if (facts.adapts && !facts.decoupled ? facts.weight_decay >= most : steps < STEPS)
        find(exam, &facts, steps);
    else
        cr_exam_pass(exam, "%.3g, of a rate of %.3g", facts.weight_decay, facts.lr);
    return CR_OK;
}

const struct cr_check cr_check_weight_decay = {
    .entry = {.name = "weight-decay", .help = "weights are not forgotten before anything is learned"},
    .preflight = preflight,
};
