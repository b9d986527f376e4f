/*
 * muon (K. Jordan 2024): the momentum of each weight matrix, made orthogonal: all its directions count alike. Filters
 * are matrices with a column a filter. What is no weight matrix (biases, norms) follows adam with the rate `rest_lr`.
 *
 *     m = momentum m + (1 - momentum) g;  u = nesterov ? momentum m + (1 - momentum) g : m
 *     x = u / |u|, then 5 times (Newton-Schulz):  a = x x^T;  x = 3.4445 x - 4.7750 a x + 2.0315 a a x
 *     w -= lr decay w;  w -= lr sqrt(max(1, outputs / inputs)) x
 *
 * With more rows than columns a is x^T x, and stands on the right. The five products are those of a dense layer.
 */
#include <math.h>

#include "train/optimizer.h"

enum { ROUNDS = 5 };

struct muon {
    double lr, momentum;
    bool nesterov;
    double weight_decay, rest_lr, beta1, beta2, epsilon;
};

static const struct cr_option options[] = {
    CR_OPTIMIZER_LR(struct muon, 0.02),
    CR_FLOAT("momentum", struct muon, momentum, .min = 0, .max = 0.99999, .def = 0.95,
             .help = "memory of the gradient's mean"),
    CR_BOOL("nesterov", struct muon, nesterov, .def = true, .help = "looks ahead along the momentum"),
    CR_OPTIMIZER_WEIGHT_DECAY(struct muon, 0),
    CR_FLOAT("rest_lr", struct muon, rest_lr, .min = 1e-12, .max = 1e3, .def = 3e-4, .log = true,
             .help = "learning rate of biases and norms, which follow adam; the schedule moves both"),
    CR_FLOAT("beta1", struct muon, beta1, .min = 0, .max = 0.99999, .def = 0.9, .help = "of their adam"),
    CR_FLOAT("beta2", struct muon, beta2, .min = 0, .max = 0.9999999, .def = 0.95, .help = "of their adam"),
    CR_FLOAT("epsilon", struct muon, epsilon, .min = 1e-16, .max = 1, .def = 1e-8, .log = true,
             .help = "of their adam"),
    {0},
};

static void set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct muon *o = values;
    *(struct cr_muon_rates *)rates = (struct cr_muon_rates){.lr = lr,
                                                            .momentum = o->momentum,
                                                            .decay = o->weight_decay,
                                                            .nesterov = o->nesterov,
                                                            .rest = {.lr = lr * (o->rest_lr / o->lr),
                                                                     .beta1 = o->beta1,
                                                                     .beta2 = o->beta2,
                                                                     .epsilon = o->epsilon,
                                                                     .correction1 = 1 - pow(o->beta1, (double)step),
                                                                     .correction2 = 1 - pow(o->beta2, (double)step)}};
}

/* x [rows][columns], its next round, and three small squares. */
struct room {
    char *x, *next, *a, *aa, *b;
    int64_t rows, columns, size;
};

static struct room room_of(struct cr_update *update, const struct cr_param *param)
{
    struct room room = {.columns = param->shape.dims[param->shape.rank - 1]};
    room.rows = param->count / room.columns;
    room.size = room.rows < room.columns ? room.rows : room.columns;
    size_t number = cr_dtype_size(update->params->dtype), line = 64;
    size_t whole = ((size_t)param->count * number + line - 1) / line * line;
    size_t square = ((size_t)(room.size * room.size) * number + line - 1) / line * line;
    room.x = cr_update_room(update, 2 * whole + 3 * square);
    room.next = room.x + whole;
    room.a = room.next + whole;
    room.aa = room.a + square;
    room.b = room.aa + square;
    return room;
}

