/* y [N][O] = x [N][I] w [I][O]. The panels are of w, packed anew at each run: the optimizer has changed it. */
#include "kernels/simd/product.h"

static struct product product(const struct cr_dense_args *a)
{
    return (struct product){.rows = a->batch,
                            .depth = a->inputs,
                            .columns = a->outputs,
                            .a = a->x,
                            .row_stride = a->inputs,
                            .stride = 1,
                            .y = a->y,
                            .add = a->add,
                            .finish = &a->finish};
}

static int64_t pack_parts(const void *args)
{
    struct product p = product(args);
    return CR_NAME(product_pack_parts)(&p);
}

static void pack(const struct cr_work *work)
{
    const struct cr_dense_args *a = work->args;
    struct product p = product(a);
    CR_NAME(product_pack)(&p, work->shared, a->w, false, work->part);
}

static int64_t parts(const void *args)
{
    struct product p = product(args);
    return CR_NAME(product_parts)(&p);
}

static void run(const struct cr_work *work)
{
    struct product p = product(work->args);
    CR_NAME(product)(&p, work->shared, work->part);
}

static size_t shared(const void *args)
{
    struct product p = product(args);
    return CR_NAME(product_shared)(&p);
}

const struct cr_kernel CR_NAME(dense_forward) = {.phases = {{pack_parts, pack}, {parts, run}}, .shared = shared};
