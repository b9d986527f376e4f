/*
 * duplicates: the same picture in the training part and among those that judge (validation, test) makes the judgement
 * worthless; the same picture under two labels cannot be learned. Pictures are compared by a 64-bit hash of their
 * bytes: of a million pictures two different ones have the same hash with a probability of 3e-8.
 */
#include <stdlib.h>
#include <string.h>

#include "babysit/check.h"
#include "data/dataset.h"
#include "data/moments.h"

static const double SHARE = 0.001; /* of the part that judges: more than that is a leak */

enum part { TRAIN, VALIDATION, TEST, PARTS };

struct key {
    uint64_t hash;
    int32_t label;
    int part;
};

struct keys {
    struct key *items;
    int64_t count;
};

struct found {
    int64_t leaked[PARTS]; /* of validation and test: pictures that are in the training part */
    int64_t size[PARTS];
    int64_t twice, conflicts; /* inside the training part */
};

static int by_hash(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->part - y->part;
}

/* Targets are not compared: equal samples may well have different ones. */
static int32_t label_of(const struct cr_dataset *dataset, int64_t index)
{
    return dataset->labels ? dataset->labels[index] : 0;
}

/* `indices` NULL: all. */
static enum cr_status add(struct keys *keys, const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                          int part, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct key *grown = realloc(keys->items, (size_t)(keys->count + count + 1) * sizeof *grown);
    uint8_t *buffer = malloc(cr_sample_size(dataset));
    if (grown)
        keys->items = grown;
    if (!grown || !buffer)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < count; i++) {
        int64_t index = indices ? indices[i] : i;
        const uint8_t *pixels;
        CR_GO(cr_dataset_view(dataset, index, buffer, &pixels, err));
        keys->items[keys->count++] =
            (struct key){cr_sample_hash(pixels, cr_sample_size(dataset)), label_of(dataset, index), part};
    }
done:
    free(buffer);
    return status;
}

/* The test part, where the source has one. */
static enum cr_status add_test(struct keys *keys, struct cr_exam *exam, struct cr_error *err)
{
    struct cr_experiment *experiment = exam->experiment;
    struct cr_dataset *test;
    enum cr_status status = cr_dataset_open(
        &test, experiment->context, experiment->config, experiment->sections.data.source, CR_PART_TEST,
        &(struct cr_data_options){.progress = exam->options->progress, .progress_user = exam->options->user}, err);
    if (status == CR_ERROR_UNSUPPORTED)
        return CR_OK;
    CR_TRY(status);
    if (cr_sample_size(test) == cr_sample_size(experiment->dataset))
        status = add(keys, test, NULL, test->count, TEST, err);
    cr_dataset_free(test);
    return status;
}

/* Keys [begin..end) are of one picture. */
static void count_group(struct found *found, const struct key *keys, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++) {
        if (keys[begin].part != TRAIN || i == begin)
            continue;
        if (keys[i].part != TRAIN) {
            found->leaked[keys[i].part]++;
            continue;
        }
        found->twice++;
        found->conflicts += keys[i].label != keys[begin].label;
    }
}

static struct found count_all(struct keys *keys)
{
    struct found found = {0};
    qsort(keys->items, (size_t)keys->count, sizeof *keys->items, by_hash);
    for (int64_t begin = 0, end; begin < keys->count; begin = end) {
        for (end = begin + 1; end < keys->count && keys->items[end].hash == keys->items[begin].hash;)
            end++;
        count_group(&found, keys->items, begin, end);
    }
    for (int64_t i = 0; i < keys->count; i++)
        found.size[keys->items[i].part]++;
    return found;
}

static double share(const struct found *found, int part)
{
    return found->size[part] ? (double)found->leaked[part] / (double)found->size[part] : 0;
}

static void tell_leak(struct cr_exam *exam, const struct found *found)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    bool test = share(found, TEST) > share(found, VALIDATION);
    cr_say(finding.symptom, "%.1f %% of the %s pictures are in the training part too",
           100 * share(found, test ? TEST : VALIDATION), test ? "test" : "validation");
    cr_say(finding.evidence, "%lld of %lld validation pictures and %lld of %lld test pictures",
           (long long)found->leaked[VALIDATION], (long long)found->size[VALIDATION], (long long)found->leaked[TEST],
           (long long)found->size[TEST]);
    cr_say(finding.causes[0], "the same file was copied, or one picture saved several times, before the split");
    cr_say(finding.remedy, "take the copies away (cradle data info names them); until then the accuracy is too good");
    cr_exam_find(exam, &finding);
}

static void tell_conflicts(struct cr_exam *exam, const struct found *found)
{
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "%lld training pictures occur under two labels", (long long)found->conflicts);
    cr_say(finding.evidence, "%lld copies among %lld training pictures, %lld with another label than the first",
           (long long)found->twice, (long long)found->size[TRAIN], (long long)found->conflicts);
    cr_say(finding.causes[0], "labels are wrong");
    cr_say(finding.remedy, "look at them: cradle data info names the first");
    cr_exam_find(exam, &finding);
}

static void judge(struct cr_exam *exam, const struct found *found)
{
    bool leak = share(found, VALIDATION) > SHARE || share(found, TEST) > SHARE;
    bool conflict = (double)found->conflicts > SHARE * (double)found->size[TRAIN];
    if (leak)
        tell_leak(exam, found);
    if (conflict)
        tell_conflicts(exam, found);
    if (!leak && !conflict)
        cr_exam_pass(exam, "%lld validation and %lld test pictures are in the training part; %lld are in it twice",
                     (long long)found->leaked[VALIDATION], (long long)found->leaked[TEST], (long long)found->twice);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    const struct cr_dataset *dataset = exam->experiment->dataset;
    const struct cr_split *split = exam->experiment->split;
    struct keys keys = {0};
    enum cr_status status;
    CR_GO(add(&keys, dataset, split->train, split->train_count, TRAIN, err));
    CR_GO(add(&keys, dataset, split->validation, split->validation_count, VALIDATION, err));
    CR_GO(add_test(&keys, exam, err));
    struct found found = count_all(&keys);
    judge(exam, &found);
done:
    free(keys.items);
    return status;
}

const struct cr_check cr_check_duplicates = {
    .entry = {.name = "duplicates", .help = "no picture is both learned and judged by, or has two labels"},
    .trains = true, /* it opens the test part, which may have to be decoded */
    .preflight = preflight,
};
