/*
 * gp: a Gaussian process over the whole space, and where it expects the largest improvement (efficient global
 * optimization, Jones et al. 1998). After the file's own values come a few evenly spread points; then, for every trial:
 *
 *   1. the scores are warped to be about normal, the process's lengths and noise are fitted to them;
 *   2. trials that are under way count as if they had what the process expects of them (Ginsbourger et al. 2010);
 *   3. the logarithm of the expected improvement, plus that of the chance that the trial does not fail, is looked at
 *      over many draws and about the best points; the best of these are moved uphill, whole numbers and choices
 *      then tried one step to each side;
 *   4. the best point that no trial has had is taken.
 *
 * Nothing is kept from one call to the next.
 */
#include "tune/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tune/improvement.h"
#include "tune/minimize.h"
#include "tune/process.h"
#include "tune/success.h"
#include "tune/warp.h"

enum {
    FIT_MOST = 100,  /* trials to which the hyper-parameters are fitted */
    KEEP_MOST = 400, /* trials in the process */
    START_MOST = 10, /* evenly spread trials */
    DRAWS = 400,
    NEAR = 200,
    CLIMBS = 5,
    CLIMB_STEPS = 25,
    BEST = 5, /* points about which is drawn */
};

/*
 * Every second trial looks for an improvement by at least this part of the scores' deviation (Brochu et al. 2010,
 * 2.3.2): the others may polish a good point to its last digit, and never see another hill.
 */
static const double least_gain = 0.01;
static const double steep = 1000;

struct search {
    const struct cr_sampler_call *call;
    const struct cr_space *space;
    int dims;
    bool choice[CR_SPACE_MOST];
    double *points;  /* [n][dims] */
    double *targets; /* [n] */
    int n;
    double *failed; /* [failures][dims] */
    int failures;
    struct cr_process *process;
    struct cr_success *success; /* NULL: no trial failed */
    double best;                /* what is to be improved upon: the smallest expected value of a trial, or a bit less */
    const double *raw;          /* the point that is moved: its choices */
};

/* A proposal: raw coordinates of all dimensions, active or not. */
struct candidate {
    double raw[CR_SPACE_MOST], merit;
};

/* ------------------------------------------------------------------------------------------------------------ trials
 */

struct ranked {
    double value;
    int64_t index;
};

