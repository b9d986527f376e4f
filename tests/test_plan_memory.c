/*
 * Plans: memory follows what lives when, what nobody needs is skipped, and each step is told and timed.
 */
#include "tape.h"

static void begin_with_dense(struct tape *t)
{
    t->node[1].kind = t->param_kind[0] = DENSE;
    t->params = 1;
}

static size_t memory_of(struct tape *t, enum cr_mode mode, int64_t batch)
{
    struct build b = {0};
    struct cr_error err;
    build_open(&b);
    expect_ok(build_graph(t, &b, &err));
    struct cr_plan_options options = {.batch = batch, .mode = mode, .outputs = {b.p}};
    options.loss = mode == CR_MODE_TRAIN ? b.loss : NULL;
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    assert_int_equal(cr_plan_batch(b.plan), batch);
    size_t bytes = cr_plan_memory(b.plan);
    build_free(&b);
    return bytes;
}

static void memory_follows_lifetimes(void **state)
{
    (void)state;
    struct tape *t = malloc(sizeof *t);
    assert_non_null(t);
    enum { MANY = 1000 };
    const size_t one = MANY * WIDTH * sizeof(double), small = MANY * sizeof(double);
    tape_chain(t, 39, (const enum kind[]){RELU}, 1);
    begin_with_dense(t);
    /* Two activations are alive at a time, and the loss beside them. */
    size_t infer = memory_of(t, CR_MODE_INFER, MANY);
    assert_in_range(infer, 2 * one, 2 * one + small + 4096);
    /* 39 activations for the way back (the input's is not needed: relu's gradient goes by its output), and gradients.
     */
    size_t train = memory_of(t, CR_MODE_TRAIN, MANY);
    assert_in_range(train, 39 * one, 43 * one);
    /* Views, identities and passed gradients take none of their own. */
    tape_chain(t, 3, (const enum kind[]){DENSE, FLATTEN, DROPOUT}, 3);
    size_t plain = memory_of(t, CR_MODE_TRAIN, MANY);
    tape_chain(t, 39, (const enum kind[]){FLATTEN, DROPOUT, FLATTEN}, 3);
    begin_with_dense(t);
    assert_int_equal(memory_of(t, CR_MODE_TRAIN, MANY), plain);
    free(t);
}

struct lines {
    int count;
    bool dead;
    char last[160];
};

static void count_line(void *user, const char *line)
{
    struct lines *lines = user;
    lines->count++;
    lines->dead = lines->dead || strstr(line, "dead") != NULL;
    snprintf(lines->last, sizeof lines->last, "%s", line);
}

static void dead_vertices_are_skipped(void **state)
{
    (void)state;
    struct tape *t = malloc(sizeof *t);
    struct build b = {0};
    struct cr_error err;
    struct cr_value *dead, *weight;
    struct lines lines = {0}, infer_lines = {0};
    assert_non_null(t);
    tape_chain(t, 2, (const enum kind[]){DENSE, RELU}, 2);
    build_open(&b);
    expect_ok(build_graph(t, &b, &err));
    cr_params_free(b.context, b.params);
    expect_ok(cr_graph_param(b.graph, "dead", tape_square, CR_ROLE_PARAM, true, &weight, &err));
    expect_ok(cr_graph_apply(b.graph, cr_op_find("dense"), NULL, "dead",
                             (struct cr_value *[]){t->node[1].value, weight}, 2, &dead, &err));
    expect_ok(cr_params_new(&b.params, b.context, b.graph, CR_F64, true, &err));
    struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = b.loss};
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    /* input, dense with its relu, loss; 1/N, loss, relu, dense's weights (its input needs no gradient); the last line.
     */
    cr_plan_print(b.plan, count_line, &lines);
    assert_int_equal(lines.count, 3 + 4 + 1);
    assert_false(lines.dead);
    assert_non_null(strstr(lines.last, "kernels ref"));
    assert_string_equal(cr_plan_cpu(b.plan), "ref");
    int64_t flops = cr_plan_flops(b.plan);
    assert_null(cr_plan_tensor(b.plan, dead).data);
    assert_null(cr_plan_tensor(b.plan, t->node[1].value).data);
    assert_null(cr_plan_gradient(b.plan, t->node[1].value).data);
    cr_plan_free(b.plan);
    options.outputs[0] = dead;
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    assert_int_equal(cr_plan_flops(b.plan) - flops, 2 * WIDTH * WIDTH);
    cr_plan_free(b.plan);
    options = (struct cr_plan_options){.batch = BATCH, .mode = CR_MODE_INFER, .outputs = {t->node[2].value}};
    expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
    cr_plan_print(b.plan, count_line, &infer_lines);
    assert_int_equal(infer_lines.count, 2 + 1);
    struct cr_tensor y = cr_plan_tensor(b.plan, t->node[2].value);
    assert_int_equal(y.rank, 2);
    assert_int_equal(y.dims[1], WIDTH);
    build_free(&b);
    free(t);
}

