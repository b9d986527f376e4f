/*
 * Arguments of what the optimizers do to parameters.
 */
#include "kernel_case.h"

void make_cr_sgd_args(struct run *run)
{
    struct cr_sgd_args *a = &run->args.sgd;
    run->sgd = (struct cr_sgd_rates){.lr = 0.1, .decay = 0.01, .nesterov = coin(run), .decoupled = coin(run)};
    *a = (struct cr_sgd_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->sgd};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    if (coin(run)) {
        run->sgd.momentum = 0.9;
        a->m = numbers(run, a->count);
    }
}

void make_cr_adam_args(struct run *run)
{
    struct cr_adam_args *a = &run->args.adam;
    run->adam = (struct cr_adam_rates){.lr = 0.1,
                                       .beta1 = 0.9,
                                       .beta2 = 0.999,
                                       .epsilon = 1e-8,
                                       .decay = 0.01,
                                       .correction1 = 0.5,
                                       .correction2 = 0.25,
                                       .decoupled = coin(run)};
    *a = (struct cr_adam_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->adam};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->m = numbers(run, a->count);
    a->v = positive(run, a->count);
}

void make_cr_rmsprop_args(struct run *run)
{
    struct cr_rmsprop_args *a = &run->args.rmsprop;
    run->rmsprop = (struct cr_rmsprop_rates){
        .lr = 0.1, .memory = 0.9, .fresh = 0.1, .epsilon = 1e-3, .decay = 0.01, .decoupled = coin(run)};
    *a = (struct cr_rmsprop_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->rmsprop};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->v = positive(run, a->count);
    if (coin(run)) {
        run->rmsprop.momentum = 0.9;
        a->m = numbers(run, a->count);
    }
    if (a->m && coin(run)) { /* the mean's square is far below v, so that their difference keeps its digits */
        a->v = around(run, a->count, 9);
        a->mean = numbers(run, a->count);
    }
}

/* Not so that the mean is nearly 0: a sign is no continuous function. */
void make_cr_lion_args(struct run *run)
{
    struct cr_lion_args *a = &run->args.lion;
    run->lion = (struct cr_lion_rates){.lr = 0.1, .beta1 = 0.9, .beta2 = 0.99, .decay = 0.01, .decoupled = coin(run)};
    *a = (struct cr_lion_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->lion};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = around(run, a->count, 9);
    a->m = around(run, a->count, coin(run) ? 9 : -9);
}

void make_cr_lamb_args(struct run *run)
{
    struct cr_lamb_args *a = &run->args.lamb;
    run->lamb = (struct cr_lamb_rates){.lr = 0.1,
                                       .beta1 = 0.9,
                                       .beta2 = 0.999,
                                       .epsilon = 1e-6,
                                       .decay = 0.01,
                                       .correction1 = 0.5,
                                       .correction2 = 0.25};
    *a = (struct cr_lamb_args){.batch = 1, .count = between(run, 1, 40000), .adapt = coin(run), .rates = &run->lamb};
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->m = numbers(run, a->count);
    a->v = positive(run, a->count);
}

void make_cr_muon_args(struct run *run)
{
    struct cr_muon_args *a = &run->args.muon;
    run->muon = (struct cr_muon_rates){.lr = 0.1, .momentum = 0.9, .decay = 0.01, .nesterov = coin(run)};
    *a = (struct cr_muon_args){.batch = 1, .count = between(run, 1, 40000), .scale = 1.5, .rates = &run->muon};
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->m = numbers(run, a->count);
    a->x = numbers(run, a->count);
}

void make_cr_muon_blend_args(struct run *run)
{
    struct cr_muon_blend_args *a = &run->args.muon_blend;
    *a = (struct cr_muon_blend_args){.batch = 1, .size = between(run, 1, 200)};
    a->a = numbers(run, a->size * a->size);
    a->aa = numbers(run, a->size * a->size);
    a->b = numbers(run, a->size * a->size);
}

void make_cr_clip_args(struct run *run)
{
    struct cr_clip_args *a = &run->args.clip;
    *a = (struct cr_clip_args){.batch = 1, .count = between(run, 1, 40000)};
    a->norm = between(run, 0, 3);
    a->value = coin(run) ? 0.25 : 0;
    a->g = numbers(run, a->count);
}

void make_cr_lasso_args(struct run *run)
{
    struct cr_lasso_args *a = &run->args.lasso;
    *a = (struct cr_lasso_args){.batch = 1, .count = between(run, 1, 40000), .l1 = 0.125};
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
}

void make_cr_max_norm_args(struct run *run)
{
    struct cr_max_norm_args *a = &run->args.max_norm;
    *a = (struct cr_max_norm_args){.batch = 1, .rows = between(run, 1, 99), .columns = between(run, 1, 99)};
    a->most = 2;
    a->w = numbers(run, a->rows * a->columns);
}

void make_cr_mix_args(struct run *run)
{
    struct cr_mix_args *a = &run->args.mix;
    run->mix = (struct cr_mix_rates){.keep = 0.75, .share = 0.5};
    *a = (struct cr_mix_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->mix};
    a->x = numbers(run, a->count);
    a->y = numbers(run, a->count);
}
