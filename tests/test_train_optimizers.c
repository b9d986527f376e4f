/*
 * Optimizers: each of the registry finds the bottom of a bowl; updates agree with the formulas in plain C; what does
 * not decay is left alone; no step allocates; messages.
 */
#include "alloc.h"

#include <math.h>

#include "train/optimizer.h"

enum { COUNT = 1000, DECAYED = 700, STEPS = 10, MANY = 3000 };

static struct cr_error err;

/* Parameters without a network: a matrix that decays and a row that does not. */
static const struct cr_param items[] = {
    {.name = "weight", .shape = {2, {70, 10}}, .decay = true, .offset = 0, .count = DECAYED},
    {.name = "bias", .shape = {1, {COUNT - DECAYED}}, .offset = DECAYED, .count = COUNT - DECAYED},
};

struct bowl {
    struct cr_params params;
    double values[COUNT], gradients[COUNT];
};

static void put(const struct cr_params *params, void *array, int64_t index, double value)
{
    if (params->dtype == CR_F64)
        ((double *)array)[index] = value;
    else
        ((float *)array)[index] = (float)value;
}

static double get(const struct cr_params *params, const void *array, int64_t index)
{
    return params->dtype == CR_F64 ? ((const double *)array)[index] : (double)((const float *)array)[index];
}

static double start_of(int64_t i)
{
    return sin((double)i * 0.37) * 1.5;
}

static double bottom_of(int64_t i)
{
    return cos((double)i * 0.11);
}

static double steepness_of(int64_t i)
{
    return 0.5 + (double)(i % 7) * 0.5;
}

static void fill(struct bowl *bowl, enum cr_dtype dtype)
{
    bowl->params = (struct cr_params){.dtype = dtype,
                                      .count = 2,
                                      .items = items,
                                      .decayed = DECAYED,
                                      .trainable = COUNT,
                                      .total = COUNT,
                                      .values = bowl->values,
                                      .gradients = bowl->gradients};
    for (int64_t i = 0; i < COUNT; i++)
        put(&bowl->params, bowl->values, i, start_of(i));
}

/* Of steepness (w - bottom)^2 / 2. */
static void set_gradients(struct bowl *bowl)
{
    for (int64_t i = 0; i < COUNT; i++)
        put(&bowl->params, bowl->gradients, i, steepness_of(i) * (get(&bowl->params, bowl->values, i) - bottom_of(i)));
}

static struct cr_context *context_of(int threads)
{
    struct cr_context *context;
    expect_ok(cr_context_new(&context, &(struct cr_context_options){.threads = threads}, &err));
    return context;
}

static void all_converge(void **state)
{
    (void)state;
    static struct bowl bowl;
    struct cr_context *context = context_of(2);
    for (int i = 0; cr_optimizers.entries[i]; i++) {
        char text[128];
        struct cr_optimizer *optimizer;
        bool muon = strcmp(cr_optimizers.entries[i]->name, "muon") == 0;
        double lr = strcmp(cr_optimizers.entries[i]->name, "adagrad") == 0 ? 0.5 : muon ? 0.1 : 0.02;
        snprintf(text, sizeof text, "%s: {lr: %g, weight_decay: 0%s}", cr_optimizers.entries[i]->name, lr,
                 muon ? ", rest_lr: 0.02" : "");
        fill(&bowl, CR_F32);
        expect_ok(cr_optimizer_parse(&optimizer, context, &bowl.params, text, &err));
        assert_float_equal(cr_optimizer_lr(optimizer), lr, 0);
        long before = 0;
        for (int step = 0; step < MANY; step++) {
            set_gradients(&bowl);
            cr_optimizer_step(optimizer, lr * pow(1 - (double)step / MANY, 2));
            if (step == 0)
                before = alloc_count();
        }
        if (alloc_available())
            assert_int_equal(alloc_count(), before);
        for (int64_t n = 0; n < COUNT; n++)
            if (!(fabs(get(&bowl.params, bowl.values, n) - bottom_of(n)) < 1e-3))
                fail_msg("%s: number %d is %g, not %g", text, (int)n, get(&bowl.params, bowl.values, n), bottom_of(n));
        cr_optimizer_free(optimizer);
    }
    cr_context_free(context);
}

struct reference {
    double lr, momentum, beta1, beta2, epsilon, decay;
    bool adam, nesterov, decoupled;
};

static const struct formula {
    const char *text;
    struct reference reference;
} formulas[] = {
    {"sgd", {.lr = 0.1, .momentum = 0.9}},
    {"sgd: 0.05", {.lr = 0.05, .momentum = 0.9}},
    {"sgd: {lr: 0.2, momentum: 0}", {.lr = 0.2}},
    {"sgd: {lr: 0.1, momentum: 0, weight_decay: 0.05, decay: decoupled}",
     {.lr = 0.1, .decay = 0.05, .decoupled = true}},
    {"sgd: {momentum: 0.8, nesterov: true, weight_decay: 0.01}",
     {.lr = 0.1, .momentum = 0.8, .nesterov = true, .decay = 0.01}},
    {"sgd: {weight_decay: 0.01, decay: decoupled}", {.lr = 0.1, .momentum = 0.9, .decay = 0.01, .decoupled = true}},
    {"adam", {.adam = true, .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8}},
    {"adam: {lr: 0.01, beta1: 0.5, beta2: 0.9, epsilon: 1e-3, weight_decay: 0.1}",
     {.adam = true, .lr = 0.01, .beta1 = 0.5, .beta2 = 0.9, .epsilon = 1e-3, .decay = 0.1}},
    {"adam: {lr: 0.01, weight_decay: 0.1, decay: decoupled}",
     {.adam = true, .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0.1, .decoupled = true}},
};

