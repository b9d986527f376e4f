/*
 * Every op's gradient against central differences in double:
 *
 *     n_i = (L(x + h e_i) - L(x - h e_i)) / 2 h,   h = 1e-5 max(1, |x_i|),   |a - n| / (|a| + |n|) <= 1e-7
 *
 * for each input and each parameter by itself, over all examples of all ops, at a full batch and at a partial one. A
 * new op is tested without a change here.
 */
#include "op_case.h"

#include <math.h>

enum { BATCH = 4, PARTIAL = 3 };
static const double STEP = 1e-5, LIMIT = 1e-7;

static double loss_at(struct op_case *c, int64_t count, double *x, double value)
{
    double kept = *x;
    *x = value;
    op_case_run(c, count);
    *x = kept;
    return op_case_loss(c);
}

static void differences(struct op_case *c, int64_t count, double *x, int64_t size, double *gradient)
{
    for (int64_t i = 0; i < size; i++) {
        double h = STEP * fmax(1, fabs(x[i])), above = x[i] + h, below = x[i] - h;
        gradient[i] = (loss_at(c, count, &x[i], above) - loss_at(c, count, &x[i], below)) / (above - below);
    }
}

/* The worst difference over inputs and parameters; `fault` is added to the first analytic number of each. */
static double worst(struct op_case *c, int64_t count, double fault, char *where, size_t where_size)
{
    double most = 0;
    op_case_run(c, count);
    for (int i = 0; i < c->inputs + c->params->count; i++) {
        if (i < c->inputs && !c->input[i]->watched)
            continue; /* of an input that stands still */
        const struct cr_param *param = i < c->inputs ? NULL : &c->params->items[i - c->inputs];
        if (param && param->kind != CR_PARAM)
            continue;
        int64_t size = param ? param->count : count * cr_shape_count(c->input[i]->shape);
        double *x = param ? (double *)c->params->values + param->offset : c->data[i];
        const double *a =
            param ? (double *)c->params->gradients + param->offset : cr_plan_gradient(c->plan, c->input[i]).data;
        double *analytic = malloc((size_t)size * sizeof(double)), *numeric = malloc((size_t)size * sizeof(double));
        assert_non_null(a);
        assert_non_null(analytic);
        assert_non_null(numeric);
        memcpy(analytic, a, (size_t)size * sizeof(double));
        analytic[0] += fault;
        differences(c, count, x, size, numeric);
        op_case_run(c, count);
        double off = difference(CR_F64, analytic, CR_F64, numeric, size);
        if (off > most) {
            most = off;
            snprintf(where, where_size, "%s, %s %d, %lld samples", c->name, param ? param->name : "input", i,
                     (long long)count);
        }
        free(analytic);
        free(numeric);
    }
    return most;
}

static int examples_of(const struct cr_op *op)
{
    int count = 0;
    while (op->examples && op->examples[count].inputs[0].rank > 0)
        count++;
    return count;
}

/* No number within 100 steps of a kink (0) or of another: what maxpool compares. */
static void check_distances(const struct op_case *c)
{
    for (int i = 0; i < c->inputs; i++)
        assert_true(4.0 / (double)(BATCH * cr_shape_count(c->input[i]->shape)) >= 2 * 100 * STEP);
}

static void every_gradient(void **state)
{
    (void)state;
    char where[256] = "";
    for (const struct cr_entry *const *entry = cr_ops.entries; *entry; entry++) {
        const struct cr_op *op = (const struct cr_op *)*entry;
        if (!op->backward)
            continue;
        if (examples_of(op) == 0)
            fail_msg("op %s has a gradient but no example to test it with", op->entry.name);
        for (int i = 0; i < examples_of(op); i++) {
            struct op_case c;
            op_case_make(&c, op, &op->examples[i], &(struct op_case_options){CR_F64, CR_MODE_TRAIN, NULL, 1, BATCH});
            check_distances(&c);
            for (int64_t count = BATCH; count >= PARTIAL; count--) {
                double off = worst(&c, count, 0, where, sizeof where);
                if (!(off <= LIMIT))
                    fail_msg("%s: off by %g, allowed is %g", where, off, LIMIT);
            }
            op_case_free(&c);
        }
    }
}

/* A check that cannot fail proves nothing. */
static void a_fault_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {"conv2d", "batchnorm", "add", "softmax-cross-entropy"};
    char where[256] = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct op_case c;
        const struct cr_op *op = cr_op_find(names[i]);
        op_case_make(&c, op, &op->examples[0], &(struct op_case_options){CR_F64, CR_MODE_TRAIN, NULL, 1, BATCH});
        assert_true(worst(&c, BATCH, 1e-5, where, sizeof where) > LIMIT);
        op_case_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gradient),
        cmocka_unit_test(a_fault_is_found),
    };
    return cmocka_run_group_tests_name("gradient", tests, NULL, NULL);
}
