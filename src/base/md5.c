/*
 * Four rounds of sixteen steps a block of 64 bytes; K[i] is the whole part of 2^32 |sin(i + 1)|.
 */
#include "base/md5.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static uint32_t turn(uint32_t x, int bits)
{
    return x << bits | x >> (32 - bits);
}

static void take_block(struct cr_md5 *md5, const uint8_t *block)
{
    static const uint8_t turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = md5->state[0], b = md5->state[1], c = md5->state[2], d = md5->state[3], words[16];
    for (int i = 0; i < 16; i++)
        words[i] = block[4 * i] | (uint32_t)block[4 * i + 1] << 8 | (uint32_t)block[4 * i + 2] << 16 |
                   (uint32_t)block[4 * i + 3] << 24;
    for (int i = 0; i < 64; i++) {
        int round = i / 16;
        static const int factors[4] = {1, 5, 3, 7}, offsets[4] = {0, 1, 5, 0};
        uint32_t f = round == 0   ? (b & c) | (~b & d)
                     : round == 1 ? (d & b) | (~d & c)
                     : round == 2 ? b ^ c ^ d
                                  : c ^ (b | ~d);
        uint32_t k = (uint32_t)(0x1p32 * fabs(sin(i + 1.0)));
        uint32_t sum = a + f + k + words[(factors[round] * i + offsets[round]) % 16];
        a = d;
        d = c;
        c = b;
        b += turn(sum, turns[round][i % 4]);
    }
    md5->state[0] += a;
    md5->state[1] += b;
    md5->state[2] += c;
    md5->state[3] += d;
}

void cr_md5_begin(struct cr_md5 *md5)
{
    *md5 = (struct cr_md5){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}

void cr_md5_add(struct cr_md5 *md5, const void *data, size_t size)
{
    const uint8_t *from = data;
    while (size > 0) {
        size_t at = md5->size % 64, part = 64 - at < size ? 64 - at : size;
        memcpy(md5->block + at, from, part);
        md5->size += part;
        from += part;
        size -= part;
        if (md5->size % 64 == 0)
            take_block(md5, md5->block);
    }
}

void cr_md5_end(struct cr_md5 *md5, char text[33])
{
    static const uint8_t padding[64] = {0x80};
    uint8_t length[8];
    uint64_t bits = 8 * md5->size;
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (8 * i));
    cr_md5_add(md5, padding, (119 - md5->size % 64) % 64 + 1);
    cr_md5_add(md5, length, sizeof length);
    for (int i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", (unsigned)(md5->state[i / 4] >> (8 * (i % 4)) & 0xff));
}
