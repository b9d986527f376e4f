/*
 * The frame of TensorFlow's record files (TFRecord), little-endian:
 *
 *     record    length: 8 bytes, masked CRC-32C of these, the data, masked CRC-32C of that
 *     masked    (crc >> 15 | crc << 17) + 0xa282ead8
 *
 * https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
#ifndef CR_TRAIN_RECORDS_H
#define CR_TRAIN_RECORDS_H

#include "base/proto.h"

/* CRC-32C (Castagnoli), as in RFC 3720. */
uint32_t cr_crc32c(const void *data, size_t size);
/* Adds a record that holds the message, and frees that. */
void cr_records_add(struct cr_proto *records, struct cr_proto *message);
/* The record at the front of `data`: its content, and the bytes that it takes. 0 where it is not whole, or damaged. */
size_t cr_records_next(const unsigned char *data, size_t size, const unsigned char **content, size_t *length);

#endif
