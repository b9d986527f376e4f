/*
 * Overrides on the command line: path=value.
 */
#include "config_case.h"

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

static void overrides(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_config *config = config_parsed(recipe);
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
    char *text = config_written(config);
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
    const struct cr_node *node = config_at(config, "new.deep.value[1].b");
    assert_string_equal(node->path, "new.deep.value[1].b");
    assert_string_equal(node->file, "command line");
    assert_string_equal(node->key, "b");
    assert_string_equal(config_at(config, "data.source.folder.path")->path, "data.source.folder.path");
    expect_error(cr_node_fail(config_at(config, "train.epochs"), &err, "no"), CR_ERROR_CONFIG,
                 "command line: train.epochs: no");
    expect_error(cr_node_fail(config_at(config, "model[0].conv.kernel"), &err, "no"), CR_ERROR_CONFIG,
                 "t.yaml:3:33: model[0].conv.kernel: no");
    expect_error(cr_node_fail(cr_config_root(config), &err, "no"), CR_ERROR_CONFIG, "t.yaml:1:1: no");
    expect_error(cr_node_fail(NULL, &err, "no"), CR_ERROR_CONFIG, "no");
    cr_config_free(config);

    config = config_parsed("optimizer: sgd\n");
    expect_ok(cr_config_set(config, "optimizer.sgd.lr=0.1", &err));
    text = config_written(config);
    assert_string_equal(text, "optimizer:\n  sgd: {lr: 0.1}\n");
    free(text);
    cr_config_free(config);

    config = config_parsed("");
    expect_ok(cr_config_set(config, "train.epochs=3", &err));
    assert_string_equal(config_at(config, "train.epochs")->text, "3");
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
        struct cr_config *config = config_parsed(recipe);
        expect_error(cr_config_set(config, cases[i][0], &err), CR_ERROR_CONFIG, cases[i][1]);
        cr_config_free(config);
    }
    char deep[200] = "a";
    for (int i = 0; i < 50; i++)
        strcat(deep, ".a");
    strcat(deep, "=1");
    struct cr_error err;
    struct cr_config *config = config_parsed("");
    assert_int_equal(cr_config_set(config, deep, &err), CR_ERROR_CONFIG);
    assert_non_null(strstr(err.message, ": nested too deep"));
    cr_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overrides),
        cmocka_unit_test(override_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
