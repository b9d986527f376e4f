/*
 * Configs written back: what is read again has the same values.
 */
#include "config_case.h"

#include <math.h>

static void write_options(void **state)
{
    (void)state;
    struct cr_error err;
    struct conv values = {.filters = 64, .kernel = 3, .padding = -1, .scale = 5e-4, .bias = 1, .name = "a: b"};
    const double steps[] = {0.1, 1e-7, 30};
    struct cr_config *config = config_parsed("l: [relu, conv: {filters: 3}]\n");
    values.steps = (struct cr_list){3, steps};
    values.layers = config_at(config, "l");
    char *text;
    struct cr_writer *writer = cr_writer_new();
    cr_writer_scalar(writer, "version", "1");
    cr_writer_begin(writer, "train");
    cr_writer_choice(writer, "first", &conv, &values);
    cr_writer_choice(writer, "second", &relu, NULL);
    cr_writer_end(writer);
    values = (struct conv){.padding = 5, .scale = INFINITY, .fast = true, .name = ""};
    cr_writer_options(writer, conv_options, &values);
    expect_ok(cr_writer_take(writer, &text, &err));
    assert_string_equal(text, "version: \"1\"\n"
                              "train:\n"
                              "  first:\n"
                              "    conv:\n"
                              "      filters: 64\n"
                              "      kernel: 3\n"
                              "      padding: same\n"
                              "      scale: 0.0005\n"
                              "      bias: true\n"
                              "      fast: false\n"
                              "      name: 'a: b'\n"
                              "      steps: [0.1, 1e-7, 30]\n"
                              "      layers:\n"
                              "      - relu\n"
                              "      - conv: {filters: 3}\n"
                              "  second: relu\n"
                              "filters: 0\n"
                              "kernel: 0\n"
                              "padding: 5\n"
                              "scale: .inf\n"
                              "bias: auto\n"
                              "fast: true\n"
                              "name: \"\"\n"
                              "steps: []\n");
    free(text);
    cr_writer_free(writer);
    cr_writer_free(NULL);
    cr_config_free(config);

    writer = cr_writer_new();
    expect_ok(cr_writer_take(writer, &text, &err));
    assert_string_equal(text, "{}\n");
    free(text);
    cr_writer_free(writer);
}

static void texts_come_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "true",       "No",     "1e3",        "12",         ".5",       ".inf",      "~",
        "null",       "a: b",       "a:",     "- x",        "-",          "--- x",    "...",       "#",
        "a #b",       "a#b",        "?",      "? a",        "!log",       "&a",       "*a",        "%a",
        "@a",         "`a",         "'",      "it's",       "\"",         "\\",       "[a",        "a]",
        "{a",         "a, b",       " lead",  "trail ",     "two\nlines", "\n",       "tab\there", "\ttab",
        "a\r\nb",     "größe",      "日本語", "\U0001F600", "\u2028",     "\xc2\x85", "\x01",      "\x7f",
        "~/pictures", "a\n\n  b\n", "a  b",   "|",          ">",          "=",        "<<",        "C:\\x y\\z",
        "\ufeff",     "a\ufeff",    "0x10",   "1_000",      "2024-01-01", "yes",      "!",         "a\\nb",
    };
    enum { COUNT = sizeof texts / sizeof *texts };
    struct cr_error err;
    char *text, *again, key[16];
    struct cr_writer *writer = cr_writer_new();
    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof key, "k%d", i);
        cr_writer_scalar(writer, key, texts[i]);
    }
    expect_ok(cr_writer_take(writer, &text, &err));
    cr_writer_free(writer);
    struct cr_config *config = config_parsed(text);
    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof key, "k%d", i);
        const struct cr_node *node = config_at(config, key);
        assert_non_null(node);
        assert_int_equal(node->kind, CR_NODE_SCALAR);
        assert_string_equal(node->text, texts[i]);
    }
    again = config_written(config);
    assert_string_equal(again, text);
    cr_config_free(config);
    free(again);
    free(text);
}

/* As keys, as elements of a flow list, with tags: what is read is written and read as the same tree. */
static bool same_tree(const struct cr_node *a, const struct cr_node *b)
{
    if (a->kind != b->kind || a->count != b->count || strcmp(a->path, b->path) != 0 || !a->text != !b->text ||
        (a->text && strcmp(a->text, b->text) != 0) || !a->tag != !b->tag || (a->tag && strcmp(a->tag, b->tag) != 0))
        return false;
    for (a = a->first, b = b->first; a; a = a->next, b = b->next)
        if (!same_tree(a, b))
            return false;
    return true;
}

static void trees_come_back(void **state)
{
    (void)state;
    static const char *const trees[] = {
        "a: [x, 'y, z', \"1\", ~, 'true', \"[\", 'a: b', \"p\\nq\"]\n",
        "a: [[1, 2], [], [[3]], {}, {b: {}}]\n",
        "a: !choice [{sgd: {lr: !log [1e-3, 1]}}, {adam: {lr: !log [1e-5, 1e-2]}}, !x , !y null, !z 'q']\n",
        "'a b': 1\n'c: d': 2\n'1': 3\n'true': 4\n'<<': 5\n'- e': 6\n'null': 7\n'#': 8\n'x\ty': 9\n",
        "a: !log\n  b: 1\n  c: |\n    two\n    lines\n  d: >-\n    folded\n    text\n",
        "a: &a {b: [1, 2]}\nc: {<<: *a, d: *a}\n",
        "a: plain with, comma\nb: it's\nc: x:y\nd: http://host/path?query#anchor\n",
    };
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        struct cr_config *first = config_parsed(trees[i]);
        char *text = config_written(first);
        struct cr_config *second = config_parsed(text);
        if (!same_tree(cr_config_root(first), cr_config_root(second)))
            fail_msg("%s\ncame back as\n%s", trees[i], text);
        free(text);
        cr_config_free(first);
        cr_config_free(second);
    }
}

static void writing_in_german(void **state)
{
    (void)state;
    locale_german();
    write_options(state);
    locale_back();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_options),
        cmocka_unit_test(texts_come_back),
        cmocka_unit_test(trees_come_back),
        fixture_test(writing_in_german),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
