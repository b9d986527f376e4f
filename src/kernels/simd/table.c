#include <stddef.h>

#include "kernels/simd/simd.h"

static const struct cr_way ways[] = {
#define CR_WAY(entry, name) {offsetof(struct cr_kernels, entry), &CR_NAME(name)},
#include "kernels/simd/ways.def"
#undef CR_WAY
    {0, NULL},
};

void CR_NAME(table)(struct cr_kernels *kernels)
{
#define CR_OVERRIDE(entry) kernels->entry = CR_NAME(entry);
#include "kernels/simd/overrides.def"
#undef CR_OVERRIDE
    kernels->ways = ways;
}
