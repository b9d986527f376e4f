/*
 * Every op in float, on every instruction set that this machine has: outputs, gradients and states against the
 * reference in double; the same bits with 1, 2, 3 and 4 threads; partial batches; no allocation in a run.
 */
#include "alloc.h"
#include "op_case.h"

#include <math.h>

#include <cradle/kernels.h>

#include "graph/input.h"

enum { BATCH = 5, PARTIAL = 3 };
static const double LIMIT = 1e-5; /* of norms; single numbers: ten times that of the largest */

/* Beside the ops' own examples, which are small: sizes around the tiles of fast kernels, several parts for threads. */
static const struct {
    const char *op;
    struct cr_example example;
} larger[] = {
    {"dense", {.inputs = {CR_SHAPE(301), CR_SHAPE(301, 130)}}},
    {"dense", {.inputs = {CR_SHAPE(1000), CR_SHAPE(1000, 3)}}},
    {"dense", {.inputs = {CR_SHAPE(3), CR_SHAPE(3, 1000)}}},
    {"conv2d", {.inputs = {CR_SHAPE(16, 14, 24), CR_SHAPE(3, 3, 24, 40)}}},
    {"conv2d", {.inputs = {CR_SHAPE(33, 31, 3), CR_SHAPE(3, 3, 3, 33)}}},
    {"conv2d", {.inputs = {CR_SHAPE(8, 8, 64), CR_SHAPE(3, 3, 64, 16)}}},
    {"conv2d", {.options = "{stride: 2, padding: 1}", .inputs = {CR_SHAPE(15, 17, 16), CR_SHAPE(3, 3, 16, 33)}}},
    {"conv2d", {.options = "padding: valid", .inputs = {CR_SHAPE(13, 11, 3), CR_SHAPE(5, 5, 3, 20)}}},
    {"conv2d", {.inputs = {CR_SHAPE(9, 9, 64), CR_SHAPE(1, 1, 64, 48)}}},
    {"conv2d", {.options = "stride: 2", .inputs = {CR_SHAPE(12, 9, 40), CR_SHAPE(1, 1, 40, 17)}}},
    {"conv2d", {.options = "padding: 3", .inputs = {CR_SHAPE(12, 10, 2), CR_SHAPE(7, 7, 2, 5)}}},
    {"bias", {.inputs = {CR_SHAPE(12, 13, 33), CR_SHAPE(33)}}},
    {"add", {.inputs = {CR_SHAPE(14, 15, 33), CR_SHAPE(14, 15, 33)}}},
    {"relu", {.inputs = {CR_SHAPE(14, 15, 33)}}},
    {"activation", {.options = "kind: gelu", .inputs = {CR_SHAPE(14, 15, 33)}}},
    {"activation", {.options = "kind: tanh", .inputs = {CR_SHAPE(14, 15, 33)}}},
    {"prelu", {.inputs = {CR_SHAPE(14, 15, 33), CR_SHAPE(33)}}},
    {"maxout", {.options = "pieces: 3", .inputs = {CR_SHAPE(14, 15, 33)}}},
    {"maxpool", {.inputs = {CR_SHAPE(28, 27, 20)}}},
    {"maxpool", {.options = "{size: 3, stride: 2, padding: 1}", .inputs = {CR_SHAPE(15, 14, 33)}}},
    {"avgpool", {.inputs = {CR_SHAPE(28, 27, 20)}}},
    {"avgpool", {.options = "{size: 3, stride: 2, padding: 1}", .inputs = {CR_SHAPE(15, 14, 33)}}},
    {"globalpool", {.inputs = {CR_SHAPE(9, 8, 70)}}},
    {"dropout", {.options = "rate: 0.3", .inputs = {CR_SHAPE(5, 8, 1001)}}},
    {"dropout", {.options = "{rate: 0.3, unit: channel}", .inputs = {CR_SHAPE(14, 15, 33)}}},
    {"dropout", {.options = "{rate: 0.3, unit: sample}", .inputs = {CR_SHAPE(14, 15, 33)}}},
    {"batchnorm", {.inputs = {CR_SHAPE(14, 15, 33), CR_SHAPE(33), CR_SHAPE(33), CR_SHAPE(33), CR_SHAPE(33)}}},
    {"batchnorm", {.inputs = {CR_SHAPE(32, 32, 3), CR_SHAPE(3), CR_SHAPE(3), CR_SHAPE(3), CR_SHAPE(3)}}},
    {"groupnorm", {.options = "groups: 11", .inputs = {CR_SHAPE(14, 15, 33), CR_SHAPE(33), CR_SHAPE(33)}}},
    {"groupnorm", {.options = "groups: channels", .inputs = {CR_SHAPE(32, 32, 3), CR_SHAPE(3), CR_SHAPE(3)}}},
    {"groupnorm", {.inputs = {CR_SHAPE(1001), CR_SHAPE(1001), CR_SHAPE(1001)}}},
    {"softmax", {.inputs = {CR_SHAPE(1001)}}},
    {"softmax-cross-entropy", {.inputs = {CR_SHAPE(1001)}}},
    {"softmax-cross-entropy", {.options = "soft: true", .inputs = {CR_SHAPE(1001)}}},
};

