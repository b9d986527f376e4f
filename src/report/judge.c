#include "report/judge.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/pass.h"

enum { NEAR = 5 };

/* -------------------------------------------------------------------------------------------------------- one answer
 */

/* The most probable classes, ties to the lower one; NaN comes last. */
static void find_top(struct cr_judged *judged, const float *probabilities, int64_t classes)
{
    int filled = 0;
    for (int32_t c = 0; c < classes; c++) {
        int place = filled;
        while (place > 0 && probabilities[c] > judged->probability[place - 1])
            place--;
        if (place == CR_JUDGE_TOP)
            continue;
        filled += filled < CR_JUDGE_TOP;
        for (int i = filled - 1; i > place; i--) {
            judged->top[i] = judged->top[i - 1];
            judged->probability[i] = judged->probability[i - 1];
        }
        judged->top[place] = c;
        judged->probability[place] = probabilities[c];
    }
    for (; filled < CR_JUDGE_TOP; filled++)
        judged->top[filled] = -1;
}

/* Classes that stand before the true one. */
static int64_t rank_of(const float *probabilities, int64_t classes, int32_t label)
{
    int64_t rank = 0;
    for (int32_t c = 0; c < classes; c++)
        if (c != label)
            rank +=
                c < label ? !(probabilities[c] < probabilities[label]) : !(probabilities[c] <= probabilities[label]);
    return rank;
}

static void keep_worst(struct cr_judgement *judgement, const struct cr_judged *judged)
{
    int place = judgement->worst_count;
    while (place > 0 && !(judged->loss <= judgement->worst[place - 1].loss))
        place--;
    if (place == CR_JUDGE_WORST)
        return;
    int last = judgement->worst_count < CR_JUDGE_WORST ? judgement->worst_count++ : CR_JUDGE_WORST - 1;
    memmove(&judgement->worst[place + 1], &judgement->worst[place], (size_t)(last - place) * sizeof *judged);
    judgement->worst[place] = *judged;
}

void cr_judge_add(struct cr_judgement *judgement, int64_t index, int32_t label, const float *probabilities)
{
    struct cr_judged judged = {.index = index, .label = label};
    int64_t rank = rank_of(probabilities, judgement->classes, label);
    find_top(&judged, probabilities, judgement->classes);
    judged.loss = -log(fmax((double)probabilities[label], (double)FLT_MIN));
    judgement->count++;
    judgement->right += rank == 0;
    judgement->near += rank < NEAR;
    judgement->loss += judged.loss;
    judgement->true_count[label]++;
    judgement->answered[judged.top[0]]++;
    judgement->hits[label] += rank == 0;
    if (judgement->confusion)
        judgement->confusion[label * judgement->classes + judged.top[0]]++;
    double confidence = (double)judged.probability[0];
    int bin = confidence > 0 ? (int)(confidence * CR_JUDGE_BINS) : 0;
    struct cr_bin *in = &judgement->bins[bin < CR_JUDGE_BINS ? bin : CR_JUDGE_BINS - 1];
    in->count++;
    in->right += rank == 0;
    in->confidence += confidence;
    if (rank > 0)
        keep_worst(judgement, &judged);
}

/* --------------------------------------------------------------------------------------------------------- all of them
 */

static enum cr_status prepare(struct cr_judgement *judgement, int64_t classes, struct cr_error *err)
{
    *judgement = (struct cr_judgement){.classes = classes};
    judgement->true_count = calloc((size_t)(3 * classes), sizeof *judgement->true_count);
    if (!judgement->true_count)
        return cr_fail_memory(err);
    judgement->answered = judgement->true_count + classes;
    judgement->hits = judgement->answered + classes;
    if (classes > CR_JUDGE_MATRIX)
        return CR_OK;
    judgement->confusion = calloc((size_t)(classes * classes), sizeof *judgement->confusion);
    return judgement->confusion ? CR_OK : cr_fail_memory(err);
}

static void add_batch(void *user, const struct cr_pass_batch *pass)
{
    struct cr_judgement *judgement = user;
    const float *probabilities = pass->outputs.data;
    for (int64_t i = 0; i < pass->count; i++)
        cr_judge_add(judgement, pass->indices[i], pass->labels[i], probabilities + i * judgement->classes);
}

enum cr_status cr_judge(struct cr_judgement *judgement, struct cr_report *report, const struct cr_report_run *run,
                        struct cr_error *err)
{
    const struct cr_pass pass = {.what = "evaluating", .add = add_batch, .user = judgement};
    *judgement = (struct cr_judgement){0};
    CR_TRY(cr_run_accepts(run->run, run->dataset, err));
    CR_TRY(prepare(judgement, run->run->classes, err));
    CR_TRY(cr_pass_run(&pass, report->context, run->run, run->dataset, run->split->validation,
                       run->split->validation_count, &report->options->data, err));
    judgement->loss /= (double)judgement->count;
    return CR_OK;
}

void cr_judgement_free(struct cr_judgement *judgement)
{
    free(judgement->true_count);
    free(judgement->confusion);
    *judgement = (struct cr_judgement){0};
}
