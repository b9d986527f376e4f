/*
 * A product of matrices: y [rows][columns] = a [rows][depth] times packed panels [depth][columns], cut into parts:
 * groups of panels and, where there are few panels, blocks of rows too.
 */
#ifndef CR_KERNELS_SIMD_PRODUCT_H
#define CR_KERNELS_SIMD_PRODUCT_H

#include "kernels/simd/simd.h"

struct product {
    int64_t rows, depth, columns;
    const float *a; /* a[row * row_stride + k * stride] */
    int64_t row_stride, stride;
    float *y;
    bool add;
    const struct cr_finish *finish; /* NULL: none */
};

int64_t CR_NAME(product_parts)(const struct product *p);
void CR_NAME(product)(const struct product *p, float *panels, int64_t part);

/* Bytes of the panels, and packing them from m [depth][columns], or, transposed, m [columns][depth]. */
size_t CR_NAME(product_shared)(const struct product *p);
int64_t CR_NAME(product_pack_parts)(const struct product *p);
void CR_NAME(product_pack)(const struct product *p, float *panels, const float *m, bool transposed, int64_t part);

/* The columns that this part of the packing is about. */
struct cr_range CR_NAME(product_pack_columns)(const struct product *p, int64_t part);

#endif
