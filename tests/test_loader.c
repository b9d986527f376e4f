/*
 * The loader: the same batches whatever the workers, seeking, errors at their batch, no allocation after the start, and
 * an end while workers are busy.
 */
#include "alloc.h"

#include <stdatomic.h>

#include "base/context.h"

#include "pictures.h"

enum { COUNT = 1003, SIZE = 12, CLASSES = 7 };

static struct cr_error err;
static uint8_t pixels[COUNT * SIZE];
static int32_t labels[COUNT];
static int64_t all[COUNT];
static struct cr_dataset *dataset;

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        all[i] = i;
        labels[i] = i * 5 % CLASSES;
        for (int p = 0; p < SIZE; p++)
            pixels[i * SIZE + p] = (uint8_t)(i * 31 + p * 7 + i / 256);
    }
    return cr_dataset_from_memory(&dataset, pixels, labels, COUNT, 2, 2, 3, CLASSES, NULL, &err);
}

static int tear_down(void **state)
{
    (void)state;
    cr_dataset_free(dataset);
    return 0;
}

static struct cr_loader *make(const struct cr_dataset *from, int64_t batch, int workers, bool shuffle)
{
    struct cr_loader *loader;
    struct cr_loader_options options = {batch, workers, shuffle, .seed = 42};
    expect_ok(cr_loader_new(&loader, from, all, from->count, &options, &err));
    return loader;
}

/* A batch holds what the dataset holds. */
static void check_batch(const struct cr_batch *batch)
{
    assert_non_null(batch);
    for (int64_t i = 0; i < batch->count; i++) {
        int64_t index = batch->indices[i];
        assert_in_range(index, 0, COUNT - 1);
        assert_int_equal(batch->labels[i], labels[index]);
        assert_memory_equal(batch->pixels + i * SIZE, pixels + index * SIZE, SIZE);
    }
}

/* Reads the rest of the epoch; the indices in order. */
static int64_t drain(struct cr_loader *loader, int64_t batch_size, int64_t *indices)
{
    int64_t count = 0;
    for (;;) {
        const struct cr_batch *batch;
        expect_ok(cr_loader_next(loader, &batch, &err));
        if (!batch)
            return count;
        check_batch(batch);
        assert_in_range(batch->count, 1, batch_size);
        memcpy(indices + count, batch->indices, (size_t)batch->count * sizeof *indices);
        count += batch->count;
    }
}

static void in_order_without_shuffle(void **state)
{
    (void)state;
    for (int workers = 0; workers <= 3; workers++) {
        struct cr_loader *loader = make(dataset, 100, workers, false);
        int64_t indices[COUNT];
        assert_int_equal(cr_loader_batches(loader), 11);
        assert_int_equal(drain(loader, 100, indices), COUNT);
        assert_memory_equal(indices, all, sizeof all);
        const struct cr_batch *batch;
        expect_ok(cr_loader_next(loader, &batch, &err)); /* it stays at the end */
        assert_null(batch);
        expect_ok(cr_loader_seek(loader, 0, 10, &err));
        expect_ok(cr_loader_next(loader, &batch, &err));
        assert_int_equal(batch->count, 3);
        cr_loader_free(loader);
    }
}

static void shuffled_alike_by_any_workers(void **state)
{
    (void)state;
    static const int workers[] = {0, 1, 3, 8};
    static int64_t expected[4][COUNT], indices[COUNT];
    for (int w = 0; w < 4; w++) {
        struct cr_loader *loader = make(dataset, 64, workers[w], true);
        for (int epoch = 0; epoch < 4; epoch++) {
            if (epoch > 0)
                expect_ok(cr_loader_seek(loader, epoch, 0, &err));
            assert_int_equal(drain(loader, 64, w ? indices : expected[epoch]), COUNT);
            if (w)
                assert_memory_equal(indices, expected[epoch], sizeof indices);
        }
        cr_loader_free(loader);
    }
    for (int epoch = 0; epoch < 4; epoch++) { /* each a permutation, and another one */
        bool seen[COUNT] = {false};
        for (int i = 0; i < COUNT; i++) {
            assert_false(seen[expected[epoch][i]]);
            seen[expected[epoch][i]] = true;
        }
        assert_memory_not_equal(expected[epoch], expected[(epoch + 1) % 4], sizeof all);
    }
}

/* The order is that of the samples given, shuffled: it does not depend on the size of the batches. */
static void order_does_not_depend_on_batches(void **state)
{
    (void)state;
    int64_t small[COUNT], large[COUNT];
    struct cr_loader *loader = make(dataset, 1, 2, true);
    drain(loader, 1, small);
    cr_loader_free(loader);
    loader = make(dataset, INT64_MAX, 1, true);
    assert_int_equal(cr_loader_batches(loader), 1);
    drain(loader, COUNT, large);
    cr_loader_free(loader);
    assert_memory_equal(small, large, sizeof small);
}

static void seeking_is_exact(void **state)
{
    (void)state;
    static int64_t epochs[3][COUNT + 100];
    struct cr_loader *loader = make(dataset, 50, 0, true);
    for (int epoch = 0; epoch < 3; epoch++) {
        expect_ok(cr_loader_seek(loader, epoch, 0, &err));
        drain(loader, 50, epochs[epoch]);
    }
    cr_loader_free(loader);
    for (int workers = 0; workers <= 3; workers += 3) {
        uint32_t random = 5;
        loader = make(dataset, 50, workers, true);
        for (int round = 0; round < 100; round++) {
            random = random * 1664525 + 1013904223;
            int64_t epoch = (random >> 8) % 3, number = (random >> 16) % 22;
            expect_ok(cr_loader_seek(loader, epoch, number, &err));
            for (int64_t next = number; next < number + round % 4; next++) {
                const struct cr_batch *batch;
                expect_ok(cr_loader_next(loader, &batch, &err));
                if (next >= 21) {
                    assert_null(batch);
                    continue;
                }
                check_batch(batch);
                assert_int_equal(batch->count, next == 20 ? 3 : 50);
                assert_memory_equal(batch->indices, epochs[epoch] + 50 * next,
                                    (size_t)batch->count * sizeof *batch->indices);
            }
        }
        cr_loader_free(loader);
    }
}

