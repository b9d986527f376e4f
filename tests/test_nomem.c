/*
 * Memory that runs out: each allocation of a piece of work fails once; the work then says so and leaves nothing behind.
 */
#include <cradle/config.h>

#include "base/context.h"
#include "base/file.h"

#include "alloc.h"

struct sgd {
    double lr;
    int64_t steps;
    const char *name;
    struct cr_list marks;
};

static const struct cr_option sgd_options[] = {
    CR_FLOAT("lr", struct sgd, lr, .def = 0.1),
    CR_INT("steps", struct sgd, steps, .def = 1),
    CR_STRING("name", struct sgd, name, .text = ""),
    CR_LIST("marks", struct sgd, marks, .help = "numbers"),
    {0},
};

static const struct cr_entry sgd = {"sgd", "", sgd_options};
static const struct cr_entry *const entries[] = {&sgd, NULL};
static const struct cr_registry optimizers = {"optimizers", "optimizer", entries};

static enum cr_status write_back(const struct cr_config *config, const struct cr_entry *entry, const void *values,
                                 struct cr_error *err)
{
    char *text = NULL;
    struct cr_writer *writer = cr_writer_new();
    if (!writer)
        return cr_fail_memory(err);
    for (const struct cr_node *node = cr_config_root(config)->first; node; node = node->next)
        cr_writer_node(writer, node->key, node);
    cr_writer_choice(writer, "bound", entry, values);
    enum cr_status status = cr_writer_take(writer, &text, err);
    free(text);
    cr_writer_free(writer);
    return status;
}

static enum cr_status config_work(void *user, struct cr_error *err)
{
    (void)user;
    enum cr_status status;
    struct cr_config *config = NULL;
    const struct cr_entry *entry;
    const void *values;
    CR_GO(cr_config_parse(&config,
                          "a: &a {x: 1, y: [1, !log [2, 3], 'text', \"\\u00e9\"]}\n"
                          "b: {<<: *a, z: *a}\n"
                          "optimizer: sgd\n",
                          "t.yaml", err));
    CR_GO(cr_config_set(config, "optimizer.sgd.lr=0.5", err));
    CR_GO(cr_config_set(config, "optimizer.sgd.marks=[1, 2, 3]", err));
    CR_GO(cr_config_set(config, "b.z.y[1]={a: b}", err));
    CR_GO(cr_bind_choice(config, &optimizers, cr_node_get(cr_config_root(config), "optimizer"), &entry, &values, err));
    CR_GO(write_back(config, entry, values, err));
done:
    cr_config_free(config);
    return status;
}

/* What fails in the file itself must not leak either. */
static enum cr_status wrong_config_work(void *user, struct cr_error *err)
{
    struct cr_config *config;
    enum cr_status status = cr_config_parse(&config, user, "t.yaml", err);
    return status == CR_ERROR_CONFIG ? CR_OK : status;
}

static enum cr_status context_work(void *user, struct cr_error *err)
{
    (void)user;
    struct cr_context *context;
    CR_TRY(cr_context_new(&context, NULL, err));
    void *block = cr_block_alloc(context, 1000);
    cr_block_free(context, block);
    cr_context_free(context);
    return block ? CR_OK : cr_fail_memory(err);
}

static enum cr_status file_work(void *user, struct cr_error *err)
{
    char path[512], *text, *found;
    size_t size;
    CR_TRY(cr_folder_make(path_in(user, "x/y", path), err));
    CR_TRY(cr_file_replace(path_in(user, "x/y/file", path), "text", 4, err));
    CR_TRY(cr_file_read(path, 100, &text, &size, err));
    free(text);
    CR_TRY(cr_data_find("y", &found, err));
    free(found);
    return CR_OK;
}

static void config_without_memory(void **state)
{
    (void)state;
    alloc_need();
    assert_true(alloc_each(config_work, NULL) > 50);
    static const char *const wrong[] = {"a: {b: [1, 2}\n", "a: 1\na: 2\n", "a: &a [x, *b]\n", "- a: {b: c}\n",
                                        "a: \xff"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_true(alloc_each(wrong_config_work, (void *)(uintptr_t)wrong[i]) > 5);
}

static void context_without_memory(void **state)
{
    (void)state;
    alloc_need();
    assert_int_equal(alloc_each(context_work, NULL), 2);
}

static void files_without_memory(void **state)
{
    (void)state;
    alloc_need();
    char path[512];
    char *before = getenv("CRADLE_DATA") ? strdup(getenv("CRADLE_DATA")) : NULL;
    setenv("CRADLE_DATA", path_in(here.folder, "x", path), 1);
    assert_true(alloc_each(file_work, here.folder) > 5);
    assert_false(path_exists(path_in(here.folder, "x/y/file.tmp", path)));
    if (before)
        setenv("CRADLE_DATA", before, 1);
    else
        unsetenv("CRADLE_DATA");
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_without_memory),
        cmocka_unit_test(context_without_memory),
        fixture_test(files_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
