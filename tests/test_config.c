/*
 * Config files: the tree with its positions, every message in a table, overrides, binding, and writing back to the same
 * values.
 */
#include <math.h>

#include <cradle/config.h>

#include "support.h"

static const struct cr_name paddings[] = {{"same", -1}, {"valid", -2}, {0}};
static const struct cr_name biases[] = {{"auto", 0}, {"true", 1}, {"false", 2}, {0}};

struct conv {
    int64_t filters, kernel, padding;
    double scale;
    int bias;
    bool fast;
    const char *name;
    struct cr_list steps;
    const struct cr_node *layers;
};

static const struct cr_option conv_options[] = {
    CR_INT("filters", struct conv, filters, .min = 1, .help = "output channels"),
    CR_INT("kernel", struct conv, kernel, .min = 1, .max = 99, .def = 3),
    CR_INT("padding", struct conv, padding, .max = 64, .def = -1, .names = paddings),
    CR_FLOAT("scale", struct conv, scale, .max = 1, .def = 0.5),
    CR_CHOICE("bias", struct conv, bias, .names = biases),
    CR_BOOL("fast", struct conv, fast, .def = 0),
    CR_STRING("name", struct conv, name, .text = "plain"),
    CR_LIST("steps", struct conv, steps, .max = 100),
    CR_NODE("layers", struct conv, layers, .kind = "layers"),
    {0},
};

struct inner {
    struct cr_list items;
    const struct cr_node *layers;
};

static const struct cr_option list_options[] = {CR_LIST("items", struct inner, items, .help = "numbers"), {0}};
static const struct cr_option node_options[] = {CR_NODE("layers", struct inner, layers, .kind = "layers"), {0}};

static const struct cr_entry conv = {"conv", "", conv_options}, relu = {"relu", "", NULL},
                             multi = {"multi", "", list_options}, residual = {"residual", "", node_options};
static const struct cr_entry *const entries[] = {&conv, &relu, &multi, &residual, NULL};
static const struct cr_registry layers = {"layers", "layer", entries};

static struct cr_config *parsed(const char *yaml)
{
    struct cr_error err;
    struct cr_config *config;
    expect_ok(cr_config_parse(&config, yaml, "t.yaml", &err));
    return config;
}

/* "a.b[2].c" from the root, by keys and [n]. */
static const struct cr_node *at(const struct cr_config *config, const char *path)
{
    const struct cr_node *node = cr_config_root(config);
    char key[64];
    int used, index;
    while (node && *path) {
        if (sscanf(path, "[%d]%n", &index, &used) == 1)
            for (node = node->first; node && index > 0; index--)
                node = node->next;
        else if (sscanf(path, "%*[.]%63[^.[]%n", key, &used) == 1 || sscanf(path, "%63[^.[]%n", key, &used) == 1)
            node = cr_node_get(node, key);
        path += used;
    }
    return node;
}

/* ---------------------------------------------------------------------------------------------------------------- tree
 */

