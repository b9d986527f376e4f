/*
 * Every kernel of every instruction set that this machine has, against the loops for double: on random shapes (single
 * pixels, odd sizes, strides, uneven margins, channels beside the vectors' widths), with `add` and without, with a
 * batch smaller than the planned one. The loop goes over kernels.def, so a new kernel is tested.
 *
 * Arrays lie between guard bands of NaN; `shared` and `scratch` are full of NaN before, and exactly as large as asked
 * for. The parts are run in three orders, which must give the same bits: that is what independence of threads means.
 */
#include "kernel_case.h"

#include <math.h>

#include "kernels/moments.h"

enum { VARIANTS = 32, ORDERS = 3 };

/* The i-th part to run of `parts`: in order, backwards, or first the odd ones. */
static int64_t part_at(int64_t i, int64_t parts, int order)
{
    int64_t odd = parts / 2;
    return order == 0 ? i : order == 1 ? parts - 1 - i : i < odd ? 2 * i + 1 : 2 * (i - odd);
}

static void execute(const struct cr_kernel *kernel, struct run *run, int order)
{
    /* What is reserved for a larger batch must be enough for this one. */
    int64_t batch = run->args.batch;
    size_t need_shared = kernel->shared ? kernel->shared(&run->args) : 0;
    size_t need_scratch = kernel->scratch ? kernel->scratch(&run->args) : 0;
    run->args.batch = batch + order * 3;
    size_t shared_size = kernel->shared ? kernel->shared(&run->args) : 0;
    size_t scratch_size = kernel->scratch ? kernel->scratch(&run->args) : 0;
    run->args.batch = batch;
    assert_true(shared_size >= need_shared && scratch_size >= need_scratch);
    unsigned char *shared = band_new(shared_size), *scratch = band_new(scratch_size);
    for (int phase = 0; phase < CR_PHASES && kernel->phases[phase].parts; phase++) {
        int64_t parts = kernel->phases[phase].parts(&run->args);
        assert_in_range(parts, 0, 64);
        for (int64_t i = 0; i < parts; i++) {
            memset(scratch + GUARD, 0xff, scratch_size);
            kernel->phases[phase].run(
                &(struct cr_work){&run->args, part_at(i, parts, order), shared + GUARD, scratch + GUARD});
        }
    }
    band_free(shared, shared_size, "outside of `shared`");
    band_free(scratch, scratch_size, "outside of `scratch`");
    for (int i = 0; i < run->arrays; i++) {
        const struct array *array = &run->array[i];
        band_check(array->block, "before an array");
        band_check(array->block + GUARD + array->count * array->item, "behind an array");
    }
}

/* Slots are as a kernel's parts are: what counts are the moments of all together. */
static void moments_compare(const struct array *got, const struct array *want, const char *what)
{
    const struct cr_moments_head *head = items(got), *truth = items(want);
    if (head->slots == -1 && truth->slots == -1)
        return; /* nobody asked */
    assert_in_range(head->slots, 1, CR_MOMENTS_SLOTS);
    for (int64_t c = 0; c < got->moments; c++) {
        struct cr_moments_sum a = cr_moments_sum(head, CR_F32, got->moments, c, c + 1);
        struct cr_moments_sum b = cr_moments_sum(truth, CR_F64, got->moments, c, c + 1);
        double deviation = sqrt(b.squares / b.count), most = fmax(fabs(b.least), fabs(b.most));
        if (a.count != b.count || !(fabs(a.mean - b.mean) <= 3e-5 * (deviation + most) + 1e-6) ||
            !(fabs(a.squares - b.squares) <= 1e-4 * b.squares + 1e-6 * most * most) ||
            !(fabs(a.least - b.least) <= 1e-4 * most) || !(fabs(a.most - b.most) <= 1e-4 * most))
            fail_msg("%s: channel %lld: count %g, mean %g, squares %g, %g to %g; should be %g, %g, %g, %g to %g", what,
                     (long long)c, a.count, a.mean, a.squares, a.least, a.most, b.count, b.mean, b.squares, b.least,
                     b.most);
        /* A sum may come out as 0 in float alone, hardly ever. */
        if (!got->zeros_differ && fabs(a.zeros - b.zeros) > 1)
            fail_msg("%s: channel %lld: %g zeros, should be %g", what, (long long)c, a.zeros, b.zeros);
    }
}

