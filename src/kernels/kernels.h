/*
 * The kernel table: all arithmetic over the network's tensors, on raw arrays.
 *
 * A kernel is a sequence of phases. A phase is cut into parts, by the shapes alone, never by the number of threads: any
 * thread may run any part, all parts of a phase end before the next phase begins, and the result is bit for bit the
 * same. A sum that crosses parts is made of one partial a part in `shared`, added in order by a later phase.
 *
 *     ref/   plain C, compiled for float and for double: the specification; and once per instruction set, which makes
 *            every kernel at least as fast as the compiler's own vectors
 *     simd/  faster versions of what matters, in GNU vector extensions, compiled once per instruction set; they
 * override
 *
 * The arguments of all begin with `batch`, the number of samples N of this run, which may be smaller than the planned
 * one. Pointers are to float, or to double in the table for double. Layouts: activations N H W C, filters KH KW C F,
 * dense weights I O. Where `add` is set the result is added to what is there, else it is stored. Kernels cannot fail.
 */
#ifndef CR_KERNELS_KERNELS_H
#define CR_KERNELS_KERNELS_H

#include <cradle/kernels.h>

struct cr_work {
    const void *args;
    int64_t part;
    void *shared;  /* `shared` bytes, one block for all parts and phases, 64-byte aligned, not cleared */
    void *scratch; /* `scratch` bytes of this thread alone, 64-byte aligned, not cleared */
};

#define CR_PHASES 3

/*
 * Several kernels may compute the same in different ways (simd/ways.def), each for the shapes that it takes. The least
 * cost wins: an estimate from the shape alone by constants that were measured once, never by the clock at run time.
 */
struct cr_kernel {
    bool moments;    /* leaves the moments that struct cr_finish asks for */
    int constant;    /* phases, the first ones, that read parameters alone, and so do the same each run */
    const char *way; /* "direct", "winograd 4x4"; NULL: there is one */
    bool (*takes)(const void *args);  /* NULL: every shape */
    double (*cost)(const void *args); /* in vector multiply-adds at full speed; NULL: 0 */
    struct cr_phase {
        int64_t (*parts)(const void *args); /* NULL: no such phase */
        void (*run)(const struct cr_work *work);
    } phases[CR_PHASES];
    size_t (*shared)(const void *args); /* bytes for the planned (largest) batch; NULL: 0 */
    size_t (*scratch)(const void *args);
};

/* Keys the random draws of a run: changed before each step, read through a pointer. */
struct cr_step_key {
    uint64_t seed;
    uint64_t step;
};

/* y[n][p][c] = (x[n][p][c] * scale - mean[c]) / deviation[c]; x are bytes where `bytes` is set, else numbers. */
struct cr_input_args {
    int64_t batch, pixels, channels;
    bool bytes;
    double scale;
    const void *const *x; /* to the caller's batch, set before each run */
    const void *mean, *deviation;
    void *y;
};

/* The activations that work number by number; none: y = x. */
enum cr_activation {
    CR_ACTIVATION_none,
#define CR_ACTIVATION(name, word, from) CR_ACTIVATION_##name,
#include "kernels/activations.def"
#undef CR_ACTIVATION
};

/* One of them with its parameter: slope, alpha. */
struct cr_curve {
    enum cr_activation kind;
    double parameter;
};

/* Whether its derivative is told by its result, as activations.def says; else by its input. */
bool cr_curve_by_result(struct cr_curve curve);

/*
 * What a product does to its numbers while they are in the nearest cache, so that no other pass over memory is needed:
 * multiplies them by the scale of their column (not where `add` is set) and adds its bias; adds the residual; stores
 * them to `before`; y = curve(y); y = y back'(of), the way back through the activation `back`, whose result (or input,
 * as activations.def says) is `of`. `residual`, `before` and `of` are arrays like y. NULL, none: not. Kernels that say
 * so also leave the moments of what they stored (moments.h), with extremes and zeros or without.
 */
struct cr_finish {
    const void *scale, *bias, *residual;
    struct cr_curve curve;
    void *before;
    struct cr_curve back;
    const void *of;
    void *moments; /* NULL: not */
    bool extremes;
};

