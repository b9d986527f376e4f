#include "kernels/ref/ref.h"

void CR_NAME(table)(struct cr_kernels *kernels)
{
#define CR_KERNEL(entry, args) kernels->entry = CR_NAME(entry);
#include "kernels/kernels.def"
#undef CR_KERNEL
}
