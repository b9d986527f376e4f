/*
 * Graphs and plans. Random graphs of small ops are evaluated a second time by a plain tape that keeps every number: a
 * buffer that is given away too early, a gradient that is stored where it should be added, or added where it should be
 * stored, shows at once. Then errors and failing allocations.
 */
#include "alloc.h"
#include "tape.h"

#include <math.h>

#include "graph/input.h"

/* --------------------------------------------------------------------------------------------------- random graphs */

static void expect_numbers(const double *expected, const double *got, int count, int seed, const char *what, int index)
{
    assert_non_null(got);
    for (int i = 0; i < count; i++)
        if (!(fabs(expected[i] - got[i]) <= 1e-11 * fmax(1, fabs(expected[i]))))
            fail_msg("graph %d, %s %d: number %d is %.15g, should be %.15g", seed, what, index, i, got[i], expected[i]);
}

static void compare(struct tape *t, struct build *b, const struct cr_plan_options *options, int count, int seed)
{
    tape_run(t, count);
    for (int i = 0; i < t->nodes; i++)
        for (int k = 0; k < CR_MAX_OUTPUTS; k++)
            if (options->outputs[k] == t->node[i].value)
                expect_numbers(t->node[i].y, cr_plan_tensor(b->plan, t->node[i].value).data, count * WIDTH, seed,
                               "output", i);
    if (options->mode == CR_MODE_INFER)
        return;
    expect_numbers(t->loss, cr_plan_tensor(b->plan, b->loss).data, count, seed, "loss", 0);
    for (int i = 0; i < t->nodes; i++)
        if (t->node[i].value->watched && cr_plan_gradient(b->plan, t->node[i].value).data)
            expect_numbers(t->node[i].dy, cr_plan_gradient(b->plan, t->node[i].value).data, count * WIDTH, seed,
                           "gradient of node", i);
    for (int p = 0; p < t->params; p++) {
        const struct cr_param *param = cr_params_find(b->params, t->param_value[p]->name);
        expect_numbers(t->gradient[p], (double *)b->params->gradients + param->offset, (int)param->count, seed,
                       "gradient of parameter", p);
    }
}

/* The last node's gradient always exists; a watched one that the loss does not depend on has none. */
static void random_graph(int seed)
{
    struct cr_random random = cr_random_at(5, CR_RANDOM_TEST, 0, (uint64_t)seed);
    struct cr_error err;
    struct tape *t = malloc(sizeof *t);
    assert_non_null(t);
    tape_draw(t, &random);
    for (enum cr_mode mode = CR_MODE_TRAIN; mode <= CR_MODE_INFER; mode++) {
        struct build b = {0};
        struct cr_plan_options options = {.batch = BATCH, .mode = mode};
        build_open(&b);
        expect_ok(build_graph(t, &b, &err));
        options.loss = mode == CR_MODE_TRAIN ? b.loss : NULL;
        for (int k = 0; k < CR_MAX_OUTPUTS; k++)
            options.outputs[k] = k == 3 ? b.p : t->node[cr_random_below(&random, (uint64_t)t->nodes)].value;
        for (int i = t->nodes - 1; i >= 0; i--)
            t->node[i].value->watched = i == t->nodes - 1 || cr_random_below(&random, 6) == 0;
        expect_ok(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err));
        if (mode == CR_MODE_TRAIN)
            assert_non_null(cr_plan_gradient(b.plan, t->node[t->nodes - 1].value).data);
        /* Other numbers in each run, so that what one leaves behind cannot pass for the next one's. */
        for (int count = BATCH; count > 0; count--) {
            tape_draw_data(t, &random);
            build_run(t, &b, count);
            compare(t, &b, &options, count, seed);
            expect_numbers(t->p, cr_plan_tensor(b.plan, b.p).data, count * WIDTH, seed, "probabilities", 0);
        }
        build_free(&b);
    }
    free(t);
}

static void random_graphs(void **state)
{
    (void)state;
    for (int seed = 0; seed < 300; seed++)
        random_graph(seed);
}

/* ---------------------------------------------------------------------------------------------------------- errors */

static void *refuse_large(void *user, size_t size)
{
    (void)user;
    return size > 1000000 ? NULL : aligned_alloc(64, (size + 63) / 64 * 64);
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

static void plan_errors(void **state)
{
    (void)state;
    struct tape *t = malloc(sizeof *t);
    struct build b = {0};
    struct cr_error err;
    struct cr_params *bare;
    assert_non_null(t);
    tape_chain(t, 10, (const enum kind[]){DENSE, RELU}, 2);
    expect_ok(cr_context_new(
        &b.context, &(struct cr_context_options){.threads = 1, .allocate = refuse_large, .release = release}, &err));
    expect_ok(build_graph(t, &b, &err));
    struct cr_plan_options options = {.batch = 0, .mode = CR_MODE_TRAIN, .loss = b.loss};
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_ARGUMENT,
                 "a plan's batch must be 1..16777216, not 0");
    assert_null(b.plan);
    options.batch = 16777217;
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_ARGUMENT,
                 "a plan's batch must be 1..16777216, not 16777217");
    options = (struct cr_plan_options){.batch = 1, .mode = CR_MODE_TRAIN};
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_ARGUMENT,
                 "a training plan needs a loss");
    expect_ok(cr_params_new(&bare, b.context, b.graph, CR_F64, false, &err));
    options.loss = b.loss;
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, bare, &options, &err), CR_ERROR_ARGUMENT,
                 "a training plan needs parameters with gradients");
    cr_params_free(b.context, bare);
    options.batch = 10000;
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_MEMORY,
                 "out of memory: a batch of 10000 needs 4.0 MB");
    assert_null(b.plan);
    build_free(&b);
    free(t);
}

