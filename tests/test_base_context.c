/*
 * The context, its memory and its clock.
 */
#include "base/arena.h"
#include "base/context.h"

#include "support.h"

static void arena_blocks(void **state)
{
    (void)state;
    struct cr_arena *arena = cr_arena_new();
    unsigned char *blocks[300];
    for (size_t i = 0; i < 300; i++) {
        size_t size = i * i % 5000;
        blocks[i] = cr_arena_alloc(arena, size);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)i, size);
    }
    for (size_t i = 0; i < 300; i++)
        for (size_t j = 0; j < i * i % 5000; j++)
            assert_int_equal(blocks[i][j], (unsigned char)i);
    assert_string_equal(cr_arena_format(arena, "%s[%d]", cr_arena_text(arena, "model"), 3), "model[3]");
    assert_non_null(cr_arena_alloc(arena, 10 << 20));
    assert_null(cr_arena_alloc(arena, SIZE_MAX - 8));
    cr_arena_free(arena);
    cr_arena_free(NULL);
}

static void collect(void *user, enum cr_log_level level, const char *message)
{
    snprintf(user, 64, "%d %s", (int)level, message);
}

static void *allocate(void *user, size_t size)
{
    ++*(int *)user;
    return aligned_alloc(64, size);
}

static void release(void *user, void *block)
{
    --*(int *)user;
    free(block);
}

static void context_options(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_context *context;
    char line[64] = "";
    int blocks = 0;
    unsetenv("CRADLE_CPU");
    expect_ok(cr_context_new(&context,
                             &(struct cr_context_options){.threads = 3,
                                                          .cpu = "avx2",
                                                          .log = collect,
                                                          .log_user = line,
                                                          .allocate = allocate,
                                                          .release = release,
                                                          .allocate_user = &blocks},
                             &err));
    assert_int_equal(cr_context_threads(context), 3);
    assert_string_equal(cr_context_cpu(context), "avx2");
    cr_log(context, CR_LOG_WARNING, "%.1f files", 2.5);
    assert_string_equal(line, "2 2.5 files");
    void *block = cr_block_alloc(context, 100);
    assert_int_equal(blocks, 1);
    assert_int_equal((uintptr_t)block % 64, 0);
    cr_block_free(context, block);
    cr_block_free(context, NULL);
    assert_int_equal(blocks, 0);
    cr_context_free(context);

    setenv("OMP_NUM_THREADS", "5,2", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_int_equal(cr_context_threads(context), 5);
    assert_null(cr_context_cpu(context));
    cr_log(context, CR_LOG_ERROR, "dropped");
    block = cr_block_alloc(context, 1);
    assert_int_equal((uintptr_t)block % 64, 0);
    cr_block_free(context, block);
    assert_null(cr_block_alloc(context, SIZE_MAX));
    cr_context_free(context);

    setenv("OMP_NUM_THREADS", "many", 1);
    setenv("CRADLE_CPU", "ref", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_in_range(cr_context_threads(context), 1, 1024);
    assert_string_equal(cr_context_cpu(context), "ref");
    cr_context_free(context);
    cr_context_free(NULL);
    unsetenv("OMP_NUM_THREADS");

    setenv("CRADLE_CPU", "avx3", 1);
    expect_error(cr_context_new(&context, NULL, &err), CR_ERROR_ARGUMENT,
                 "CRADLE_CPU=avx3: unknown instruction set; did you mean avx2? (ref, baseline, avx2, avx512, neon)");
    assert_null(context);
    expect_error(cr_context_new(&context, &(struct cr_context_options){.cpu = "sparc"}, &err), CR_ERROR_ARGUMENT,
                 "cpu=sparc: unknown instruction set (ref, baseline, avx2, avx512, neon)");
    unsetenv("CRADLE_CPU");
    setenv("CRADLE_CONV", "winograd", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_string_equal(cr_context_conv(context), "winograd");
    cr_context_free(context);
    setenv("CRADLE_CONV", "auto", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_null(cr_context_conv(context));
    cr_context_free(context);
    setenv("CRADLE_CONV", "direkt", 1);
    expect_error(cr_context_new(&context, NULL, &err), CR_ERROR_ARGUMENT,
                 "CRADLE_CONV=direkt: unknown way; did you mean direct? (auto, direct, winograd, lanes)");
    unsetenv("CRADLE_CONV");
    expect_error(cr_context_new(&context, &(struct cr_context_options){.threads = -1}, &err), CR_ERROR_ARGUMENT,
                 "threads=-1 is out of range (0..1024; 0: as many as the machine has)");
    expect_error(cr_context_new(&context, &(struct cr_context_options){.threads = 1025}, &err), CR_ERROR_ARGUMENT,
                 "threads=1025 is out of range (0..1024; 0: as many as the machine has)");
    expect_error(cr_context_new(&context, &(struct cr_context_options){.allocate = allocate}, &err), CR_ERROR_ARGUMENT,
                 "an allocator needs both functions: allocate and release");
}

static void clock_goes_forward(void **state)
{
    (void)state;
    double start = cr_clock();
    usleep(2000);
    double passed = cr_clock() - start;
    assert_true(passed >= 0.002 && passed < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_blocks),
        cmocka_unit_test(context_options),
        cmocka_unit_test(clock_goes_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
