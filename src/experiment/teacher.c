/*
 * Distillation: before each step the teacher answers the batch that the student is about to learn, and its
 * probabilities p are softened by the temperature:
 *
 *     q[k] = p[k]^(1/T) / sum_j p[j]^(1/T) = softmax(log p / T)[k]
 *
 * which for one network is softmax(logits / T) (Hinton, Vinyals and Dean 2015). Nothing is remembered between batches:
 * a training that is resumed goes on bit for bit. What the student makes of q: graph/ops/distill.c.
 */
#include "experiment/teacher.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/node.h"
#include "experiment/ensemble.h"

struct values {
    const char *teacher;
    double temperature, weight;
};

static const struct cr_option options[] = {
    CR_STRING("teacher", struct values, teacher, .help = "the folder of a run or an ensemble, or a safetensors file"),
    CR_FLOAT("temperature", struct values, temperature, .min = 0.1, .max = 100, .def = 4, .log = true,
             .help = "by which the logits of both are divided: above 1 the less likely classes count more"),
    CR_FLOAT("weight", struct values, weight, .min = 0.001, .max = 1, .def = 0.9,
             .help = "of the teacher's answers in the loss; the labels have the rest"),
    {0},
};

struct cr_teacher {
    struct cr_context *context;
    const struct cr_node *node;
    struct values values;
    struct cr_ensemble *ensemble; /* of one run, or more */
    struct cr_predictor *predictor;
    float *answers; /* [batch][classes] */
};

/* -------------------------------------------------------------------------------------------------------- the pieces
 */

/* Puts the place in the file before the message. */
static enum cr_status fail_at(const struct cr_node *node, enum cr_status status, const struct cr_error *why,
                              struct cr_error *err)
{
    cr_node_fail(node, err, "%s", why->message);
    if (err)
        err->status = status;
    return status;
}

static enum cr_status check_task(const struct cr_teacher *teacher, struct cr_error *err)
{
    const struct cr_run *run = teacher->ensemble->runs[0];
    if (run->network->task == CR_TASK_CLASS && !run->network->target)
        return CR_OK;
    return cr_node_fail(teacher->node, err, "%s answers with %s: a teacher must answer with one class out of many",
                        teacher->values.teacher, run->network->task == CR_TASK_ANSWERS ? "several labels" : "numbers");
}

enum cr_status cr_teacher_open(struct cr_teacher **teacher, struct cr_context *context, struct cr_config *config,
                               const struct cr_node *node, struct cr_error *err)
{
    struct cr_error why;
    enum cr_status status;
    *teacher = NULL;
    if (!node)
        return CR_OK;
    struct cr_teacher *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->context = context;
    made->node = node;
    CR_GO(cr_bind(config, options, node, &made->values, err));
    status = cr_ensemble_open(&made->ensemble, context, made->values.teacher, &why);
    if (status != CR_OK)
        CR_GO(fail_at(node, status, &why, err));
    CR_GO(check_task(made, err));
    *teacher = made;
    made = NULL;
done:
    cr_teacher_free(made);
    return status;
}

void cr_teacher_free(struct cr_teacher *teacher)
{
    if (!teacher)
        return;
    cr_predictor_free(teacher->predictor);
    cr_ensemble_free(teacher->ensemble);
    free(teacher->answers);
    free(teacher);
}

static enum cr_status check_samples(const struct cr_teacher *teacher, const struct cr_dataset *dataset,
                                    struct cr_error *err)
{
    const struct cr_run *run = teacher->ensemble->runs[0];
    if (run->height == dataset->height && run->width == dataset->width && run->channels == dataset->channels &&
        run->numbers == dataset->numbers)
        return CR_OK;
    return cr_node_fail(
        teacher->node, err, "%s takes %s of %lldx%lldx%lld, but %s has %s of %lldx%lldx%lld: it cannot teach on them",
        teacher->values.teacher, run->numbers ? "numbers" : "pictures", (long long)run->height, (long long)run->width,
        (long long)run->channels, dataset->name, dataset->numbers ? "numbers" : "pictures", (long long)dataset->height,
        (long long)dataset->width, (long long)dataset->channels);
}

