/*
 * The rules of ensembles, on answers made by hand.
 */
#include "support.h"

#include <math.h>

#include "experiment/rule.h"

enum { MEMBERS = 3, CLASSES = 3 };

static const struct cr_rule *rule(const char *name)
{
    const struct cr_entry *entry = cr_registry_find(&cr_rules, name);
    assert_non_null(entry);
    return (const struct cr_rule *)entry;
}

static const double equal[MEMBERS] = {1 / 3.0, 1 / 3.0, 1 / 3.0};

/* Two lean to class 1, one is sure of class 0: by the average it is class 0, by votes class 1. */
static const float sure[CLASSES] = {0.95f, 0.03f, 0.02f}, leaning[CLASSES] = {0.4f, 0.5f, 0.1f};

static void combine(const char *name, const double *weights, const float *a, const float *b, const float *c,
                    float row[CLASSES])
{
    rule(name)->combine(weights, MEMBERS, (const float *[]){a, b, c}, CLASSES, row);
    assert_true(fabs((double)row[0] + (double)row[1] + (double)row[2] - 1) < 1e-6);
}

static void averages(void **state)
{
    static const double other[MEMBERS] = {0.5, 0.25, 0.25};
    float row[CLASSES];
    (void)state;
    combine("mean", equal, sure, leaning, leaning, row);
    assert_true(fabs((double)row[0] - 1.75 / 3) < 1e-6);
    combine("stack", other, sure, leaning, leaning, row);
    assert_true(fabs((double)row[0] - (0.5 * 0.95 + 0.5 * 0.4)) < 1e-6);
}

static void votes(void **state)
{
    static const float third[CLASSES] = {0.1f, 0.2f, 0.7f};
    float row[CLASSES];
    (void)state;
    combine("vote", equal, sure, leaning, leaning, row);
    assert_true(row[1] > row[0] && row[0] > row[2]);
    /* One vote each: the average decides. */
    combine("vote", equal, sure, leaning, third, row);
    assert_true(row[0] > row[1] && row[0] > row[2]);
}

/*
 * Of two members the likelihoods of the true class in three samples of ten are (a, b), in the others (b, a): the best
 * mixture of w a + (1 - w) b and its counterpart has (w a + (1 - w) b) / (w b + (1 - w) a) = 3 / 7 where a / b allow
 * it. The third member gives nothing to the true class.
 */
static void fitted(const char *name, double weights[MEMBERS], double *best)
{
    enum { COUNT = 10 };
    static const double a = 0.9, b = 0.1;
    static float outputs[MEMBERS][COUNT * CLASSES];
    static int32_t labels[COUNT];
    const float *const all[MEMBERS] = {outputs[0], outputs[1], outputs[2]};
    const struct cr_ballot ballot = {MEMBERS, COUNT, CLASSES, all, labels};
    struct cr_error err;
    for (int i = 0; i < COUNT; i++) {
        labels[i] = i % CLASSES;
        outputs[0][i * CLASSES + labels[i]] = (float)(i < 3 ? a : b);
        outputs[1][i * CLASSES + labels[i]] = (float)(i < 3 ? b : a);
    }
    memcpy(weights, equal, sizeof equal);
    expect_ok(rule(name)->fit(&ballot, weights, &err));
    assert_true(fabs(weights[0] + weights[1] + weights[2] - 1) < 1e-9);
    *best = (0.3 - b) / (a - b); /* then the mixture is 0.3 where it is rare and 0.7 where it is frequent */
}

static void stacking(void **state)
{
    double weights[MEMBERS], best;
    (void)state;
    fitted("stack", weights, &best);
    assert_true(fabs(weights[0] - best) < 1e-3);
    assert_true(weights[2] < 1e-6);
}

static void greed(void **state)
{
    double weights[MEMBERS], best;
    (void)state;
    fitted("greedy", weights, &best);
    assert_true(fabs(weights[0] - best) < 0.03);
    assert_true(weights[2] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages),
        cmocka_unit_test(votes),
        cmocka_unit_test(stacking),
        cmocka_unit_test(greed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