/*
 * y[n][o] = sum_i x[n][i] w[i][o]
 * forward writes y; backward_data writes x (as dx) from y (as dy) and w; backward_weights writes w (as dw) from x and
 * y.
 */
struct cr_dense_args {
    int64_t batch, inputs, outputs;
    bool add;
    void *x, *w, *y;
    struct cr_finish finish; /* of y forward, of x backward */
    void *db;                /* backward_weights: db[o] = sum_n y[n][o] where it is given */
    bool add_db;
};

/*
 * y[n][i][j][f] = sum_{a,b,c} x[n][i*stride + a - pad_top][j*stride + b - pad_left][c] w[a][b][c][f], x outside is 0
 * which is written: as for dense.
 */
struct cr_conv_args {
    int64_t batch, height, width, channels;
    int64_t out_height, out_width, filters;
    int64_t kernel_height, kernel_width, stride, pad_top, pad_left;
    int64_t groups; /* 1 but in group_conv; divides channels and filters: w is [KH][KW][C / groups][F] */
    bool add;
    void *x, *w, *y;
    struct cr_finish finish; /* these three as for dense */
    void *db;
    bool add_db;
};

/* forward: y[n][p][c] = x[n][p][c] + b[c]. backward: b[c] = sum_{n,p} y[n][p][c] (db from dy). */
struct cr_bias_args {
    int64_t batch, pixels, channels;
    const void *x;
    void *b, *y;
    bool add;
};

/* The moments (moments.h), with extremes and zeros, of x: `pixels` rows a sample, or `rows` whatever the batch. */
struct cr_moments_args {
    int64_t batch, pixels, channels, rows;
    const void *x;
    void *moments;
};

/*
 * bins[b] = how many of every `stride`-th of x's numbers (`size` a sample, or `count` whatever the batch) fall into bin
 * b. Where low < high, bins of equal width from low to high, what lies outside in the first and the last. Else by size:
 * bin CR_HISTOGRAM_ZERO holds what is smaller than 2^CR_HISTOGRAM_LEAST, those above it x in 2^k..2^(k+1) for rising k,
 * those below it negative x alike; what is larger lies in the first and the last. NaNs are counted in
 * bins[CR_HISTOGRAM_BINS].
 */
enum { CR_HISTOGRAM_ZERO = CR_HISTOGRAM_BINS / 2, CR_HISTOGRAM_LEAST = -24 };
struct cr_histogram_args {
    int64_t batch, size, count, stride;
    double low, high;
    const void *x;
    int64_t *bins;
};

/* y = a + b, `size` numbers a sample */
struct cr_add_args {
    int64_t batch, size;
    const void *a, *b;
    void *y;
};

/* y[r][c] = x[r][c] of rows that lie `x_stride` and `y_stride` numbers apart; `rows` of a sample */
struct cr_columns_args {
    int64_t batch, rows, columns, x_stride, y_stride;
    const void *x;
    void *y;
    bool add;
};

/* y = x, or y += x */
struct cr_copy_args {
    int64_t batch, size;
    const void *x;
    void *y;
    bool add;
};

/* forward: y = f(x). backward: dx = f'(.) dy, from y (relu, softmax). `size` numbers a sample. */
struct cr_unary_args {
    int64_t batch, size;
    const void *x;
    void *y;
    const void *dy;
    void *dx;
    bool add;
};

/* forward: y = f(x). backward: dx = f' dy, with f' from y or from x as the list says. */
struct cr_activation_args {
    int64_t batch, size;
    struct cr_curve curve;
    const void *x;
    void *y;
    const void *from, *dy;
    void *dx;
    bool add;
};

/*
 * forward: y = x <= 0 ? slope[c] x : x. backward: dx = x <= 0 ? slope[c] dy : dy; dx may be NULL, or dy's own memory;
 * dslope[c] = sum of x dy over n and p where x <= 0
 */
struct cr_prelu_args {
    int64_t batch, pixels, channels;
    const void *x, *slope;
    void *y;
    const void *dy;
    void *dx, *dslope;
    bool add; /* to dx */
};

/*
 * x [n][p][pieces][outputs]. forward: y[n][p][j] = max_i x[n][p][i][j] and index[n][p][j], the first i that has it; a
 * NaN is a maximum. backward: dx[n][p][i][j] = index[n][p][j] == i ? dy[n][p][j] : 0
 */
