#include "train/records.h"

#include <string.h>

enum { LENGTH = 8, CHECKSUM = 4 };

/* The polynomial 0x1edc6f41, its bits reversed. */
uint32_t cr_crc32c(const void *data, size_t size)
{
    uint32_t crc = 0xffffffff;
    for (const uint8_t *byte = data, *end = byte + size; byte < end; byte++) {
        crc ^= *byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0x82f63b78 & (0u - (crc & 1)));
    }
    return ~crc;
}

static uint32_t masked(const void *data, size_t size)
{
    uint32_t crc = size > 0 ? cr_crc32c(data, size) : 0;
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

void cr_records_add(struct cr_proto *records, struct cr_proto *message)
{
    uint64_t length = message->size; /* little-endian, as this machine (graph/safetensors.c) */
    uint32_t of_length = masked(&length, LENGTH), of_content = masked(message->data, message->size);
    records->failed = records->failed || message->failed;
    cr_proto_raw(records, &length, LENGTH);
    cr_proto_raw(records, &of_length, CHECKSUM);
    cr_proto_raw(records, message->data, message->size);
    cr_proto_raw(records, &of_content, CHECKSUM);
    cr_proto_free(message);
}

size_t cr_records_next(const unsigned char *data, size_t size, const unsigned char **content, size_t *length)
{
    uint64_t bytes;
    uint32_t checksum;
    if (size < LENGTH + 2 * CHECKSUM)
        return 0;
    memcpy(&bytes, data, LENGTH);
    memcpy(&checksum, data + LENGTH, CHECKSUM);
    if (checksum != masked(data, LENGTH) || bytes > size - LENGTH - 2 * CHECKSUM)
        return 0;
    *content = data + LENGTH + CHECKSUM;
    *length = (size_t)bytes;
    memcpy(&checksum, *content + bytes, CHECKSUM);
    return checksum == masked(*content, *length) ? LENGTH + 2 * CHECKSUM + *length : 0;
}