/* Calls `check` for every example of every op that has a gradient, and for the larger ones. */
static void each_example(void (*check)(const struct cr_op *op, const struct cr_example *example))
{
    for (const struct cr_entry *const *entry = cr_ops.entries; *entry; entry++) {
        const struct cr_op *op = (const struct cr_op *)*entry;
        for (const struct cr_example *example = op->examples; example && example->inputs[0].rank > 0; example++)
            check(op, example);
    }
    for (size_t i = 0; i < sizeof larger / sizeof larger[0]; i++)
        check(cr_op_find(larger[i].op), &larger[i].example);
}

/* ------------------------------------------------------------------------------------------- against the reference */

static double largest(enum cr_dtype dtype, const void *data, int64_t count)
{
    double most = 0;
    for (int64_t i = 0; i < count; i++)
        most = fmax(most, fabs(number_at(dtype, data, i)));
    return most;
}

static void compare(const struct op_case *fast, const struct op_case *exact, int64_t count)
{
    struct op_result a[OP_RESULTS], b[OP_RESULTS];
    int results = op_case_results(fast, a);
    assert_int_equal(op_case_results(exact, b), results);
    for (int i = 0; i < results; i++) {
        double off = difference(CR_F32, a[i].data, CR_F64, b[i].data, a[i].count);
        assert_int_equal(a[i].count, b[i].count);
        if (!(off <= LIMIT))
            fail_msg("%s, %s, %lld samples, %s: off by %g, allowed is %g", fast->name, fast->options.cpu,
                     (long long)count, a[i].name, off, LIMIT);
        double most = largest(CR_F64, b[i].data, b[i].count);
        for (int64_t k = 0; k < a[i].count; k++) {
            double x = number_at(CR_F32, a[i].data, k), y = number_at(CR_F64, b[i].data, k);
            if (!(fabs(x - y) <= 10 * LIMIT * most))
                fail_msg("%s, %s, %lld samples, %s[%lld]: is %g, should be %g", fast->name, fast->options.cpu,
                         (long long)count, a[i].name, (long long)k, x, y);
        }
    }
}

static void check_accuracy(const struct cr_op *op, const struct cr_example *example)
{
    for (enum cr_mode mode = CR_MODE_TRAIN; mode <= CR_MODE_INFER; mode++) {
        struct op_case exact, fast;
        op_case_make(&exact, op, example, &(struct op_case_options){CR_F64, mode, "ref", 1, BATCH});
        for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++) {
            if (!cr_cpu_available(*cpu))
                continue;
            op_case_make(&fast, op, example, &(struct op_case_options){CR_F32, mode, *cpu, 2, BATCH});
            assert_string_equal(cr_plan_cpu(fast.plan), *cpu);
            /* Back to a full batch at the end: nothing of the partial one may stay behind. */
            for (int64_t i = 0, count = BATCH; i < 3; i++, count = count == BATCH ? PARTIAL : BATCH) {
                op_case_run(&exact, count);
                op_case_run(&fast, count);
                compare(&fast, &exact, count);
            }
            op_case_free(&fast);
        }
        op_case_free(&exact);
    }
}

static void agree_with_the_reference(void **state)
{
    (void)state;
    each_example(check_accuracy);
}

/* --------------------------------------------------------------------------------------------------------- threads */

static void same_bits(const struct op_case *one, const struct op_case *many)
{
    struct op_result a[OP_RESULTS], b[OP_RESULTS];
    int results = op_case_results(one, a);
    assert_int_equal(op_case_results(many, b), results);
    for (int i = 0; i < results; i++)
        if (memcmp(a[i].data, b[i].data, (size_t)a[i].count * sizeof(float)) != 0)
            fail_msg("%s, %s: %s differs between 1 and %d threads", one->name, one->options.cpu, a[i].name,
                     many->options.threads);
}

static void check_threads(const struct cr_op *op, const struct cr_example *example)
{
    for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++) {
        struct op_case one, many;
        if (!cr_cpu_available(*cpu))
            continue;
        op_case_make(&one, op, example, &(struct op_case_options){CR_F32, CR_MODE_TRAIN, *cpu, 1, BATCH});
        for (int threads = 2; threads <= 4; threads++) {
            op_case_make(&many, op, example, &(struct op_case_options){CR_F32, CR_MODE_TRAIN, *cpu, threads, BATCH});
            for (int64_t count = BATCH; count >= PARTIAL; count -= BATCH - PARTIAL) {
                op_case_run(&one, count);
                op_case_run(&many, count);
                same_bits(&one, &many);
            }
            op_case_free(&many);
        }
        op_case_free(&one);
    }
}

