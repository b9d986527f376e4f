/*
 * Activations and maxima, number by number, by every instruction set: what comes out is exact, NaN stays, ties go to
 * the first.
 */
#include "kernel_case.h"

#include <math.h>

static const char *const activations[] = {
    [CR_ACTIVATION_none] = "none",
#define CR_ACTIVATION(name, word, from) word,
#include "kernels/activations.def"
#undef CR_ACTIVATION
};

enum { COUNT = 37 };

static void check_nan(const struct cr_kernels *kernels)
{
    float x[COUNT], y[COUNT], dy[COUNT], dx[COUNT];
    for (int i = 0; i < COUNT; i++) {
        x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? -1 : 2;
        dy[i] = (float)i;
    }
    struct cr_unary_args relu = {.batch = 1, .size = COUNT, .x = x, .y = y, .dy = dy, .dx = dx};
    run_parts(&kernels->relu_forward, &relu);
    run_parts(&kernels->relu_backward, &relu);
    for (int i = 0; i < COUNT; i++) {
        assert_true(i % 3 == 0 ? isnan(y[i]) : y[i] == (i % 3 == 1 ? 0 : 2));
        assert_true(dx[i] == (i % 3 == 1 ? 0 : (float)i));
    }
    /* In place. */
    relu.y = x;
    run_parts(&kernels->relu_forward, &relu);
    for (int i = 0; i < COUNT; i++)
        assert_true(isnan(y[i]) ? isnan(x[i]) : x[i] == y[i]);
}

static void nan_stays(void **state)
{
    (void)state;
    for_each_cpu(check_nan);
}

/*
 * Activations number by number, from -20 to 20 and near 0: to 2e-6 of what the library's functions give in double, and
 * to 1e-6 of the largest near a zero of the function (silu and gelu's slopes have one). The ends and NaN are right.
 */
static void check_activation(const struct cr_kernels *kernels, enum cr_activation kind)
{
    enum { POINTS = 8003, ENDS = 5 };
    static float x[POINTS], y[POINTS], dx[POINTS], one[POINTS];
    static double x_exact[POINTS], y_exact[POINTS], dx_exact[POINTS], one_exact[POINTS];
    const float ends[ENDS] = {-1000, -100, 0, 100, 1000};
    struct cr_kernels precise;
    assert_int_equal(cr_kernels_choose(&precise, NULL, CR_F64, NULL), CR_OK);
    for (int i = 0; i < POINTS; i++) {
        double wide = (i - POINTS / 2) * 40.0 / POINTS;
        x[i] = i < ENDS ? ends[i] : i % 3 ? (float)wide : (float)(wide * 1e-4);
        x_exact[i] = x[i];
        one[i] = 1, one_exact[i] = 1;
    }
    struct cr_activation_args a = {.batch = 1, .size = POINTS, .curve = {kind, 0.25}};
    struct cr_activation_args exact = a;
    bool by_result = cr_curve_by_result(a.curve);
    a.x = x, a.y = y, a.from = by_result ? y : x, a.dy = one, a.dx = dx;
    exact.x = x_exact, exact.y = y_exact, exact.from = by_result ? y_exact : x_exact;
    exact.dy = one_exact, exact.dx = dx_exact;
    run_parts(&kernels->activation_forward, &a);
    run_parts(&precise.activation_forward, &exact);
    for (int i = 0; i < POINTS; i++) {
        if (!(fabs(y[i] - y_exact[i]) <= 2e-6 * fabs(y_exact[i]) + 1e-11))
            fail_msg("%s, %s(%g) is %.9g, should be %.9g", kernels->name, activations[kind], x[i], y[i], y_exact[i]);
        y_exact[i] = y[i];
    }
    run_parts(&kernels->activation_backward, &a);
    run_parts(&precise.activation_backward, &exact);
    for (int i = 0; i < POINTS; i++)
        if (!(fabs(dx[i] - dx_exact[i]) <= 2e-6 * fabs(dx_exact[i]) + 2e-7))
            fail_msg("%s, the slope of %s at %g is %.9g, should be %.9g", kernels->name, activations[kind], x[i], dx[i],
                     dx_exact[i]);
    for (int i = 0; i < POINTS; i++)
        x[i] = NAN;
    run_parts(&kernels->activation_forward, &a);
    run_parts(&kernels->activation_backward, &a);
    for (int i = 0; i < POINTS; i++)
        assert_true(isnan(y[i]) && (isnan(dx[i]) || kind == CR_ACTIVATION_relu || kind == CR_ACTIVATION_leaky_relu ||
                                    kind == CR_ACTIVATION_elu || kind == CR_ACTIVATION_selu));
}

static void check_activations(const struct cr_kernels *kernels)
{
    for (int kind = CR_ACTIVATION_none + 1; kind < ACTIVATIONS; kind++)
        check_activation(kernels, (enum cr_activation)kind);
}

static void activations_are_exact(void **state)
{
    (void)state;
    for_each_cpu(check_activations);
}

/* One window over four pixels, for each channel: the first of equals, a NaN before all, and minus infinity too. */
static void check_maxpool(const struct cr_kernels *kernels)
{
    const float inf = INFINITY;
    const float columns[][4] = {{1, 3, 3, 2}, {5, NAN, 9, NAN}, {-inf, -inf, -inf, -inf}, {-2, -1, -3, -4}};
    const int32_t expected[] = {1, 1, 0, 1};
    float x[4][COUNT], y[COUNT];
    int32_t index[COUNT];
    for (int p = 0; p < 4; p++)
        for (int c = 0; c < COUNT; c++)
            x[p][c] = columns[c % 4][p];
    struct cr_pool_args a = {.batch = 1,
                             .height = 2,
                             .width = 2,
                             .channels = COUNT,
                             .out_height = 1,
                             .out_width = 1,
                             .kernel_height = 2,
                             .kernel_width = 2,
                             .stride = 1,
                             .x = x,
                             .y = y,
                             .index = index};
    run_parts(&kernels->maxpool_forward, &a);
    for (int c = 0; c < COUNT; c++) {
        assert_int_equal(index[c], expected[c % 4]);
        assert_memory_equal(&y[c], &columns[c % 4][expected[c % 4]], sizeof *y);
    }
}

/* The same of three pieces. */
static void check_maxout(const struct cr_kernels *kernels)
{
    const float inf = INFINITY;
    const float pieces[][3] = {{1, 3, 3}, {5, NAN, 9}, {-inf, -inf, -inf}, {-2, -3, -1}, {NAN, NAN, 1}};
    const int32_t expected[] = {1, 1, 0, 2, 0};
    float x[3][COUNT], y[COUNT];
    int32_t index[COUNT];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < COUNT; j++)
            x[i][j] = pieces[j % 5][i];
    struct cr_maxout_args a = {.batch = 1, .pixels = 1, .outputs = COUNT, .pieces = 3, .x = x, .y = y, .index = index};
    run_parts(&kernels->maxout_forward, &a);
    for (int j = 0; j < COUNT; j++) {
        assert_int_equal(index[j], expected[j % 5]);
        assert_memory_equal(&y[j], &pieces[j % 5][expected[j % 5]], sizeof *y);
    }
}

static void the_first_maximum_is_taken(void **state)
{
    (void)state;
    for_each_cpu(check_maxpool);
    for_each_cpu(check_maxout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nan_stays),
        cmocka_unit_test(activations_are_exact),
        cmocka_unit_test(the_first_maximum_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
