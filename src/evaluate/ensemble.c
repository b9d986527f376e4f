/*
 * Ensembles on data: the weights of their rule fitted on the validation part, and their test. Each member sees all
 * samples before the next does; their answers are kept, and combined at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "evaluate/held_out.h"
#include "evaluate/outputs.h"
#include "evaluate/view.h"
#include "experiment/ensemble.h"

/* What all members said of the samples. */
struct answers {
    int64_t members, count;
    float **outputs;  /* [members][count][classes] */
    float *combined;  /* [count][classes] */
    int32_t *labels;  /* [count] */
    int64_t *indices; /* [count]: of the validation part, in the training part */
    uint64_t truth;
};

static void answers_free(struct answers *answers)
{
    for (int64_t m = 0; answers->outputs && m < answers->members; m++)
        free(answers->outputs[m]);
    free(answers->outputs);
    free(answers->combined);
    free(answers->labels);
    free(answers->indices);
}

static enum cr_status answers_new(struct answers *answers, int64_t members, int64_t count, int64_t classes,
                                  struct cr_error *err)
{
    *answers = (struct answers){.members = members, .count = count};
    answers->outputs = calloc((size_t)members, sizeof *answers->outputs);
    answers->combined = malloc((size_t)count * (size_t)classes * sizeof *answers->combined);
    answers->labels = malloc((size_t)count * sizeof *answers->labels);
    answers->indices = malloc((size_t)count * sizeof *answers->indices);
    bool whole = answers->outputs && answers->combined && answers->labels && answers->indices;
    return whole ? CR_OK : cr_fail_memory(err);
}

/* Results of the ensemble, whose answers are combined, and, where they are wanted, of its members. */
static enum cr_status judge(struct cr_test_result **result, struct cr_test_result **members,
                            const struct cr_ensemble *ensemble, const struct answers *answers, struct cr_error *err)
{
    const struct cr_run *run = ensemble->runs[0];
    CR_TRY(cr_test_outputs(result, run, answers->labels, answers->count, answers->combined, answers->truth, err));
    for (int64_t m = 0; members && m < ensemble->count; m++)
        CR_TRY(cr_test_outputs(&members[m], run, answers->labels, answers->count, answers->outputs[m], answers->truth,
                               err));
    return CR_OK;
}

static void combine(const struct cr_ensemble *ensemble, struct answers *answers)
{
    cr_ensemble_combine(ensemble, (const float *const *)answers->outputs, answers->count, answers->combined);
}

static void forget(struct cr_test_result **results, int64_t count)
{
    for (int64_t i = 0; results && i < count; i++) {
        cr_test_result_free(results[i]);
        results[i] = NULL;
    }
}

/* ------------------------------------------------------------------------------------------------------------- test */

/* What all members say of the dataset, and together. */
static enum cr_status ask(struct answers *answers, struct cr_context *context, const struct cr_ensemble *ensemble,
                          const struct cr_dataset *dataset, const struct cr_data_options *options, struct cr_error *err)
{
    CR_TRY(answers_new(answers, ensemble->count, dataset->count, dataset->classes, err));
    for (int64_t m = 0; m < ensemble->count; m++)
        CR_TRY(cr_outputs_gather(&answers->outputs[m], context, ensemble->runs[m], dataset, NULL, dataset->count,
                                 "testing", options, err));
    combine(ensemble, answers);
    return CR_OK;
}

static void add(float *sums, const float *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        sums[i] += numbers[i];
}

static void divide(float *sums, int64_t count, int by)
{
    for (int64_t i = 0; i < count; i++)
        sums[i] /= (float)by;
}

/* The mean over the views of each picture; `answers` has what was said of the pictures themselves. */
static enum cr_status ask_views(struct answers *answers, struct cr_context *context, const struct cr_ensemble *ensemble,
                                const struct cr_dataset *dataset, const struct cr_tta *tta,
                                const struct cr_data_options *options, struct cr_error *err)
{
    int64_t numbers = dataset->count * dataset->classes;
    int shown = cr_tta_count(tta);
    for (int view = 1; view < shown; view++) {
        struct answers more = {0};
        struct cr_view_dataset views;
        cr_tta_dataset(&views, tta, view, dataset);
        enum cr_status status = ask(&more, context, ensemble, &views.dataset, options, err);
        if (status == CR_OK)
            add(answers->combined, more.combined, numbers);
        for (int64_t m = 0; status == CR_OK && m < ensemble->count; m++)
            add(answers->outputs[m], more.outputs[m], numbers);
        answers_free(&more);
        CR_TRY(status);
    }
    divide(answers->combined, numbers, shown);
    for (int64_t m = 0; m < ensemble->count; m++)
        divide(answers->outputs[m], numbers, shown);
    return CR_OK;
}

