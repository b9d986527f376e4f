/*
 * Pairs of pictures; the sheet is that of a dataset whose classes are the rows.
 */
#include "reconstruction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 20, ROWS = 40 /* of a sheet */, MOST = COLUMNS * ROWS / 2 };

static size_t size_of(const struct reconstruction *made)
{
    return (size_t)(made->run->height * made->run->width * made->run->channels);
}

enum cr_status reconstruction_open(struct reconstruction *made, const struct cr_run *run, int64_t count,
                                   struct cr_error *err)
{
    *made = (struct reconstruction){.run = run, .most = count < MOST ? count : MOST};
    if (run->numbers)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "the network makes rows of numbers of rows of numbers: no pictures");
    made->pixels = malloc(2 * (size_t)(made->most + 1) * size_of(made));
    return made->pixels ? CR_OK : cr_fail_memory(err);
}

void reconstruction_close(struct reconstruction *made)
{
    free(made->pixels);
}

double reconstruction_add(struct reconstruction *made, const uint8_t *pixels, const float *outputs)
{
    size_t size = size_of(made);
    /* Those beyond go to one place behind the others. */
    uint8_t *in = made->pixels + 2 * (size_t)made->count * size, *out = in + size;
    double sum = 0;
    memcpy(in, pixels, size);
    cr_picture_of(made->run, outputs, 1, out);
    for (size_t i = 0; i < size; i++)
        sum += pow((in[i] - out[i]) / 255.0, 2);
    made->count += made->count < made->most;
    return sqrt(sum / (double)size);
}

enum cr_status reconstruction_write(const struct reconstruction *made, const char *file, struct cr_error *err)
{
    const struct cr_run *run = made->run;
    int columns = made->count < COLUMNS ? (int)made->count : COLUMNS;
    struct cr_dataset *dataset = NULL;
    enum cr_status status;
    int64_t rows = 2 * ((made->count + COLUMNS - 1) / COLUMNS);
    int32_t *labels = malloc(2 * (size_t)made->count * sizeof *labels);
    if (!labels)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < 2 * made->count; i++)
        labels[i] = (int32_t)(2 * (i / 2 / COLUMNS) + i % 2);
    CR_GO(cr_dataset_from_memory(&dataset, made->pixels, labels, 2 * made->count, run->height, run->width,
                                 run->channels, rows, NULL, err));
    CR_GO(cr_data_sheet(dataset, columns, file, err));
done:
    cr_dataset_free(dataset);
    free(labels);
    return status;
}