static void tree(void **state)
{
    (void)state;
    struct cr_config *config = parsed("# a comment\n"
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
        const struct cr_node *node = at(config, nodes[i].path);
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
    assert_null(cr_node_get(at(config, "model"), "x"));
    cr_config_free(config);
    cr_config_free(NULL);

    static const char *const empty[] = {"", "# nothing\n", "---\n", "~\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        config = parsed(empty[i]);
        assert_int_equal(cr_config_root(config)->kind, CR_NODE_NULL);
        cr_config_free(config);
    }
}

static void aliases(void **state)
{
    (void)state;
    struct cr_config *config = parsed("base: &base {lr: 1, momentum: 2}\n"
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
        const struct cr_node *node = at(config, values[i][0]);
        assert_non_null(node);
        assert_string_equal(node->path, values[i][0]);
        assert_string_equal(node->text, values[i][1]);
    }
    assert_int_equal(at(config, "c")->count, 4);
    assert_null(at(config, "c.<<"));
    assert_int_equal(at(config, "a.lr")->line, 1);
    struct cr_error err;
    expect_ok(cr_config_set(config, "a.lr=7", &err));
    assert_string_equal(at(config, "a.lr")->text, "7");
    assert_string_equal(at(config, "base.lr")->text, "1");
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
    char *folder = folder_make(), path[512], message[1200];
    path_in(folder, "none.yaml", path);
    snprintf(message, sizeof message, "%s: cannot open: No such file or directory", path);
    expect_error(cr_config_open(&config, path, &err), CR_ERROR_IO, message);
    snprintf(message, sizeof message, "%s: is a folder, not a file", folder);
    expect_error(cr_config_open(&config, folder, &err), CR_ERROR_IO, message);
    path_in(folder, "a.yaml", path);
    file_write(path, "a: 1\0b: 2\n", 10);
    snprintf(message, sizeof message, "%s:1:5: control characters are not allowed", path);
    expect_error(cr_config_open(&config, path, &err), CR_ERROR_CONFIG, message);
    file_write(path, "train: {epochs: 3}\n", 19);
    expect_ok(cr_config_open(&config, path, &err));
    assert_string_equal(at(config, "train.epochs")->file, path);
    cr_config_free(config);
    assert_int_equal(truncate(path, (16 << 20) + 1), 0);
    snprintf(message, sizeof message, "%s: has 16777217 bytes, more than the limit of 16777216", path);
    expect_error(cr_config_open(&config, path, &err), CR_ERROR_FORMAT, message);
    assert_null(config);
    folder_remove(folder);
}

/* ----------------------------------------------------------------------------------------------------------- overrides
 */

static const char *const recipe = "data: {source: mnist}\n"
                                  "model:\n"
                                  "  - conv: {filters: 64, kernel: 3}\n"
                                  "  - relu\n"
                                  "  - conv: 10\n"
                                  "train:\n"
                                  "  optimizer: {sgd: {lr: 0.1}}\n"
                                  "  loss: !choice [mse, hinge]\n"
                                  "empty: []\n"
                                  "text: ''\n";

static char *written(const struct cr_config *config)
{
    struct cr_error err;
    char *text;
    struct cr_writer *writer = cr_writer_new();
    for (const struct cr_node *node = cr_config_root(config)->first; node; node = node->next)
        cr_writer_node(writer, node->key, node);
    expect_ok(cr_writer_take(writer, &text, &err));
    cr_writer_free(writer);
    return text;
}

static void overrides(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_config *config = parsed(recipe);
    static const char *const sets[] = {
        "model[0].conv.filters=32",
        "train.optimizer.sgd.lr=0.01",
        "train.optimizer.sgd.momentum=!uniform [0, 1]",
        "model[1].relu.slope=0.2",
        "data.source={folder: {path: ~/a}}",
        "train.epochs= 3",
        "new.deep.value=[a, {b: c}]",
        "new.deep.value[1].b=\"1\"",
        "train.loss[0]=mae",
        "model[2]=relu",
        "data.limit=",
        "empty=a=b",
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        expect_ok(cr_config_set(config, sets[i], &err));
    char *text = written(config);
    assert_string_equal(text, "data:\n"
                              "  source:\n"
                              "    folder: {path: ~/a}\n"
                              "  limit: null\n"
                              "model:\n"
                              "- conv: {filters: 32, kernel: 3}\n"
                              "- relu: {slope: 0.2}\n"
                              "- relu\n"
                              "train:\n"
                              "  optimizer:\n"
                              "    sgd:\n"
                              "      lr: 0.01\n"
                              "      momentum: !uniform [0, 1]\n"
                              "  loss: !choice [mae, hinge]\n"
                              "  epochs: 3\n"
                              "empty: a=b\n"
                              "text: \"\"\n"
                              "new:\n"
                              "  deep:\n"
                              "    value:\n"
                              "    - a\n"
                              "    - b: \"1\"\n");
    free(text);
    const struct cr_node *node = at(config, "new.deep.value[1].b");
    assert_string_equal(node->path, "new.deep.value[1].b");
    assert_string_equal(node->file, "command line");
    assert_string_equal(node->key, "b");
    assert_string_equal(at(config, "data.source.folder.path")->path, "data.source.folder.path");
    expect_error(cr_node_fail(at(config, "train.epochs"), &err, "no"), CR_ERROR_CONFIG,
                 "command line: train.epochs: no");
    expect_error(cr_node_fail(at(config, "model[0].conv.kernel"), &err, "no"), CR_ERROR_CONFIG,
                 "t.yaml:3:33: model[0].conv.kernel: no");
    expect_error(cr_node_fail(cr_config_root(config), &err, "no"), CR_ERROR_CONFIG, "t.yaml:1:1: no");
    expect_error(cr_node_fail(NULL, &err, "no"), CR_ERROR_CONFIG, "no");
    cr_config_free(config);

    config = parsed("optimizer: sgd\n");
    expect_ok(cr_config_set(config, "optimizer.sgd.lr=0.1", &err));
    text = written(config);
    assert_string_equal(text, "optimizer:\n  sgd: {lr: 0.1}\n");
    free(text);
    cr_config_free(config);

    config = parsed("");
    expect_ok(cr_config_set(config, "train.epochs=3", &err));
    assert_string_equal(at(config, "train.epochs")->text, "3");
    cr_config_free(config);
}

static void override_errors(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"train", "command line: train: no value; an override is path=value, as in train.epochs=10"},
        {"=3", "command line: =3: no path before =; an override is path=value, as in train.epochs=10"},
        {".a=1", "command line: .a: an empty key (a path is key.key[index].key)"},
        {"a..b=1", "command line: a..b: an empty key (a path is key.key[index].key)"},
        {"a.=1", "command line: a.: an empty key (a path is key.key[index].key)"},
        {"[0]=1", "command line: [0]: an empty key (a path is key.key[index].key)"},
        {"model[3].relu=1", "command line: model[3].relu: model has 3 elements, counted from 0; there is no [3]"},
        {"model[x]=1", "command line: model[x]: expected a number in brackets, as in model[0]"},
        {"model[0=1", "command line: model[0: expected a number in brackets, as in model[0]"},
        {"model[]=1", "command line: model[]: expected a number in brackets, as in model[0]"},
        {"model[99999999999999999999]=1",
         "command line: model[99999999999999999999]: expected a number in brackets, as in model[0]"},
        {"model[0]x=1", "command line: model[0]x: expected . or [ after an index"},
        {"model]=1", "command line: model]: expected . or [ after an index"},
        {"train[0]=1", "command line: train[0]: train is a map, not a list"},
        {"data.source[0]=1", "command line: data.source[0]: data.source is mnist, not a list"},
        {"data.none[0]=1", "command line: data.none[0]: data.none is empty, not a list"},
        {"model.conv=1", "command line: model.conv: model is a list: say which of model[0] to model[2]"},
        {"empty.x=1", "command line: empty.x: empty is an empty list"},
        {"train.optimizer.sgd.lr.x=1",
         "command line: train.optimizer.sgd.lr.x: train.optimizer.sgd.lr is \"0.1\", which has "
         "no parts; replace it: train.optimizer.sgd.lr={x: ...}"},
        {"model[2].conv.filters=1", "command line: model[2].conv.filters: model[2].conv is \"10\", which has no parts; "
                                    "replace it: model[2].conv={filters: ...}"},
        {"train.loss.mse=1",
         "command line: train.loss.mse: train.loss is a search range (!choice); replace the whole of it"},
        {"text.x=1", "command line: text.x: text is \"\", which has no parts; replace it: text={x: ...}"},
        {"a=[1", "command line: a: did not find expected ',' or ']' (while parsing a flow sequence)"},
        {"a={b: 1, b: 2}", "command line: a: the key b is given twice"},
        {"a=\xff", "command line: a: the text is not UTF-8 (invalid leading UTF-8 octet)"},
        {"a=*b", "command line: a: unknown alias *b: no &b stands before it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cr_error err;
        struct cr_config *config = parsed(recipe);
        expect_error(cr_config_set(config, cases[i][0], &err), CR_ERROR_CONFIG, cases[i][1]);
        cr_config_free(config);
    }
    char deep[200] = "a";
    for (int i = 0; i < 50; i++)
        strcat(deep, ".a");
    strcat(deep, "=1");
    struct cr_error err;
    struct cr_config *config = parsed("");
    assert_int_equal(cr_config_set(config, deep, &err), CR_ERROR_CONFIG);
    assert_non_null(strstr(err.message, ": nested too deep"));
    cr_config_free(config);
}

/* ------------------------------------------------------------------------------------------------------------- binding
 */

static void bind_values(void **state)
{
    (void)state;
    struct cr_error err;
    struct conv values;
    struct cr_config *config = parsed("all: {filters: 1e3, kernel: 5, padding: valid, scale: 1, bias: no, fast: on,\n"
                                      "      name: 1e3, steps: [1, 2.5], layers: [relu]}\n"
                                      "few: {filters: '64'}\n"
                                      "bare: 7\n"
                                      "nulls: {filters: 2, kernel: , padding: ~, layers: null, name: }\n"
                                      "one: {filters: 2, steps: 30, bias: 'true', padding: \"same\", name: ''}\n"
                                      "items: [3, 4]\n"
                                      "node: {relu: 1}\n"
                                      "node2: [relu]\n");
    expect_ok(cr_bind(config, conv_options, at(config, "all"), &values, &err));
    assert_int_equal(values.filters, 1000);
    assert_int_equal(values.kernel, 5);
    assert_int_equal(values.padding, -2);
    assert_true(values.scale == 1);
    assert_int_equal(values.bias, 2);
    assert_true(values.fast);
    assert_string_equal(values.name, "1e3");
    assert_int_equal(values.steps.count, 2);
    assert_true(values.steps.items[0] == 1 && values.steps.items[1] == 2.5);
    assert_ptr_equal(values.layers, at(config, "all.layers"));

    expect_ok(cr_bind(config, conv_options, at(config, "bare"), &values, &err));
    assert_int_equal(values.filters, 7);
    assert_int_equal(values.kernel, 3);
    assert_int_equal(values.padding, -1);
    assert_true(values.scale == 0.5);
    assert_int_equal(values.bias, 0);
    assert_false(values.fast);
    assert_string_equal(values.name, "plain");
    assert_int_equal(values.steps.count, 0);
    assert_null(values.layers);

    expect_ok(cr_bind(config, conv_options, at(config, "nulls"), &values, &err));
    assert_int_equal(values.kernel, 3);
    assert_null(values.layers);
    assert_string_equal(values.name, "plain");
    expect_ok(cr_bind(config, conv_options, at(config, "one"), &values, &err));
    assert_true(values.steps.count == 1 && values.steps.items[0] == 30);
    assert_int_equal(values.bias, 1);
    assert_int_equal(values.padding, -1);
    assert_string_equal(values.name, "");

    struct inner inner;
    expect_ok(cr_bind(config, list_options, at(config, "items"), &inner, &err));
    assert_true(inner.items.count == 2 && inner.items.items[1] == 4);
    expect_ok(cr_bind(config, node_options, at(config, "node2"), &inner, &err));
    assert_ptr_equal(inner.layers, at(config, "node2"));
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
        struct cr_config *config = parsed(yaml);
        expect_error(cr_bind(config, conv_options, at(config, "x"), &values, &err), CR_ERROR_CONFIG, message);
        cr_config_free(config);
    }
    struct cr_error err;
    struct cr_config *config = parsed("x: 3\ny: {a: 1}\n");
    expect_error(cr_bind(config, NULL, at(config, "x"), NULL, &err), CR_ERROR_CONFIG,
                 "t.yaml:1:4: x: there are no options here, found \"3\"");
    expect_error(cr_bind(config, NULL, at(config, "y"), NULL, &err), CR_ERROR_CONFIG,
                 "t.yaml:2:5: y.a: unknown key; there are no options here");
    cr_config_free(config);
}

