#include <cradle/kernels.h>

size_t cr_dtype_size(enum cr_dtype dtype)
{
    switch (dtype) {
    case CR_F32:
    case CR_I32:
        return 4;
    case CR_F64:
    case CR_I64:
        return 8;
    case CR_U8:
        return 1;
    }
    return 0;
}
