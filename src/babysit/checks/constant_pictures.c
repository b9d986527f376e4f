/*
 * constant-pictures: pictures of one colour tell nothing; many of them mean that something went wrong when they were
 * made. The training part is looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "babysit/check.h"
#include "data/dataset.h"
#include "data/moments.h"

static const double SHARE = 0.01; /* more of them are a warning; as many as that happen */

/* Whether every pixel is as the one before it. */
static bool is_constant(const struct cr_dataset *dataset, const uint8_t *pixels)
{
    size_t size = cr_sample_size(dataset), pixel = size / (size_t)(dataset->height * dataset->width);
    return memcmp(pixels, pixels + pixel, size - pixel) == 0;
}

static enum cr_status count_constant(struct cr_exam *exam, uint8_t *buffer, int64_t *count, int64_t *first,
                                     struct cr_error *err)
{
    const struct cr_dataset *dataset = exam->experiment->dataset;
    const struct cr_split *split = exam->experiment->split;
    *count = 0;
    for (int64_t i = 0; i < split->train_count; i++) {
        const uint8_t *pixels;
        CR_TRY(cr_dataset_view(dataset, split->train[i], buffer, &pixels, err));
        if (!is_constant(dataset, pixels))
            continue;
        if ((*count)++ == 0)
            *first = split->train[i];
    }
    return CR_OK;
}

static void judge(struct cr_exam *exam, int64_t count, int64_t first)
{
    const struct cr_dataset *dataset = exam->experiment->dataset;
    double share = (double)count / (double)exam->experiment->split->train_count;
    char name[160];
    if (share <= SHARE) {
        cr_exam_pass(exam, "%lld pictures of one colour", (long long)count);
        return;
    }
    struct cr_finding finding = cr_exam_finding(exam, share > 0.5 ? CR_FAULT : CR_WARNING);
    dataset->describe(dataset, first, name, sizeof name);
    cr_say(finding.symptom, "%.1f %% of the training pictures are of one colour", 100 * share);
    cr_say(finding.evidence, "%lld of %lld, the first is %.150s", (long long)count,
           (long long)exam->experiment->split->train_count, name);
    cr_say(finding.causes[0], "the pictures were damaged or cut out wrongly before they came here");
    cr_say(finding.causes[1], "most of each picture is cut away: see data.source's size");
    cr_say(finding.remedy, "look at them: cradle data info SOURCE --sheet sheet.png");
    cr_exam_find(exam, &finding);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    const struct cr_dataset *dataset = exam->experiment->dataset;
    int64_t count, first = 0;
    uint8_t *buffer;
    if (dataset->height * dataset->width == 1) {
        cr_exam_skip(exam, "pictures of one pixel");
        return CR_OK;
    }
    buffer = malloc(cr_sample_size(dataset));
    if (!buffer)
        return cr_fail_memory(err);
    enum cr_status status = count_constant(exam, buffer, &count, &first, err);
    free(buffer);
    if (status == CR_OK)
        judge(exam, count, first);
    return status;
}

const struct cr_check cr_check_constant_pictures = {
    .entry = {.name = "constant-pictures", .help = "pictures show something"},
    .preflight = preflight,
};
