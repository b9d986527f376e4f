/*
 * MD5 (RFC 1321), by which archives of data are told to be whole. It is no protection against who wants to deceive.
 */
#ifndef CR_BASE_MD5_H
#define CR_BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

struct cr_md5 {
    uint32_t state[4];
    uint64_t size;
    uint8_t block[64];
};

void cr_md5_begin(struct cr_md5 *md5);
void cr_md5_add(struct cr_md5 *md5, const void *data, size_t size);
void cr_md5_end(struct cr_md5 *md5, char text[33]); /* as 32 hexadecimal digits */

#endif
