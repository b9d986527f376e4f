/*
 * Answers, and the metrics of a loss side by side.
 */
#include "model/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double number_at(const struct cr_tensor *tensor, int64_t index)
{
    return tensor->dtype == CR_F64 ? ((const double *)tensor->data)[index] : ((const float *)tensor->data)[index];
}

/* ---------------------------------------------------------------------------------------------------------- answers */

struct cr_answer cr_answer_at(const struct cr_tensor *outputs, const int32_t *labels, const struct cr_tensor *targets,
                              int64_t row)
{
    struct cr_answer answer = {.outputs = outputs, .targets = labels ? NULL : targets, .row = row};
    answer.classes = outputs->dims[1];
    if (labels)
        answer.label = labels[row];
    else
        for (int64_t k = 1; k < answer.classes; k++)
            if (cr_answer_target(&answer, k) > cr_answer_target(&answer, answer.label))
                answer.label = k;
    return answer;
}

double cr_answer_output(const struct cr_answer *answer, int64_t k)
{
    return number_at(answer->outputs, answer->row * answer->classes + k);
}

double cr_answer_target(const struct cr_answer *answer, int64_t k)
{
    return answer->targets ? number_at(answer->targets, answer->row * answer->classes + k) : k == answer->label;
}

bool cr_answer_is_yes(const struct cr_answer *answer, int64_t k)
{
    return cr_answer_output(answer, k) > 0.5;
}

bool cr_answer_is_right(const struct cr_answer *answer, int64_t k)
{
    return cr_answer_target(answer, k) >= 0.5 ? cr_answer_is_yes(answer, k) : cr_answer_output(answer, k) <= 0.5;
}

int64_t cr_answer_rank(const struct cr_answer *answer)
{
    double own = cr_answer_output(answer, answer->label);
    int64_t rank = 0;
    for (int64_t k = 0; k < answer->classes; k++) {
        double other = cr_answer_output(answer, k);
        if (k != answer->label)
            rank += k < answer->label ? !(other < own) : !(other <= own);
    }
    return rank;
}

int64_t cr_answer_class(const struct cr_answer *answer)
{
    int64_t best = 0;
    for (int64_t k = 1; k < answer->classes; k++)
        if (cr_answer_output(answer, k) > cr_answer_output(answer, best))
            best = k;
    return best;
}

double cr_metric_mean(const double *sums, int64_t classes)
{
    (void)classes;
    return sums[1] > 0 ? sums[0] / sums[1] : NAN;
}

/* -------------------------------------------------------------------------------------------------------- the meter */

struct cr_meter {
    int count;
    int64_t classes, total; /* sums of all */
    double *sums;
    struct cr_score *scores;          /* [count] */
    const struct cr_metric *metric[]; /* [count] */
};

static int64_t sums_of(const struct cr_metric *metric, int64_t classes)
{
    return metric->sums + metric->by_class * classes;
}

static enum cr_status make(struct cr_meter *meter, const struct cr_network *network, struct cr_error *err)
{
    for (const struct cr_entry *const *entry = network->metrics; *entry; entry++) {
        const struct cr_metric *metric = (const struct cr_metric *)*entry; /* its first member */
        if (meter->classes < metric->classes)
            continue;
        meter->metric[meter->count++] = metric;
        meter->total += sums_of(metric, meter->classes);
    }
    meter->sums = calloc((size_t)meter->total + 1, sizeof *meter->sums);
    meter->scores = calloc((size_t)meter->count + 1, sizeof *meter->scores);
    return meter->sums && meter->scores ? CR_OK : cr_fail_memory(err);
}

enum cr_status cr_meter_new(struct cr_meter **meter, const struct cr_network *network, struct cr_error *err)
{
    size_t most = 0;
    *meter = NULL;
    while (network->metrics[most])
        most++;
    struct cr_meter *made = calloc(1, sizeof *made + most * sizeof made->metric[0]);
    if (!made)
        return cr_fail_memory(err);
    made->classes = cr_shape_count(network->output);
    enum cr_status status = make(made, network, err);
    if (status == CR_OK)
        *meter = made;
    else
        cr_meter_free(made);
    return status;
}

void cr_meter_free(struct cr_meter *meter)
{
    if (!meter)
        return;
    free(meter->sums);
    free(meter->scores);
    free(meter);
}

void cr_meter_clear(struct cr_meter *meter)
{
    memset(meter->sums, 0, (size_t)meter->total * sizeof *meter->sums);
}

void cr_meter_add(struct cr_meter *meter, const struct cr_answer *answer)
{
    double *sums = meter->sums;
    for (int i = 0; i < meter->count; i++) {
        meter->metric[i]->add(sums, answer);
        sums += sums_of(meter->metric[i], meter->classes);
    }
}

const struct cr_score *cr_meter_scores(struct cr_meter *meter, int *count)
{
    const double *sums = meter->sums;
    for (int i = 0; i < meter->count; i++) {
        const struct cr_metric *metric = meter->metric[i];
        meter->scores[i] = (struct cr_score){
            .metric = metric->entry.name, .share = metric->share, .value = metric->value(sums, meter->classes)};
        sums += sums_of(metric, meter->classes);
    }
    *count = meter->count;
    return meter->scores;
}
