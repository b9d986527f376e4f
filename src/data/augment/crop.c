/*
 * crop: as if the picture were given a frame of `padding` pixels and a part of its old size cut out anywhere: it moves
 * by up to that many whole pixels in both directions (Krizhevsky 2009; padding 4 for CIFAR: He et al. 2016).
 */
#include "data/augment.h"

struct crop {
    double p;
    int64_t padding;
    int fill;
};

static const struct cr_option options[] = {
    CR_INT("padding", struct crop, padding, .min = 0, .max = 4096, .def = 4, .help = "pixels on each side"),
    CR_AUGMENT_FILL(struct crop),
    CR_AUGMENT_P(struct crop, 1),
    {0},
};

static enum cr_status check(const void *values, const struct cr_data_shape *shape, struct cr_error *err)
{
    const struct crop *o = values;
    int64_t side = shape->height < shape->width ? shape->height : shape->width;
    if (o->padding >= side)
        return cr_fail(err, CR_ERROR_CONFIG, "a padding of %lld would leave nothing of pictures of %lldx%lld",
                       (long long)o->padding, (long long)shape->height, (long long)shape->width);
    return CR_OK;
}

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct crop *o = values;
    uint64_t places = 2 * (uint64_t)o->padding + 1;
    double dx = (double)((int64_t)cr_random_below(&canvas->random, places) - o->padding);
    double dy = (double)((int64_t)cr_random_below(&canvas->random, places) - o->padding);
    cr_canvas_move(canvas, &(struct cr_move){.xx = 1, .yy = 1, .dx = dx, .dy = dy}, (enum cr_fill)o->fill);
}

const struct cr_augment cr_augment_crop = {
    .entry = {.name = "crop", .help = "padded and cut out anywhere: moves by whole pixels", .options = options},
    .none = "padding: 0",
    .check = check,
    .apply = apply,
};
