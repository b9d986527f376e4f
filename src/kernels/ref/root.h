/* The square root of either type, that vectors have too. */
#ifndef CR_KERNELS_REF_ROOT_H
#define CR_KERNELS_REF_ROOT_H

#include <math.h>

#include "kernels/ref/ref.h"

static inline real square_root(real x)
{
    return sizeof x == sizeof(float) ? (real)sqrtf((float)x) : (real)sqrt((double)x);
}

#endif
