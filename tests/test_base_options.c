/*
 * Option tables: what they say of themselves, their defaults; names and what was probably meant.
 */
#include "base/options.h"

#include <math.h>

#include "support.h"

static const struct cr_name paddings[] = {{"same", -1}, {"valid", -2}, {0}};
static const struct cr_name modes[] = {{"mean", 0}, {"sum", 1}, {0}};

struct sample {
    int64_t filters, padding;
    double lr, clip;
    bool bias;
    int mode;
    const char *name, *path;
    struct cr_list steps;
    const struct cr_node *layers;
};

static const struct cr_option options[] = {
    CR_INT("filters", struct sample, filters, .min = 1, .help = "output channels"),
    CR_INT("padding", struct sample, padding, .min = 0, .max = 64, .def = -1, .names = paddings),
    CR_FLOAT("lr", struct sample, lr, .min = 1e-6, .max = 10, .def = 0.1, .log = true),
    CR_FLOAT("clip", struct sample, clip, .max = INFINITY, .def = INFINITY),
    CR_BOOL("bias", struct sample, bias, .def = 1),
    CR_CHOICE("mode", struct sample, mode, .names = modes, .def = 1),
    CR_STRING("name", struct sample, name, .text = ""),
    CR_STRING("path", struct sample, path, .help = "a file"),
    CR_LIST("steps", struct sample, steps, .min = 1),
    CR_NODE("layers", struct sample, layers, .kind = "layers"),
    {0},
};

static void options_describe(void **state)
{
    (void)state;
    static const char *const described[] = {
        "int >= 1, required",
        "int 0..64 or same, valid, default same",
        "float 1e-6..10, default 0.1 (log)",
        "float >= 0, default inf",
        "true or false, default true",
        "one of mean, sum, default sum",
        "text, default none",
        "text, required",
        "list of numbers >= 1, default none",
        "layers, default none",
    };
    for (int i = 0; options[i].name; i++) {
        char text[256];
        cr_option_describe(&options[i], text, sizeof text);
        assert_string_equal(text, described[i]);
        assert_int_equal(cr_option_required(&options[i]), strstr(text, "required") != NULL);
    }
    char small[8];
    cr_option_describe(&options[0], small, sizeof small);
    assert_string_equal(small, "int >= ");
}

static void options_default(void **state)
{
    (void)state;
    struct sample values;
    memset(&values, 0x55, sizeof values);
    cr_options_default(options, &values);
    assert_int_equal(values.filters, 0);
    assert_int_equal(values.padding, -1);
    assert_true(values.lr == 0.1 && values.clip == INFINITY);
    assert_true(values.bias);
    assert_int_equal(values.mode, 1);
    assert_string_equal(values.name, "");
    assert_null(values.path);
    assert_int_equal(values.steps.count, 0);
    assert_null(values.layers);
    assert_int_equal(cr_options_size(options), (sizeof values + 15) / 16 * 16);
    assert_int_equal(cr_options_size(NULL), 16);
    assert_int_equal(cr_options_size(options + 10), 16);
}

static void names(void **state)
{
    (void)state;
    static const char *const words[] = {"relu", "leaky-relu", "batchnorm", "conv", "dense", "adam", "adamw", NULL};
    static const char *const near[][2] = {
        {"rleu", "relu"},
        {"ReLU", "relu"},
        {"leaky_relu", "leaky-relu"},
        {"batch-norm", "batchnorm"},
        {"cnv", "conv"},
        {"convv", "conv"},
        {"batchnrom", "batchnorm"},
        {"btachnrm", "batchnorm"},
        {"adam2", "adam"},
        {"adamw2", "adamw"},
        {"elephant", NULL},
        {"", NULL},
        {"x", NULL},
        {"maxpool", NULL},
        {"dnes", NULL},
    };
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        const char *found = cr_nearest_word(near[i][0], words);
        if (near[i][1]) {
            assert_non_null(found);
            assert_string_equal(found, near[i][1]);
        } else {
            assert_null(found);
        }
    }
    char longest[200];
    memset(longest, 'a', sizeof longest);
    longest[199] = 0;
    assert_null(cr_nearest_word(longest, words));

    static const struct cr_entry relu = {.name = "relu"}, conv = {.name = "conv"};
    static const struct cr_entry *const entries[] = {&relu, &conv, NULL};
    static const struct cr_registry registry = {"layers", "layer", entries};
    assert_ptr_equal(cr_registry_find(&registry, "conv"), &conv);
    assert_null(cr_registry_find(&registry, "con"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_describe),
        cmocka_unit_test(options_default),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
