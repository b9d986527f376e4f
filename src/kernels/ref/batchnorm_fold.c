/*
 * The numbers of a batch norm in use, folded into one factor and one offset a channel, which a product before it
 * applies to what it stores:
 *
 *     factor = scale / sqrt(variance + epsilon), offset = (bias - mean) factor + shift
 */
#include "kernels/ref/ref.h"
#include "kernels/ref/root.h"

static void fold(const struct cr_work *work)
{
    const struct cr_fold_args *a = work->args;
    const real *bias = a->bias, *scale = a->scale, *shift = a->shift, *mean = a->running_mean;
    const real *variance = a->running_variance;
    real *factor = a->factor, *offset = a->offset;
    for (int64_t c = 0; c < a->channels; c++) {
        factor[c] = scale[c] / square_root(variance[c] + (real)a->epsilon);
        offset[c] = ((bias ? bias[c] : 0) - mean[c]) * factor[c] + shift[c];
    }
}

const struct cr_kernel CR_NAME(batchnorm_fold) = {.constant = 1, .phases = {{cr_one_part, fold}}};
