/*
 * How a camera was held: tag 0x0112 in the first directory of EXIF data (a TIFF header, then entries of 12 bytes: tag,
 * type, count, value). Nothing else of EXIF is read. Data that make no sense mean upright.
 */
#include "data/image.h"

#include <string.h>

struct reader {
    const uint8_t *data;
    size_t size;
    bool big_endian;
};

static uint32_t number(const struct reader *reader, size_t at, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | reader->data[at + (size_t)(reader->big_endian ? i : bytes - 1 - i)];
    return value;
}

int cr_exif_orientation(const uint8_t *tiff, size_t size)
{
    enum { ORIENTATION = 0x0112, SHORT = 3, ENTRY = 12 };
    if (size < 8 || (memcmp(tiff, "II*\0", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0))
        return 1;
    struct reader reader = {tiff, size, tiff[0] == 'M'};
    size_t at = number(&reader, 4, 4);
    if (at > size - 2)
        return 1;
    uint32_t entries = number(&reader, at, 2);
    at += 2;
    for (uint32_t i = 0; i < entries && size - at >= ENTRY; i++, at += ENTRY) {
        if (number(&reader, at, 2) != ORIENTATION || number(&reader, at + 2, 2) != SHORT)
            continue;
        uint32_t value = number(&reader, at + 8, 2);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}