struct cr_maxout_args {
    int64_t batch, pixels, outputs, pieces;
    const void *x;
    void *y;
    int32_t *index;
    const void *dy;
    void *dx;
    bool add;
};

/*
 * Windows as in conv; what lies outside the picture does not count (average: divides by the pixels inside).
 * maxpool_forward also writes index[n][i][j][c], the place of the maximum in its sample's plane (h * W + w), the first
 * in reading order where several are equal; a NaN is a maximum.
 * maxpool_backward takes dy back through the activation `back` of the picture's numbers first, by y: it must be one
 * whose derivative is told by its result.
 */
struct cr_pool_args {
    int64_t batch, height, width, channels;
    int64_t out_height, out_width, kernel_height, kernel_width, stride, pad_top, pad_left;
    const void *x;
    void *y;
    int32_t *index;
    const void *dy;
    void *dx;
    bool add;
    struct cr_curve back;
};

/* forward: y[n][p][c] = x[n][p][c] s[n][c] (and dx from dy). sum: s[n][c] = sum_p x[n][p][c] y[n][p][c] (ds from x, dy)
 */
struct cr_gate_args {
    int64_t batch, pixels, channels;
    const void *x;
    void *s, *y;
    bool add;
};

/*
 * y [N][H scale][W scale][C] from x [N][H][W][C]. Output pixel i lies at (i + 0.5) / scale - 0.5 of the input, along
 * both sides; it takes the nearest pixel, or mixes the two beside it (`bilinear`; at the border there is one).
 */
struct cr_upsample_args {
    int64_t batch, height, width, channels, scale;
    bool bilinear;
    const void *x;
    void *y;
    const void *dy;
    void *dx;
    bool add;
};

/*
 * y = keep ? x / (1 - rate) : 0, the same function forward and backward (Srivastava et al. 2014, inverted). Sample n
 * draws from the stream (key->seed, CR_RANDOM_DROPOUT, key->step, n | node << 32), one 32-bit word a number, in order;
 * it is kept where word >= rate * 2^32.
 */
struct cr_dropout_args {
    int64_t batch, size, node;
    double rate;
    const struct cr_step_key *key;
    const void *x;
    void *y;
    bool add;
};

/* The same for whole units, x [n][pixels][units]: one word a unit of each sample, in order. */
struct cr_dropout_units_args {
    int64_t batch, pixels, units, node;
    double rate;
    const struct cr_step_key *key;
    const void *x;
    void *y;
    bool add;
};

/*
 * Ioffe & Szegedy 2015, over n and p for each c: m = mean x, v = mean (x - m)^2, xhat = (x - m) / sqrt(v + epsilon),
 * y = curve(xhat scale[c] + shift[c] + residual), without residual where that is not given.
 * train  takes m and v from the moments of x where they are given,
 *        writes y, mean, inverse (= 1 / sqrt(v + epsilon)) and moves running_mean, running_variance (unbiased) by
 *        r += momentum (batch - r)
 * apply  writes y from mean and inverse, the same numbers as train did
 * infer  writes y from running_mean, running_variance
 * backward writes dx, dscale = sum dy xhat, dshift = sum dy from x, dy, mean, inverse; dx may be NULL. dy goes
 * back through the curve first, by y, or for one that is told from its input by x, scale, shift and residual;
 * dresidual, where given, gets this dy; dx or dresidual may be dy's own memory
 */
struct cr_batchnorm_args {
    int64_t batch, pixels, channels;
    double momentum, epsilon;
    const void *x, *scale, *shift;
    void *y, *mean, *inverse, *running_mean, *running_variance;
    const void *dy;
    void *dx, *dscale, *dshift;
    bool add; /* to dx */
    const void *moments;
    const void *residual;
    struct cr_curve curve;
    void *dresidual;
    bool add_dresidual;
};

/*
 * A batch norm in use as what a product does to its numbers: factor[c] = scale[c] / sqrt(running_variance[c] +
 * epsilon), offset[c] = (bias[c] - running_mean[c]) factor[c] + shift[c]; bias may be NULL, then it is 0.
 */
struct cr_fold_args {
    int64_t batch, channels;
    double epsilon;
    const void *bias, *scale, *shift, *running_mean, *running_variance;
    void *factor, *offset;
};

