/*
 * Nodes bound to structs by their option tables: values, ranges, defaults, entries of a registry, messages.
 */
#include "config_case.h"

#include <math.h>

static void bind_values(void **state)
{
    (void)state;
    struct cr_error err;
    struct conv values;
    struct cr_config *config =
        config_parsed("all: {filters: 1e3, kernel: 5, padding: valid, scale: 1, bias: no, fast: on,\n"
                      "      name: 1e3, steps: [1, 2.5], layers: [relu]}\n"
                      "few: {filters: '64'}\n"
                      "bare: 7\n"
                      "nulls: {filters: 2, kernel: , padding: ~, layers: null, name: }\n"
                      "one: {filters: 2, steps: 30, bias: 'true', padding: \"same\", name: ''}\n"
                      "items: [3, 4]\n"
                      "node: {relu: 1}\n"
                      "node2: [relu]\n");
    expect_ok(cr_bind(config, conv_options, config_at(config, "all"), &values, &err));
    assert_int_equal(values.filters, 1000);
    assert_int_equal(values.kernel, 5);
    assert_int_equal(values.padding, -2);
    assert_true(values.scale == 1);
    assert_int_equal(values.bias, 2);
    assert_true(values.fast);
    assert_string_equal(values.name, "1e3");
    assert_int_equal(values.steps.count, 2);
    assert_true(values.steps.items[0] == 1 && values.steps.items[1] == 2.5);
    assert_ptr_equal(values.layers, config_at(config, "all.layers"));

    expect_ok(cr_bind(config, conv_options, config_at(config, "bare"), &values, &err));
    assert_int_equal(values.filters, 7);
    assert_int_equal(values.kernel, 3);
    assert_int_equal(values.padding, -1);
    assert_true(values.scale == 0.5);
    assert_int_equal(values.bias, 0);
    assert_false(values.fast);
    assert_string_equal(values.name, "plain");
    assert_int_equal(values.steps.count, 0);
    assert_null(values.layers);

    expect_ok(cr_bind(config, conv_options, config_at(config, "nulls"), &values, &err));
    assert_int_equal(values.kernel, 3);
    assert_null(values.layers);
    assert_string_equal(values.name, "plain");
    expect_ok(cr_bind(config, conv_options, config_at(config, "one"), &values, &err));
    assert_true(values.steps.count == 1 && values.steps.items[0] == 30);
    assert_int_equal(values.bias, 1);
    assert_int_equal(values.padding, -1);
    assert_string_equal(values.name, "");

    struct inner inner;
    expect_ok(cr_bind(config, list_options, config_at(config, "items"), &inner, &err));
    assert_true(inner.items.count == 2 && inner.items.items[1] == 4);
    expect_ok(cr_bind(config, node_options, config_at(config, "node2"), &inner, &err));
    assert_ptr_equal(inner.layers, config_at(config, "node2"));
    expect_ok(cr_bind(config, NULL, NULL, &inner, &err));
    expect_ok(cr_bind(NULL, list_options, NULL, &inner, &err));
    assert_int_equal(inner.items.count, 0);
    expect_error(cr_bind(config, conv_options, NULL, &values, &err), CR_ERROR_CONFIG,
                 "filters is missing (int >= 1: output channels)");
    cr_config_free(config);
}

