/*
 * dw [I][O] = transposed x [N][I] times dy [N][O]. The panels are of dy; each tile goes through all samples, so that no
 * partial sums need to be added. Who packs a panel sums its columns, too, for the bias.
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
                            .y = a->w,
                            .add = a->add};
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
    CR_NAME(product_pack)(&p, work->shared, a->y, false, work->part);
    if (a->db) {
        struct cr_range columns = CR_NAME(product_pack_columns)(&p, work->part);
        float *db = (float *)a->db + columns.begin;
        CR_NAME(sum_rows)
        (db, (const float *)a->y + columns.begin, a->outputs, a->batch, columns.end - columns.begin, a->add_db);
    }
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

const struct cr_kernel CR_NAME(dense_backward_weights) = {.phases = {{pack_parts, pack}, {parts, run}},
                                                          .shared = shared};
