/*
 * maxout (Goodfellow et al. 2013): the channels of x are `pieces` rows of C / pieces numbers; y_j is the largest of the
 * j-th ones. Its place is kept, not x: dx_ij = dy_j for that one, 0 for the others.
 *
 * x [N][...][C], y [N][...][C / pieces].
 */
#include "graph/op.h"
#include "graph/tables.h"

struct maxout {
    int64_t pieces;
};

const struct cr_option cr_maxout_options[] = {
    CR_INT("pieces", struct maxout, pieces, .min = 2, .max = 64, .def = 2, .help = "channels that make one"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct maxout *o = vertex->options;
    struct cr_shape x = vertex->in[0]->shape;
    int64_t *channels = &x.dims[x.rank - 1];

    if (*channels % o->pieces != 0)
        return cr_fail(
            err, CR_ERROR_SHAPE,
            "%lld channels cannot be cut into %lld equal pieces: give the layer before it a multiple of %lld",
            (long long)*channels, (long long)o->pieces, (long long)o->pieces);
    *channels /= o->pieces;
    outputs[0] = x;
    return CR_OK;
}

static struct cr_maxout_args args_of(struct cr_emit *emit)
{
    const struct maxout *o = emit->options;
    struct cr_shape y = emit->vertex->out[0]->shape;
    int64_t outputs = y.dims[y.rank - 1], count = cr_shape_count(y);

    return (struct cr_maxout_args){.batch = emit->batch,
                                   .pixels = count / outputs,
                                   .outputs = outputs,
                                   .pieces = o->pieces,
                                   .index = cr_emit_saved(emit, 0, (size_t)(emit->batch * count) * sizeof(int32_t))};
}

static void forward(struct cr_emit *emit)
{
    struct cr_maxout_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, maxout_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_maxout_args args = args_of(emit);

    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, maxout_backward, args);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    return cr_shape_count(vertex->in[0]->shape);
}

const struct cr_op cr_op_maxout = {
    .entry = {.name = "maxout", .help = "the largest of several channels", .options = cr_maxout_options},
    .inputs = 1,
    .outputs = 1,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 6)}},
            {.options = "pieces: 3", .inputs = {CR_SHAPE(33)}},
            {0},
        },
};
