/*
 * Config files as trees: every node with its position, aliases, every message in a table, bounds, files.
 */
#include "config_case.h"

static void tree(void **state)
{
    (void)state;
    struct cr_config *config = config_parsed("# a comment\n"
                                             "data:\n"
                                             "  source: mnist\n"
                                             "model:\n"
                                             "  - conv: {filters: 64, \"kernel\": '3'}\n"
                                             "  - relu\n"
                                             "train:\n"
                                             "  lr: !log [1e-4, 1e-1]\n"
                                             "  text: |\n"
                                             "    two\n"
                                             "    lines\n"
                                             "  nothing:\n"
                                             "  tilde: ~\n"
                                             "  word: !!str null\n");
    assert_int_equal(cr_config_root(config)->kind, CR_NODE_MAP);
    assert_int_equal(cr_config_root(config)->count, 3);
    static const struct {
        const char *path, *text, *tag;
        enum cr_node_kind kind;
        bool quoted;
        int line, column, count;
    } nodes[] = {
        {"data.source", "mnist", NULL, CR_NODE_SCALAR, false, 3, 11, 0},
        {"model", NULL, NULL, CR_NODE_SEQUENCE, false, 5, 3, 2},
        {"model[0].conv", NULL, NULL, CR_NODE_MAP, false, 5, 11, 2},
        {"model[0].conv.filters", "64", NULL, CR_NODE_SCALAR, false, 5, 21, 0},
        {"model[0].conv.kernel", "3", NULL, CR_NODE_SCALAR, true, 5, 35, 0},
        {"model[1]", "relu", NULL, CR_NODE_SCALAR, false, 6, 5, 0},
        {"train.lr", NULL, "log", CR_NODE_SEQUENCE, false, 8, 7, 2},
        {"train.lr[1]", "1e-1", NULL, CR_NODE_SCALAR, false, 8, 19, 0},
        {"train.text", "two\nlines\n", NULL, CR_NODE_SCALAR, true, 9, 9, 0},
        {"train.nothing", NULL, NULL, CR_NODE_NULL, false, 12, 11, 0},
        {"train.tilde", NULL, NULL, CR_NODE_NULL, false, 13, 10, 0},
        {"train.word", "null", NULL, CR_NODE_SCALAR, true, 14, 9, 0},
    };
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct cr_node *node = config_at(config, nodes[i].path);
        assert_non_null(node);
        assert_string_equal(node->path, nodes[i].path);
        assert_string_equal(node->file, "t.yaml");
        assert_int_equal(node->kind, nodes[i].kind);
        assert_int_equal(node->quoted, nodes[i].quoted);
        assert_int_equal(node->line, nodes[i].line);
        assert_int_equal(node->column, nodes[i].column);
        assert_int_equal(node->count, nodes[i].count);
        assert_string_equal(node->text ? node->text : "-", nodes[i].text ? nodes[i].text : "-");
        assert_string_equal(node->tag ? node->tag : "-", nodes[i].tag ? nodes[i].tag : "-");
    }
    assert_null(cr_node_get(NULL, "x"));
    assert_null(cr_node_get(config_at(config, "model"), "x"));
    cr_config_free(config);
    cr_config_free(NULL);

    static const char *const empty[] = {"", "# nothing\n", "---\n", "~\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        config = config_parsed(empty[i]);
        assert_int_equal(cr_config_root(config)->kind, CR_NODE_NULL);
        cr_config_free(config);
    }
}

static void aliases(void **state)
{
    (void)state;
    struct cr_config *config = config_parsed("base: &base {lr: 1, momentum: 2}\n"
                                             "more: &more {momentum: 3, decay: 4}\n"
                                             "a: *base\n"
                                             "b: {<<: *base, lr: 5}\n"
                                             "c: {lr: 6, <<: [*more, *base], z: &z [1, 2]}\n"
                                             "d: [*z, *z]\n");
    static const char *const values[][2] = {
        {"a.lr", "1"},       {"b.lr", "5"},    {"b.momentum", "2"}, {"c.lr", "6"},
        {"c.momentum", "3"}, {"c.decay", "4"}, {"d[0][1]", "2"},    {"d[1][0]", "1"},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const struct cr_node *node = config_at(config, values[i][0]);
        assert_non_null(node);
        assert_string_equal(node->path, values[i][0]);
        assert_string_equal(node->text, values[i][1]);
    }
    assert_int_equal(config_at(config, "c")->count, 4);
    assert_null(config_at(config, "c.<<"));
    assert_int_equal(config_at(config, "a.lr")->line, 1);
    struct cr_error err;
    expect_ok(cr_config_set(config, "a.lr=7", &err));
    assert_string_equal(config_at(config, "a.lr")->text, "7");
    assert_string_equal(config_at(config, "base.lr")->text, "1");
    cr_config_free(config);
}

