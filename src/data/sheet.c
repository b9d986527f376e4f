/*
 * A contact sheet: a row a class (one row without labels), the first samples of each, on a light ground. Small pictures
 * are shown enlarged, each pixel as a block.
 */
#include <cradle/data.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/image.h"
#include "data/moments.h"

enum { CLASSES_MAX = 40, COLUMNS_MAX = 1000, GAP = 2, SIDE_MIN = 32, GROUND = 224 };

struct sheet {
    int64_t height, width, channels; /* 3, or 1: the first channel */
    int64_t zoom;                    /* side of the block that a pixel becomes */
    uint8_t *pixels;
};

static void draw(struct sheet *sheet, const struct cr_dataset *dataset, const uint8_t *from, int64_t row,
                 int64_t column)
{
    int64_t tall = dataset->height * sheet->zoom, wide = dataset->width * sheet->zoom;
    int64_t top = GAP + row * (tall + GAP), left = GAP + column * (wide + GAP);
    for (int64_t y = 0; y < tall; y++)
        for (int64_t x = 0; x < wide; x++) {
            const uint8_t *pixel = from + (y / sheet->zoom * dataset->width + x / sheet->zoom) * dataset->channels;
            memcpy(sheet->pixels + ((top + y) * sheet->width + left + x) * sheet->channels, pixel,
                   (size_t)sheet->channels);
        }
}

enum cr_status cr_data_sheet(const struct cr_dataset *dataset, int columns, const char *file, struct cr_error *err)
{
    if (columns < 1 || columns > COLUMNS_MAX)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a sheet of %d columns: expected 1..%d", columns, COLUMNS_MAX);
    if (dataset->numbers)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: holds numbers, no pictures", dataset->name);
    int64_t rows = !dataset->labels ? 1 : dataset->classes < CLASSES_MAX ? dataset->classes : CLASSES_MAX;
    struct sheet sheet = {.channels = dataset->channels == 3 ? 3 : 1, .zoom = 1};
    while (sheet.zoom * dataset->height < SIDE_MIN)
        sheet.zoom++;
    sheet.height = GAP + rows * (dataset->height * sheet.zoom + GAP);
    sheet.width = GAP + columns * (dataset->width * sheet.zoom + GAP);
    size_t size = (size_t)(sheet.height * sheet.width * sheet.channels), png_size;
    int drawn[CLASSES_MAX] = {0};
    void *png = NULL;
    enum cr_status status = CR_OK;
    uint8_t *buffer = malloc(cr_sample_size(dataset));
    sheet.pixels = malloc(size);
    if (!buffer || !sheet.pixels)
        CR_GO(cr_fail_memory(err));
    memset(sheet.pixels, GROUND, size);
    for (int64_t i = 0; i < dataset->count; i++) {
        int32_t label = dataset->labels ? dataset->labels[i] : 0;
        if (label >= rows || drawn[label] == columns)
            continue;
        const uint8_t *pixels;
        CR_GO(cr_dataset_view(dataset, i, buffer, &pixels, err));
        draw(&sheet, dataset, pixels, label, drawn[label]++);
    }
    CR_GO(cr_png_encode(sheet.pixels, sheet.height, sheet.width, sheet.channels, &png, &png_size, err));
    CR_GO(cr_file_replace(file, png, png_size, err));
done:
    free(buffer);
    free(sheet.pixels);
    free(png);
    return status;
}
