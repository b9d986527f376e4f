/*
 * Dropout with the words of BLOCKS blocks of Philox4x32-10 (Salmon et al. 2011) drawn side by side: the same words as
 * those of base/random.h, where a stream's block b is the cipher of {b, counter 1, counter 2, counter 3}.
 */
#include <math.h>

#include "base/random.h"
#include "kernels/simd/simd.h"

enum { BLOCKS = 64, WORDS = 4 * BLOCKS, ROUNDS = 10, COST = 2 /* of one draw */ };

/* The words of blocks first .. first + BLOCKS - 1, in order. */
static void draw(uint32_t words[WORDS], const struct cr_random *stream, uint32_t first)
{
    uint32_t a[BLOCKS], b[BLOCKS], c[BLOCKS], d[BLOCKS], key[2] = {stream->key[0], stream->key[1]};
    for (uint32_t i = 0; i < BLOCKS; i++) {
        a[i] = first + i;
        b[i] = stream->counter[1];
        c[i] = stream->counter[2];
        d[i] = stream->counter[3];
    }
    for (int round = 0; round < ROUNDS; round++) {
#pragma omp simd
        for (int i = 0; i < BLOCKS; i++) {
            uint64_t left = UINT64_C(0xD2511F53) * a[i], right = UINT64_C(0xCD9E8D57) * c[i];
            a[i] = (uint32_t)(right >> 32) ^ b[i] ^ key[0];
            b[i] = (uint32_t)right;
            c[i] = (uint32_t)(left >> 32) ^ d[i] ^ key[1];
            d[i] = (uint32_t)left;
        }
        key[0] += UINT32_C(0x9E3779B9);
        key[1] += UINT32_C(0xBB67AE85);
    }
    for (int i = 0; i < BLOCKS; i++) {
        words[4 * i] = a[i];
        words[4 * i + 1] = b[i];
        words[4 * i + 2] = c[i];
        words[4 * i + 3] = d[i];
    }
}

static int64_t parts(const void *args)
{
    const struct cr_dropout_args *a = args;
    return cr_parts(a->batch, a->size * COST);
}

static void run(const struct cr_work *work)
{
    const struct cr_dropout_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->size * COST, work->part);
    uint32_t bound = (uint32_t)fmin(ceil(a->rate * 0x1p32), UINT32_MAX), words[WORDS];
    float scale = (float)(1 / (1 - a->rate));
    for (int64_t n = samples.begin; n < samples.end; n++) {
        struct cr_random stream =
            cr_random_at(a->key->seed, CR_RANDOM_DROPOUT, a->key->step, (uint64_t)n | (uint64_t)a->node << 32);
        for (int64_t i = 0; i < a->size; i += WORDS) {
            int64_t count = least(a->size - i, WORDS);
            const float *x = (const float *)a->x + n * a->size + i;
            float *y = (float *)a->y + n * a->size + i;
            draw(words, &stream, (uint32_t)(i / 4));
#pragma omp simd
            for (int64_t k = 0; k < count; k++) {
                float scaled = x[k] * scale, kept = words[k] >= bound ? scaled : 0;
                y[k] = a->add ? y[k] + kept : kept;
            }
        }
    }
}

const struct cr_kernel CR_NAME(dropout) = {.phases = {{parts, run}}};