static void bind_errors(void **state)
{
    (void)state;
    /* the text behind "x: ", and the message behind "t.yaml:1:" */
    static const char *const cases[][2] = {
        {"", "3: x: filters is missing (int >= 1: output channels)"},
        {"{kernel: 3}", "4: x: filters is missing (int >= 1: output channels)"},
        {"{filters: ~}", "4: x: filters is missing (int >= 1: output channels)"},
        {"{filters: 0}", "14: x.filters: 0 is out of range (int >= 1)"},
        {"0", "4: x: 0 is out of range (int >= 1)"},
        {"{filters: 1, kernel: 100}", "25: x.kernel: 100 is out of range (int 1..99)"},
        {"{filters: abc}", "14: x.filters: expected a whole number (int >= 1), found \"abc\""},
        {"{filters: 1.5}", "14: x.filters: expected a whole number (int >= 1), found \"1.5\""},
        {"{filters: 1e30}", "14: x.filters: expected a whole number (int >= 1), found \"1e30\""},
        {"{filters: nan}", "14: x.filters: expected a whole number (int >= 1), found \"nan\""},
        {"{filters: '3'}", "14: x.filters: expected a whole number (int >= 1), found \"3\" in quotes"},
        {"{filters: [3]}", "14: x.filters: expected a whole number (int >= 1), found a list"},
        {"{filters: 1, padding: smae}", "26: x.padding: expected a whole number (int 0..64 or same, valid), found "
                                        "\"smae\"; did you mean same?"},
        {"{filters: 1, scale: a lot}", "24: x.scale: expected a number (float 0..1), found \"a lot\""},
        {"{filters: 1, scale: 0,5}", "26: x.5: unknown key; one of filters, kernel, padding, scale, bias, fast, name, "
                                     "steps, layers"},
        {"{filters: 1, scale: 1.5}", "24: x.scale: 1.5 is out of range (float 0..1)"},
        {"{filters: 1, scale: .nan}", "24: x.scale: .nan is out of range (float 0..1)"},
        {"{filters: 1, bias: maybe}", "23: x.bias: expected one of auto, true, false, found \"maybe\""},
        {"{filters: 1, bias: atuo}",
         "23: x.bias: expected one of auto, true, false, found \"atuo\"; did you mean auto?"},
        {"{filters: 1, bias: {a: 1}}", "23: x.bias: expected one of auto, true, false, found a map"},
        {"{filters: 1, fast: 2}", "23: x.fast: expected true or false, found \"2\""},
        {"{filters: 1, name: [a]}", "23: x.name: expected text, found a list"},
        {"{filters: 1, steps: [1, b]}", "28: x.steps[1]: expected a number or a list of numbers (list of numbers "
                                        "0..100), found \"b\""},
        {"{filters: 1, steps: [1, 200]}", "28: x.steps[1]: 200 is out of range (list of numbers 0..100)"},
        {"{filters: 1, steps: {a: 1}}", "24: x.steps: expected a number or a list of numbers (list of numbers 0..100), "
                                        "found a map"},
        {"{filtres: 1}", "5: x.filtres: unknown key; did you mean filters?"},
        {"{filters: 1, zzz: 1}", "17: x.zzz: unknown key; one of filters, kernel, padding, scale, bias, fast, name, "
                                 "steps, layers"},
        {"[1, 2]", "4: x: expected filters, or a map of options, found a list"},
        {"{filters: !int [1, 4]}", "14: x.filters: is a search range (!int): use cradle tune, or give one value"},
        {"!choice [1, 4]", "4: x: is a search range (!choice): use cradle tune, or give one value"},
        {"{filters: 1, steps: [!uniform [0, 1]]}",
         "25: x.steps[0]: is a search range (!uniform): use cradle tune, or give one value"},
        {"{filters: 1, layers: !log [0, 1]}",
         "25: x.layers: is a search range (!log): use cradle tune, or give one value"},
        {"{filters: !lgo [1, 4]}", "14: x.filters: unknown tag !lgo (search ranges are !log, !uniform, !int, !choice)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cr_error err;
        struct conv values;
        char yaml[256], message[512];
        snprintf(yaml, sizeof yaml, "x: %s\n", cases[i][0]);
        snprintf(message, sizeof message, "t.yaml:1:%s", cases[i][1]);
        struct cr_config *config = config_parsed(yaml);
        expect_error(cr_bind(config, conv_options, config_at(config, "x"), &values, &err), CR_ERROR_CONFIG, message);
        cr_config_free(config);
    }
    struct cr_error err;
    struct cr_config *config = config_parsed("x: 3\ny: {a: 1}\n");
    expect_error(cr_bind(config, NULL, config_at(config, "x"), NULL, &err), CR_ERROR_CONFIG,
                 "t.yaml:1:4: x: there are no options here, found \"3\"");
    expect_error(cr_bind(config, NULL, config_at(config, "y"), NULL, &err), CR_ERROR_CONFIG,
                 "t.yaml:2:5: y.a: unknown key; there are no options here");
    cr_config_free(config);
}

static void bind_entries(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_config *config =
        config_parsed("model: [relu, conv: 10, conv: {filters: 3}, 'relu', relu: , residual: [relu]]\n");
    const struct cr_entry *entry;
    const struct cr_node *options;
    expect_ok(cr_bind_entry(&layers, config_at(config, "model[0]"), &entry, &options, &err));
    assert_true(entry == &relu && !options);
    expect_ok(cr_bind_entry(&layers, config_at(config, "model[1]"), &entry, &options, &err));
    assert_true(entry == &conv && options == config_at(config, "model[1].conv"));
    expect_ok(cr_bind_entry(&layers, config_at(config, "model[3]"), &entry, &options, &err));
    assert_true(entry == &relu && !options);
    static const int64_t filters[] = {0, 10, 3};
    for (int i = 1; i <= 2; i++) {
        const void *values;
        expect_ok(cr_bind_choice(config, &layers, config_at(config, i == 1 ? "model[1]" : "model[2]"), &entry, &values,
                                 &err));
        assert_int_equal(((const struct conv *)values)->filters, filters[i]);
    }
    const void *values;
    expect_ok(cr_bind_choice(config, &layers, config_at(config, "model[4]"), &entry, &values, &err));
    expect_ok(cr_bind_choice(config, &layers, config_at(config, "model[5]"), &entry, &values, &err));
    assert_ptr_equal(((const struct inner *)values)->layers, config_at(config, "model[5].residual"));
    cr_config_free(config);
}

static void bind_entry_errors(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"x: conv\n", "t.yaml:1:4: x: filters is missing (int >= 1: output channels)"},
        {"x: {conv: }\n", "t.yaml:1:11: x.conv: filters is missing (int >= 1: output channels)"},
        {"x: cnv\n", "t.yaml:1:4: x: unknown layer cnv; did you mean conv?"},
        {"x: {cnv: 3}\n", "t.yaml:1:5: x.cnv: unknown layer cnv; did you mean conv?"},
        {"x: attention\n", "t.yaml:1:4: x: unknown layer attention; one of conv, relu, multi, residual"},
        {"x: {relu: 3}\n", "t.yaml:1:11: x.relu: there are no options here, found \"3\""},
        {"x: [relu]\n", "t.yaml:1:4: x: expected the name of one of the layers, or NAME: {options}, found a list"},
        {"x: {}\n", "t.yaml:1:4: x: expected the name of one of the layers, or NAME: {options}, found a map"},
        {"x: \n", "t.yaml:1:3: x: expected the name of one of the layers, or NAME: {options}, found nothing"},
        {"y: \n", "expected the name of one of the layers, or NAME: {options}, found nothing"},
        {"x: {conv: {filters: 1}, relu: }\n", "t.yaml:1:4: x: names two at once: conv and relu; keep one (an override "
                                              "of the whole: x={relu: ...})"},
        {"x:\n  conv:\n  filters: 3\n", "t.yaml:3:3: x.filters: stands beside conv, but is no layer; options go one "
                                        "level deeper: conv: {filters: ...}"},
        {"x: !choice [relu, conv]\n", "t.yaml:1:4: x: is a search range (!choice): use cradle tune, or give one value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cr_error err;
        const struct cr_entry *entry;
        const void *values;
        struct cr_config *config = config_parsed(cases[i][0]);
        expect_error(cr_bind_choice(config, &layers, config_at(config, "x"), &entry, &values, &err), CR_ERROR_CONFIG,
                     cases[i][1]);
        assert_null(values);
        cr_config_free(config);
    }
}

static void binding_in_german(void **state)
{
    (void)state;
    locale_german();
    bind_values(state);
    locale_back();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bind_values),       cmocka_unit_test(bind_errors),   cmocka_unit_test(bind_entries),
        cmocka_unit_test(bind_entry_errors), fixture_test(binding_in_german),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
