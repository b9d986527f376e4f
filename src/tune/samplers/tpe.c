/*
 * tpe: the tree-structured Parzen estimator (Bergstra et al. 2011). The trials are divided into the best few and the
 * others, each a density of kernels, one about every trial and a wide one for the whole range; of some draws from the
 * good density l the one with the largest l / g is taken, g being that of the others. A dimension without a value
 * counts only the trials that have one.
 *
 * With `multivariate` a kernel covers all dimensions at once (Falkner et al. 2018), else each dimension stands alone.
 */
#include "tune/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tpe {
    bool multivariate;
    int64_t start, draws;
    double gamma;
};

enum { BEST_MOST = 25 };

static const double log_root_2pi = 0.9189385332046727, root_half = 0.7071067811865476;

static const struct cr_option options[] = {
    CR_BOOL("multivariate", struct tpe, multivariate, .def = true,
            .help = "one density over all dimensions together, not one for each"),
    CR_INT("start", struct tpe, start, .min = 1, .max = 1000, .def = 10, .help = "even draws before it begins"),
    CR_INT("draws", struct tpe, draws, .min = 1, .max = 10000, .def = 24, .help = "from the good density"),
    CR_FLOAT("gamma", struct tpe, gamma, .min = 0.01, .max = 0.5, .def = 0.1,
             .help = "share of the trials that counts as good, at most 25 trials"),
    {0},
};

/* One kernel a trial, and as number n the prior: the whole range. */
struct density {
    const struct cr_space *space;
    int n;
    const struct cr_seen **trials; /* [n] */
    double *widths;                /* [n + 1][dims] */
};

/* ------------------------------------------------------------------------------------------------------------- widths
 */

struct place {
    double at;
    int index;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at ? 1 : x->index - y->index;
}

/* A kernel is as wide as the gap to its farther neighbour; the prior, in the middle, is one of them. */
static void width_by_gaps(struct density *q, int d, struct place *places)
{
    int dims = q->space->count, count = 0;
    for (int i = 0; i < q->n; i++)
        if (!isnan(q->trials[i]->unit[d]))
            places[count++] = (struct place){q->trials[i]->unit[d], i};
    places[count++] = (struct place){0.5, q->n};
    qsort(places, (size_t)count, sizeof *places, by_place);
    double least = 1.0 / fmin(100, 1 + count);
    for (int k = 0; k < count; k++) {
        double left = k > 0 ? places[k].at - places[k - 1].at : places[k].at;
        double right = k + 1 < count ? places[k + 1].at - places[k].at : 1 - places[k].at;
        q->widths[(long)places[k].index * dims + d] = fmin(fmax(fmax(left, right), least), 1);
    }
    q->widths[(long)q->n * dims + d] = 1;
}

/* The rule of Scott (1992) on a fifth of the range, as Optuna has it: all alike, narrower with more trials. */
static void width_by_count(struct density *q, int d)
{
    int dims = q->space->count;
    double width = fmax(0.2 * pow(q->n + 1, -1.0 / (dims + 4)), 0.02);
    for (int i = 0; i < q->n; i++)
        q->widths[(long)i * dims + d] = width;
    q->widths[(long)q->n * dims + d] = 1;
}

static enum cr_status density_new(struct density *q, const struct cr_space *space, const struct cr_seen **trials, int n,
                                  bool multivariate, struct cr_error *err)
{
    *q = (struct density){.space = space, .n = n, .trials = trials};
    struct place *places = malloc((size_t)(n + 1) * sizeof *places);
    q->widths = calloc((size_t)(n + 1) * (size_t)space->count, sizeof *q->widths);
    if (!places || !q->widths) {
        free(places);
        free(q->widths);
        q->widths = NULL;
        return cr_fail_memory(err);
    }
    for (int d = 0; d < space->count; d++)
        if (multivariate)
            width_by_count(q, d);
        else
            width_by_gaps(q, d, places);
    free(places);
    return CR_OK;
}

/* --------------------------------------------------------------------------------------------------------- densities
 */

static double normal_cdf(double z)
{
    return 0.5 * erfc(-z * root_half);
}

/* log of kernel i in dimension d: a normal density cut to 0..1, or a choice's own share; even where it has no value. */
static double kernel(const struct density *q, int i, int d, double x)
{
    const struct cr_dimension *dimension = &q->space->axes[d].dimension;
    double centre = i < q->n ? q->trials[i]->unit[d] : 0.5, width = q->widths[(long)i * q->space->count + d];
    if (dimension->kind == CR_CHOICES) {
        bool even = i == q->n || isnan(centre);
        double others = even ? 1 : fmin(width, 1) * 0.5; /* the share that is spread over all */
        return log(others / dimension->count + (even ? 0 : (1 - others) * (x == centre)));
    }
    if (isnan(centre) || i == q->n)
        return 0;
    double z = (x - centre) / width;
    return -z * z / 2 - log_root_2pi - log(width * (normal_cdf((1 - centre) / width) - normal_cdf(-centre / width)));
}