/*
 * Wu & He 2018, for each n and each group of channels / groups channels g, over p and the group's c: m = mean x,
 * v = mean (x - m)^2, xhat = (x - m) / sqrt(v + epsilon), y = xhat scale[c] + shift[c].
 * forward  writes y, mean[n][g], inverse[n][g] (= 1 / sqrt(v + epsilon))
 * backward writes dx, dscale = sum dy xhat, dshift = sum dy from x, dy, mean, inverse; dx may be NULL, or dy's own
 * memory
 */
struct cr_groupnorm_args {
    int64_t batch, pixels, channels, groups;
    double epsilon;
    const void *x, *scale, *shift;
    void *y, *mean, *inverse;
    const void *dy;
    void *dx, *dscale, *dshift;
    bool add; /* to dx */
};

/*
 * p = softmax(x); loss[n] = -sum_k t[n][k] log p[n][k], with t one-hot of labels[n], or `soft` [n][k]; then
 * t[k] = weights[k] ((1 - smoothing) t[k] + smoothing / classes).
 * backward: dx[n][k] = dloss[n] (p[n][k] sum_j t[n][j] - t[n][k])
 */
struct cr_cross_entropy_args {
    int64_t batch, classes;
    const void *x;
    const int32_t *labels; /* either */
    const void *soft;      /* or */
    double smoothing;
    const double *weights; /* [classes]; NULL: 1 */
    void *p, *loss;
    const void *dloss;
    void *dx;
    bool add;
};

/*
 * p = softmax(x / T); loss[n] = (1 - weight) base[n] + weight T sum_k q[n][k] (log q[n][k] - log p[n][k]); where *q
 * is NULL it is base[n]. backward: db = (1 - weight) dloss, dx = dloss weight (p sum_j q[j] - q)
 */
struct cr_distill_args {
    int64_t batch, classes;
    double weight, temperature;
    const void *const *q; /* to what the batch brings, set before each run */
    const void *base, *x;
    void *p, *loss;
    const void *dloss;
    void *dbase, *dx;   /* either may be NULL: not wanted */
    bool add_base, add; /* to dbase, to dx */
};

/* loss[n] = sum_{j != y} max(0, x[n][j] - x[n][y] + margin), y = labels[n]; or where `hardest`, its largest term */
struct cr_hinge_args {
    int64_t batch, classes;
    double margin;
    bool hardest;
    const void *x;
    const int32_t *labels;
    void *loss;
    const void *dloss;
    void *dx;
    bool add;
};

/* loss[n] = the mean of d(x[n][k], t[n][k]) over k (ref/distance.c), with t one-hot of labels[n], or `soft` [n][k] */
enum cr_distance { CR_DISTANCE_SQUARED, CR_DISTANCE_HUBER, CR_DISTANCE_LOGISTIC };
struct cr_distance_args {
    int64_t batch, size;
    enum cr_distance kind;
    double delta; /* of huber */
    const void *x;
    const int32_t *labels; /* either */
    const void *soft;      /* or */
    void *loss;
    const void *dloss;
    void *dx;
    bool add;
};

/* y[n][i] = value / batch */
struct cr_fill_args {
    int64_t batch, size;
    double value;
    void *y;
};

/*
 * One update of `count` parameters; the first `decayed` of them also decay. `batch` is not used.
 * classic decay:   g += decay w;  m = momentum m + g;  w -= lr (nesterov ? g + momentum m : m)     (PyTorch's form)
 * decoupled decay: w -= lr decay w first, then the same without decay (Loshchilov & Hutter 2019)
 */
struct cr_sgd_args {
    int64_t batch, count, decayed;
    const struct cr_sgd_rates {
        double lr, momentum, decay;
        bool nesterov, decoupled;
    } * rates;
    void *w, *m; /* m may be NULL where momentum is 0 */
    const void *g;
};

/*
 * m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
 * w -= lr (m / correction1) / (sqrt(v / correction2) + epsilon), correction_i = 1 - beta_i^step (Kingma & Ba 2015)
 */
struct cr_adam_args {
    int64_t batch, count, decayed;
    const struct cr_adam_rates {
        double lr, beta1, beta2, epsilon, decay, correction1, correction2;
        bool decoupled;
    } * rates;
    void *w, *m, *v;
    const void *g;
};

