/*
 * overfit: a network with its optimizer must be able to learn SAMPLES pictures by heart. One that cannot will not learn
 * sixty thousand (Karpathy 2019). Where it fails with the file's learning rate, a tenth of it and ten times it are
 * tried: if one of them does it, that is the remedy.
 */
#include <math.h>
#include <string.h>

#include "babysit/check.h"
#include "babysit/stats.h"
#include "train/optimizer.h"

enum { SAMPLES = 20, STEPS = 300, WINDOW = 20 };
static const double ENOUGH = 0.9, LOSS = 0.3; /* accuracy over the window, dropout included; or the loss, times ln C */

/* The first samples of each class in turn; the first ones where there are targets. Returns how many there are. */
static int64_t choose(const struct cr_exam *exam, int64_t *chosen)
{
    const struct cr_dataset *dataset = exam->experiment->dataset;
    const struct cr_split *split = exam->experiment->split;
    if (!dataset->labels) {
        int64_t first = split->train_count < SAMPLES ? split->train_count : SAMPLES;
        memcpy(chosen, split->train, (size_t)first * sizeof *chosen);
        return first;
    }
    int64_t wanted = (SAMPLES + dataset->classes - 1) / dataset->classes, count = 0;
    for (int64_t class = 0; class < dataset->classes && count < SAMPLES; class ++) {
        int64_t taken = 0;
        for (int64_t i = 0; i < split->train_count && taken < wanted && count < SAMPLES; i++)
            if (dataset->labels[split->train[i]] == class) {
                chosen[count++] = split->train[i];
                taken++;
            }
    }
    return count;
}

struct attempt {
    bool done;
    int steps;
    double begun;          /* the first loss */
    double accuracy, loss; /* over the last window */
};

/* The loss of guessing is that of a fresh network where there are targets. */
static bool is_enough(const struct cr_exam *exam, const struct attempt *result)
{
    if (!exam->experiment->dataset->labels)
        return result->loss <= LOSS * result->begun;
    return result->accuracy >= ENOUGH || result->loss <= LOSS * cr_exam_chance(exam);
}

static enum cr_status attempt(struct cr_exam *exam, const int64_t *chosen, int64_t count, double factor,
                              struct attempt *result, struct cr_error *err)
{
    double loss[WINDOW] = {0}, accuracy[WINDOW] = {0};
    struct cr_trial *trial;
    enum cr_status status = CR_OK;
    *result = (struct attempt){.loss = NAN};
    CR_TRY(cr_trial_new(&trial, exam->experiment, &(struct cr_trial_options){.indices = chosen, .count = count}, err));
    double rate = factor * exam->factor * cr_optimizer_lr(exam->experiment->optimizer);
    for (int step = 0; step < STEPS && !result->done; step++) {
        CR_GO(cr_trial_step(trial, rate, &loss[step % WINDOW], &accuracy[step % WINDOW], err));
        CR_GO(cr_exam_progress(exam, step + 1, STEPS, err));
        result->steps = step + 1;
        result->begun = step == 0 ? loss[0] : result->begun;
        if (!isfinite(loss[step % WINDOW]))
            break;
        if (step < WINDOW)
            continue;
        result->loss = cr_mean_of(loss, WINDOW).mean;
        result->accuracy = cr_mean_of(accuracy, WINDOW).mean;
        result->done = is_enough(exam, result);
    }
done:
    cr_trial_free(trial);
    return status;
}

static enum cr_status find(struct cr_exam *exam, const int64_t *chosen, int64_t count, const struct attempt *failed,
                           struct cr_error *err)
{
    static const double factors[] = {0.1, 10, 0.01};
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    struct attempt other = {0};
    size_t i = 0;
    for (; i < sizeof factors / sizeof *factors && !other.done; i++)
        CR_TRY(attempt(exam, chosen, count, factors[i], &other, err));
    cr_say(finding.symptom, "the network cannot learn %lld pictures by heart", (long long)count);
    cr_say(finding.evidence, "after %d steps a loss of %.4g, accuracy %.3f; it began at %.4g", failed->steps,
           failed->loss, failed->accuracy, failed->begun);
    if (other.done) {
        double factor = factors[i - 1];
        cr_say(finding.causes[0], "the learning rate is too %s: with %g times as much it needs %d steps",
               factor < 1 ? "high" : "low", factor, other.steps);
        cr_say(finding.remedy, "%s the learning rate", factor < 1 ? "lower" : "raise");
        cr_exam_propose_rate(exam, &finding, factor * exam->factor * cr_optimizer_lr(exam->experiment->optimizer));
    } else {
        cr_say(finding.causes[0],
               "units are dead or saturated from the beginning: init, activation, scale of the input");
        cr_say(finding.causes[1], "dropout or weight decay leaves the network too little to learn with");
        cr_say(finding.causes[2], "the network is too small, or loses its input on the way");
        cr_say(finding.remedy,
               "begin with a model known to work (cradle train examples/mnist-lenet.yaml) and change it "
               "step by step");
    }
    cr_exam_find(exam, &finding);
    return CR_OK;
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    int64_t chosen[SAMPLES], count = choose(exam, chosen);
    struct attempt result;
    CR_TRY(attempt(exam, chosen, count, 1, &result, err));
    if (!result.done)
        return find(exam, chosen, count, &result, err);
    cr_exam_pass(exam, "%lld pictures learned by heart in %d steps", (long long)count, result.steps);
    return CR_OK;
}

const struct cr_check cr_check_overfit = {
    .entry = {.name = "overfit", .help = "twenty pictures can be learned by heart"},
    .trains = true,
    .preflight = preflight,
};