static enum cr_status check_classes(const struct cr_teacher *teacher, const struct cr_dataset *dataset,
                                    struct cr_error *err)
{
    const struct cr_run *run = teacher->ensemble->runs[0];
    if (dataset->targets)
        return cr_node_fail(teacher->node, err, "%s has rows of targets: a teacher is for classes", dataset->name);
    if (run->classes != dataset->classes)
        return cr_node_fail(teacher->node, err, "%s knows %lld classes, but %s has %lld", teacher->values.teacher,
                            (long long)run->classes, dataset->name, (long long)dataset->classes);
    for (int64_t c = 0; c < run->classes; c++)
        if (strcmp(run->class_names[c], dataset->class_names[c]) != 0)
            return cr_node_fail(teacher->node, err, "class %lld is %s to %s, but %s in %s", (long long)c,
                                run->class_names[c], teacher->values.teacher, dataset->class_names[c], dataset->name);
    return CR_OK;
}

enum cr_status cr_teacher_fit(struct cr_teacher *teacher, const struct cr_dataset *dataset, int64_t batch,
                              struct cr_error *err)
{
    if (!teacher)
        return CR_OK;
    CR_TRY(check_samples(teacher, dataset, err));
    CR_TRY(check_classes(teacher, dataset, err));
    teacher->answers = malloc((size_t)(batch * dataset->classes) * sizeof *teacher->answers);
    if (!teacher->answers)
        return cr_fail_memory(err);
    return cr_predictor_of_ensemble(&teacher->predictor, teacher->context, teacher->ensemble, batch, err);
}

/* ------------------------------------------------------------------------------------------------------- its answers
 */

static enum cr_status answer(void *user, const struct cr_batch *batch, const float **answers, struct cr_error *err)
{
    struct cr_teacher *teacher = user;
    int64_t classes = teacher->ensemble->runs[0]->classes;
    CR_TRY(cr_predict(teacher->predictor, batch->pixels, batch->count, teacher->answers, err));
    for (int64_t i = 0; i < batch->count * classes; i++)
        teacher->answers[i] = logf(fmaxf(teacher->answers[i], FLT_MIN));
    for (int64_t i = 0; i < batch->count; i++)
        cr_soften(teacher->answers + i * classes, classes, CR_TASK_CLASS, teacher->values.temperature);
    *answers = teacher->answers;
    return CR_OK;
}

struct cr_teaching cr_teacher_teaching(struct cr_teacher *teacher)
{
    return teacher ? (struct cr_teaching){teacher, answer} : (struct cr_teaching){NULL, NULL};
}

const char *cr_teacher_path(const struct cr_teacher *teacher)
{
    return teacher ? teacher->values.teacher : NULL;
}

double cr_teacher_weight(const struct cr_teacher *teacher)
{
    return teacher ? teacher->values.weight : 0;
}

double cr_teacher_temperature(const struct cr_teacher *teacher)
{
    return teacher ? teacher->values.temperature : 0;
}

uint64_t cr_teacher_hash(const struct cr_teacher *teacher, uint64_t hash,
                         uint64_t (*add)(uint64_t hash, const void *data, size_t size))
{
    const struct cr_ensemble *ensemble = teacher ? teacher->ensemble : NULL;
    if (!ensemble)
        return hash;
    hash = add(hash, ensemble->rule_name, strlen(ensemble->rule_name));
    for (int64_t m = 0; m < ensemble->count; m++) {
        const struct cr_params *params = ensemble->runs[m]->network->params;
        hash = add(hash, &ensemble->weights[m], sizeof ensemble->weights[m]);
        hash = add(hash, &ensemble->runs[m]->temperature, sizeof ensemble->runs[m]->temperature);
        hash = add(hash, params->values, (size_t)params->total * cr_dtype_size(params->dtype));
    }
    return hash;
}