/*
 * v = memory v + fresh g^2;  m = momentum m + g / (sqrt(v) + epsilon);  w -= lr m; decay as for sgd. With `mean`:
 * mean = memory mean + fresh g, and v - mean^2 in the place of v under the root
 */
struct cr_rmsprop_args {
    int64_t batch, count, decayed;
    const struct cr_rmsprop_rates {
        double lr, memory, fresh, epsilon, momentum, decay;
        bool decoupled;
    } * rates;
    void *w, *m, *v, *mean; /* m may be NULL where momentum is 0 and there is no mean; so may mean */
    const void *g;
};

/* w -= lr sign(beta1 m + (1 - beta1) g);  m = beta2 m + (1 - beta2) g; decay as for sgd (Chen et al. 2023) */
struct cr_lion_args {
    int64_t batch, count, decayed;
    const struct cr_lion_rates {
        double lr, beta1, beta2, decay;
        bool decoupled;
    } * rates;
    void *w, *m;
    const void *g;
};

/*
 * Of one tensor: m and v as for adam, r = (m / correction1) / (sqrt(v / correction2) + epsilon) + decay w,
 * w -= lr |w| / |r| r; without `adapt` no decay, and the quotient is 1 (You et al. 2020)
 */
struct cr_lamb_args {
    int64_t batch, count;
    bool adapt;
    const struct cr_lamb_rates {
        double lr, beta1, beta2, epsilon, decay, correction1, correction2;
    } * rates;
    void *w, *m, *v;
    const void *g;
};

/*
 * begin: m = momentum m + (1 - momentum) g;  u = nesterov ? momentum m + (1 - momentum) g : m;  x = u / (|u| + 1e-7)
 * end: w -= lr decay w;  w -= lr scale x (K. Jordan 2024)
 */
struct cr_muon_args {
    int64_t batch, count;
    double scale;
    const struct cr_muon_rates {
        double lr, momentum, decay;
        bool nesterov;
        struct cr_adam_rates rest; /* of what is no matrix */
    } * rates;
    void *w, *m, *x;
    const void *g;
};

/* b = 3.4445 I - 4.7750 a + 2.0315 aa, each [size][size] */
struct cr_muon_blend_args {
    int64_t batch, size;
    const void *a, *aa;
    void *b;
};

/* g *= min(1, norm / (|g| + 1e-6)) where norm > 0; then each g is held within -value..value where value > 0 */
struct cr_clip_args {
    int64_t batch, count;
    double norm, value;
    void *g;
};

/* y = keep y + share x */
struct cr_mix_args {
    int64_t batch, count;
    const struct cr_mix_rates {
        double keep, share;
    } * rates;
    const void *x;
    void *y;
};

/* g += l1 sign(w) */
struct cr_lasso_args {
    int64_t batch, count;
    double l1;
    const void *w;
    void *g;
};

/* each column of w [rows][columns] is scaled down to the norm `most` where it is longer */
struct cr_max_norm_args {
    int64_t batch, rows, columns;
    double most;
    void *w;
};

/* Another way of a kernel of the table. */
struct cr_way {
    size_t place; /* of that kernel in the table */
    const struct cr_kernel *kernel;
};

struct cr_kernels {
    const char *name;          /* "ref", "baseline", "avx2", "avx512", "neon" */
    const struct cr_way *ways; /* end at the first without kernel; NULL: none */
#define CR_KERNEL(name, args) struct cr_kernel name;
#include "kernels/kernels.def"
#undef CR_KERNEL
};

/*
 * Fills the table: for float by the instruction set `cpu` (NULL: the best that this machine has), for double always
 * ref. Fails where this machine or build does not have it, naming those that it has.
 */
enum cr_status cr_kernels_choose(struct cr_kernels *kernels, const char *cpu, enum cr_dtype dtype,
                                 struct cr_error *err);

/* The way that costs least for these arguments, of `kernel` of the table. */
const struct cr_kernel *cr_kernel_best(const struct cr_kernels *kernels, const struct cr_kernel *kernel,
                                       const void *args);

/* The name of one of the table's kernels. */
const char *cr_kernel_name(const struct cr_kernels *kernels, const struct cr_kernel *kernel);

#endif
