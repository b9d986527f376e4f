#include "train/filters.h"

#include <math.h>

#include "data/dataset.h"
#include "data/image.h"
#include "data/sheet.h"

enum { COLUMNS = 16 };

bool cr_filters_find(struct cr_filters *filters, const struct cr_network *network)
{
    const struct cr_params *params = network->params;
    const struct cr_param *first = params->items;
    if (network->input.rank != 3 || params->count == 0 || first->kind != CR_PARAM)
        return false;
    const int64_t *dims = first->shape.dims, *input = network->input.dims;
    *filters = (struct cr_filters){
        .name = first->name, .weights = (const float *)params->values + first->offset, .channels = input[2]};
    if (first->shape.rank == 4 && dims[2] == input[2] && dims[0] * dims[1] > 1) {
        filters->height = dims[0];
        filters->width = dims[1];
        filters->count = dims[3];
    } else if (first->shape.rank == 2 && input[0] * input[1] > 1 && dims[0] == input[0] * input[1] * input[2]) {
        filters->height = input[0];
        filters->width = input[1];
        filters->count = dims[1];
    }
    return filters->count > 0 && (input[2] == 1 || input[2] == 3) && filters->height <= CR_FILTER_SIDE_MAX &&
           filters->width <= CR_FILTER_SIDE_MAX;
}

void cr_filters_draw(const struct cr_filters *filters, int64_t index, uint8_t *picture)
{
    int64_t numbers = filters->height * filters->width * filters->channels;
    float most = 0;
    for (int64_t i = 0; i < numbers; i++)
        most = fmaxf(most, fabsf(filters->weights[i * filters->count + index]));
    for (int64_t i = 0; i < numbers; i++) {
        float weight = filters->weights[i * filters->count + index];
        picture[i] =
            (uint8_t)(most > 0 && isfinite(most) && isfinite(weight) ? lrintf(128 + 127 * weight / most) : 128);
    }
}

enum cr_status cr_filters_png(const struct cr_filters *filters, int64_t most, void **png, size_t *size, int64_t *height,
                              int64_t *width, struct cr_error *err)
{
    const struct cr_dataset shape = {
        .name = filters->name, .height = filters->height, .width = filters->width, .channels = filters->channels};
    int64_t count = filters->count < most ? filters->count : most, columns = count < COLUMNS ? count : COLUMNS;
    uint8_t picture[CR_FILTER_SIDE_MAX * CR_FILTER_SIDE_MAX * 3];
    struct cr_sheet sheet;
    enum cr_status status;
    CR_GO(cr_sheet_begin(&sheet, &shape, (count + columns - 1) / columns, columns, 0, err));
    for (int64_t i = 0; i < count; i++) {
        cr_filters_draw(filters, i, picture);
        cr_sheet_draw(&sheet, picture, filters->channels, i / columns, i % columns);
    }
    *height = sheet.height;
    *width = sheet.width;
    CR_GO(cr_png_encode(sheet.pixels, sheet.height, sheet.width, sheet.channels, png, size, err));
done:
    cr_sheet_free(&sheet);
    return status;
}