static void same_bits_with_any_threads(void **state)
{
    (void)state;
    each_example(check_threads);
}

/* ----------------------------------------------------------------------------------------------------- allocations */

static void check_allocations(const struct cr_op *op, const struct cr_example *example)
{
    for (int threads = 1; threads <= 2; threads++) {
        struct op_case c;
        op_case_make(&c, op, example, &(struct op_case_options){CR_F32, CR_MODE_TRAIN, NULL, threads, BATCH});
        op_case_run(&c, BATCH);
        long before = alloc_count();
        op_case_run(&c, PARTIAL);
        op_case_run(&c, BATCH);
        if (alloc_count() != before)
            fail_msg("%s: %ld allocations in a run with %d threads", c.name, alloc_count() - before, threads);
        op_case_free(&c);
    }
}

static void runs_allocate_nothing(void **state)
{
    (void)state;
    alloc_need();
    each_example(check_allocations);
}

/* ----------------------------------------------------------------------------------------------------------- input */

/* The one op without inputs that are activations: pixels, bytes or numbers, scaled and standardised. */
static void check_input(const char *cpu, bool bytes)
{
    enum { SIDE = 5, CHANNELS = 3, COUNT = 4, SIZE = SIDE * SIDE * CHANNELS };
    struct cr_error err;
    struct cr_context *context;
    struct cr_graph *graph;
    struct cr_params *params;
    struct cr_plan *plan;
    struct cr_value *in[2], *out;
    struct cr_input_options options = {.slot = 2, .bytes = bytes, .height = SIDE, .width = SIDE, .channels = CHANNELS};
    static const float statistics[2][CHANNELS] = {{0.5f, -0.25f, 0.125f}, {0.25f, 2, 0.5f}};
    uint8_t pixels[COUNT * SIZE];
    float numbers[COUNT * SIZE];
    for (int i = 0; i < COUNT * SIZE; i++) {
        pixels[i] = (uint8_t)(i * 37 + i / 7);
        numbers[i] = (float)pixels[i] / 64 - 2;
    }
    expect_ok(cr_context_new(&context, &(struct cr_context_options){.threads = 2, .cpu = cpu}, &err));
    expect_ok(cr_graph_new(&graph, &err));
    for (int i = 0; i < 2; i++)
        expect_ok(cr_graph_param(graph, i == 0 ? "mean" : "deviation", (struct cr_shape)CR_SHAPE(CHANNELS),
                                 CR_ROLE_STATE, false, &in[i], &err));
    expect_ok(cr_graph_apply(graph, cr_op_find("input"), &options, "input", in, 2, &out, &err));
    expect_ok(cr_params_new(&params, context, graph, CR_F32, false, &err));
    memcpy(params->values, statistics, sizeof statistics);
    struct cr_plan_options plan_options = {.batch = COUNT, .mode = CR_MODE_INFER, .outputs = {out}};
    expect_ok(cr_plan_new(&plan, context, graph, params, &plan_options, &err));
    for (int count = COUNT; count >= 1; count -= 3) {
        cr_plan_run(plan, &(struct cr_feed){.count = count, .inputs = {NULL, NULL, bytes ? (void *)pixels : numbers}});
        struct cr_tensor y = cr_plan_tensor(plan, out);
        assert_int_equal(y.rank, 4);
        assert_int_equal(y.dims[0], count);
        for (int i = 0; i < count * SIZE; i++) {
            double x = bytes ? pixels[i] / 255.0 : numbers[i];
            double expected = (x - statistics[0][i % CHANNELS]) / statistics[1][i % CHANNELS];
            if (!(fabs(((float *)y.data)[i] - expected) <= 2e-6 * fmax(1, fabs(expected))))
                fail_msg("input, %s: number %d is %g, should be %g", cpu, i, ((float *)y.data)[i], expected);
        }
    }
    cr_plan_free(plan);
    cr_params_free(context, params);
    cr_graph_free(graph);
    cr_context_free(context);
}

static void input_scales_and_standardises(void **state)
{
    (void)state;
    for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++)
        for (int bytes = 0; bytes <= 1 && cr_cpu_available(*cpu); bytes++)
            check_input(*cpu, bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_with_the_reference),
        cmocka_unit_test(same_bits_with_any_threads),
        cmocka_unit_test(runs_allocate_nothing),
        cmocka_unit_test(input_scales_and_standardises),
    };
    return cmocka_run_group_tests_name("ops", tests, NULL, NULL);
}
