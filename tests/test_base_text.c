/*
 * Errors and text: messages that are cut between letters, numbers as text under any locale.
 */
#include "base/text.h"

#include <math.h>

#include "support.h"

/* ---------------------------------------------------------------------------------------------------------- errors */

static void error_messages(void **state)
{
    (void)state;
    struct cr_error err;
    expect_error(cr_fail(&err, CR_ERROR_IO, "%s: %d", "file", 3), CR_ERROR_IO, "file: 3");
    cr_fail(&err, CR_ERROR_SHAPE, "window 7x7 is too large");
    assert_int_equal(cr_fail_in(&err, CR_ERROR_SHAPE, "%s:%d: ", "a.yaml", 14), CR_ERROR_SHAPE);
    assert_string_equal(err.message, "a.yaml:14: window 7x7 is too large");
    cr_fail(&err, CR_ERROR_IO, "[%s]", err.message);
    assert_string_equal(err.message, "[a.yaml:14: window 7x7 is too large]");
    assert_int_equal(cr_fail(NULL, CR_ERROR_IO, "nobody listens"), CR_ERROR_IO);
    assert_int_equal(cr_fail_in(NULL, CR_ERROR_IO, "nobody listens"), CR_ERROR_IO);
    expect_error(cr_fail_memory(&err), CR_ERROR_MEMORY, "out of memory");
    assert_string_equal(cr_version(), CR_VERSION);
}

static void error_is_cut_between_letters(void **state)
{
    (void)state;
    struct cr_error err;
    char text[2001];
    for (int i = 0; i < 2000; i += 2)
        memcpy(text + i, "é", 2);
    text[2000] = 0;
    cr_fail(&err, CR_ERROR_IO, "%s", text);
    assert_int_equal(strlen(err.message), 1022);
    cr_fail(&err, CR_ERROR_IO, "a%s", text);
    assert_int_equal(strlen(err.message), 1023);
    cr_fail_in(&err, CR_ERROR_IO, "bb");
    assert_int_equal(strlen(err.message), 1023);
    cr_fail_in(&err, CR_ERROR_IO, "c");
    assert_int_equal(strlen(err.message), 1022);
    assert_memory_equal(err.message, "cbbaé", 6);
    assert_int_equal(cr_text_fit("éé", 3), 2);
    assert_int_equal(cr_text_fit("éé", 4), 4);
    assert_int_equal(cr_text_fit("ab", 80), 2);
}

/* ------------------------------------------------------------------------------------------------------------ text */

static void check_numbers(void)
{
    static const struct {
        const char *text;
        bool is;
        double value;
    } floats[] = {
        {"0.5", true, 0.5},
        {"1e3", true, 1000},
        {"-.5E-1", true, -0.05},
        {"5.", true, 5},
        {"+7", true, 7},
        {".inf", true, INFINITY},
        {"-inf", true, -INFINITY},
        {"-.Inf", true, -INFINITY},
        {"1e-400", true, 0},
        {"0,5", false, 0},
        {"", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x10", false, 0},
        {"1e", false, 0},
        {".", false, 0},
        {"infinity", false, 0},
        {"1e999", false, 0},
        {"--1", false, 0},
        {"1.5.2", false, 0},
    };
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
        double value = -1;
        assert_int_equal(cr_text_float(floats[i].text, &value), floats[i].is);
        assert_true(!floats[i].is || value == floats[i].value);
    }
    double value = 0;
    assert_true(cr_text_float(".nan", &value) && isnan(value));

    static const struct {
        double value;
        const char *text;
    } written[] = {
        {0, "0"},
        {-0.0, "-0"},
        {0.1, "0.1"},
        {100, "100"},
        {1000000, "1000000"},
        {5e-4, "0.0005"},
        {1e-5, "1e-5"},
        {1e20, "1e20"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {-2.5e-10, "-2.5e-10"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {1e15, "1e15"},
    };
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        char text[32];
        cr_text_from_float(written[i].value, text, sizeof text);
        assert_string_equal(text, written[i].text);
        assert_true(cr_text_float(text, &value));
        assert_true(value == written[i].value || (isnan(value) && isnan(written[i].value)));
    }
    char text[32];
    assert_int_equal(cr_text_format(text, sizeof text, "%.2f %s", 1234.5, "x"), 9);
    assert_string_equal(text, "1234.50 x");
    struct cr_error err;
    cr_fail(&err, CR_ERROR_IO, "%.1f", 0.5);
    assert_string_equal(err.message, "0.5");
}

static void text_numbers(void **state)
{
    (void)state;
    check_numbers();
}

static void text_numbers_in_german(void **state)
{
    (void)state;
    locale_german();
    char text[16];
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    check_numbers();
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5"); /* the program's own locale is as it was */
    locale_back();
}

static void text_integers_and_truth(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_true(cr_text_int("-9223372036854775808", &value) && value == INT64_MIN);
    assert_true(cr_text_int("+12", &value) && value == 12);
    static const char *const wrong[] = {"9223372036854775808", "1.0", "", "-", "12a", " 1", "0x1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(cr_text_int(wrong[i], &value));
    bool truth = false;
    assert_true(cr_text_bool("yes", &truth) && truth);
    assert_true(cr_text_bool("Off", &truth) && !truth);
    assert_true(cr_text_bool("TRUE", &truth) && truth);
    assert_false(cr_text_bool("y", &truth) || cr_text_bool("", &truth) || cr_text_bool("truey", &truth));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_messages),
        cmocka_unit_test(error_is_cut_between_letters),
        cmocka_unit_test(text_numbers),
        fixture_test(text_numbers_in_german),
        cmocka_unit_test(text_integers_and_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