static void parse_errors(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"- a\n", "t.yaml:1:1: expected a map (name: value), found a list"},
        {"word\n", "t.yaml:1:1: expected a map (name: value), found a single value"},
        {"a: 1\nb: 2\na: 3\n", "t.yaml:3:1: the key a is given twice, here and in line 1"},
        {"x:\n  a: [1, 2\n",
         "t.yaml:3:1: did not find expected ',' or ']' (while parsing a flow sequence from line 2)"},
        {"a: b: c\n", "t.yaml:1:5: mapping values are not allowed in this context"},
        {"a: 1\n\tb: 2\n",
         "t.yaml:2:1: found a tab character that violates indentation (while scanning a plain scalar from line 1)"},
        {"a: *b\n", "t.yaml:1:4: unknown alias *b: no &b stands before it"},
        {"a: &a [*a]\n", "t.yaml:1:8: unknown alias *a: no &a stands before it"},
        {"a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document begins; one file holds one"},
        {"[a]: 1\n", "t.yaml:1:1: a key must be a plain word"},
        {"a: {'': 1}\n", "t.yaml:1:5: an empty key"},
        {"a: !!int 3\n",
         "t.yaml:1:4: unknown tag tag:yaml.org,2002:int (only local tags as in !log [1, 2], and !!str)"},
        {"a: \"b\\0c\"\n", "t.yaml:1:4: a zero byte in text"},
        {"a: 1\nb: c\xff\n", "t.yaml:2:5: the text is not UTF-8 (invalid leading UTF-8 octet)"},
        {"a: \x01\n", "t.yaml:1:4: control characters are not allowed"},
        {"<<: 3\n", "t.yaml:1:5: << takes an alias of a map (or a list of such)"},
        {"<<: {a: 1}\n<<: {b: 1}\n", "t.yaml:2:1: the key << is given twice; it takes a list: <<: [*a, *b]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cr_error err;
        struct cr_config *config;
        expect_error(cr_config_parse(&config, cases[i][0], "t.yaml", &err), CR_ERROR_CONFIG, cases[i][1]);
        assert_null(config);
    }
}

/* What would make a small file large is refused in no time. */
static void parse_bounds(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_config *config;
    char laughs[2000] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; i++) {
        char line[128];
        int p = i - 1;
        snprintf(line, sizeof line, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, p, p, p, p, p,
                 p, p, p);
        strcat(laughs, line);
    }
    expect_error(cr_config_parse(&config, laughs, "t.yaml", &err), CR_ERROR_CONFIG,
                 "t.yaml:6:15: more than 100000 values, aliases counted as often as they are used");

    char deep[512] = "a: ";
    memset(deep + 3, '[', 100);
    expect_error(cr_config_parse(&config, deep, "t.yaml", &err), CR_ERROR_CONFIG,
                 "t.yaml:1:44: nested deeper than 40 levels");
    char ladder[800] = "a: &a [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]\nb: &b [[[[[[[[[[*a]]]]]]]]]]\n"
                       "c: [[[[[[[[[[*b]]]]]]]]]]\n";
    expect_error(cr_config_parse(&config, ladder, "t.yaml", &err), CR_ERROR_CONFIG,
                 "t.yaml:3:14: nested deeper than 40 levels");

    char key[200];
    memset(key, 'k', 129);
    strcpy(key + 129, ": 1");
    expect_error(cr_config_parse(&config, key, "t.yaml", &err), CR_ERROR_CONFIG,
                 "t.yaml:1:1: a key of more than 128 bytes");

    char *many = malloc(20000);
    many[0] = 0;
    for (int i = 0, used = 0; i <= 1000; i++)
        used += sprintf(many + used, "k%d: 1\n", i);
    expect_error(cr_config_parse(&config, many, "t.yaml", &err), CR_ERROR_CONFIG,
                 "t.yaml:1001:1: more than 1000 keys in one map");
    free(many);
}

static void open_errors(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_config *config;
    char path[512], message[1200];
    path_in(here.folder, "none.yaml", path);
    snprintf(message, sizeof message, "%s: cannot open: No such file or directory", path);
    expect_error(cr_config_open(&config, path, &err), CR_ERROR_IO, message);
    snprintf(message, sizeof message, "%s: is a folder, not a file", here.folder);
    expect_error(cr_config_open(&config, here.folder, &err), CR_ERROR_IO, message);
    path_in(here.folder, "a.yaml", path);
    file_write(path, "a: 1\0b: 2\n", 10);
    snprintf(message, sizeof message, "%s:1:5: control characters are not allowed", path);
    expect_error(cr_config_open(&config, path, &err), CR_ERROR_CONFIG, message);
    file_write(path, "train: {epochs: 3}\n", 19);
    expect_ok(cr_config_open(&config, path, &err));
    assert_string_equal(config_at(config, "train.epochs")->file, path);
    cr_config_free(config);
    assert_int_equal(truncate(path, (16 << 20) + 1), 0);
    snprintf(message, sizeof message, "%s: has 16777217 bytes, more than the limit of 16777216", path);
    expect_error(cr_config_open(&config, path, &err), CR_ERROR_FORMAT, message);
    assert_null(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree),         cmocka_unit_test(aliases), cmocka_unit_test(parse_errors),
        cmocka_unit_test(parse_bounds), fixture_test(open_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
