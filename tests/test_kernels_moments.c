/*
 * Means and variances keep their digits beside large numbers, by every instruction set.
 */
#include "kernel_case.h"

#include <math.h>

#include "kernels/moments.h"

/* A large mean must not cost the variance its digits. */
static void check_batchnorm(const struct cr_kernels *kernels)
{
    enum { PIXELS = 4096, CHANNELS = 2 };
    static float x[PIXELS][CHANNELS], y[PIXELS][CHANNELS];
    float mean[CHANNELS], inverse[CHANNELS], running[2][CHANNELS] = {{0}}, ones[CHANNELS] = {1, 1};
    for (int p = 0; p < PIXELS; p++) {
        x[p][0] = 10000 + (p % 2 ? 1.0F : -1.0F);
        x[p][1] = p % 2 ? 3.0F : 1.0F;
    }
    struct cr_batchnorm_args a = {.batch = 1,
                                  .pixels = PIXELS,
                                  .channels = CHANNELS,
                                  .momentum = 0.5,
                                  .x = x,
                                  .y = y,
                                  .scale = ones,
                                  .shift = ones,
                                  .mean = mean,
                                  .inverse = inverse,
                                  .running_mean = running[0],
                                  .running_variance = running[1]};
    run_parts(&kernels->batchnorm_train, &a);
    const double means[] = {10000, 2};
    for (int c = 0; c < CHANNELS; c++) {
        assert_true(fabs(mean[c] - means[c]) <= 2e-3);
        assert_true(fabs(inverse[c] - 1) <= 1e-5);
        assert_true(fabs(running[0][c] - means[c] / 2) <= 1e-3);
        assert_true(fabs(running[1][c] - 0.5 * PIXELS / (PIXELS - 1)) <= 1e-5);
        assert_true(fabs(y[1][c] - 2) <= 2e-3);
    }
}

enum { COUNT = 37 };

/* The same for the moments that a convolution leaves, of one channel in all filters and a large bias. */
static void check_moments(const struct cr_kernels *kernels)
{
    enum { SIDE = 50 };
    static float x[SIDE][SIDE], y[SIDE][SIDE][COUNT];
    static char moments[CR_MOMENTS_HEAD + CR_MOMENTS_SLOTS * CR_MOMENTS_FIELDS * COUNT * sizeof(float)];
    float w[COUNT], bias[COUNT];
    assert_int_equal(sizeof moments, cr_moments_size(COUNT, sizeof(float)));
    for (int i = 0; i < SIDE * SIDE; i++)
        x[i / SIDE][i % SIDE] = i % 3 == 0 ? 1.0F : -1.0F;
    for (int f = 0; f < COUNT; f++) {
        w[f] = 1;
        bias[f] = f % 2 == 0 ? 10000 : 1;
    }
    struct cr_conv_args a = {.batch = 1,
                             .height = SIDE,
                             .width = SIDE,
                             .channels = 1,
                             .out_height = SIDE,
                             .out_width = SIDE,
                             .filters = COUNT,
                             .kernel_height = 1,
                             .kernel_width = 1,
                             .stride = 1,
                             .groups = 1,
                             .x = x,
                             .w = w,
                             .y = y,
                             .finish = {.bias = bias, .extremes = true, .moments = moments}};
    run_parts(&kernels->conv_forward, &a);
    const double share = 834.0 / (SIDE * SIDE), mean = 2 * share - 1, variance = 4 * share * (1 - share);
    for (int f = 0; f < COUNT; f++) {
        struct cr_moments_sum sum = cr_moments_sum(moments, CR_F32, COUNT, f, f + 1);
        assert_true(sum.count == SIDE * SIDE);
        assert_true(sum.least == bias[f] - 1 && sum.most == bias[f] + 1);
        assert_true(sum.zeros == (f % 2 == 0 ? 0 : SIDE * SIDE - 834));
        if (!(fabs(sum.mean - bias[f] - mean) <= 5e-3)) /* a float beside 10000 has steps of 1e-3 */
            fail_msg("%s: filter %d: mean %.9g, should be %.9g", kernels->name, f, sum.mean, bias[f] + mean);
        assert_true(fabs(sum.squares / sum.count - variance) <= 1e-3);
    }
}

static void batchnorm_keeps_digits(void **state)
{
    (void)state;
    for_each_cpu(check_batchnorm);
}

static void moments_keep_digits(void **state)
{
    (void)state;
    for_each_cpu(check_moments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batchnorm_keeps_digits),
        cmocka_unit_test(moments_keep_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
