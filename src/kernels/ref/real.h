/*
 * The type of numbers: float or double as ref/ is compiled (CR_REAL), float in simd/.
 */
#ifndef CR_KERNELS_REF_REAL_H
#define CR_KERNELS_REF_REAL_H

#ifndef CR_REAL
#define CR_REAL float
#endif
typedef CR_REAL real;

#endif
