/*
 * The first bytes of a pack, as its writer and its reader see them.
 */
#ifndef CR_DATA_PACK_HEAD_H
#define CR_DATA_PACK_HEAD_H

#include <stdbool.h>
#include <stdint.h>

enum { CR_PACK_HEAD = 4096, CR_PACK_KEY = 40 };

#define CR_PACK_MAGIC "cradle pack 1\r\n" /* a copy that changes line ends changes it */
#define CR_PACK_ORDER 0x01020304u

struct cr_pack_head {
    char magic[16];
    uint32_t order;
    uint8_t numbers, targets, columns, unused;
    char key[CR_PACK_KEY];
    int64_t count, height, width, channels, classes, notes;
    uint64_t text;  /* bytes */
    uint64_t check; /* of all behind the samples */
    uint64_t self;  /* of this head, with 0 here */
};

/* Where the parts of a pack begin. */
struct cr_pack_places {
    uint64_t sample, hashes, answers, text, end;
};

/* False where no file can be so large. */
static inline bool cr_pack_places(const struct cr_pack_head *head, struct cr_pack_places *places)
{
    uint64_t count = (uint64_t)head->count, all, answers;
    places->sample = head->numbers ? sizeof(float) : 1;
    if (__builtin_mul_overflow(places->sample, (uint64_t)head->height, &places->sample) ||
        __builtin_mul_overflow(places->sample, (uint64_t)head->width, &places->sample) ||
        __builtin_mul_overflow(places->sample, (uint64_t)head->channels, &places->sample) ||
        __builtin_mul_overflow(places->sample, count, &all) ||
        __builtin_mul_overflow(count, head->targets ? 4 * (uint64_t)head->classes : 4, &answers) ||
        all > INT64_MAX / 4 || answers > INT64_MAX / 4 || head->text > INT64_MAX / 4)
        return false;
    places->hashes = (CR_PACK_HEAD + all + 7) / 8 * 8;
    places->answers = places->hashes + count * sizeof(uint64_t);
    places->text = places->answers + answers;
    places->end = places->text + head->text;
    return true;
}

#endif
