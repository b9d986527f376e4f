/*
 * learning-rate: the file's rate against what the range test (range_test.h) shows of this very network, data and
 * optimizer. At or beyond the edge from which on the loss rises it is too high; HUNDREDTH of a good one is too low.
 */
#include <math.h>

#include "babysit/range_test.h"
#include "train/optimizer.h"

static const double SURE = 0.3, HUNDREDTH = 0.01;

/* What follows is looked at with the proposed rate, so that it does not tell the same again. */
static void propose(struct cr_exam *exam, struct cr_finding *finding, const struct cr_range_test *test, double rate)
{
    exam->factor = test->pick / rate;
    cr_exam_propose_rate(exam, finding, test->pick);
}

static void tell_high(struct cr_exam *exam, const struct cr_range_test *test, double rate)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    cr_say(finding.symptom, "the learning rate %.3g is too high", rate);
    cr_say(finding.evidence, "with rising rate the loss falls to %.4g at %.2g and rises again from %.2g on",
           test->smooth[test->lowest], test->rate[test->lowest], test->edge);
    cr_say(finding.causes[0], "a rate for another optimizer, batch or network");
    cr_say(finding.remedy, "lower it; a warm-up allows somewhat more");
    propose(exam, &finding, test, rate);
    cr_exam_find(exam, &finding);
}

static void tell_low(struct cr_exam *exam, const struct cr_range_test *test, double rate)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "the learning rate %.3g is so low that training will take very long", rate);
    cr_say(finding.evidence, "the loss falls best near %.2g, %.0f times as high", test->pick, test->pick / rate);
    cr_say(finding.causes[0], "a rate for another optimizer, batch or network");
    cr_say(finding.remedy, "raise it");
    propose(exam, &finding, test, rate);
    cr_exam_find(exam, &finding);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    struct cr_range_test test;
    double rate = cr_optimizer_lr(exam->experiment->optimizer);
    CR_TRY(cr_range_test_run(exam, &test, err));
    if (test.confidence < SURE)
        cr_exam_skip(exam, "at no rate from %.0e to %.2g does the loss fall clearly in %d steps", test.rate[0],
                     test.rate[test.count - 1], test.count);
    else if (rate > test.edge)
        tell_high(exam, &test, rate);
    else if (rate < HUNDREDTH * test.pick)
        tell_low(exam, &test, rate);
    else if (isfinite(test.edge))
        cr_exam_pass(exam, "%.3g; the range test would take %.2g, and from %.2g on the loss rises (confidence %.1f)",
                     rate, test.pick, test.edge, test.confidence);
    else
        cr_exam_pass(exam, "%.3g; the range test would take %.2g (confidence %.1f)", rate, test.pick, test.confidence);
    return CR_OK;
}

const struct cr_check cr_check_learning_rate = {
    .entry = {.name = "learning-rate", .help = "the learning rate fits network, data and optimizer"},
    .trains = true,
    .preflight = preflight,
};