enum cr_status cr_test_ensemble(struct cr_test_result **result, struct cr_test_result **members,
                                struct cr_context *context, const struct cr_ensemble *ensemble,
                                const struct cr_dataset *dataset, const struct cr_tta *tta,
                                const struct cr_data_options *options, struct cr_error *err)
{
    struct answers answers = {0};
    enum cr_status status;
    *result = NULL;
    if (members)
        memset(members, 0, (size_t)ensemble->count * sizeof *members);
    for (int64_t m = 0; m < ensemble->count; m++)
        CR_TRY(cr_run_accepts(ensemble->runs[m], dataset, err));
    CR_GO(ask(&answers, context, ensemble, dataset, options, err));
    answers.truth = cr_truth_hash(dataset);
    memcpy(answers.labels, dataset->labels, (size_t)dataset->count * sizeof *answers.labels);
    if (tta)
        CR_GO(ask_views(&answers, context, ensemble, dataset, tta, options, err));
    CR_GO(judge(result, members, ensemble, &answers, err));
done:
    answers_free(&answers);
    if (status != CR_OK) {
        forget(result, 1);
        forget(members, ensemble->count);
    }
    return status;
}

/* -------------------------------------------------------------------------------------------------------------- fit */

/* The labels and samples that the first member holds out. */
static enum cr_status begin(struct answers *answers, const struct cr_ensemble *ensemble, const struct cr_held_out *held,
                            struct cr_error *err)
{
    int64_t count = held->split->validation_count;
    CR_TRY(answers_new(answers, ensemble->count, count, held->dataset->classes, err));
    answers->truth = cr_truth_hash(held->dataset);
    for (int64_t i = 0; i < count; i++) {
        answers->indices[i] = held->split->validation[i];
        answers->labels[i] = held->dataset->labels[answers->indices[i]];
    }
    return CR_OK;
}

/* Whether a member holds out the same samples as the first; `same` is false of other samples of the same data. */
static enum cr_status compare(const struct answers *answers, const struct cr_ensemble *ensemble, int64_t m,
                              const struct cr_held_out *held, bool *same, struct cr_error *err)
{
    if (cr_truth_hash(held->dataset) != answers->truth)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "%s was trained on other data than %s (%s, %lld samples): their answers "
                       "cannot be held against each other",
                       ensemble->names[m], ensemble->names[0], held->dataset->name, (long long)held->dataset->count);
    *same = held->split->validation_count == answers->count &&
            memcmp(held->split->validation, answers->indices, (size_t)answers->count * sizeof *answers->indices) == 0;
    return CR_OK;
}

/* `common`: all members hold out the same samples; else nothing more is gathered. */
static enum cr_status gather(struct answers *answers, struct cr_context *context, const struct cr_ensemble *ensemble,
                             const struct cr_data_options *options, bool *common, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    *common = true;
    for (int64_t m = 0; status == CR_OK && m < ensemble->count; m++) {
        struct cr_held_out held;
        bool same = true;
        status = cr_held_out_open(&held, context, ensemble->runs[m], options, err);
        if (status == CR_OK)
            status = m == 0 ? begin(answers, ensemble, &held, err) : compare(answers, ensemble, m, &held, &same, err);
        *common = *common && same && answers->count > 0;
        if (status == CR_OK && *common)
            status = cr_outputs_gather(&answers->outputs[m], context, ensemble->runs[m], held.dataset,
                                       held.split->validation, answers->count, "validating", options, err);
        cr_held_out_free(&held);
    }
    return status;
}

static enum cr_status fit(struct cr_ensemble *ensemble, const struct answers *answers, bool common,
                          struct cr_error *err)
{
    const struct cr_ballot ballot = {.members = ensemble->count,
                                     .count = answers->count,
                                     .classes = ensemble->runs[0]->classes,
                                     .outputs = (const float *const *)answers->outputs,
                                     .labels = answers->labels};
    if (!ensemble->rule->fit)
        return CR_OK;
    if (answers->count == 0)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "%s holds out no validation part (data.validation is 0), and the weights of %s are fitted on "
                       "one: take mean or vote",
                       ensemble->names[0], ensemble->rule_name);
    if (!common)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "the members do not all hold out the same samples, so that some were trained on what the "
                       "weights of %s would be fitted on: take mean or vote",
                       ensemble->rule_name);
    return ensemble->rule->fit(&ballot, ensemble->weights, err);
}

static enum cr_status set_rule(struct cr_ensemble *ensemble, const char *name, struct cr_error *err)
{
    const struct cr_entry *entry = cr_registry_find(&cr_rules, name);
    if (!entry)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s is no rule of an ensemble: expected mean, vote, stack or greedy",
                       name);
    ensemble->rule = (const struct cr_rule *)entry; /* its first member */
    ensemble->rule_name = entry->name;
    ensemble->fitted = ensemble->rule->fit != NULL;
    for (int64_t m = 0; m < ensemble->count; m++)
        ensemble->weights[m] = 1 / (double)ensemble->count;
    return CR_OK;
}

enum cr_status cr_ensemble_fit(struct cr_ensemble *ensemble, struct cr_context *context, const char *rule,
                               const struct cr_data_options *options, struct cr_test_result **fitted,
                               struct cr_error *err)
{
    struct answers answers = {0};
    bool common;
    enum cr_status status;
    if (fitted)
        memset(fitted, 0, (size_t)(ensemble->count + 1) * sizeof *fitted);
    CR_TRY(set_rule(ensemble, rule, err));
    CR_GO(gather(&answers, context, ensemble, options, &common, err));
    CR_GO(fit(ensemble, &answers, common, err));
    if (fitted && common) {
        combine(ensemble, &answers);
        CR_GO(judge(fitted, fitted + 1, ensemble, &answers, err));
    }
done:
    answers_free(&answers);
    if (status != CR_OK && fitted)
        forget(fitted, ensemble->count + 1);
    return status;
}
