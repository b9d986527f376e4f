/*
 * Which samples train and which validate. Both draws keep the proportions of the classes; they depend on the labels and
 * split_seed alone, so a run that is resumed, and another run on the same data, get the same split. Without labels all
 * samples are of one class.
 */
#include "data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum mark { OUT, TRAIN, VALIDATION };

/* quota[c]: of available[c] samples, `wanted` in all. Shares are compared as whole numbers: wanted * n_c - quota * n.
 */
static void divide(int64_t *quota, const int64_t *available, int64_t classes, int64_t wanted,
                   struct cr_quota_bounds bounds)
{
    int64_t total = 0, sum = 0;
    for (int64_t c = 0; c < classes; c++)
        total += available[c];
    for (int64_t c = 0; c < classes; c++) {
        int64_t most = available[c] - bounds.left, share = wanted * available[c] / (total ? total : 1);
        most = most < 0 ? 0 : most;
        quota[c] = share < bounds.least ? bounds.least : share;
        quota[c] = quota[c] > most ? most : quota[c];
        sum += quota[c];
    }
    while (sum != wanted) {
        int64_t best = -1, best_lack = 0, step = sum < wanted ? 1 : -1;
        for (int64_t c = 0; c < classes; c++) {
            int64_t lack = step * (wanted * available[c] - quota[c] * total);
            bool possible = step > 0 ? quota[c] < available[c] - bounds.left : quota[c] > bounds.least;
            if (possible && (best < 0 || lack > best_lack)) {
                best = c;
                best_lack = lack;
            }
        }
        if (best < 0)
            return;
        quota[best] += step;
        sum += step;
    }
}

static int32_t label_of(const int32_t *labels, int64_t i)
{
    return labels ? labels[i] : 0;
}

enum cr_status cr_draw_stratified(uint8_t *mark, uint8_t from, uint8_t to, const int32_t *labels, int64_t count,
                                  int64_t classes, int64_t wanted, struct cr_quota_bounds bounds, uint64_t seed,
                                  enum cr_purpose purpose, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    int64_t *available = calloc((size_t)classes, sizeof *available), *quota = calloc((size_t)classes, sizeof *quota);
    int64_t *start = calloc((size_t)classes, sizeof *start), *filled = calloc((size_t)classes, sizeof *filled);
    int64_t *members = malloc((size_t)count * sizeof *members);
    if (!available || !quota || !start || !filled || !members)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < count; i++)
        available[label_of(labels, i)] += mark[i] == from;
    for (int64_t c = 1; c < classes; c++)
        start[c] = start[c - 1] + available[c - 1];
    for (int64_t i = 0; i < count; i++)
        if (mark[i] == from) {
            int32_t label = label_of(labels, i);
            members[start[label] + filled[label]++] = i;
        }
    divide(quota, available, classes, wanted, bounds);
    for (int64_t c = 0; c < classes; c++) {
        struct cr_random random = cr_random_at(seed, purpose, 0, (uint64_t)c);
        cr_random_shuffle(&random, members + start[c], available[c]);
        for (int64_t i = 0; i < quota[c]; i++)
            mark[members[start[c] + i]] = to;
    }
done:
    free(available);
    free(quota);
    free(start);
    free(filled);
    free(members);
    return status;
}

static enum cr_status check_count(const struct cr_dataset *dataset, const struct cr_data_section *section,
                                  int64_t needed, struct cr_error *err)
{
    if (section->limit > 0 && section->limit < needed)
        return cr_fail(err, CR_ERROR_CONFIG, "data.limit: %lld is too few to hold one out: set %lld or more",
                       (long long)section->limit, (long long)needed);
    if (dataset->count < needed)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has one sample, too few to hold one out: set data.validation=0",
                       dataset->name);
    return CR_OK;
}

