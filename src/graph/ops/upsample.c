/*
 * upsample: H x W x C -> scale H x scale W x C, by the nearest pixel or bilinear. Output pixel i lies at
 * (i + 0.5) / scale - 0.5 of the input: corners are not aligned, as is PyTorch's default.
 */
#include "graph/op.h"
#include "graph/tables.h"
#include "graph/window.h"

struct upsample {
    int64_t scale;
    int mode;
};

enum { NEAREST, BILINEAR };

static const struct cr_name modes[] = {{"nearest", NEAREST}, {"bilinear", BILINEAR}, {0}};

const struct cr_option cr_upsample_options[] = {
    CR_INT("scale", struct upsample, scale, .min = 1, .max = 64, .def = 2, .help = "how many times as high and wide"),
    CR_CHOICE("mode", struct upsample, mode, .def = NEAREST, .names = modes, .help = "where new pixels come from"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct upsample *o = vertex->options;

    CR_TRY(cr_need_picture(vertex->in[0]->shape, err));
    outputs[0] = vertex->in[0]->shape;
    outputs[0].dims[0] *= o->scale;
    outputs[0].dims[1] *= o->scale;
    return CR_OK;
}

static struct cr_upsample_args args_of(const struct cr_emit *emit)
{
    const struct upsample *o = emit->options;
    struct cr_shape x = emit->vertex->in[0]->shape;

    return (struct cr_upsample_args){.batch = emit->batch,
                                     .height = x.dims[0],
                                     .width = x.dims[1],
                                     .channels = x.dims[2],
                                     .scale = o->scale,
                                     .bilinear = o->mode == BILINEAR};
}

static void forward(struct cr_emit *emit)
{
    struct cr_upsample_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, upsample_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_upsample_args args = args_of(emit);

    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, upsample_backward, args);
}

const struct cr_op cr_op_upsample = {
    .entry = {.name = "upsample", .help = "makes pictures larger", .options = cr_upsample_options},
    .inputs = 1,
    .outputs = 1,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.options = "{}", .inputs = {CR_SHAPE(3, 4, 5)}},
            {.options = "{mode: bilinear}", .inputs = {CR_SHAPE(4, 3, 3)}},
            {.options = "{scale: 3, mode: bilinear}", .inputs = {CR_SHAPE(1, 5, 17)}},
            {0},
        },
};
