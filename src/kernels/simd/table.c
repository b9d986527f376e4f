#include "kernels/simd/simd.h"

void CR_NAME(table)(struct cr_kernels *kernels)
{
#define CR_OVERRIDE(entry) kernels->entry = CR_NAME(entry);
#include "kernels/simd/overrides.def"
#undef CR_OVERRIDE
}
