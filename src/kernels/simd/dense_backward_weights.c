/*
 * dw [I][O] = transposed x [N][I] times dy [N][O]. Each tile goes through all samples, so that no partial sums need to
 * be added. The part with the first rows of some columns sums these columns of dy, too, for the bias.
 */
#include "kernels/simd/panel.h"
#include "kernels/simd/product.h"

static struct product product(const struct cr_dense_args *a)
{
    return (struct product){.rows = a->inputs,
                            .depth = a->batch,
                            .columns = a->outputs,
                            .a = a->x,
                            .row_stride = 1,
                            .stride = a->inputs,
                            .b = a->y,
                            .y = a->w,
                            .add = a->add};
}

static int64_t parts(const void *args)
{
    struct product p = product(args);
    return CR_NAME(product_parts)(&p);
}

static void run(const struct cr_work *work)
{
    const struct cr_dense_args *a = work->args;
    struct product p = product(a);
    struct cr_range own = CR_NAME(product_own_columns)(&p, work->part);
    CR_NAME(product)(&p, work->part, work->scratch);
    if (a->db && own.begin < own.end)
        CR_NAME(sum_rows)
    ((float *)a->db + own.begin, (const float *)a->y + own.begin, a->outputs, a->batch, own.end - own.begin, a->add_db);
}

static size_t scratch(const void *args)
{
    struct product p = product(args);
    return CR_NAME(product_scratch)(&p);
}

const struct cr_kernel CR_NAME(dense_backward_weights) = {.phases = {{parts, run}}, .scratch = scratch};
