/*
 * Mixed pictures: mixup and cutmix, on a batch as it was loaded.
 */
#ifndef CR_DATA_MIX_H
#define CR_DATA_MIX_H

#include <cradle/data.h>

/* What is mixed: `size` bytes a sample, or floats where `numbers` is set; targets are [count][classes]. */
struct cr_mixture {
    int64_t count, height, width, channels, classes;
    bool numbers;
    void *samples;
    float *targets;
};

bool cr_mix_is_on(const struct cr_mix *mix);

/* In place. Nothing else is drawn from than the key: batch `number` of `epoch`. */
void cr_mix_batch(const struct cr_mix *mix, struct cr_mixture *mixture, uint64_t seed, int64_t epoch, int64_t number);

#endif
