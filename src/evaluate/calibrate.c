/*
 * Calibration by temperature: one number T by which all logits are divided (Guo et al. 2017, On Calibration of Modern
 * Neural Networks). With b = 1 / T the mean loss of the validation part and its slopes are
 *
 *     classes   f(b) = log sum_j exp(b z_j) - b z_y                  f' = E[z] - z_y           f'' = V[z], of softmax(b
 * z) answers   f(b) = sum_k log(1 + exp(b z_k)) - t_k b z_k         f' = sum (s - t) z        f'' = sum s (1 - s) z^2,
 *                                                                                              s = sigmoid(b z)
 *
 * f is convex, so that the root of f' is found by Newton's method, held in an interval that halves where a step would
 * leave it. Where all answers are right f falls for ever: then the end of the interval is taken.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/held_out.h"
#include "experiment/calibration.h"
#include "model/metric.h"

enum { STEPS = 100 };
static const double coldest = 1.0 / 64, hottest = 64; /* temperatures */

struct fit {
    enum cr_task task;
    int64_t count, classes;
    float *logits;   /* [count][classes] */
    float *targets;  /* [count][classes], of answers */
    int64_t *labels; /* [count], of classes */
};

static void gather(void *user, const struct cr_pass_batch *shown)
{
    struct fit *fit = user;
    size_t row = (size_t)fit->classes;
    for (int64_t i = 0; i < shown->count; i++, fit->count++) {
        struct cr_answer answer = cr_answer_at(&shown->logits, shown->labels, &shown->targets, i);
        memcpy(fit->logits + (size_t)fit->count * row, (const float *)shown->logits.data + (size_t)i * row,
               row * sizeof(float));
        fit->labels[fit->count] = answer.label;
        for (int64_t k = 0; fit->targets && k < fit->classes; k++)
            fit->targets[(size_t)fit->count * row + (size_t)k] = (float)cr_answer_target(&answer, k);
    }
}

/* ---------------------------------------------------------------------------------------------------------- slopes */

static void add_class(const struct fit *fit, int64_t row, double b, double *slope, double *curve)
{
    const float *z = fit->logits + row * fit->classes;
    double most = (double)z[0], sum = 0, mean = 0, square = 0;
    for (int64_t c = 1; c < fit->classes; c++)
        most = fmax(most, (double)z[c]);
    for (int64_t c = 0; c < fit->classes; c++) {
        double share = exp(b * ((double)z[c] - most)), from = (double)z[c] - most;
        sum += share;
        mean += share * from;
        square += share * from * from;
    }
    mean /= sum;
    *slope += mean - ((double)z[fit->labels[row]] - most);
    *curve += square / sum - mean * mean;
}

static void add_answers(const struct fit *fit, int64_t row, double b, double *slope, double *curve)
{
    const float *z = fit->logits + row * fit->classes, *t = fit->targets + row * fit->classes;
    for (int64_t k = 0; k < fit->classes; k++) {
        double s = 1 / (1 + exp(-b * (double)z[k]));
        *slope += (s - (double)t[k]) * (double)z[k];
        *curve += s * (1 - s) * (double)z[k] * (double)z[k];
    }
}

static double find(const struct fit *fit)
{
    double low = 1 / hottest, high = 1 / coldest, b = 1;
    for (int step = 0; step < STEPS; step++) {
        double slope = 0, curve = 0, before = b;
        for (int64_t i = 0; i < fit->count; i++)
            (fit->task == CR_TASK_CLASS ? add_class : add_answers)(fit, i, b, &slope, &curve);
        *(slope > 0 ? &high : &low) = b;
        b -= slope / curve;
        if (!(b > low && b < high))
            b = (low + high) / 2;
        if (fabs(b - before) < 1e-9 * b)
            break;
    }
    return 1 / b;
}

/* ----------------------------------------------------------------------------------------------------- the contract */

static enum cr_status check(const struct cr_run *run, const struct cr_split *split, struct cr_error *err)
{
    if (run->network->task == CR_TASK_NUMBERS)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "only probabilities are calibrated, and this network answers with numbers");
    if (split->validation_count == 0)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "the run holds out no validation part (data.validation is 0): there is nothing to calibrate by");
    return CR_OK;
}

static enum cr_status allocate(struct fit *fit, const struct cr_run *run, int64_t count, struct cr_error *err)
{
    fit->task = run->network->task;
    fit->classes = cr_shape_count(run->network->output);
    size_t size = (size_t)count * (size_t)fit->classes * sizeof(float);
    fit->logits = malloc(size);
    fit->labels = malloc((size_t)count * sizeof *fit->labels);
    if (fit->task == CR_TASK_ANSWERS)
        fit->targets = malloc(size);
    bool whole = fit->logits && fit->labels && (fit->targets || fit->task == CR_TASK_CLASS);
    return whole ? CR_OK : cr_fail_memory(err);
}

static enum cr_status measure(struct fit *fit, struct cr_context *context, const struct cr_run *run,
                              const struct cr_data_options *options, struct cr_error *err)
{
    struct cr_held_out held;
    struct cr_pass pass = {.what = "calibrating", .add = gather, .user = fit};
    enum cr_status status;
    CR_GO(cr_held_out_open(&held, context, run, options, err));
    CR_GO(check(run, held.split, err));
    CR_GO(allocate(fit, run, held.split->validation_count, err));
    CR_GO(cr_pass_run(&pass, context, run, held.dataset, held.split->validation, held.split->validation_count, options,
                      err));
done:
    cr_held_out_free(&held);
    return status;
}

enum cr_status cr_calibrate(struct cr_run *run, struct cr_context *context, const char *folder,
                            const struct cr_data_options *options, struct cr_error *err)
{
    struct fit fit = {.count = 0};
    enum cr_status status;
    CR_GO(measure(&fit, context, run, options, err));
    double temperature = find(&fit);
    if (!isfinite(temperature))
        CR_GO(cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: the network's outputs are no numbers", folder));
    CR_GO(cr_calibration_write(folder, run->step, temperature, err));
    run->temperature = temperature;
done:
    free(fit.logits);
    free(fit.targets);
    free(fit.labels);
    return status;
}
