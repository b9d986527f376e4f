/*
 * Philox4x32-10 as streams. What names a stream lies in the counter:
 *
 *     counter = {block, sample bits 0..31, sample bits 32..55 | purpose << 24, epoch bits 0..31}
 *     key     = seed ^ (sample bits 56..63 and epoch bits 32..63, spread by an odd constant)
 *
 * so that two streams whose samples and epochs are of ordinary size never meet, and no bit of any argument is lost. A
 * stream has 2^34 words. Normal numbers are Box and Muller's (1958), of which the cosine alone is used: every draw then
 * takes the same number of words.
 */
#include "base/random.h"

#include <assert.h>
#include <math.h>

#include <Random123/philox.h>

struct cr_random cr_random_at(uint64_t seed, enum cr_purpose purpose, uint64_t epoch, uint64_t sample)
{
    uint64_t high = (sample >> 56) | (epoch >> 32) << 8;
    uint64_t key = seed ^ high * UINT64_C(0x9e3779b97f4a7c15);
    return (struct cr_random){
        .key = {(uint32_t)key, (uint32_t)(key >> 32)},
        .counter = {0, (uint32_t)sample, (uint32_t)(sample >> 32 & 0xffffff) | (uint32_t)purpose << 24,
                    (uint32_t)epoch},
        .used = 4,
    };
}

uint32_t cr_random_u32(struct cr_random *random)
{
    if (random->used == 4) {
        philox4x32_ctr_t counter = {{random->counter[0], random->counter[1], random->counter[2], random->counter[3]}};
        philox4x32_key_t key = {{random->key[0], random->key[1]}};
        philox4x32_ctr_t words = philox4x32_R(10, counter, key);
        for (int i = 0; i < 4; i++)
            random->words[i] = words.v[i];
        random->counter[0]++;
        random->used = 0;
    }
    return random->words[random->used++];
}

static uint64_t next_u64(struct cr_random *random)
{
    uint64_t high = cr_random_u32(random);
    return high << 32 | cr_random_u32(random);
}

uint64_t cr_random_below(struct cr_random *random, uint64_t bound)
{
    assert(bound > 0);
    /* The first 2^64 mod bound numbers would come once too often: draw again. */
    uint64_t surplus = (0 - bound) % bound;
    uint64_t number;
    do
        number = next_u64(random);
    while (number < surplus);
    return number % bound;
}

double cr_random_uniform(struct cr_random *random)
{
    return (double)(next_u64(random) >> 11) * 0x1p-53;
}

double cr_random_normal(struct cr_random *random)
{
    double radius = sqrt(-2 * log(1 - cr_random_uniform(random)));
    double angle = 6.283185307179586 * cr_random_uniform(random);
    return radius * cos(angle);
}

void cr_random_shuffle(struct cr_random *random, int64_t *items, int64_t count)
{
    for (int64_t i = count - 1; i > 0; i--) {
        int64_t j = (int64_t)cr_random_below(random, (uint64_t)i + 1);
        int64_t item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}