static void bind_entries(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_config *config =
        parsed("model: [relu, conv: 10, conv: {filters: 3}, 'relu', relu: , residual: [relu]]\n");
    const struct cr_entry *entry;
    const struct cr_node *options;
    expect_ok(cr_bind_entry(&layers, at(config, "model[0]"), &entry, &options, &err));
    assert_true(entry == &relu && !options);
    expect_ok(cr_bind_entry(&layers, at(config, "model[1]"), &entry, &options, &err));
    assert_true(entry == &conv && options == at(config, "model[1].conv"));
    expect_ok(cr_bind_entry(&layers, at(config, "model[3]"), &entry, &options, &err));
    assert_true(entry == &relu && !options);
    static const int64_t filters[] = {0, 10, 3};
    for (int i = 1; i <= 2; i++) {
        const void *values;
        expect_ok(cr_bind_choice(config, &layers, at(config, i == 1 ? "model[1]" : "model[2]"), &entry, &values, &err));
        assert_int_equal(((const struct conv *)values)->filters, filters[i]);
    }
    const void *values;
    expect_ok(cr_bind_choice(config, &layers, at(config, "model[4]"), &entry, &values, &err));
    expect_ok(cr_bind_choice(config, &layers, at(config, "model[5]"), &entry, &values, &err));
    assert_ptr_equal(((const struct inner *)values)->layers, at(config, "model[5].residual"));
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
        struct cr_config *config = parsed(cases[i][0]);
        expect_error(cr_bind_choice(config, &layers, at(config, "x"), &entry, &values, &err), CR_ERROR_CONFIG,
                     cases[i][1]);
        assert_null(values);
        cr_config_free(config);
    }
}

