/*
 * Samples whose labels are probably wrong, by confident learning (Northcutt, Jiang and Chuang, "Confident Learning:
 * Estimating Uncertainty in Dataset Labels", 2021, equations 1 and 2). With p(c; x) the network's probability of class
 * c,
 *
 *     t_c = mean of p(c; x) over the samples that are labelled c
 *
 * is how sure the network is of that class in general. A sample that is labelled i is counted as one of j, where
 *
 *     j = argmax of p(c; x) over the classes with p(c; x) >= t_c
 *
 * and doubted where j is not i: the network is as sure of j as it is of samples that are labelled so. Where no class
 * reaches its threshold nothing is said. The list is ordered by p(j; x) - p(i; x).
 *
 * The probabilities should come from a network that has not learned the sample. Those of the validation part do; of the
 * others the network may know a wrong label by heart, so that some are missed. For that the two parts are judged apart,
 * each by thresholds of its own. The samples are shown twice, for the thresholds and for the judgement: so their
 * answers need no memory.
 */
#include <stdlib.h>
#include <string.h>

#include "babysit/stats.h"
#include "evaluate/held_out.h"

struct judge {
    struct cr_doubts *doubts;
    struct cr_doubted *part;
    const struct cr_dataset *dataset;
    int64_t classes, right, most;
    bool held_out;
    double *threshold; /* [classes] */
    int64_t *labelled; /* [classes] samples */
};

/* --------------------------------------------------------------------------------------------------- the first pass */

static void add_thresholds(void *user, const struct cr_pass_batch *shown)
{
    struct judge *judge = user;
    const float *p = shown->outputs.data;
    for (int64_t i = 0; i < shown->count; i++, p += judge->classes) {
        int32_t label = shown->labels[i];
        bool right = true;
        judge->threshold[label] += (double)p[label];
        judge->labelled[label]++;
        for (int64_t c = 0; c < judge->classes; c++)
            right = right && (c == label || p[c] < p[label]);
        judge->right += right;
    }
}

static void finish_thresholds(struct judge *judge)
{
    struct cr_doubted *part = judge->part;
    for (int64_t c = 0; c < judge->classes; c++)
        judge->threshold[c] = judge->labelled[c] > 0 ? judge->threshold[c] / (double)judge->labelled[c] : 2;
    part->accuracy = (double)judge->right / (double)part->count;
    part->judged = cr_far_above_guessing(part->accuracy, judge->classes);
}

/* -------------------------------------------------------------------------------------------------- the second pass */

static double margin(const struct cr_doubt *doubt)
{
    return doubt->p_answer - doubt->p_label;
}

/* Ties stay in the order in which they came. */
static void list(struct judge *judge, const struct cr_doubt *doubt)
{
    struct cr_doubts *doubts = judge->doubts;
    int64_t place = doubts->count;
    while (place > 0 && margin(&doubts->list[place - 1]) < margin(doubt))
        place--;
    if (place == judge->most)
        return;
    int64_t last = doubts->count < judge->most ? doubts->count++ : judge->most - 1;
    memmove(&doubts->list[place + 1], &doubts->list[place], (size_t)(last - place) * sizeof *doubt);
    doubts->list[place] = *doubt;
    judge->dataset->describe(judge->dataset, doubt->index, doubts->list[place].name, sizeof doubt->name);
}

static void add_doubts(void *user, const struct cr_pass_batch *shown)
{
    struct judge *judge = user;
    const float *p = shown->outputs.data;
    for (int64_t i = 0; i < shown->count; i++, p += judge->classes) {
        int32_t label = shown->labels[i], answer = -1;
        for (int32_t c = 0; c < judge->classes; c++)
            if ((double)p[c] >= judge->threshold[c] && (answer < 0 || p[c] > p[answer]))
                answer = c;
        if (answer < 0 || answer == label)
            continue;
        judge->part->doubted++;
        list(judge, &(struct cr_doubt){.index = shown->indices[i],
                                       .held_out = judge->held_out,
                                       .label = label,
                                       .answer = answer,
                                       .p_label = (double)p[label],
                                       .p_answer = (double)p[answer]});
    }
}

/* ----------------------------------------------------------------------------------------------------- the contract */

struct samples {
    const int64_t *indices;
    int64_t count;
};

static enum cr_status judge_part(struct judge *judge, struct cr_context *context, const struct cr_run *run,
                                 struct samples samples, const struct cr_data_options *options, struct cr_error *err)
{
    const struct cr_pass thresholds = {.what = "looking for wrong labels", .add = add_thresholds, .user = judge},
                         doubts = {.what = "looking for wrong labels", .add = add_doubts, .user = judge};
    enum cr_status status = CR_OK;
    judge->part->count = samples.count;
    if (samples.count == 0)
        return CR_OK;
    judge->threshold = calloc((size_t)judge->classes, sizeof *judge->threshold);
    judge->labelled = calloc((size_t)judge->classes, sizeof *judge->labelled);
    if (!judge->threshold || !judge->labelled)
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_pass_run(&thresholds, context, run, judge->dataset, samples.indices, samples.count, options, err));
    finish_thresholds(judge);
    if (judge->part->judged)
        CR_GO(cr_pass_run(&doubts, context, run, judge->dataset, samples.indices, samples.count, options, err));
done:
    free(judge->threshold);
    free(judge->labelled);
    return status;
}

enum cr_status cr_doubts_find(struct cr_doubts *doubts, struct cr_context *context, const struct cr_run *run,
                              int64_t most, const struct cr_data_options *options, struct cr_error *err)
{
    struct cr_held_out data;
    enum cr_status status;
    *doubts = (struct cr_doubts){0};
    if (run->network->task != CR_TASK_CLASS)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "labels can be doubted where a network tells classes, one of a sample");
    CR_GO(cr_held_out_open(&data, context, run, options, err));
    doubts->list = calloc((size_t)most + 1, sizeof *doubts->list);
    if (!doubts->list)
        CR_GO(cr_fail_memory(err));
    struct judge judge = {.doubts = doubts, .dataset = data.dataset, .classes = run->classes, .most = most};
    struct judge held_out = judge, learned = judge;
    held_out.part = &doubts->held_out;
    held_out.held_out = true;
    learned.part = &doubts->learned;
    CR_GO(judge_part(&held_out, context, run, (struct samples){data.split->validation, data.split->validation_count},
                     options, err));
    CR_GO(
        judge_part(&learned, context, run, (struct samples){data.split->train, data.split->train_count}, options, err));
done:
    cr_held_out_free(&data);
    if (status != CR_OK)
        cr_doubts_clear(doubts);
    return status;
}

void cr_doubts_clear(struct cr_doubts *doubts)
{
    free(doubts->list);
    *doubts = (struct cr_doubts){0};
}
