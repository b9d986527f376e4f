/*
 * See kernel_case.h.
 */
#include "kernel_case.h"

#include <math.h>

#include "kernels/moments.h"

/* ---------------------------------------------------------------------------------------------------------- arrays */

void *array_new(struct run *run, size_t count, size_t item, bool real)
{
    assert_true(run->arrays < ARRAYS);
    struct array *array = &run->array[run->arrays++];
    size_t size = count * item + (size_t)2 * GUARD;
    *array = (struct array){.count = count, .item = item, .real = real, .block = malloc(size)};
    assert_non_null(array->block);
    memset(array->block, 0xff, size);
    return array->block + GUARD;
}

void *items(const struct array *array)
{
    return array->block + GUARD;
}

double item_get(const struct array *array, size_t i)
{
    return array->item == sizeof(double) ? ((double *)items(array))[i] : (double)((float *)items(array))[i];
}

static void item_set(const struct array *array, size_t i, double value)
{
    if (array->item == sizeof(double))
        ((double *)items(array))[i] = (float)value;
    else
        ((float *)items(array))[i] = (float)value;
}

void *around(struct run *run, int64_t count, double mean)
{
    void *data = array_new(run, (size_t)count, cr_dtype_size(run->dtype), true);
    for (size_t i = 0; i < (size_t)count; i++)
        item_set(&run->array[run->arrays - 1], i, mean + sqrt(12) * (cr_random_uniform(&run->random) - 0.5));
    return data;
}

void *numbers(struct run *run, int64_t count)
{
    return around(run, count, 0);
}

void *positive(struct run *run, int64_t count)
{
    void *data = array_new(run, (size_t)count, cr_dtype_size(run->dtype), true);
    for (size_t i = 0; i < (size_t)count; i++)
        item_set(&run->array[run->arrays - 1], i, 0.5 + cr_random_uniform(&run->random));
    return data;
}

void *moments_new(struct run *run, int64_t channels)
{
    void *moments = array_new(run, cr_moments_size(channels, cr_dtype_size(run->dtype)), 1, false);
    run->array[run->arrays - 1].moments = channels;
    return moments;
}

/* ----------------------------------------------------------------------------------------------------------- draws */

int64_t between(struct run *run, int64_t least, int64_t most)
{
    return least + (int64_t)cr_random_below(&run->random, (uint64_t)(most - least + 1));
}

bool coin(struct run *run)
{
    return between(run, 0, 1);
}

int64_t one_of(struct run *run, const int64_t *of, int64_t count)
{
    return of[between(run, 0, count - 1)];
}

int64_t some_channels(struct run *run)
{
    return one_of(run, (const int64_t[]){1, 3, 5, 8, 16, 17, 32, 33, 48, 70}, 10);
}

struct cr_curve some_curve(struct run *run)
{
    int64_t kind = coin(run) ? between(run, CR_ACTIVATION_none, CR_ACTIVATION_relu) : between(run, 0, ACTIVATIONS - 1);
    return (struct cr_curve){(enum cr_activation)kind, 0.25};
}

/* ----------------------------------------------------------------------------------------------------- the kernels */

#define CR_KERNEL(name, args) {#name, offsetof(struct cr_kernels, name), make_##args},
const struct entry entries[] = {
#include "kernels/kernels.def"
};
#undef CR_KERNEL
const int entry_count = sizeof entries / sizeof *entries;

void run_make(struct run *run, const struct entry *entry, enum cr_dtype dtype, int variant)
{
    memset(run, 0, sizeof *run);
    run->random = cr_random_at((uint64_t)(entry - entries), CR_RANDOM_TEST, 0, (uint64_t)variant);
    run->dtype = dtype;
    run->kernel = entry->name;
    entry->make(run);
}

void run_free(struct run *run)
{
    for (int i = 0; i < run->arrays; i++)
        free(run->array[i].block);
}

/* ------------------------------------------------------------------------------------------------------- execution */

void band_check(const unsigned char *band, const char *where)
{
    for (int i = 0; i < GUARD; i++)
        if (band[i] != 0xff)
            fail_msg("a kernel wrote %s", where);
}

unsigned char *band_new(size_t size)
{
    unsigned char *block = aligned_alloc(64, (size + 2 * GUARD + 63) / 64 * 64);
    assert_non_null(block);
    memset(block, 0xff, size + 2 * GUARD);
    return block;
}

void band_free(unsigned char *block, size_t size, const char *where)
{
    band_check(block, where);
    band_check(block + GUARD + size, where);
    free(block);
}

void run_parts(const struct cr_kernel *kernel, const void *args)
{
    size_t shared = kernel->shared ? kernel->shared(args) : 0, scratch = kernel->scratch ? kernel->scratch(args) : 0;
    unsigned char *blocks[2] = {band_new(shared), band_new(scratch)};
    for (int phase = 0; phase < CR_PHASES && kernel->phases[phase].parts; phase++)
        for (int64_t part = 0; part < kernel->phases[phase].parts(args); part++)
            kernel->phases[phase].run(&(struct cr_work){args, part, blocks[0] + GUARD, blocks[1] + GUARD});
    band_free(blocks[0], shared, "outside of `shared`");
    band_free(blocks[1], scratch, "outside of `scratch`");
}

void for_each_cpu(void (*test)(const struct cr_kernels *kernels))
{
    for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++) {
        struct cr_kernels kernels;
        if (!cr_cpu_available(*cpu))
            continue;
        assert_int_equal(cr_kernels_choose(&kernels, *cpu, CR_F32, NULL), CR_OK);
        assert_string_equal(kernels.name, *cpu);
        test(&kernels);
    }
}
