/*
 * What the files of ref/ share. Each is compiled several times: with CR_REAL float and double (CR_SUFFIX f32 and f64),
 * the specification; and with CR_REAL float by the flags of each instruction set (CR_SUFFIX its name), where the
 * compiler's vectors serve every kernel that simd/ does not override. The kernel `add` is called cr_ref_add_f32 and so
 * on.
 *
 * The loops are the plainest that are right, in an order that leaves contiguous numbers innermost; `omp simd` there
 * says that the iterations are independent even where input and output are the same array.
 */
#ifndef CR_KERNELS_REF_REF_H
#define CR_KERNELS_REF_REF_H

#include "kernels/kernels.h"
#include "kernels/parts.h"
#include "kernels/ref/real.h"

#define CR_NAME(name)              CR_NAME_OF(name, CR_SUFFIX)
#define CR_NAME_OF(name, suffix)   CR_NAME_JOIN(name, suffix)
#define CR_NAME_JOIN(name, suffix) cr_ref_##name##_##suffix

#define CR_KERNEL(name, args) extern const struct cr_kernel CR_NAME(name);
#include "kernels/kernels.def"
#undef CR_KERNEL

/* Fills every entry of the table. */
void CR_NAME(table)(struct cr_kernels *kernels);

#endif
