#include "report/mosaic.h"

#include <stdlib.h>
#include <string.h>

#include "report/pack.h"

enum { GROUND = 128 };

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

enum cr_status cr_mosaic_new(struct cr_mosaic *mosaic, int64_t height, int64_t width, int64_t channels, int64_t side,
                             int64_t columns, int64_t rows, struct cr_error *err)
{
    int64_t shrink = (larger(height, width) + side - 1) / side, least = height < width ? height : width;
    shrink = larger(1, shrink < least ? shrink : least);
    *mosaic = (struct cr_mosaic){.height = height / shrink,
                                 .width = width / shrink,
                                 .channels = channels == 3 ? 3 : 1,
                                 .columns = columns,
                                 .rows = rows,
                                 .shrink = shrink};
    size_t size = (size_t)(mosaic->height * rows * mosaic->width * columns * mosaic->channels);
    mosaic->pixels = malloc(size ? size : 1);
    if (!mosaic->pixels)
        return cr_fail_memory(err);
    memset(mosaic->pixels, GROUND, size);
    return CR_OK;
}

void cr_mosaic_free(struct cr_mosaic *mosaic)
{
    free(mosaic->pixels);
    *mosaic = (struct cr_mosaic){0};
}

static uint8_t mean(const uint8_t *from, int64_t shrink, int64_t width_in, int64_t channels_in)
{
    int64_t sum = 0;
    for (int64_t y = 0; y < shrink; y++)
        for (int64_t x = 0; x < shrink; x++)
            sum += from[(y * width_in + x) * channels_in];
    return (uint8_t)((sum + shrink * shrink / 2) / (shrink * shrink));
}

void cr_mosaic_put(struct cr_mosaic *mosaic, int64_t row, int64_t column, const uint8_t *picture, int64_t width_in,
                   int64_t channels_in)
{
    int64_t stride = mosaic->columns * mosaic->width, shrink = mosaic->shrink;
    for (int64_t y = 0; y < mosaic->height; y++)
        for (int64_t x = 0; x < mosaic->width; x++) {
            const uint8_t *from = picture + (y * shrink * width_in + x * shrink) * channels_in;
            uint8_t *to =
                mosaic->pixels + ((row * mosaic->height + y) * stride + column * mosaic->width + x) * mosaic->channels;
            for (int64_t c = 0; c < mosaic->channels; c++)
                to[c] = mean(from + c, shrink, width_in, channels_in);
        }
}

enum cr_status cr_mosaic_write(const struct cr_mosaic *mosaic, struct cr_json *json, const char *key,
                               struct cr_error *err)
{
    cr_json_object(json, key);
    cr_json_int(json, "columns", mosaic->columns);
    cr_json_int(json, "rows", mosaic->rows);
    cr_json_int(json, "height", mosaic->height);
    cr_json_int(json, "width", mosaic->width);
    enum cr_status status = cr_pack_png(json, "picture", mosaic->pixels, mosaic->rows * mosaic->height,
                                        mosaic->columns * mosaic->width, mosaic->channels, err);
    cr_json_end(json);
    return status;
}
