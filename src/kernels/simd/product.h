/*
 * A product of matrices: y [rows][columns] = a [rows][depth] b [depth][columns], cut into parts: a few panels of
 * columns, and of long columns a block of their rows. A part packs what it needs of `b` for itself, BLOCK of the depth
 * at a time (Goto & van de Geijn 2008), and goes through its rows while that is in the first cache.
 *
 * To pack all of `b` first, for all parts, would be less work, but one more barrier, and a thread would read what
 * another packed: from that one's cache, or from memory.
 */
#ifndef CR_KERNELS_SIMD_PRODUCT_H
#define CR_KERNELS_SIMD_PRODUCT_H

#include "kernels/simd/simd.h"

struct product {
    int64_t rows, depth, columns;
    const float *a; /* a[row * row_stride + k * stride]; one of both strides is 1 */
    int64_t row_stride, stride;
    const float *b; /* [depth][columns], or, transposed, [columns][depth] */
    bool transposed;
    float *y;
    bool add;
    const struct cr_finish *finish; /* NULL: none */
};

int64_t CR_NAME(product_parts)(const struct product *p);
void CR_NAME(product)(const struct product *p, int64_t part, float *scratch);
size_t CR_NAME(product_scratch)(const struct product *p); /* bytes */

/* The columns that only this part is asked about: none for parts of other rows. */
struct cr_range CR_NAME(product_own_columns)(const struct product *p, int64_t part);

#endif