static enum cr_status check_classes(const struct cr_dataset *dataset, const struct cr_data_section *section,
                                    struct cr_error *err)
{
    int64_t needed = section->validation > 0 || section->folds > 0 ? 2 : 1;
    if (!dataset->labels)
        return check_count(dataset, section, needed, err);
    if (section->limit > 0 && section->limit < needed * dataset->classes)
        return cr_fail(err, CR_ERROR_CONFIG,
                       "data.limit: %lld is too few for %lld classes of which each needs %lld: set %lld or more",
                       (long long)section->limit, (long long)dataset->classes, (long long)needed,
                       (long long)(needed * dataset->classes));
    int64_t *found = calloc((size_t)dataset->classes, sizeof *found);
    if (!found)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < dataset->count; i++)
        found[dataset->labels[i]]++;
    enum cr_status status = CR_OK;
    for (int64_t c = 0; c < dataset->classes && status == CR_OK; c++)
        if (found[c] == 0)
            status = cr_fail(err, CR_ERROR_FORMAT, "%s: class %s has no sample to train with", dataset->name,
                             dataset->class_names[c]);
        else if (found[c] < needed)
            status = cr_fail(err, CR_ERROR_FORMAT,
                             "%s: class %s has one sample, too few to hold one out: add samples or set "
                             "data.validation=0",
                             dataset->name, dataset->class_names[c]);
    free(found);
    return status;
}

static enum cr_status check_folds(const struct cr_dataset *dataset, const struct cr_data_section *section,
                                  struct cr_error *err)
{
    int64_t used = section->limit > 0 && section->limit < dataset->count ? section->limit : dataset->count;
    if (section->folds == 0)
        return CR_OK;
    if (section->folds == 1)
        return cr_fail(err, CR_ERROR_CONFIG, "data.folds: one part leaves nothing to train with: set 2 or more");
    if (section->fold >= section->folds)
        return cr_fail(err, CR_ERROR_CONFIG, "data.fold: there is no part %lld of %lld; they count from 0",
                       (long long)section->fold, (long long)section->folds);
    if (section->folds > used)
        return cr_fail(err, CR_ERROR_CONFIG, "data.folds: %lld parts of %lld samples: set fewer",
                       (long long)section->folds, (long long)used);
    return CR_OK;
}

static int64_t collect(const uint8_t *mark, uint8_t wanted, int64_t count, int64_t *indices)
{
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++)
        if (mark[i] == wanted)
            indices[found++] = i;
    return found;
}

enum cr_status cr_split_new(struct cr_split **split, const struct cr_dataset *dataset,
                            const struct cr_data_section *section, struct cr_error *err)
{
    *split = NULL;
    CR_TRY(check_folds(dataset, section, err));
    CR_TRY(check_classes(dataset, section, err));
    enum cr_status status = CR_OK;
    bool folds = section->folds > 0, validates = section->validation > 0 || folds,
         limited = section->limit > 0 && section->limit < dataset->count;
    int64_t count = dataset->count, used = limited ? section->limit : count;
    int64_t classes = dataset->labels ? dataset->classes : 1;
    uint64_t seed = (uint64_t)section->split_seed;
    struct cr_split *made = calloc(1, sizeof *made);
    uint8_t *mark = calloc((size_t)count, 1);
    if (!made || !mark)
        CR_GO(cr_fail_memory(err));
    made->train = malloc((size_t)count * sizeof *made->train);
    made->validation = malloc((size_t)count * sizeof *made->validation);
    if (!made->train || !made->validation)
        CR_GO(cr_fail_memory(err));
    memset(mark, limited ? OUT : TRAIN, (size_t)count);
    if (limited) {
        struct cr_quota_bounds bounds = {.least = validates ? 2 : 1};
        CR_GO(cr_draw_stratified(mark, OUT, TRAIN, dataset->labels, count, classes, used, bounds, seed, CR_RANDOM_LIMIT,
                                 err));
    }
    if (folds) {
        CR_GO(cr_draw_fold(mark, TRAIN, VALIDATION, dataset->labels, count, classes, section->fold, section->folds,
                           seed, err));
    } else if (validates) {
        struct cr_quota_bounds bounds = {.left = 1};
        int64_t wanted = (int64_t)floor(section->validation * (double)used + 0.5);
        CR_GO(cr_draw_stratified(mark, TRAIN, VALIDATION, dataset->labels, count, classes, wanted < 1 ? 1 : wanted,
                                 bounds, seed, CR_RANDOM_SPLIT, err));
    }
    made->train_count = collect(mark, TRAIN, count, made->train);
    made->validation_count = collect(mark, VALIDATION, count, made->validation);
    *split = made;
    made = NULL;
done:
    free(mark);
    cr_split_free(made);
    return status;
}

void cr_split_free(struct cr_split *split)
{
    if (!split)
        return;
    free(split->train);
    free(split->validation);
    free(split);
}
