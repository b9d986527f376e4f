/*
 * A contact sheet of what a network sees while it is trained: a row a sample, first as it is, then as an augmenter
 * makes it, a column an epoch.
 */
#include <stdlib.h>
#include <string.h>

#include "data/augment.h"
#include "data/dataset.h"
#include "data/letters.h"
#include "data/moments.h"
#include "data/sheet.h"

enum { ROWS_MAX = 1000, COLUMNS_MAX = 100, NAME_MAX = 20, ALIGNMENT = 64 };

/*
 * Which samples: of each class in turn its next one, until there are enough. `rows` is set to how many there are;
 * chosen[rows].
 */
static enum cr_status choose(const struct cr_dataset *dataset, const int64_t *indices, int64_t count, int64_t *chosen,
                             int64_t *rows, struct cr_error *err)
{
    int64_t wanted = *rows < count ? *rows : count, found = 0;
    bool *taken = calloc((size_t)count, sizeof *taken);
    if (!taken)
        return cr_fail_memory(err);
    while (found < wanted) {
        int64_t classes = dataset->labels ? dataset->classes : 1;
        for (int64_t c = 0; c < classes && found < wanted; c++)
            for (int64_t i = 0; i < count; i++)
                if (!taken[i] && (!dataset->labels || dataset->labels[indices[i]] == c)) {
                    taken[i] = true;
                    chosen[found++] = indices[i];
                    break;
                }
    }
    *rows = found;
    free(taken);
    return CR_OK;
}

/* Wide enough for the names of the rows. */
static int64_t margin_of(const struct cr_dataset *dataset, const int64_t *chosen, int64_t rows)
{
    size_t longest = 0;
    for (int64_t i = 0; dataset->labels && i < rows; i++) {
        size_t length = strlen(dataset->class_names[dataset->labels[chosen[i]]]);
        longest = length > longest ? length : longest;
    }
    longest = longest < NAME_MAX ? longest : NAME_MAX;
    return longest > 0 ? (int64_t)(longest + 1) * CR_LETTER_WIDTH : 0;
}

static enum cr_status draw_row(struct cr_sheet *sheet, const struct cr_dataset *dataset,
                               const struct cr_augmenter *augmenter, uint64_t seed, int64_t index, int64_t row,
                               uint8_t *changed, void *room, struct cr_error *err)
{
    const uint8_t *pixels;
    if (dataset->labels)
        cr_sheet_name(sheet, dataset->class_names[dataset->labels[index]], row);
    for (int64_t column = 0; column < sheet->columns; column++) {
        struct cr_augment_key key = {seed, column - 1, row, index};
        CR_TRY(cr_dataset_view(dataset, index, room, &pixels, err));
        if (column > 0 && augmenter) {
            cr_augmenter_run(augmenter, &key, pixels, changed, room);
            pixels = changed;
        }
        cr_sheet_draw(sheet, pixels, dataset->channels, row, column);
    }
    return CR_OK;
}

enum cr_status cr_augmenter_sheet(const struct cr_augmenter *augmenter, const struct cr_dataset *dataset,
                                  const int64_t *indices, int64_t count, int rows, int columns, uint64_t seed,
                                  const char *file, struct cr_error *err)
{
    if (rows < 1 || rows > ROWS_MAX || columns < 1 || columns > COLUMNS_MAX)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a sheet of %d rows and %d columns: expected 1..%d and 1..%d", rows,
                       columns, ROWS_MAX, COLUMNS_MAX);
    size_t size = (cr_sample_size(dataset) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct cr_sheet sheet = {0};
    enum cr_status status = CR_OK;
    int64_t found = rows, *chosen = malloc((size_t)rows * sizeof *chosen);
    uint8_t *changed = aligned_alloc(ALIGNMENT, size);
    void *room = aligned_alloc(ALIGNMENT, augmenter ? cr_augmenter_room(augmenter) : size);
    if (!chosen || !changed || !room)
        CR_GO(cr_fail_memory(err));
    CR_GO(choose(dataset, indices, count, chosen, &found, err));
    CR_GO(cr_sheet_begin(&sheet, dataset, found, columns, margin_of(dataset, chosen, found), err));
    for (int64_t row = 0; row < found; row++)
        CR_GO(draw_row(&sheet, dataset, augmenter, seed, chosen[row], row, changed, room, err));
    CR_GO(cr_sheet_write(&sheet, file, err));
done:
    free(chosen);
    free(changed);
    free(room);
    cr_sheet_free(&sheet);
    return status;
}
