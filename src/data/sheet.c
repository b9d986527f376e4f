#include "data/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/image.h"
#include "data/letters.h"
#include "data/moments.h"

enum { CLASSES_MAX = 40, COLUMNS_MAX = 1000, GAP = 2, SIDE_MIN = 32, GROUND = 224, INK = 32 };

enum cr_status cr_sheet_begin(struct cr_sheet *sheet, const struct cr_dataset *dataset, int64_t rows, int64_t columns,
                              int64_t margin, struct cr_error *err)
{
    *sheet = (struct cr_sheet){.channels = dataset->channels == 3 ? 3 : 1,
                               .rows = rows,
                               .columns = columns,
                               .margin = margin,
                               .tall = dataset->height,
                               .wide = dataset->width,
                               .zoom = 1};
    if (dataset->numbers)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: holds numbers, no pictures", dataset->name);
    while (sheet->zoom * dataset->height < SIDE_MIN)
        sheet->zoom++;
    sheet->height = GAP + rows * (dataset->height * sheet->zoom + GAP);
    sheet->width = margin + GAP + columns * (dataset->width * sheet->zoom + GAP);
    if (sheet->height * sheet->width > CR_IMAGE_PIXELS_MAX)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "%lld rows of %lld pictures of %lldx%lld: a sheet of more than %d million pixels; ask for fewer",
                       (long long)rows, (long long)columns, (long long)dataset->height, (long long)dataset->width,
                       CR_IMAGE_PIXELS_MAX / 1000000);
    size_t size = (size_t)(sheet->height * sheet->width * sheet->channels);
    sheet->pixels = malloc(size);
    if (!sheet->pixels)
        return cr_fail_memory(err);
    memset(sheet->pixels, GROUND, size);
    return CR_OK;
}

void cr_sheet_free(struct cr_sheet *sheet)
{
    free(sheet->pixels);
    *sheet = (struct cr_sheet){0};
}

void cr_sheet_draw(struct cr_sheet *sheet, const uint8_t *picture, int64_t picture_channels, int64_t row,
                   int64_t column)
{
    int64_t tall = sheet->tall * sheet->zoom, wide = sheet->wide * sheet->zoom;
    int64_t top = GAP + row * (tall + GAP), left = sheet->margin + GAP + column * (wide + GAP);
    for (int64_t y = 0; y < tall; y++)
        for (int64_t x = 0; x < wide; x++) {
            const uint8_t *pixel = picture + (y / sheet->zoom * sheet->wide + x / sheet->zoom) * picture_channels;
            memcpy(sheet->pixels + ((top + y) * sheet->width + left + x) * sheet->channels, pixel,
                   (size_t)sheet->channels);
        }
}

void cr_sheet_name(struct cr_sheet *sheet, const char *name, int64_t row)
{
    int64_t tall = sheet->tall * sheet->zoom;
    int64_t top = GAP + row * (tall + GAP) + (tall - CR_LETTER_HEIGHT) / 2;
    for (int64_t left = GAP; *name && left + CR_LETTER_WIDTH <= sheet->margin; name++, left += CR_LETTER_WIDTH)
        for (int y = 0; y < CR_LETTER_HEIGHT; y++)
            for (int x = 0; x < CR_LETTER_WIDTH - 1; x++)
                if (cr_letter_row(*name, y) >> (CR_LETTER_WIDTH - 2 - x) & 1)
                    memset(sheet->pixels + ((top + y) * sheet->width + left + x) * sheet->channels, INK,
                           (size_t)sheet->channels);
}

enum cr_status cr_sheet_write(const struct cr_sheet *sheet, const char *file, struct cr_error *err)
{
    void *png;
    size_t size;
    CR_TRY(cr_png_encode(sheet->pixels, sheet->height, sheet->width, sheet->channels, &png, &size, err));
    enum cr_status status = cr_file_replace(file, png, size, err);
    free(png);
    return status;
}

/* A row a class (one row without labels), the first samples of each. */
enum cr_status cr_data_sheet(const struct cr_dataset *dataset, int columns, const char *file, struct cr_error *err)
{
    if (columns < 1 || columns > COLUMNS_MAX)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a sheet of %d columns: expected 1..%d", columns, COLUMNS_MAX);
    int64_t rows = !dataset->labels ? 1 : dataset->classes < CLASSES_MAX ? dataset->classes : CLASSES_MAX;
    int drawn[CLASSES_MAX] = {0};
    enum cr_status status = CR_OK;
    struct cr_sheet sheet;
    uint8_t *buffer = malloc(cr_sample_size(dataset));
    CR_GO(cr_sheet_begin(&sheet, dataset, rows, columns, 0, err));
    if (!buffer)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < dataset->count; i++) {
        int32_t label = dataset->labels ? dataset->labels[i] : 0;
        if (label >= rows || drawn[label] == columns)
            continue;
        const uint8_t *pixels;
        CR_GO(cr_dataset_view(dataset, i, buffer, &pixels, err));
        cr_sheet_draw(&sheet, pixels, dataset->channels, label, drawn[label]++);
    }
    CR_GO(cr_sheet_write(&sheet, file, err));
done:
    free(buffer);
    cr_sheet_free(&sheet);
    return status;
}