static int by_value(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* The best half of `most`, and of the others every so-manieth: order [count] becomes the indices, their number is
 * returned. */
static int thin(struct ranked *order, int count, int most)
{
    if (count <= most)
        return count;
    int head = most / 2, rest = most - head;
    for (int i = 0; i < rest; i++)
        order[head + i] = order[head + (long)i * (count - head) / rest];
    return most;
}

/* Trials with a value, the best first, and those that failed. */
static enum cr_status gather(struct search *s, struct cr_error *err)
{
    const struct cr_sampler_call *call = s->call;
    size_t count = (size_t)call->count + 1, dims = (size_t)s->dims;
    struct ranked *order = malloc(count * sizeof *order);
    s->points = malloc(2 * count * dims * sizeof *s->points);
    s->targets = malloc(count * sizeof *s->targets);
    s->failed = s->points ? s->points + count * dims : NULL;
    if (!order || !s->points || !s->targets) {
        free(order);
        return cr_fail_memory(err);
    }
    int values = 0;
    for (int64_t i = 0; i < call->count; i++)
        if (call->seen[i].state == CR_SEEN_VALUE)
            order[values++] = (struct ranked){call->seen[i].value, i};
        else if (call->seen[i].state == CR_SEEN_FAILED)
            memcpy(s->failed + dims * (size_t)s->failures++, call->seen[i].unit, dims * sizeof *s->failed);
    qsort(order, (size_t)values, sizeof *order, by_value);
    s->n = thin(order, values, KEEP_MOST);
    for (int i = 0; i < s->n; i++) {
        s->targets[i] = order[i].value;
        memcpy(s->points + dims * (size_t)i, call->seen[order[i].index].unit, dims * sizeof *s->points);
    }
    free(order);
    return CR_OK;
}

static enum cr_status fit(struct search *s, double *hyper, struct cr_error *err)
{
    struct cr_process_prior prior;
    int dims = s->dims;
    cr_process_prior(&prior, dims);
    memcpy(hyper, prior.mean, (size_t)(dims + 2) * sizeof *hyper);
    if (s->n <= FIT_MOST)
        return cr_process_fit(hyper, dims, s->choice, s->points, s->targets, s->n, err);
    struct ranked order[KEEP_MOST];
    double *points = malloc(FIT_MOST * ((size_t)dims + 1) * sizeof *points), *targets = points + FIT_MOST * dims;
    if (!points)
        return cr_fail_memory(err);
    for (int i = 0; i < s->n; i++)
        order[i].index = i;
    int n = thin(order, s->n, FIT_MOST);
    for (int i = 0; i < n; i++) {
        targets[i] = s->targets[order[i].index];
        memcpy(points + (long)i * dims, s->points + order[i].index * dims, (size_t)dims * sizeof *points);
    }
    enum cr_status status = cr_process_fit(hyper, dims, s->choice, points, targets, n, err);
    free(points);
    return status;
}

/* Adds the trials under way with what is expected of them, and finds the smallest expectation. */
static enum cr_status condition(struct search *s, const double *hyper, struct cr_error *err)
{
    const struct cr_sampler_call *call = s->call;
    int n = s->n;
    double variance;
    CR_TRY(cr_process_new(&s->process, hyper, s->dims, s->choice, s->points, s->targets, n, err));
    s->best = (double)INFINITY;
    for (int i = 0; i < n; i++) {
        double mean;
        cr_process_predict(s->process, s->points + (long)i * s->dims, &mean, &variance, NULL, NULL);
        s->best = fmin(s->best, mean - (call->number % 2 ? least_gain : 0));
    }
    for (int64_t i = 0; i < call->count; i++) {
        if (call->seen[i].state != CR_SEEN_PENDING)
            continue;
        memcpy(s->points + (long)n * s->dims, call->seen[i].unit, (size_t)s->dims * sizeof *s->points);
        cr_process_predict(s->process, call->seen[i].unit, &s->targets[n++], &variance, NULL, NULL);
    }
    if (n == s->n)
        return CR_OK;
    cr_process_free(s->process);
    s->process = NULL;
    return cr_process_new(&s->process, hyper, s->dims, s->choice, s->points, s->targets, n, err);
}

/* ------------------------------------------------------------------------------------------------------------- merit
 */

/*
 * The logarithm of the chance not to fail, added to that of the improvement (Gelbart et al. 2014). Below one half it
 * counts `steep` times: what improvement is left among the places that rather work may be less than any factor.
 */
static double success_merit(const struct search *s, const double *point, double *gradient)
{
    double slopes[CR_SPACE_MOST], value = cr_success_log(s->success, point, gradient ? slopes : NULL);
    double factor = value < log(0.5) ? steep : 1;
    for (int d = 0; d < s->dims && gradient; d++)
        gradient[d] += factor * slopes[d];
    return factor * (value - log(0.5));
}

static double merit(const struct search *s, const double *point, double *gradient)
{
    double mean, variance, by_mean, by_deviation, mean_slope[CR_SPACE_MOST], variance_slope[CR_SPACE_MOST];
    cr_process_predict(s->process, point, &mean, &variance, gradient ? mean_slope : NULL, variance_slope);
    double deviation = sqrt(variance);
    double value = cr_log_improvement(s->best, mean, deviation, &by_mean, &by_deviation);
    for (int d = 0; d < s->dims && gradient; d++)
        gradient[d] = by_mean * mean_slope[d] + by_deviation * variance_slope[d] / (2 * deviation);
    return s->success ? value + success_merit(s, point, gradient) : value;
}

/* Nothing where the constraints forbid it. */
static double merit_snapped(const struct search *s, const double *raw)
{
    double point[CR_SPACE_MOST];
    if (!cr_space_allows_raw(s->space, raw))
        return -(double)INFINITY;
    memcpy(point, raw, (size_t)s->dims * sizeof *point);
    cr_space_snap(s->space, point);
    return merit(s, point, NULL);
}

/* -merit where ranges move freely and choices stay. */
static double downhill(void *user, const double *x, double *gradient)
{
    const struct search *s = user;
    double point[CR_SPACE_MOST];
    for (int d = 0; d < s->dims; d++)
        point[d] = cr_space_active(s->space, point, d) ? (s->choice[d] ? s->raw[d] : x[d]) : (double)NAN;
    memset(gradient, 0, (size_t)s->dims * sizeof *gradient);
    if (!cr_space_allows_raw(s->space, point))
        return (double)INFINITY;
    double value = -merit(s, point, gradient);
    for (int d = 0; d < s->dims; d++)
        gradient[d] = isnan(point[d]) ? 0 : -gradient[d];
    return value;
}

/* --------------------------------------------------------------------------------------------------------- candidates
 */

/* About one of the best trials: each coordinate moved by a part of its length, now far, now near. */
static void draw_near(const struct search *s, struct cr_random *random, double *raw)
{
    int most = s->n < BEST ? s->n : BEST;
    const double *about = s->points + (long)cr_random_below(random, (uint64_t)most) * s->dims;
    double width = pow(10, -2.5 * cr_random_uniform(random));
    for (int d = 0; d < s->dims; d++) {
        const struct cr_dimension *dimension = &s->space->axes[d].dimension;
        double even = cr_sampler_uniform_axis(dimension, random), step = cr_random_normal(random);
        double chance = cr_random_uniform(random), length = fmin(1 / sqrt(s->process->scale[d]), 0.5);
        if (isnan(about[d]) || (s->choice[d] && chance * s->dims < 1))
            raw[d] = even;
        else
            raw[d] = s->choice[d] ? about[d] : fmin(fmax(about[d] + width * length * step, 0), 1);
    }
    cr_space_repair(s->space, random, raw);
}

static int by_merit(const void *a, const void *b)
{
    double x = ((const struct candidate *)a)->merit, y = ((const struct candidate *)b)->merit;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void climb(struct search *s, struct candidate *candidate)
{
    double x[CR_SPACE_MOST], low[CR_SPACE_MOST], high[CR_SPACE_MOST];
    for (int d = 0; d < s->dims; d++) {
        x[d] = s->choice[d] ? 0 : candidate->raw[d];
        low[d] = 0;
        high[d] = s->choice[d] ? 0 : 1;
    }
    s->raw = candidate->raw;
    cr_minimize(downhill, s, s->dims, x, low, high, CLIMB_STEPS);
    struct candidate moved = *candidate;
    for (int d = 0; d < s->dims; d++)
        moved.raw[d] = s->choice[d] ? candidate->raw[d] : x[d];
    moved.merit = merit_snapped(s, moved.raw);
    if (moved.merit > candidate->merit)
        *candidate = moved;
}

static void try(const struct search *s, struct candidate *candidate, int d, double raw)
{
    struct candidate next = *candidate;
    next.raw[d] = raw;
    next.merit = merit_snapped(s, next.raw);
    if (next.merit > candidate->merit && cr_sampler_is_new(s->call, next.raw))
        *candidate = next;
}

/* Each choice by each other one, each whole number by its neighbours. */
static void step_aside(const struct search *s, struct candidate *candidate)
{
    for (int d = 0; d < s->dims; d++) {
        const struct cr_dimension *dimension = &s->space->axes[d].dimension;
        if (s->choice[d]) {
            for (int c = 0; c < dimension->count; c++)
                if (c != (int)candidate->raw[d])
                    try(s, candidate, d, c);
        } else if (dimension->whole) {
            double value = cr_axis_from_unit(dimension, candidate->raw[d]);
            for (int side = -1; side <= 1; side += 2)
                if (value + side >= dimension->low && value + side <= dimension->high)
                    try(s, candidate, d, cr_axis_to_unit(dimension, value + side));
        }
    }
}

static enum cr_status propose(struct search *s, double *unit, struct cr_error *err)
{
    struct cr_random random = cr_sampler_stream(s->call, 0);
    struct candidate *candidates = malloc((DRAWS + NEAR) * sizeof *candidates);
    if (!candidates)
        return cr_fail_memory(err);
    for (int i = 0; i < DRAWS + NEAR; i++) {
        if (i < DRAWS)
            cr_space_draw(s->space, &random, candidates[i].raw);
        else
            draw_near(s, &random, candidates[i].raw);
        candidates[i].merit = merit_snapped(s, candidates[i].raw);
    }
    qsort(candidates, DRAWS + NEAR, sizeof *candidates, by_merit);
    for (int i = 0; i < CLIMBS; i++) {
        climb(s, &candidates[i]);
        step_aside(s, &candidates[i]);
    }
    qsort(candidates, CLIMBS, sizeof *candidates, by_merit);
    int chosen = 0;
    while (chosen + 1 < DRAWS + NEAR && !cr_sampler_is_new(s->call, candidates[chosen].raw))
        chosen++;
    memcpy(unit, candidates[chosen].raw, (size_t)s->dims * sizeof *unit);
    free(candidates);
    return CR_OK;
}

/* --------------------------------------------------------------------------------------------------------------
 * sampler
 */

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct search s = {.call = call, .space = call->space, .dims = call->space->count};
    int start = s.dims + 1 < START_MOST ? s.dims + 1 : START_MOST;
    double hyper[CR_SPACE_MOST + 2];
    if (cr_sampler_values(call) < (start < 3 ? 3 : start)) {
        cr_sampler_spread(call->space, call->seed, call->number, unit);
        struct cr_random random = cr_sampler_stream(call, 1);
        for (int i = 0; i < DRAWS && !cr_sampler_is_new(call, unit); i++)
            cr_space_draw(call->space, &random, unit);
        return CR_OK;
    }
    for (int d = 0; d < s.dims; d++)
        s.choice[d] = call->space->axes[d].dimension.kind == CR_CHOICES;
    CR_GO(gather(&s, err));
    cr_warp(s.targets, s.n);
    CR_GO(fit(&s, hyper, err));
    CR_GO(condition(&s, hyper, err));
    if (s.failures > 0)
        CR_GO(cr_success_new(&s.success, s.dims, s.choice, s.points, s.n, s.failed, s.failures, err));
    CR_GO(propose(&s, unit, err));
done:
    cr_process_free(s.process);
    cr_success_free(s.success);
    free(s.points);
    free(s.targets);
    return status;
}

const struct cr_sampler cr_sampler_gp = {
    .entry = {.name = "gp",
              .help =
                  "Gaussian process over ranges, choices and branches; most expected improvement (Jones et al. 1998)"},
    .suggest = suggest,
};
