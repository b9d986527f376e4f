/*
 * input: where a batch enters the graph. y = (x scale - mean_c) / deviation_c, from bytes (scale 1/255) or numbers
 * (scale 1); or with a mean and a deviation for each pixel. Pictures stay bytes until here; mean and deviation are
 * states and so travel with the weights.
 */
#include "graph/input.h"

static const struct cr_option options[] = {
    CR_INT("slot", struct cr_input_options, slot, .min = 0, .max = CR_MAX_INPUTS - 1, .help = "which input of a batch"),
    CR_BOOL("bytes", struct cr_input_options, bytes, .help = "bytes 0..255, else numbers"),
    CR_INT("height", struct cr_input_options, height, .min = 0, .help = "pixels; 0: a row of channels"),
    CR_INT("width", struct cr_input_options, width, .min = 0, .help = "pixels; 0: a row of channels"),
    CR_INT("channels", struct cr_input_options, channels, .min = 1, .def = 1, .help = "numbers a pixel"),
    CR_BOOL("by_pixel", struct cr_input_options, by_pixel, .help = "statistics for each pixel and channel"),
    {0},
};

enum { MEAN, DEVIATION };

/* How many numbers each of the statistics has: to the kernel a picture is then one pixel. */
static int64_t statistics(const struct cr_input_options *o)
{
    return o->by_pixel && o->height > 0 ? o->height * o->width * o->channels : o->channels;
}

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct cr_input_options *o = vertex->options;

    for (int i = MEAN; i <= DEVIATION; i++)
        if (vertex->in[i]->shape.rank != 1 || vertex->in[i]->shape.dims[0] != statistics(o))
            return cr_fail(err, CR_ERROR_SHAPE, "statistics of %lld %s do not fit an input of %lld",
                           (long long)vertex->in[i]->shape.dims[0], o->by_pixel ? "numbers" : "channels",
                           (long long)statistics(o));
    if (o->height > 0 && o->width > 0)
        outputs[0] = (struct cr_shape){.rank = 3, .dims = {o->height, o->width, o->channels}};
    else
        outputs[0] = (struct cr_shape){.rank = 1, .dims = {o->channels}};
    return CR_OK;
}

static void forward(struct cr_emit *emit)
{
    const struct cr_input_options *o = emit->options;
    struct cr_input_args args = {.batch = emit->batch,
                                 .pixels = cr_shape_count(emit->vertex->out[0]->shape) / statistics(o),
                                 .channels = statistics(o),
                                 .bytes = o->bytes,
                                 .scale = o->bytes ? 1.0 / 255.0 : 1.0};

    args.x = cr_emit_feed(emit, (int)o->slot);
    args.mean = cr_emit_in(emit, MEAN);
    args.deviation = cr_emit_in(emit, DEVIATION);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, input, args);
}

const struct cr_op cr_op_input = {
    .entry = {.name = "input", .help = "a batch, scaled and standardised by channel", .options = options},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_STATE, CR_ROLE_STATE},
    .infer = infer,
    .forward = forward,
};