static double log_sum(double a, double b)
{
    double most = fmax(a, b);
    return isinf(most) ? most : most + log(exp(a - most) + exp(b - most));
}

static bool counts(const struct density *q, int i, int d)
{
    return i == q->n || !isnan(q->trials[i]->unit[d]);
}

/* The log density at a snapped point. */
static double density_at(const struct density *q, const double *point, bool multivariate)
{
    int dims = q->space->count;
    double total = multivariate ? -(double)INFINITY : 0;
    if (!multivariate) {
        for (int d = 0; d < dims; d++) {
            double sum = -(double)INFINITY;
            int used = 0;
            for (int i = 0; i <= q->n && !isnan(point[d]); i++)
                if (counts(q, i, d)) {
                    sum = log_sum(sum, kernel(q, i, d, point[d]));
                    used++;
                }
            total += used ? sum - log(used) : 0;
        }
        return total;
    }
    for (int i = 0; i <= q->n; i++) {
        double product = 0;
        for (int d = 0; d < dims; d++)
            product += isnan(point[d]) ? 0 : kernel(q, i, d, point[d]);
        total = log_sum(total, product);
    }
    return total - log(q->n + 1);
}

static double draw_axis(const struct density *q, int i, int d, struct cr_random *random)
{
    const struct cr_dimension *dimension = &q->space->axes[d].dimension;
    double centre = i < q->n ? q->trials[i]->unit[d] : (double)NAN, even = cr_sampler_uniform_axis(dimension, random);
    double width = q->widths[(long)i * q->space->count + d], x = even;
    if (isnan(centre))
        return even;
    if (dimension->kind == CR_CHOICES)
        return cr_random_uniform(random) < fmin(width, 1) * 0.5 ? even : centre;
    for (int k = 0; k < 100; k++)
        if ((x = centre + width * cr_random_normal(random)) >= 0 && x <= 1)
            return x;
    return even;
}

static void draw(const struct density *q, bool multivariate, struct cr_random *random, double *raw)
{
    int all = (int)cr_random_below(random, (uint64_t)q->n + 1);
    for (int d = 0; d < q->space->count; d++) {
        int i = multivariate ? all : (int)cr_random_below(random, (uint64_t)q->n + 1);
        raw[d] = draw_axis(q, i, d, random);
    }
}

/* ------------------------------------------------------------------------------------------------------------ sampler
 */

static int by_value(const void *a, const void *b)
{
    const struct cr_seen *x = *(const struct cr_seen *const *)a, *y = *(const struct cr_seen *const *)b;
    double of_x = x->state == CR_SEEN_VALUE ? x->value : (double)INFINITY;
    double of_y = y->state == CR_SEEN_VALUE ? y->value : (double)INFINITY;
    if (of_x != of_y)
        return of_x < of_y ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void choose(const struct cr_sampler_call *call, const struct density *good, const struct density *other,
                   double *unit)
{
    const struct tpe *o = call->options;
    struct cr_random random = cr_sampler_stream(call, 0);
    double best = -(double)INFINITY, raw[CR_SPACE_MOST], point[CR_SPACE_MOST];
    bool found = false;
    for (int64_t i = 0; i < 10 * o->draws && (i < o->draws || !found); i++) {
        draw(good, o->multivariate, &random, raw);
        memcpy(point, raw, (size_t)call->space->count * sizeof *raw);
        cr_space_snap(call->space, point);
        double score = density_at(good, point, o->multivariate) - density_at(other, point, o->multivariate);
        bool is_new = cr_sampler_is_new(call, point);
        if (is_new && (!found || score > best)) {
            best = score;
            found = true;
            memcpy(unit, raw, (size_t)call->space->count * sizeof *raw);
        }
    }
    if (!found)
        cr_space_draw(call->space, &random, unit);
}

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    const struct tpe *o = call->options;
    enum cr_status status = CR_OK;
    struct density good = {0}, other = {0};
    if (cr_sampler_values(call) < o->start) {
        struct cr_random random = cr_sampler_stream(call, 0);
        cr_space_draw(call->space, &random, unit);
        return CR_OK;
    }
    const struct cr_seen **trials = malloc((size_t)call->count * sizeof *trials);
    if (!trials)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < call->count; i++)
        trials[i] = &call->seen[i];
    qsort(trials, (size_t)call->count, sizeof *trials, by_value); /* under way or failed: with the others, at the end */
    int count = (int)call->count, values = (int)cr_sampler_values(call);
    int best = (int)fmin(ceil(o->gamma * values), BEST_MOST);
    CR_GO(density_new(&good, call->space, trials, best, o->multivariate, err));
    CR_GO(density_new(&other, call->space, trials + best, count - best, o->multivariate, err));
    choose(call, &good, &other, unit);
done:
    free(good.widths);
    free(other.widths);
    free(trials);
    return status;
}

const struct cr_sampler cr_sampler_tpe = {
    .entry = {.name = "tpe",
              .help = "densities of good and of other trials, and their ratio (Bergstra et al. 2011)",
              .options = options},
    .suggest = suggest,
};
