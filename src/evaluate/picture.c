/*
 * What a network that reconstructs its input makes of it, as pictures: the input op's scaling undone,
 *
 *     byte = 255 (y deviation_c + mean_c)
 */
#include <cradle/evaluate.h>

#include <math.h>

#include "graph/graph.h"

static const float *numbers_of(const struct cr_run *run, const char *name)
{
    const struct cr_params *params = run->network->params;
    return cr_params_tensor(params, cr_params_find(params, name)).data;
}

void cr_picture_of(const struct cr_run *run, const float *outputs, int64_t count, uint8_t *pixels)
{
    const float *mean = numbers_of(run, "input.mean"), *deviation = numbers_of(run, "input.deviation");
    int64_t numbers = count * run->height * run->width * run->channels;
    for (int64_t i = 0; i < numbers; i++) {
        int64_t c = i % run->channels;
        float byte = 255 * (outputs[i] * deviation[c] + mean[c]);
        pixels[i] = byte > 0 ? (uint8_t)lrintf(fminf(byte, 255)) : 0;
    }
}
