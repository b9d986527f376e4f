/* y [N][O] = x [N][I] w [I][O]. */
#include "kernels/simd/cost.h"
#include "kernels/simd/product.h"

static struct product product(const struct cr_dense_args *a)
{
    return (struct product){.rows = a->batch,
                            .depth = a->inputs,
                            .columns = a->outputs,
                            .a = a->x,
                            .row_stride = a->inputs,
                            .stride = 1,
                            .b = a->w,
                            .y = a->y,
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

/* Whole tiles, and packing. */
static double cost(const void *args)
{
    const struct cr_dense_args *a = args;
    int64_t rows = (a->batch + ROWS - 1) / ROWS * ROWS;
    return cost_of_product(rows, a->inputs, a->outputs, SPEED_DIRECT) +
           cost_of_product(COST_PACK, a->inputs, a->outputs, 1);
}

const struct cr_kernel CR_NAME(dense_forward) = {
    .way = "packed", .cost = cost, .phases = {{parts, run}}, .scratch = scratch};
