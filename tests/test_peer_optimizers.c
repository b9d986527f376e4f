/*
 * Ten steps of every optimizer against PyTorch's, frozen by tests/peers/optimizers.py, which says what is descended;
 * for each instruction set and both number types, and by two threads as by one. Every optimizer of the registry must be
 * among them.
 */
#include "support.h"

#include <math.h>

#include "frozen.h"
#include "train/optimizer.h"

enum { STEPS = 10, MOST = 1000, PARAMS = 4 };

/* Those that decay first; in the order of the flat buffer. */
static const struct cr_param items[PARAMS] = {
    {.name = "wide", .shape = {2, {6, 17}}, .decay = true, .offset = 0, .count = 102},
    {.name = "tall", .shape = {2, {33, 5}}, .decay = true, .offset = 102, .count = 165},
    {.name = "filters", .shape = {4, {3, 3, 4, 8}}, .decay = true, .offset = 267, .count = 288},
    {.name = "bias", .shape = {1, {7}}, .offset = 555, .count = 7},
};

struct bowl {
    const struct cr_safetensors *file;
    struct cr_params params;
    double values[MOST], gradients[MOST]; /* or floats */
};

static double get(const struct bowl *bowl, int64_t index)
{
    return bowl->params.dtype == CR_F64 ? bowl->values[index]
                                        : (double)((const float *)(const void *)bowl->values)[index];
}

static void set_start(struct bowl *bowl, enum cr_dtype dtype)
{
    bowl->params = (struct cr_params){.dtype = dtype,
                                      .count = PARAMS,
                                      .items = items,
                                      .decayed = 555,
                                      .trainable = 562,
                                      .total = 562,
                                      .values = bowl->values,
                                      .gradients = bowl->gradients};
    for (int i = 0; i < PARAMS; i++)
        for (int64_t k = 0; k < items[i].count; k++)
            frozen_put(bowl->params.dtype, bowl->values, items[i].offset + k,
                       frozen_at(frozen_find(bowl->file, "%s/%s", "start", items[i].name), k));
}

static void set_gradients(struct bowl *bowl)
{
    for (int i = 0; i < PARAMS; i++) {
        const struct cr_tensor *bottom = frozen_find(bowl->file, "%s/%s", "bottom", items[i].name);
        const struct cr_tensor *steep = frozen_find(bowl->file, "%s/%s", "steep", items[i].name);
        for (int64_t k = 0; k < items[i].count; k++) {
            int64_t at = items[i].offset + k;
            frozen_put(bowl->params.dtype, bowl->gradients, at,
                       frozen_at(steep, k) * (get(bowl, at) - frozen_at(bottom, k)));
        }
    }
}

static void compare(const struct bowl *bowl, const char *text, const char *cpu, double limit)
{
    for (int i = 0; i < PARAMS; i++) {
        const struct cr_tensor *theirs = frozen_find(bowl->file, "%s/%s", text, items[i].name);
        double off = 0, norm = 0;
        for (int64_t k = 0; k < items[i].count; k++) {
            off += pow(get(bowl, items[i].offset + k) - frozen_at(theirs, k), 2);
            norm += pow(frozen_at(theirs, k), 2);
        }
        if (!(sqrt(off) <= limit * sqrt(norm)))
            fail_msg("%s, %s: %s is off by %g of its norm, allowed is %g", text, cpu, items[i].name, sqrt(off / norm),
                     limit);
    }
}

static void follow(struct bowl *bowl, const char *text, const char *cpu, enum cr_dtype dtype, double limit)
{
    static double first[MOST];
    struct cr_error err;
    for (int threads = 1; threads <= 2; threads++) {
        struct cr_context *context;
        struct cr_optimizer *optimizer;
        set_start(bowl, dtype);
        expect_ok(cr_context_new(&context, &(struct cr_context_options){.threads = threads, .cpu = cpu}, &err));
        expect_ok(cr_optimizer_parse(&optimizer, context, &bowl->params, text, &err));
        for (int step = 1; step <= STEPS; step++) {
            set_gradients(bowl);
            cr_optimizer_step(optimizer, cr_optimizer_lr(optimizer) * (1 - step / 20.0));
        }
        compare(bowl, text, cpu, limit);
        if (threads > 1)
            assert_memory_equal(bowl->values, first, 562 * cr_dtype_size(dtype));
        memcpy(first, bowl->values, sizeof first);
        cr_optimizer_free(optimizer);
        cr_context_free(context);
    }
}

static void all_agree(void **state)
{
    (void)state;
    static struct bowl bowl;
    struct cr_safetensors *file = frozen_open("optimizers");
    bowl.file = file;
    for (int64_t i = 0; i < cr_safetensors_count(file); i++) {
        char text[192];
        snprintf(text, sizeof text, "%s", cr_safetensors_at(file, i)->name);
        char *end = strrchr(text, '/');
        if (!strchr(text, ':') || strcmp(end, "/bias") != 0)
            continue;
        *end = '\0';
        follow(&bowl, text, "ref", CR_F64, 1e-11);
        for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++)
            if (cr_cpu_available(*cpu))
                follow(&bowl, text, *cpu, CR_F32, strncmp(text, "muon", 4) == 0 ? 1e-4 : 2e-6);
    }
    frozen_expect_all(file, &cr_optimizers);
    cr_safetensors_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_agree),
    };
    return cmocka_run_group_tests_name("peer_optimizers", tests, NULL, NULL);
}
