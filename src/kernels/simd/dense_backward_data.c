/* dx [N][I] = dy [N][O] transposed w [I][O]. The panels are of the transposed w, packed anew at each run. */
#include "kernels/simd/product.h"

static struct product product(const struct cr_dense_args *a)
{
    return (struct product){.rows = a->batch,
                            .depth = a->outputs,
                            .columns = a->inputs,
                            .a = a->y,
                            .row_stride = a->outputs,
                            .stride = 1,
                            .y = a->x,
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
    CR_NAME(product_pack)(&p, work->shared, a->w, true, work->part);
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

const struct cr_kernel CR_NAME(dense_backward_data) = {.phases = {{pack_parts, pack}, {parts, run}}, .shared = shared};