static void wrong_arguments(void **state)
{
    (void)state;
    struct cr_loader *loader;
    struct cr_loader_options options = {.batch = 0};
    expect_error(cr_loader_new(&loader, dataset, all, COUNT, &options, &err), CR_ERROR_ARGUMENT,
                 "a batch of 0 samples: expected 1 or more");
    options = (struct cr_loader_options){.batch = 1, .workers = 1000};
    expect_error(cr_loader_new(&loader, dataset, all, COUNT, &options, &err), CR_ERROR_ARGUMENT,
                 "1000 workers: expected 0..256");
    options.workers = 0;
    expect_error(cr_loader_new(&loader, dataset, all, 0, &options, &err), CR_ERROR_ARGUMENT,
                 "memory: no samples to load");
    expect_error(cr_loader_new(&loader, dataset, (int64_t[]){3, COUNT}, 2, &options, &err), CR_ERROR_ARGUMENT,
                 "memory: sample 1003 is out of range 0..1002");
    assert_null(loader);
    loader = make(dataset, 100, 1, false);
    expect_error(cr_loader_seek(loader, 0, 12, &err), CR_ERROR_ARGUMENT,
                 "batch 12 of epoch 0: expected batch 0..11 and an epoch from 0");
    expect_error(cr_loader_seek(loader, -1, 0, &err), CR_ERROR_ARGUMENT,
                 "batch 0 of epoch -1: expected batch 0..11 and an epoch from 0");
    cr_loader_free(loader);
    cr_loader_free(NULL);
}

/* ---------------------------------------------------------------------------------------------------------- errors */

static atomic_int slow_microseconds;

static enum cr_status get_slowly_or_fail(const struct cr_dataset *from, int64_t index, uint8_t *out,
                                         struct cr_error *error)
{
    (void)from;
    if (atomic_load(&slow_microseconds))
        usleep((useconds_t)atomic_load(&slow_microseconds));
    if (index == 250 || index == 777)
        return cr_fail(error, CR_ERROR_FORMAT, "sample %d is broken", (int)index);
    memcpy(out, pixels + index * SIZE, SIZE);
    return CR_OK;
}

static void a_failure_comes_at_its_batch(void **state)
{
    (void)state;
    struct cr_dataset broken = *dataset;
    broken.pixels = NULL;
    broken.get = get_slowly_or_fail;
    for (int workers = 0; workers <= 3; workers++) {
        struct cr_loader *loader = make(&broken, 100, workers, false);
        for (int number = 0; number < 11; number++) {
            const struct cr_batch *batch;
            if (number == 2 || number == 7) {
                expect_failure(cr_loader_next(loader, &batch, &err), CR_ERROR_FORMAT, "sample %d is broken",
                               number == 2 ? 250 : 777);
                assert_null(batch);
                continue;
            }
            expect_ok(cr_loader_next(loader, &batch, &err));
            check_batch(batch);
            assert_int_equal(batch->indices[0], number * 100);
        }
        cr_loader_free(loader);
    }
}

/* Ending and seeking do not wait for batches that nobody wants: 100 samples of 5 ms would take 0.5 s. */
static void ending_while_workers_are_busy(void **state)
{
    (void)state;
    struct cr_dataset slow = *dataset;
    slow.pixels = NULL;
    slow.get = get_slowly_or_fail;
    atomic_store(&slow_microseconds, 5000);
    double start = cr_clock();
    for (int round = 0; round < 5; round++) {
        struct cr_loader *loader = make(&slow, 100, 3, false);
        usleep(2000);
        expect_ok(cr_loader_seek(loader, round, 3, &err));
        usleep(2000);
        cr_loader_free(loader);
    }
    atomic_store(&slow_microseconds, 0);
    assert_true(cr_clock() - start < 1.5);
}

/* ---------------------------------------------------------------------------------------------------------- memory */

static void nothing_is_allocated_after_the_first_batch(void **state)
{
    (void)state;
    alloc_need();
    for (int workers = 0; workers <= 3; workers++) {
        struct cr_loader *loader = make(dataset, 64, workers, true);
        const struct cr_batch *batch;
        expect_ok(cr_loader_next(loader, &batch, &err));
        long before = alloc_count();
        for (int epoch = 0; epoch < 3; epoch++) {
            expect_ok(cr_loader_seek(loader, epoch, 0, &err));
            do
                expect_ok(cr_loader_next(loader, &batch, &err));
            while (batch);
        }
        assert_int_equal(alloc_count(), before);
        cr_loader_free(loader);
    }
}

static enum cr_status work(void *user, struct cr_error *error)
{
    struct cr_loader *loader;
    struct cr_loader_options options = {.batch = 64, .shuffle = true};
    (void)user;
    CR_TRY(cr_loader_new(&loader, dataset, all, COUNT, &options, error));
    cr_loader_free(loader);
    return CR_OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_need();
    assert_in_range(alloc_each(work, NULL), 5, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_without_shuffle),
        cmocka_unit_test(shuffled_alike_by_any_workers),
        cmocka_unit_test(order_does_not_depend_on_batches),
        cmocka_unit_test(seeking_is_exact),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(a_failure_comes_at_its_batch),
        cmocka_unit_test(ending_while_workers_are_busy),
        cmocka_unit_test(nothing_is_allocated_after_the_first_batch),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
