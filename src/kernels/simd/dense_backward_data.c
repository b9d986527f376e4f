/* dx [N][I] = dy [N][O] transposed w [I][O]. */
#include "kernels/simd/product.h"

static struct product product(const struct cr_dense_args *a)
{
    return (struct product){.rows = a->batch,
                            .depth = a->outputs,
                            .columns = a->inputs,
                            .a = a->y,
                            .row_stride = a->outputs,
                            .stride = 1,
                            .b = a->w,
                            .transposed = true,
                            .y = a->x,
                            .add = a->add,
                            .finish = &a->finish};
}

static int64_t parts(const void *args)
{
    struct product p = product(args);
    return CR_NAME(product_parts)(&p);
}

static void run(const struct cr_work *work)
{
    struct product p = product(work->args);
    CR_NAME(product)(&p, work->part, work->scratch);
}

static size_t scratch(const void *args)
{
    struct product p = product(args);
    return CR_NAME(product_scratch)(&p);
}

const struct cr_kernel CR_NAME(dense_backward_data) = {.phases = {{parts, run}}, .scratch = scratch};