/* A small model with a large picture and the largest batch: sizes in bytes would go round beyond 2^64. */
static void sizes_do_not_overflow(void **state)
{
    (void)state;
    struct build b = {0};
    struct cr_error err;
    struct cr_value *in[2], *x;
    const struct cr_input_options large = {.height = 1 << 17, .width = 1 << 17, .channels = 1};
    const struct cr_shape one = {.rank = 1, .dims = {1}};
    build_open(&b);
    expect_ok(cr_graph_new(&b.graph, &err));
    expect_ok(cr_graph_param(b.graph, "mean", one, CR_ROLE_STATE, false, &in[0], &err));
    expect_ok(cr_graph_param(b.graph, "deviation", one, CR_ROLE_STATE, false, &in[1], &err));
    expect_ok(cr_graph_apply(b.graph, cr_op_find("input"), &large, "input", in, 2, &x, &err));
    expect_ok(cr_params_new(&b.params, b.context, b.graph, CR_F32, false, &err));
    struct cr_plan_options options = {.batch = 1 << 24, .mode = CR_MODE_INFER, .outputs = {x}};
    expect_error(cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, &err), CR_ERROR_MEMORY,
                 "out of memory: a batch of 16777216 times 131072x131072x1 numbers (input) is too large");
    build_free(&b);
}

static void graph_errors(void **state)
{
    (void)state;
    struct build b = {0};
    struct cr_error err;
    struct cr_value *a, *w, *y;
    const struct cr_shape empty = {.rank = 2, .dims = {3, 0}}, huge = {.rank = 3, .dims = {1 << 20, 1 << 20, 2}};
    expect_ok(cr_graph_new(&b.graph, &err));
    expect_ok(cr_graph_param(b.graph, "w", tape_square, CR_ROLE_PARAM, true, &w, &err));
    expect_error(cr_graph_param(b.graph, "w", tape_row, CR_ROLE_PARAM, true, &a, &err), CR_ERROR_ARGUMENT,
                 "there are two parameters named w");
    expect_error(cr_graph_param(b.graph, "e", empty, CR_ROLE_PARAM, true, &a, &err), CR_ERROR_SHAPE,
                 "e would have the shape 3x0: nothing is left of it");
    expect_error(cr_graph_param(b.graph, "h", huge, CR_ROLE_PARAM, true, &a, &err), CR_ERROR_SHAPE,
                 "h would have the shape 1048576x1048576x2: too large");
    expect_error(cr_graph_apply(b.graph, cr_op_find("dense"), NULL, "x", &w, 1, &y, &err), CR_ERROR_ARGUMENT,
                 "op dense takes 2 inputs, 1 were given");
    expect_error(cr_graph_apply(b.graph, cr_op_find("relu"), NULL, "x", &w, 1, &y, &err), CR_ERROR_ARGUMENT,
                 "op relu: input 0 is of the wrong kind");
    build_free(&b);
}

/* ----------------------------------------------------------------------------------------------------- allocations */

static enum cr_status build_and_plan(void *user, struct cr_error *err)
{
    struct tape *t = user;
    struct build b = {0};
    enum cr_status status;
    CR_GO(cr_context_new(&b.context, &(struct cr_context_options){.threads = 1}, err));
    CR_GO(build_graph(t, &b, err));
    struct cr_plan_options options = {.batch = BATCH, .mode = CR_MODE_TRAIN, .loss = b.loss, .outputs = {b.p}};
    status = cr_plan_new(&b.plan, b.context, b.graph, b.params, &options, err);
    if (status == CR_ERROR_MEMORY)
        strcpy(err->message, "out of memory"); /* the arena's failure also says how much was asked for */
done:
    build_free(&b);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_need();
    struct cr_random random = cr_random_at(5, CR_RANDOM_TEST, 0, 17);
    struct tape *t = malloc(sizeof *t);
    assert_non_null(t);
    tape_draw(t, &random);
    assert_in_range(alloc_each(build_and_plan, t), 10, 1000);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs),
        cmocka_unit_test(plan_errors),
        cmocka_unit_test(sizes_do_not_overflow),
        cmocka_unit_test(graph_errors),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