/* One number after STEPS steps, by the papers' formulas. The rate falls a little each step. */
static double expected(const struct reference *r, int64_t i)
{
    double w = start_of(i), m = 0, v = 0, decay = i < DECAYED ? r->decay : 0;
    for (int step = 1; step <= STEPS; step++) {
        double lr = r->lr / step, g = steepness_of(i) * (w - bottom_of(i));
        if (r->decoupled)
            w -= lr * decay * w;
        else
            g += decay * w;
        if (r->adam) {
            m = r->beta1 * m + (1 - r->beta1) * g;
            v = r->beta2 * v + (1 - r->beta2) * g * g;
            w -= lr * (m / (1 - pow(r->beta1, step))) / (sqrt(v / (1 - pow(r->beta2, step))) + r->epsilon);
        } else {
            m = r->momentum * m + g;
            w -= lr * (r->nesterov ? g + r->momentum * m : m);
        }
    }
    return w;
}

static void formulas_hold(void **state)
{
    (void)state;
    static struct bowl bowl;
    struct cr_context *context = context_of(1);
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++)
        for (int wide = 0; wide < 2; wide++) {
            struct cr_optimizer *optimizer;
            fill(&bowl, wide ? CR_F64 : CR_F32);
            expect_ok(cr_optimizer_parse(&optimizer, context, &bowl.params, formulas[i].text, &err));
            for (int step = 1; step <= STEPS; step++) {
                set_gradients(&bowl);
                cr_optimizer_step(optimizer, cr_optimizer_lr(optimizer) / step);
            }
            for (int64_t n = 0; n < COUNT; n++) {
                double w = expected(&formulas[i].reference, n), got = get(&bowl.params, bowl.values, n);
                if (fabs(got - w) > (wide ? 1e-13 : 2e-5))
                    fail_msg("%s: number %d is %.17g, expected %.17g", formulas[i].text, (int)n, got, w);
            }
            cr_optimizer_free(optimizer);
        }
    cr_context_free(context);
}

static const struct {
    const char *text, *message;
} mistakes[] = {
    {"sdg", "optimizer:2:3: optimizer: unknown optimizer sdg; did you mean sgd?"},
    {"sgd: {momentun: 0.5}", "optimizer:2:9: optimizer.sgd.momentun: unknown key; did you mean momentum?"},
    {"sgd: {lr: 0}", "optimizer:2:13: optimizer.sgd.lr: 0 is out of range (float 1e-12..1000)"},
    {"sgd: {nesterov: true, momentum: 0}", "optimizer:2:3: optimizer: nesterov: true needs a momentum above 0"},
    {"adam: {beta1: 1}", "optimizer:2:17: optimizer.adam.beta1: 1 is out of range (float 0..0.99999)"},
    {"adam: {decay: L2}", "optimizer:2:17: optimizer.adam.decay: expected one of classic, decoupled, found \"L2\""},
};

static void mistakes_are_told(void **state)
{
    (void)state;
    static struct bowl bowl;
    struct cr_optimizer *optimizer;
    struct cr_context *context = context_of(1);
    fill(&bowl, CR_F32);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        expect_error(cr_optimizer_parse(&optimizer, context, &bowl.params, mistakes[i].text, &err), CR_ERROR_CONFIG,
                     mistakes[i].message);
    bowl.params.gradients = NULL;
    expect_error(cr_optimizer_new(&optimizer, context, &bowl.params, NULL, NULL, &err), CR_ERROR_ARGUMENT,
                 "an optimizer needs parameters with gradients");
    fill(&bowl, CR_F32);
    expect_ok(cr_optimizer_new(&optimizer, context, &bowl.params, NULL, NULL, &err));
    assert_float_equal(cr_optimizer_lr(optimizer), 0.1, 0);
    expect_error(cr_optimizer_set_lr(optimizer, -1, &err), CR_ERROR_ARGUMENT,
                 "train.optimizer.sgd.lr: -1 is out of range (float 1e-12..1000)");
    expect_error(cr_optimizer_set_lr(optimizer, NAN, &err), CR_ERROR_ARGUMENT,
                 "train.optimizer.sgd.lr: nan is out of range (float 1e-12..1000)");
    cr_optimizer_free(optimizer);
    cr_context_free(context);
}

static enum cr_status make_and_free(void *user, struct cr_error *error)
{
    struct bowl *bowl = user;
    struct cr_context *context;
    struct cr_optimizer *optimizer;
    CR_TRY(cr_context_new(&context, &(struct cr_context_options){.threads = 1}, error));
    enum cr_status status = cr_optimizer_parse(&optimizer, context, &bowl->params, "adam: 0.1", error);
    if (status == CR_OK)
        cr_optimizer_free(optimizer);
    cr_context_free(context);
    return status;
}

static void lost_memory(void **state)
{
    (void)state;
    static struct bowl bowl;
    alloc_need();
    fill(&bowl, CR_F32);
    assert_true(alloc_each(make_and_free, &bowl) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_converge),
        cmocka_unit_test(formulas_hold),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(lost_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
