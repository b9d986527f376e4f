/*
 * Arguments of losses.
 */
#include "kernel_case.h"

static const int32_t *labels_of(struct run *run, int64_t batch, int64_t classes)
{
    int32_t *labels = array_new(run, (size_t)batch, sizeof *labels, false);
    for (int64_t n = 0; n < batch; n++)
        labels[n] = (int32_t)between(run, 0, classes - 1);
    return labels;
}

static const double class_weights[120] = {1, 0.5, 2, 0, 3, 1, 1.5, [12] = 2, [77] = 1};

void make_cr_hinge_args(struct run *run)
{
    struct cr_hinge_args *a = &run->args.hinge;
    *a = (struct cr_hinge_args){.batch = between(run, 1, 200),
                                .classes = between(run, 1, 120),
                                .margin = coin(run) ? 1 : 0.125,
                                .hardest = coin(run),
                                .add = coin(run)};
    a->x = numbers(run, a->batch * a->classes);
    a->labels = labels_of(run, a->batch, a->classes);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->classes);
}

void make_cr_distance_args(struct run *run)
{
    struct cr_distance_args *a = &run->args.distance;
    *a = (struct cr_distance_args){.batch = between(run, 1, 200),
                                   .size = between(run, 1, 120),
                                   .kind = (enum cr_distance)between(run, 0, 2),
                                   .delta = 0.5,
                                   .add = coin(run)};
    a->x = numbers(run, a->batch * a->size);
    if (coin(run))
        a->labels = labels_of(run, a->batch, a->size);
    else
        a->soft = positive(run, a->batch * a->size);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->size);
}

void make_cr_cross_entropy_args(struct run *run)
{
    struct cr_cross_entropy_args *a = &run->args.cross_entropy;
    *a = (struct cr_cross_entropy_args){
        .batch = between(run, 1, 200), .classes = between(run, 1, 120), .add = coin(run)};
    a->x = numbers(run, a->batch * a->classes);
    if (coin(run))
        a->labels = labels_of(run, a->batch, a->classes);
    else
        a->soft = positive(run, a->batch * a->classes);
    a->smoothing = coin(run) ? 0.1 : 0;
    a->weights = coin(run) ? class_weights : NULL;
    a->p = positive(run, a->batch * a->classes);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->classes);
}

void make_cr_distill_args(struct run *run)
{
    struct cr_distill_args *a = &run->args.distill;
    *a = (struct cr_distill_args){.batch = between(run, 1, 200),
                                  .classes = between(run, 1, 120),
                                  .weight = 0.75,
                                  .temperature = 2,
                                  .add_base = coin(run),
                                  .add = coin(run)};
    run->pointer = coin(run) ? positive(run, a->batch * a->classes) : NULL;
    a->q = &run->pointer;
    a->x = numbers(run, a->batch * a->classes);
    a->p = positive(run, a->batch * a->classes);
    a->base = numbers(run, a->batch);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dbase = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->classes);
}
