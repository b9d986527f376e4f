/*
 * How work is cut into parts: by the shapes alone, never by the number of threads, so that the same numbers are added
 * in the same order on every machine. There are at most 64 parts, and none is so small that handing it out would cost
 * more than the work; tiny work is one part.
 */
#ifndef CR_KERNELS_PARTS_H
#define CR_KERNELS_PARTS_H

#include <stdint.h>

struct cr_range {
    int64_t begin, end; /* begin <= i < end */
};

/* Part `part` of `parts` of `count` things. */
struct cr_range cr_share(int64_t count, int64_t parts, int64_t part);

/* Rows (samples, lines of pixels, tiles) that cost about `cost` operations each. */
int64_t cr_parts(int64_t rows, int64_t cost);
struct cr_range cr_part(int64_t rows, int64_t cost, int64_t part);

/* The numbers of a flat array; the cuts are multiples of 16, so that no two parts write the same cache line. */
int64_t cr_flat_parts(int64_t count);
struct cr_range cr_flat_part(int64_t count, int64_t part);

/*
 * A plane of rows x columns (tiles that cost about `cost` operations each), cut into blocks: as many of rows as there
 * may be parts, and where that is not enough, of columns too.
 */
struct cr_block {
    struct cr_range rows, columns;
};

int64_t cr_blocks(int64_t rows, int64_t columns, int64_t cost);
struct cr_block cr_block(int64_t rows, int64_t columns, int64_t cost, int64_t part);

/* A part count for phases that are not cut. */
int64_t cr_one_part(const void *args);

#endif
