/*
 * The measuring of a network: its steps are those of a training, on data that need not be there; lost memory.
 */
#include "alloc.h"

#include <cradle/experiment.h>

static const char yaml[] = "data: {source: cifar10}\n"
                           "model: [conv: {filters: 2, stride: 4}, batchnorm, relu, dense: 10]\n"
                           "train: {optimizer: adam, batch: 4}\n";

static enum cr_status measure(void *user, struct cr_error *err)
{
    struct cr_bench **kept = user, *bench = NULL;
    struct cr_context *context = NULL;
    struct cr_config *config = NULL;
    enum cr_status status;
    CR_GO(cr_context_new(&context, &(struct cr_context_options){.threads = 1}, err));
    CR_GO(cr_config_parse(&config, yaml, "f", err));
    CR_GO(cr_bench_new(&bench, context, config, &(struct cr_bench_options){0}, err));
    if (kept) {
        **kept = *bench;
        for (int64_t i = 0; i < bench->steps; i++)
            assert_true(bench->step[i].seconds >= 0);
        assert_string_equal(bench->step[bench->steps - 1].info.kernel, "adam");
        assert_int_equal(bench->step[bench->steps - 1].info.bytes, bench->params * 4 * (3 + 2 * 2));
    }
done:
    /* A plan also says how much was asked for. */
    if (status == CR_ERROR_MEMORY && strncmp(err->message, "out of memory: a batch", 22) == 0)
        err->message[13] = 0;
    cr_bench_free(bench);
    cr_config_free(config);
    cr_context_free(context);
    return status;
}

static void a_network_is_measured(void **state)
{
    (void)state;
    struct cr_bench bench, *kept = &bench;
    struct cr_error err;
    expect_ok(measure(&kept, &err));
    assert_int_equal(bench.shape.height, 32);
    assert_int_equal(bench.shape.width, 32);
    assert_int_equal(bench.shape.channels, 3);
    assert_int_equal(bench.shape.classes, 10);
    assert_int_equal(bench.batch, 4);
    assert_int_equal(bench.params, 27 * 2 + 4 + 128 * 10 + 10);
    assert_int_equal(bench.threads, 1);
    assert_true(bench.peak > 1e8 && bench.bandwidth > 1e7);
    assert_true(bench.setup > 0 && bench.training > 0 && bench.inference > 0);
    assert_true(bench.inference_memory > 0 && bench.inference_memory < bench.training_memory);
    assert_true(bench.process_memory > bench.training_memory + bench.params_memory);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_need();
    assert_in_range(alloc_each(measure, NULL), 20, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_is_measured),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
