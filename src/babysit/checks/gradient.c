/*
 * gradient: the gradients of this very model, in double, against central differences of the loss along random
 * directions, one parameter tensor at a time:
 *
 *     (L(w + h d) - L(w - h d)) / 2h  =  g . d        d of signs, h = STEP times the tensor's deviation
 *
 * Where the differences for h and h/2 disagree, or those ahead and behind, a kink (of a relu, of a maximum) lies
 * between the points: such a direction says nothing, and is counted. A relative error above WRONG is a fault (cs231n's
 * scale: 1e-2 is usually wrong, below 1e-4 is fine with kinks, below 1e-7 good). As many tensors as fit into SECONDS,
 * from the last one on: a fault there spoils all others.
 */
#include <math.h>
#include <stdlib.h>

#include "babysit/check.h"
#include "base/context.h"
#include "base/random.h"

enum { SAMPLES = 6 };
static const double STEP = 1e-5, WRONG = 1e-2, AGREE = 1e-3, SECONDS = 8;
static const double TINY = 1e-5; /* slopes below are lost in the rounding of the differences */

struct probe {
    struct cr_network *network;
    struct cr_plan *plan;
    struct cr_loader *loader;
    struct cr_feed feed;
    double loss, *gradients; /* of the first run */
    double *saved;           /* the tensor's values */
    double *targets;         /* of the samples; NULL: they have labels */
};

struct result {
    int tensors, kinks;
    double worst;
    const char *where;
};

static double loss_of(struct probe *probe)
{
    double sum = 0;
    cr_plan_run(probe->plan, &probe->feed);
    const double *loss = cr_plan_tensor(probe->plan, probe->network->loss).data;
    for (int64_t i = 0; i < probe->feed.count; i++)
        sum += loss[i];
    return sum / (double)probe->feed.count;
}

/* The loss at w + step d. */
static double loss_at(struct probe *probe, const struct cr_param *param, const double *direction, double step)
{
    double *w = (double *)probe->network->params->values + param->offset;
    for (int64_t i = 0; i < param->count; i++)
        w[i] = probe->saved[i] + step * direction[i];
    double loss = loss_of(probe);
    for (int64_t i = 0; i < param->count; i++)
        w[i] = probe->saved[i];
    return loss;
}

/* From one side, from the other, and across. */
struct slope {
    double ahead, behind, across;
};

static struct slope slope_along(struct probe *probe, const struct cr_param *param, const double *direction, double step)
{
    double ahead = loss_at(probe, param, direction, step), behind = loss_at(probe, param, direction, -step);
    return (struct slope){(ahead - probe->loss) / step, (probe->loss - behind) / step, (ahead - behind) / (2 * step)};
}

static double scale_of(const double *values, int64_t count)
{
    double squares = 0;
    for (int64_t i = 0; i < count; i++)
        squares += values[i] * values[i];
    return fmax(sqrt(squares / (double)count), 1e-2);
}

static double error_of(double a, double b)
{
    return fabs(a - b) / (fabs(a) + fabs(b) + TINY);
}

static enum cr_status check_tensor(struct probe *probe, const struct cr_param *param, struct result *result,
                                   struct cr_error *err)
{
    const double *w = (const double *)probe->network->params->values + param->offset;
    double *direction = malloc(2 * (size_t)param->count * sizeof *direction), expected = 0;
    if (!direction)
        return cr_fail_memory(err);
    probe->saved = direction + param->count;
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 0, (uint64_t)param->offset);
    for (int64_t i = 0; i < param->count; i++) {
        direction[i] = cr_random_below(&random, 2) ? 1 : -1;
        probe->saved[i] = w[i];
        expected += direction[i] * probe->gradients[param->offset + i];
    }
    double step = STEP * scale_of(w, param->count);
    struct slope wide = slope_along(probe, param, direction, step);
    struct slope narrow = slope_along(probe, param, direction, step / 2);
    free(direction);
    result->tensors++;
    if (error_of(wide.across, narrow.across) > AGREE || error_of(narrow.ahead, narrow.behind) > AGREE) {
        result->kinks++;
        return CR_OK;
    }
    double error = error_of(narrow.across, expected);
    if (error >= result->worst) {
        result->worst = error;
        result->where = param->name;
    }
    return CR_OK;
}

