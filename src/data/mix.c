/*
 * Two samples become one, and so do their targets: the network is to answer with two classes at their shares.
 *
 *     mixup   x = l x_i + (1 - l) x_j      (Zhang et al. 2018)
 *     cutmix  x = x_i, but for a box with sides sqrt(1 - l) of the picture's, anywhere, from x_j; l is then the share
 *             that is left of x_i           (Yun et al. 2019)
 *     t = l t_i + (1 - l) t_j              l drawn from Beta(alpha, alpha), once a batch
 *
 * The first sample of a batch is paired with the last, the second with the last but one: batches are shuffled, and both
 * of a pair can be made in place. Where both kinds are given, each batch is of one of them, with equal chances.
 */
#include "data/mix.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

static const struct cr_option options[] = {
    CR_FLOAT("mixup", struct cr_mix, mixup, .min = 0, .max = 100,
             .help = "alpha: whole pictures are mixed, 0.2 a little, 1 any shares; 0: none"),
    CR_FLOAT("cutmix", struct cr_mix, cutmix, .min = 0, .max = 100,
             .help = "alpha: a box of one picture is put into the other; 1 is usual; 0: none"),
    CR_FLOAT("p", struct cr_mix, p, .min = 0, .max = 1, .def = 1, .help = "share of the batches that are mixed"),
    {0},
};

enum cr_status cr_mix_read(struct cr_mix *mix, const struct cr_config *config, const struct cr_node *node,
                           struct cr_error *err)
{
    *mix = (struct cr_mix){0};
    if (!node)
        return CR_OK;
    CR_TRY(cr_bind(config, options, node, mix, err));
    if (!cr_mix_is_on(mix))
        return cr_node_fail(node, err, "expected `mixup: 0.2`, `cutmix: 1` or both: neither is above 0");
    return CR_OK;
}

bool cr_mix_is_on(const struct cr_mix *mix)
{
    return mix->mixup > 0 || mix->cutmix > 0;
}

/* ------------------------------------------------------------------------------------------------------------ shares
 */

/*
 * The logarithm of a number drawn from Gamma(alpha, 1): Marsaglia and Tsang 2000, with alpha + 1 and a power of an even
 * number where alpha < 1. The logarithm, because for a small alpha the number itself may be too small for a double.
 */
static double log_gamma_draw(struct cr_random *random, double alpha)
{
    if (alpha < 1) {
        double even = 1 - cr_random_uniform(random);
        return log_gamma_draw(random, alpha + 1) + log(even) / alpha;
    }
    double d = alpha - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = cr_random_normal(random), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(1 - cr_random_uniform(random)) < x * x / 2 + d * (1 - v + log(v)))
            return log(d * v);
    }
}

/* From Beta(alpha, alpha): a / (a + b) with both from Gamma(alpha, 1). */
static double draw_share(struct cr_random *random, double alpha)
{
    double a = log_gamma_draw(random, alpha), b = log_gamma_draw(random, alpha);
    return 1 / (1 + exp(b - a));
}

/* ------------------------------------------------------------------------------------------------------------ mixing
 */

static void blend_bytes(uint8_t *a, uint8_t *b, int64_t count, double share)
{
    int of_a = (int)(share * 65536 + 0.5), of_b = 65536 - of_a;
    for (int64_t i = 0; i < count; i++) {
        int x = a[i], y = b[i];
        a[i] = (uint8_t)((of_a * x + of_b * y + 32768) >> 16);
        b[i] = (uint8_t)((of_a * y + of_b * x + 32768) >> 16);
    }
}

static void blend_numbers(float *a, float *b, int64_t count, double share)
{
    float of_a = (float)share, of_b = (float)(1 - share);
    for (int64_t i = 0; i < count; i++) {
        float x = a[i], y = b[i];
        a[i] = of_a * x + of_b * y;
        b[i] = of_a * y + of_b * x;
    }
}

struct box {
    int64_t top, left, bottom, right;
};

static int64_t clamp(double x, int64_t most)
{
    return x < 0 ? 0 : x > (double)most ? most : (int64_t)x;
}

/* With its middle anywhere, cut to the picture; sets the share that it leaves. */
static struct box draw_box(struct cr_random *random, const struct cr_mixture *m, double *share)
{
    double side = sqrt(1 - *share) / 2;
    double y = cr_random_uniform(random) * (double)m->height, x = cr_random_uniform(random) * (double)m->width;
    struct box box = {.top = clamp(y - side * (double)m->height + 0.5, m->height),
                      .left = clamp(x - side * (double)m->width + 0.5, m->width),
                      .bottom = clamp(y + side * (double)m->height + 0.5, m->height),
                      .right = clamp(x + side * (double)m->width + 0.5, m->width)};
    double area = (double)((box.bottom - box.top) * (box.right - box.left));
    *share = 1 - area / (double)(m->height * m->width);
    return box;
}

static void exchange(uint8_t *a, uint8_t *b, const struct cr_mixture *m, const struct box *box)
{
    size_t pixel = (size_t)m->channels * (m->numbers ? sizeof(float) : 1);
    for (int64_t y = box->top; y < box->bottom; y++) {
        size_t begin = (size_t)(y * m->width + box->left) * pixel,
               end = begin + (size_t)(box->right - box->left) * pixel;
        for (size_t i = begin; i < end; i++) {
            uint8_t byte = a[i];
            a[i] = b[i];
            b[i] = byte;
        }
    }
}

static void mix_pair(const struct cr_mixture *m, int64_t first, int64_t second, double share, const struct box *box)
{
    int64_t numbers = m->height * m->width * m->channels;
    size_t size = (size_t)numbers * (m->numbers ? sizeof(float) : 1);
    uint8_t *a = (uint8_t *)m->samples + (size_t)first * size, *b = (uint8_t *)m->samples + (size_t)second * size;
    if (box)
        exchange(a, b, m, box);
    else if (m->numbers)
        blend_numbers((float *)(void *)a, (float *)(void *)b, numbers, share);
    else
        blend_bytes(a, b, numbers, share);
    blend_numbers(m->targets + first * m->classes, m->targets + second * m->classes, m->classes, share);
}

void cr_mix_batch(const struct cr_mix *mix, struct cr_mixture *mixture, uint64_t seed, int64_t epoch, int64_t number)
{
    struct cr_random random = cr_random_at(seed, CR_RANDOM_MIX, (uint64_t)epoch, (uint64_t)number);
    struct box box;
    if (cr_random_uniform(&random) >= mix->p)
        return;
    bool cut = cr_random_uniform(&random) < (mix->mixup > 0 ? 0.5 : 1) && mix->cutmix > 0;
    double share = draw_share(&random, cut ? mix->cutmix : mix->mixup);
    if (cut)
        box = draw_box(&random, mixture, &share);
    for (int64_t i = 0; i < mixture->count / 2; i++)
        mix_pair(mixture, i, mixture->count - 1 - i, share, cut ? &box : NULL);
}