/* a = x x^T or x^T x, the smaller one. */
static enum cr_status add_square(struct cr_update *update, const struct room *r, struct cr_error *err)
{
    struct cr_dense_args args = {.batch = r->rows};
    if (r->rows <= r->columns) {
        args.inputs = r->rows;
        args.outputs = r->columns;
        args.x = r->a;
        args.w = args.y = r->x;
        return CR_UPDATE(update, dense_backward_data, args, err);
    }
    args.inputs = args.outputs = r->columns;
    args.x = args.y = r->x;
    args.w = r->a;
    return CR_UPDATE(update, dense_backward_weights, args, err);
}

/* next = b x or x b. */
static enum cr_status add_next(struct cr_update *update, const struct room *r, struct cr_error *err)
{
    bool left = r->rows <= r->columns;
    struct cr_dense_args args = {.batch = r->rows,
                                 .inputs = r->size,
                                 .outputs = r->columns,
                                 .x = left ? r->b : r->x,
                                 .w = left ? r->x : r->b,
                                 .y = r->next};
    return CR_UPDATE(update, dense_forward, args, err);
}

static enum cr_status add_round(struct cr_update *update, struct room *r, struct cr_error *err)
{
    struct cr_dense_args square = {
        .batch = r->size, .inputs = r->size, .outputs = r->size, .x = r->a, .w = r->a, .y = r->aa};
    struct cr_muon_blend_args blend = {.batch = 1, .size = r->size, .a = r->a, .aa = r->aa, .b = r->b};
    CR_TRY(add_square(update, r, err));
    CR_TRY(CR_UPDATE(update, dense_forward, square, err));
    CR_TRY(CR_UPDATE(update, muon_blend, blend, err));
    CR_TRY(add_next(update, r, err));
    char *old = r->x;
    r->x = r->next;
    r->next = old;
    return CR_OK;
}

static enum cr_status add_matrix(struct cr_update *update, const struct cr_param *param, struct cr_error *err)
{
    struct room room = room_of(update, param);
    struct cr_muon_args args = {.batch = 1,
                                .count = param->count,
                                .scale = sqrt(fmax(1, (double)room.columns / (double)room.rows)),
                                .rates = update->rates,
                                .w = cr_update_at(update, update->w, param->offset),
                                .m = cr_update_at(update, update->slots[0], param->offset),
                                .x = room.x,
                                .g = cr_update_at(update, update->g, param->offset)};
    CR_TRY(CR_UPDATE(update, muon_begin, args, err));
    for (int i = 0; i < ROUNDS; i++)
        CR_TRY(add_round(update, &room, err));
    args.x = room.x;
    return CR_UPDATE(update, muon_end, args, err);
}

static enum cr_status add_rest(struct cr_update *update, int64_t offset, int64_t count, struct cr_error *err)
{
    const struct cr_muon_rates *rates = update->rates;
    struct cr_adam_args args = {.batch = 1,
                                .count = count,
                                .rates = &rates->rest,
                                .w = cr_update_at(update, update->w, offset),
                                .m = cr_update_at(update, update->slots[0], offset),
                                .v = cr_update_at(update, update->slots[1], offset),
                                .g = cr_update_at(update, update->g, offset)};
    return CR_UPDATE(update, adam, args, err);
}

static enum cr_status emit(struct cr_update *update, struct cr_error *err)
{
    const struct cr_params *params = update->params;
    for (int i = 0; i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        if (param->kind != CR_PARAM || !param->decay)
            continue;
        if (param->shape.rank >= 2)
            CR_TRY(add_matrix(update, param, err));
        else
            CR_TRY(add_rest(update, param->offset, param->count, err));
    }
    if (update->count == update->decayed)
        return CR_OK;
    return add_rest(update, update->decayed, update->count - update->decayed, err);
}

const struct cr_optimizer_kind cr_optimizer_muon = {
    .entry = {.name = "muon",
              .help = "the momentum of each weight matrix, made orthogonal (K. Jordan 2024); adam for the rest",
              .options = options},
    .slots = {"mean", "square"},
    .rates_size = sizeof(struct cr_muon_rates),
    .set_rates = set_rates,
    .emit = emit,
};