/* What each step is, what it touches; a timed run is the same run. */
static void steps_are_told_and_timed(void **state)
{
    (void)state;
    const int64_t rows = 192, losses = 64, bias = WIDTH * sizeof(double), weight = WIDTH * bias;
    struct tape *t = malloc(sizeof *t);
    struct cr_error err;
    assert_non_null(t);
    tape_chain(t, 4, (const enum kind[]){DENSE, RELU, DENSE, BIAS}, 4);
    for (int p = 0; p < t->params; p++)
        for (int i = 0; i < WIDTH * WIDTH; i++)
            t->param[p][i] = 0.01 * (i % 7) - 0.02 * p;
    for (int i = 0; i < SIZE; i++)
        t->input[i] = 0.1 * i;
    for (int threads = 1; threads <= 2; threads++) {
        struct build b = {0};
        double plain[MOST_PARAMS * WIDTH], seconds[16] = {0}, total = 0;
        expect_ok(cr_context_new(&b.context, &(struct cr_context_options){.threads = threads}, &err));
        expect_ok(build_graph(t, &b, &err));
        struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = b.loss};
        expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));

        const struct {
            const char *op, *pass, *kernel;
            int64_t flops, bytes; /* of buffers in whole cache lines */
        } expected[] = {
            {"input", "forward", "input", SIZE, rows + 2 * bias},
            {"dense", "forward", "dense_forward", 2 * SIZE * WIDTH, 2 * rows + weight},
            {"dense", "forward", "dense_forward", 2 * SIZE * WIDTH, 2 * rows + weight + bias},
            {"softmax-cross-entropy", "forward", "cross_entropy_forward", BATCH, 2 * rows + losses},
            {"softmax-cross-entropy", "backward", "fill", BATCH, losses},
            {"softmax-cross-entropy", "backward", "cross_entropy_backward", BATCH, 2 * rows + losses},
            {"dense", "backward", "dense_backward_weights", 2 * SIZE * WIDTH, 2 * rows + weight + bias},
            {"dense", "backward", "dense_backward_data", 2 * SIZE * WIDTH, 3 * rows + weight},
            {"dense", "backward", "dense_backward_weights", 2 * SIZE * WIDTH, 2 * rows + weight},
        };
        int count = sizeof expected / sizeof *expected;
        assert_int_equal(cr_plan_steps(b.plan), count);
        for (int i = 0; i < count; i++) {
            struct cr_step_info info = cr_plan_step(b.plan, i);
            assert_string_equal(info.op, expected[i].op);
            assert_string_equal(info.pass, expected[i].pass);
            assert_string_equal(info.kernel, expected[i].kernel);
            assert_int_equal(info.product, strcmp(info.op, "dense") == 0);
            assert_int_equal(info.flops, expected[i].flops);
            if (info.bytes != expected[i].bytes)
                fail_msg("step %d, %s: %lld bytes, should be %lld", i, info.kernel, (long long)info.bytes,
                         (long long)expected[i].bytes);
            assert_true(info.parts >= 1);
        }

        size_t size = (size_t)b.params->trainable * sizeof(double);
        struct cr_feed feed = {.count = BATCH, .inputs = {t->input}, .labels = t->labels};
        cr_plan_run(b.plan, &feed);
        memcpy(plain, b.params->gradients, size);
        memset(b.params->gradients, 0, size);
        cr_plan_profile(b.plan, &feed, seconds);
        assert_memory_equal(plain, b.params->gradients, size);
        for (int i = 0; i < 16; i++) {
            assert_true(seconds[i] >= 0 && (i < count || seconds[i] == 0));
            total += seconds[i];
        }
        assert_true(total > 0);
        build_free(&b);
    }
    free(t);
}

/* Buffers that live at the same time never overlap, whatever their sizes and lives. */
static void buffers_do_not_overlap(void **state)
{
    (void)state;
    struct cr_random random = cr_random_at(6, CR_RANDOM_TEST, 0, 0);
    for (int round = 0; round < 200; round++) {
        struct cr_buffers buffers = {0};
        struct cr_error err;
        size_t total, at_once = 0;
        int count = (int)cr_random_below(&random, 60);
        for (int i = 0; i < count; i++) {
            int tick = (int)cr_random_below(&random, 40);
            assert_int_equal(cr_buffers_add(&buffers, cr_random_below(&random, 3000), tick), i);
            cr_buffers_use(&buffers, i, tick + (int)cr_random_below(&random, 10));
        }
        expect_ok(cr_buffers_place(&buffers, &total, &err));
        for (int tick = 0; tick < 50; tick++) {
            size_t alive = 0;
            for (int i = 0; i < count; i++)
                if (buffers.items[i].first <= tick && tick <= buffers.items[i].last)
                    alive += buffers.items[i].size;
            at_once = alive > at_once ? alive : at_once;
        }
        for (int i = 0; i < count; i++) {
            const struct cr_buffer *a = &buffers.items[i];
            assert_int_equal(a->offset % 64, 0);
            assert_true(a->offset + a->size <= total);
            for (int j = 0; j < i; j++) {
                const struct cr_buffer *b = &buffers.items[j];
                bool together = a->first <= b->last && b->first <= a->last;
                assert_true(!together || a->offset + a->size <= b->offset || b->offset + b->size <= a->offset ||
                            a->size == 0 || b->size == 0);
            }
        }
        /* No worse than half as much again as what is alive at once. */
        assert_true(total >= at_once && total <= at_once + at_once / 2);
        free(buffers.items);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_follows_lifetimes),
        cmocka_unit_test(dead_vertices_are_skipped),
        cmocka_unit_test(steps_are_told_and_timed),
        cmocka_unit_test(buffers_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
