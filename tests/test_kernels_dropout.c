/*
 * Dropout takes its random numbers word by word from the stream of (seed, step, sample, op), by every instruction set.
 */
#include "kernel_case.h"

enum { COUNT = 37 };

/* Kept numbers follow the stream of the random numbers word by word. */
static void check_dropout(const struct cr_kernels *kernels)
{
    enum { BATCH = 3 };
    struct cr_step_key key = {UINT64_C(0x123456789abcdef), UINT64_C(0x500000007)};
    float x[BATCH][COUNT], y[BATCH][COUNT];
    for (int i = 0; i < BATCH * COUNT; i++)
        x[i / COUNT][i % COUNT] = 1;
    struct cr_dropout_args a = {.batch = BATCH, .size = COUNT, .node = 4, .rate = 0.25, .key = &key, .x = x, .y = y};
    run_parts(&kernels->dropout, &a);
    for (uint64_t n = 0; n < BATCH; n++) {
        struct cr_random random = cr_random_at(key.seed, CR_RANDOM_DROPOUT, key.step, n | UINT64_C(4) << 32);
        for (int i = 0; i < COUNT; i++)
            assert_true(y[n][i] == (cr_random_u32(&random) >= UINT32_C(1) << 30 ? (float)(1 / 0.75) : 0));
    }
}

static void check_dropout_units(const struct cr_kernels *kernels)
{
    enum { BATCH = 3, PIXELS = 5, UNITS = 7 };
    struct cr_step_key key = {UINT64_C(0x123456789abcdef), UINT64_C(0x500000007)};
    float x[BATCH][PIXELS][UNITS], y[BATCH][PIXELS][UNITS];
    for (int i = 0; i < BATCH * PIXELS * UNITS; i++)
        x[i / (PIXELS * UNITS)][i / UNITS % PIXELS][i % UNITS] = 1;
    struct cr_dropout_units_args a = {
        .batch = BATCH, .pixels = PIXELS, .units = UNITS, .node = 4, .rate = 0.25, .key = &key, .x = x, .y = y};
    run_parts(&kernels->dropout_units, &a);
    for (uint64_t n = 0; n < BATCH; n++) {
        struct cr_random random = cr_random_at(key.seed, CR_RANDOM_DROPOUT, key.step, n | UINT64_C(4) << 32);
        for (int u = 0; u < UNITS; u++) {
            float expected = cr_random_u32(&random) >= UINT32_C(1) << 30 ? (float)(1 / 0.75) : 0;
            for (int p = 0; p < PIXELS; p++)
                assert_true(y[n][p][u] == expected);
        }
    }
}

static void dropout_follows_the_stream(void **state)
{
    (void)state;
    for_each_cpu(check_dropout);
    for_each_cpu(check_dropout_units);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropout_follows_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