static enum cr_status check_tensors(struct cr_exam *exam, struct probe *probe, struct result *result,
                                    struct cr_error *err)
{
    const struct cr_params *params = probe->network->params;
    double began = cr_clock();
    probe->loss = loss_of(probe);
    for (int64_t i = 0; i < params->trainable; i++)
        probe->gradients[i] = ((double *)params->gradients)[i];
    for (int i = params->count - 1; i >= 0 && cr_clock() - began < SECONDS; i--) {
        if (params->items[i].kind != CR_PARAM)
            continue;
        CR_TRY(check_tensor(probe, &params->items[i], result, err));
        CR_TRY(cr_exam_progress(exam, params->count - i, params->count, err));
    }
    return CR_OK;
}

static enum cr_status take_targets(struct probe *probe, const struct cr_batch *batch, int64_t width,
                                   struct cr_error *err)
{
    probe->targets = malloc((size_t)(batch->count * width) * sizeof *probe->targets);
    if (!probe->targets)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < batch->count * width; i++)
        probe->targets[i] = batch->targets[i];
    probe->feed.soft = probe->targets;
    return CR_OK;
}

static enum cr_status open_probe(struct cr_exam *exam, struct probe *probe, struct cr_error *err)
{
    const struct cr_experiment *experiment = exam->experiment;
    const struct cr_split *split = experiment->split;
    struct cr_loader_options loading = {.batch = split->train_count < SAMPLES ? split->train_count : SAMPLES,
                                        .soft = experiment->sections.train.mix != NULL};
    struct cr_plan_options planning = {.batch = loading.batch, .mode = CR_MODE_TRAIN};
    const struct cr_batch *batch;
    CR_TRY(cr_experiment_network(experiment, CR_F64, &probe->network, err));
    planning.loss = probe->network->loss;
    CR_TRY(
        cr_plan_new(&probe->plan, experiment->context, probe->network->graph, probe->network->params, &planning, err));
    CR_TRY(cr_loader_new(&probe->loader, experiment->dataset, split->train, loading.batch, &loading, err));
    CR_TRY(cr_loader_seek(probe->loader, 0, 0, err));
    CR_TRY(cr_loader_next(probe->loader, &batch, err));
    probe->feed = (struct cr_feed){
        .count = batch->count, .inputs = {batch->pixels}, .labels = batch->labels, .seed = 1, .step = 0};
    if (batch->targets)
        CR_TRY(take_targets(probe, batch, experiment->dataset->classes, err));
    probe->gradients = malloc(((size_t)probe->network->params->trainable + 1) * sizeof(double));
    return probe->gradients ? CR_OK : cr_fail_memory(err);
}

static void judge(struct cr_exam *exam, const struct result *result)
{
    const struct cr_params *params = exam->experiment->network->params;
    int tensors = 0;
    for (int i = 0; i < params->count; i++)
        tensors += params->items[i].kind == CR_PARAM;
    if (result->tensors == result->kinks) {
        cr_exam_skip(exam, "kinks along all %d directions that there was time for", result->tensors);
        return;
    }
    if (result->worst <= WRONG) {
        cr_exam_pass(exam, "relative error at most %.1e in %d of %d tensors (%d directions with kinks left out)",
                     result->worst, result->tensors - result->kinks, tensors, result->kinks);
        return;
    }
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    cr_say(finding.symptom, "the gradient of %.100s is wrong", result->where);
    cr_say(finding.evidence, "relative error %.2g against central differences in double (%d tensors, %d with kinks)",
           result->worst, result->tensors, result->kinks);
    cr_say(finding.causes[0], "an op of this program is wrong: please report it with the config");
    cr_say(finding.remedy, "use other layers in its place until it is mended");
    cr_exam_find(exam, &finding);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    struct probe probe = {0};
    struct result result = {.where = ""};
    enum cr_status status;
    CR_GO(open_probe(exam, &probe, err));
    CR_GO(check_tensors(exam, &probe, &result, err));
    judge(exam, &result);
done:
    free(probe.gradients);
    free(probe.targets);
    cr_loader_free(probe.loader);
    cr_plan_free(probe.plan);
    cr_network_free(probe.network);
    return status;
}

const struct cr_check cr_check_gradient = {
    .entry = {.name = "gradient", .help = "the model's gradients are those of its loss"},
    .trains = true,
    .preflight = preflight,
};