static void compare(const struct run *run, const struct run *truth, const char *what)
{
    for (int i = 0; i < run->arrays; i++) {
        const struct array *got = &run->array[i], *want = &truth->array[i];
        double error = 0, norm = 0;
        if (got->moments) {
            moments_compare(got, want, what);
            continue;
        }
        if (!got->real) {
            if (memcmp(items(got), items(want), got->count * got->item) != 0)
                fail_msg("%s: array %d differs", what, i);
            continue;
        }
        for (size_t k = 0; k < got->count; k++) {
            error += pow(item_get(got, k) - item_get(want, k), 2);
            norm += pow(item_get(want, k), 2);
        }
        if (!(sqrt(error) <= 3e-5 * sqrt(norm) + 1e-6))
            fail_msg("%s: array %d: error %g, norm %g", what, i, sqrt(error), sqrt(norm));
    }
}

static void check(const struct entry *entry, const struct cr_kernel *kernel, const char *cpu, int variant)
{
    char what[128];
    struct cr_kernels precise;
    struct run truth, runs[ORDERS];
    assert_int_equal(cr_kernels_choose(&precise, NULL, CR_F64, NULL), CR_OK);
    run_make(&truth, entry, CR_F64, variant);
    if (entry->make == make_cr_conv_args && !kernel->moments)
        truth.args.conv.finish.moments = NULL;
    if (kernel->takes && !kernel->takes(&truth.args)) {
        run_free(&truth);
        return;
    }
    execute((const struct cr_kernel *)((char *)&precise + entry->place), &truth, 0);
    for (int order = 0; order < ORDERS; order++) {
        snprintf(what, sizeof what, "%s (%s), %s, variant %d, order %d", entry->name, kernel->way ? kernel->way : "",
                 cpu, variant, order);
        run_make(&runs[order], entry, CR_F32, variant);
        if (entry->make == make_cr_conv_args && !kernel->moments)
            runs[order].args.conv.finish.moments = NULL;
        execute(kernel, &runs[order], order);
        compare(&runs[order], &truth, what);
        for (int i = 0; i < runs[order].arrays; i++) {
            const struct array *first = &runs[0].array[i], *array = &runs[order].array[i];
            if (memcmp(items(first), items(array), array->count * array->item) != 0)
                fail_msg("%s: array %d depends on the order of the parts", what, i);
        }
    }
    run_free(&truth);
    for (int order = 0; order < ORDERS; order++)
        run_free(&runs[order]);
}

static void every_kernel(const char *cpu)
{
    if (!cr_cpu_available(cpu)) {
        print_message("this machine or build has no %s\n", cpu);
        skip();
    }
    struct cr_kernels fast;
    assert_int_equal(cr_kernels_choose(&fast, cpu, CR_F32, NULL), CR_OK);
    for (int i = 0; i < entry_count; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            check(&entries[i], (const struct cr_kernel *)((char *)&fast + entries[i].place), cpu, variant);
            for (const struct cr_way *way = fast.ways; way && way->kernel; way++)
                if (way->place == entries[i].place)
                    check(&entries[i], way->kernel, cpu, variant);
        }
}

static void every_kernel_ref(void **state)
{
    (void)state;
    every_kernel("ref");
}

static void every_kernel_baseline(void **state)
{
    (void)state;
    every_kernel("baseline");
}

static void every_kernel_avx2(void **state)
{
    (void)state;
    every_kernel("avx2");
}

static void every_kernel_avx512(void **state)
{
    (void)state;
    every_kernel("avx512");
}

static void every_kernel_neon(void **state)
{
    (void)state;
    every_kernel("neon");
}

static void choice(void **state)
{
    (void)state;
    struct cr_kernels kernels;
    struct cr_error err;
    assert_string_equal(cr_cpu_names()[0], "ref");
    assert_true(cr_cpu_available("ref") && cr_cpu_available("baseline") && cr_cpu_available(cr_cpu_best()));
    assert_false(cr_cpu_available("abacus"));
    assert_int_equal(cr_kernels_choose(&kernels, NULL, CR_F32, &err), CR_OK);
    assert_string_equal(kernels.name, cr_cpu_best());
    assert_int_equal(cr_kernels_choose(&kernels, "baseline", CR_F64, &err), CR_OK);
    assert_string_equal(kernels.name, "ref");
    assert_int_equal(cr_kernels_choose(&kernels, "abacus", CR_F32, &err), CR_ERROR_ARGUMENT);
    assert_memory_equal(err.message, "cpu 'abacus' is not known; this machine has ref, baseline", 57);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_ref),  cmocka_unit_test(every_kernel_baseline),
        cmocka_unit_test(every_kernel_avx2), cmocka_unit_test(every_kernel_avx512),
        cmocka_unit_test(every_kernel_neon), cmocka_unit_test(choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
