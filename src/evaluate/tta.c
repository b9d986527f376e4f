/*
 * Test-time augmentation (Krizhevsky et al. 2012): a network is shown a picture and V - 1 views of it, and answers with
 * the mean of what it says:
 *
 *     p[c] = 1 / V sum_v p_v[c]
 *
 * Each view is of the picture itself, not of another view: flip and shift together are 1 + 1 + 4 pictures. The members
 * of an ensemble make one answer of each view, and these are averaged.
 */
#include <stdlib.h>
#include <string.h>

#include "evaluate/view.h"

#define CR_ENTRY(name) extern const struct cr_view cr_view_##name;
#include "evaluate/views/views.def"
#undef CR_ENTRY

static const struct cr_entry *const views[] = {
#define CR_ENTRY(name) &cr_view_##name.entry,
#include "evaluate/views/views.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_views = {.kind = "views", .singular = "view", .entries = views};

enum { KINDS_MAX = sizeof views / sizeof *views, NAME_SIZE = 64 };

struct cr_tta {
    int64_t height, width, classes;
    size_t pixel; /* bytes */
    int kinds;
    const struct cr_view *kind[KINDS_MAX];
};

/* ------------------------------------------------------------------------------------------------------- made of text
 */

static enum cr_status fail_unknown(const char *name, struct cr_error *err)
{
    const char *names[KINDS_MAX];
    for (int i = 0; i < KINDS_MAX; i++)
        names[i] = views[i] ? views[i]->name : NULL;
    const char *nearest = cr_nearest_word(name, names);
    return cr_fail(err, CR_ERROR_ARGUMENT, "unknown view '%s'%s%s%s (cradle list views)", name,
                   nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

static enum cr_status add(struct cr_tta *tta, const char *name, struct cr_error *err)
{
    const struct cr_view *kind = (const struct cr_view *)cr_registry_find(&cr_views, name); /* its first member */
    if (!kind)
        return fail_unknown(name, err);
    for (int k = 0; k < tta->kinds; k++)
        if (tta->kind[k] == kind)
            return cr_fail(err, CR_ERROR_ARGUMENT, "the view %s is named twice", name);
    tta->kind[tta->kinds++] = kind;
    return CR_OK;
}

static enum cr_status parse(struct cr_tta *tta, const char *list, struct cr_error *err)
{
    for (;;) {
        char name[NAME_SIZE];
        size_t length = strcspn(list, ","), kept = length < NAME_SIZE ? length : NAME_SIZE - 1;
        memcpy(name, list, kept);
        name[kept] = 0;
        CR_TRY(add(tta, name, err));
        if (!list[length])
            return CR_OK;
        list += length + 1;
    }
}

static enum cr_status check(const struct cr_run *run, struct cr_error *err)
{
    if (run->height == 1 && run->width == 1)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "test-time augmentation is of pictures, and the network takes rows of %lld numbers",
                       (long long)run->channels);
    if (run->network->task != CR_TASK_CLASS)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "test-time augmentation is for networks that answer with one class out of many");
    return CR_OK;
}

enum cr_status cr_tta_new(struct cr_tta **tta, const struct cr_run *run, const char *list, struct cr_error *err)
{
    *tta = NULL;
    CR_TRY(check(run, err));
    struct cr_tta *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->height = run->height;
    made->width = run->width;
    made->classes = run->classes;
    made->pixel = (size_t)run->channels * (run->numbers ? sizeof(float) : 1);
    enum cr_status status = parse(made, list, err);
    if (status == CR_OK)
        *tta = made;
    else
        cr_tta_free(made);
    return status;
}

void cr_tta_free(struct cr_tta *tta)
{
    free(tta);
}

int cr_tta_count(const struct cr_tta *tta)
{
    int count = 1;
    for (int k = 0; tta && k < tta->kinds; k++)
        count += tta->kind[k]->count;
    return count;
}

/* -------------------------------------------------------------------------------------------------------- one picture
 */

/* View 1, 2, ... of a picture. */
static void show(const struct cr_tta *tta, int view, const uint8_t *picture, uint8_t *shown)
{
    int k = 0, which = view - 1;
    for (; which >= tta->kind[k]->count; k++)
        which -= tta->kind[k]->count;
    for (int64_t y = 0; y < tta->height; y++)
        for (int64_t x = 0; x < tta->width; x++, shown += tta->pixel) {
            int64_t row = y, column = x;
            tta->kind[k]->from(which, tta->height, tta->width, &row, &column);
            memcpy(shown, picture + (size_t)(row * tta->width + column) * tta->pixel, tta->pixel);
        }
}

static enum cr_status get(const struct cr_dataset *dataset, int64_t index, uint8_t *pixels, struct cr_error *err)
{
    const struct cr_view_dataset *shown = (const struct cr_view_dataset *)dataset; /* its first member */
    if (shown->view == 0)
        return shown->of->get(shown->of, index, pixels, err);
    uint8_t *picture = malloc((size_t)(dataset->height * dataset->width) * shown->tta->pixel);
    if (!picture)
        return cr_fail_memory(err);
    enum cr_status status = shown->of->get(shown->of, index, picture, err);
    if (status == CR_OK)
        show(shown->tta, shown->view, picture, pixels);
    free(picture);
    return status;
}

static void describe(const struct cr_dataset *dataset, int64_t index, char *text, size_t size)
{
    const struct cr_view_dataset *shown = (const struct cr_view_dataset *)dataset;
    shown->of->describe(shown->of, index, text, size);
}

void cr_tta_dataset(struct cr_view_dataset *shown, const struct cr_tta *tta, int view, const struct cr_dataset *dataset)
{
    *shown = (struct cr_view_dataset){.dataset = *dataset, .of = dataset, .tta = tta, .view = view};
    shown->dataset.pixels = NULL;
    shown->dataset.get = get;
    shown->dataset.describe = describe;
    shown->dataset.close = NULL;
}

/* ---------------------------------------------------------------------------------------------------------- predict */

enum cr_status cr_predict_tta(struct cr_predictor *predictor, const struct cr_tta *tta, const uint8_t *pixels,
                              int64_t count, float *outputs, struct cr_error *err)
{
    size_t sample = (size_t)(tta->height * tta->width) * tta->pixel, numbers = (size_t)(count * tta->classes);
    int shown = cr_tta_count(tta);
    CR_TRY(cr_predict(predictor, pixels, count, outputs, err));
    uint8_t *pictures = malloc((size_t)count * sample);
    float *said = malloc(numbers * sizeof *said);
    enum cr_status status = pictures && said ? CR_OK : cr_fail_memory(err);
    for (int view = 1; status == CR_OK && view < shown; view++) {
        for (int64_t i = 0; i < count; i++)
            show(tta, view, pixels + (size_t)i * sample, pictures + (size_t)i * sample);
        status = cr_predict(predictor, pictures, count, said, err);
        for (size_t i = 0; status == CR_OK && i < numbers; i++)
            outputs[i] += said[i];
    }
    for (size_t i = 0; i < numbers; i++)
        outputs[i] /= (float)shown;
    free(pictures);
    free(said);
    return status;
}