/* ------------------------------------------------------------------------------------------------------------- writing
 */

static void write_options(void **state)
{
    (void)state;
    struct cr_error err;
    struct conv values = {.filters = 64, .kernel = 3, .padding = -1, .scale = 5e-4, .bias = 1, .name = "a: b"};
    const double steps[] = {0.1, 1e-7, 30};
    struct cr_config *config = parsed("l: [relu, conv: {filters: 3}]\n");
    values.steps = (struct cr_list){3, steps};
    values.layers = at(config, "l");
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
    struct cr_config *config = parsed(text);
    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof key, "k%d", i);
        const struct cr_node *node = at(config, key);
        assert_non_null(node);
        assert_int_equal(node->kind, CR_NODE_SCALAR);
        assert_string_equal(node->text, texts[i]);
    }
    again = written(config);
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
        struct cr_config *first = parsed(trees[i]);
        char *text = written(first);
        struct cr_config *second = parsed(text);
        if (!same_tree(cr_config_root(first), cr_config_root(second)))
            fail_msg("%s\ncame back as\n%s", trees[i], text);
        free(text);
        cr_config_free(first);
        cr_config_free(second);
    }
}

static void numbers_in_german(void **state)
{
    (void)state;
    char *folder = folder_make();
    bool german = locale_german(folder);
    if (german) {
        write_options(state);
        bind_values(state);
    }
    locale_back();
    folder_remove(folder);
    if (!german) {
        print_message("no German locale here, and localedef cannot make one\n");
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree),
        cmocka_unit_test(aliases),
        cmocka_unit_test(parse_errors),
        cmocka_unit_test(parse_bounds),
        cmocka_unit_test(open_errors),
        cmocka_unit_test(overrides),
        cmocka_unit_test(override_errors),
        cmocka_unit_test(bind_values),
        cmocka_unit_test(bind_errors),
        cmocka_unit_test(bind_entries),
        cmocka_unit_test(bind_entry_errors),
        cmocka_unit_test(write_options),
        cmocka_unit_test(texts_come_back),
        cmocka_unit_test(trees_come_back),
        cmocka_unit_test(numbers_in_german),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
