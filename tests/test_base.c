/*
 * Base: errors, text under two locales, arena, random numbers (against published values), files and their failures,
 * option tables, names, the context.
 */
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/context.h"
#include "base/file.h"
#include "base/options.h"
#include "base/random.h"
#include "base/text.h"

#include "support.h"

/* -------------------------------------------------------------------------------------------------------------- errors
 */

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

/* ---------------------------------------------------------------------------------------------------------------- text
 */

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
    char *folder = folder_make();
    bool german = locale_german(folder);
    char text[16];
    snprintf(text, sizeof text, "%.1f", 0.5);
    if (german) {
        assert_string_equal(text, "0,5");
        check_numbers();
        snprintf(text, sizeof text, "%.1f", 0.5);
        assert_string_equal(text, "0,5"); /* the program's own locale is as it was */
    }
    locale_back();
    folder_remove(folder);
    if (!german) {
        print_message("no German locale here, and localedef cannot make one\n");
        skip();
    }
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

/* --------------------------------------------------------------------------------------------------------------- arena
 */

static void arena_blocks(void **state)
{
    (void)state;
    struct cr_arena *arena = cr_arena_new();
    unsigned char *blocks[300];
    for (size_t i = 0; i < 300; i++) {
        size_t size = i * i % 5000;
        blocks[i] = cr_arena_alloc(arena, size);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)i, size);
    }
    for (size_t i = 0; i < 300; i++)
        for (size_t j = 0; j < i * i % 5000; j++)
            assert_int_equal(blocks[i][j], (unsigned char)i);
    assert_string_equal(cr_arena_format(arena, "%s[%d]", cr_arena_text(arena, "model"), 3), "model[3]");
    assert_non_null(cr_arena_alloc(arena, 10 << 20));
    assert_null(cr_arena_alloc(arena, SIZE_MAX - 8));
    cr_arena_free(arena);
    cr_arena_free(NULL);
}

/* ------------------------------------------------------------------------------------------------------------- random
 */

/* From the file kat_vectors of Random123: {counter, key, words}. */
static void random_known_answers(void **state)
{
    (void)state;
    static const uint32_t known[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
         0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
         0x24126ea1},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct cr_random random = {.used = 4};
        memcpy(random.counter, known[i], sizeof random.counter);
        memcpy(random.key, known[i] + 4, sizeof random.key);
        for (int j = 0; j < 4; j++)
            assert_int_equal(cr_random_u32(&random), known[i][6 + j]);
    }
}

/* Values of a second implementation (Python); they may never change, or seeds give other results. */
static void random_frozen(void **state)
{
    (void)state;
    static const uint32_t words[] = {0xc55008c3, 0x19825be0, 0xfd684694, 0x84cf10f8,
                                     0x37696a93, 0x42369b59, 0x4f57c83f, 0xd6702a01};
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    for (int i = 0; i < 8; i++)
        assert_int_equal(cr_random_u32(&random), words[i]);
    random = cr_random_at(1, CR_RANDOM_TEST, (UINT64_C(5) << 32) + 2, (UINT64_C(9) << 56) + (UINT64_C(4) << 32) + 3);
    assert_int_equal(cr_random_u32(&random), 0x34ed7546);
    random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    assert_true(cr_random_uniform(&random) == 0.7707524753873342);
    random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    assert_true(fabs(cr_random_normal(&random) - 1.7128903333880303) < 1e-14);
    static const int64_t shuffled[] = {7, 4, 6, 8, 2, 9, 3, 1, 5, 0};
    int64_t items[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    cr_random_shuffle(&random, items, 10);
    assert_memory_equal(items, shuffled, sizeof items);
}

/* Every bit of every argument gives another stream. */
static void random_streams_differ(void **state)
{
    (void)state;
    uint32_t seen[1 + 64 * 3 + 8];
    size_t count = 0;
    for (int part = 0; part < 4; part++)
        for (int bit = 0; bit < (part == 3 ? 7 : 64); bit++) {
            uint64_t one = UINT64_C(1) << bit;
            int purpose = part == 3 ? bit + 1 : CR_RANDOM_TEST + 1;
            struct cr_random random =
                cr_random_at(part == 0 ? one : 0, (enum cr_purpose)purpose, part == 1 ? one : 0, part == 2 ? one : 0);
            seen[count++] = cr_random_u32(&random);
        }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(seen[i], seen[j]);
}

static void random_moments(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    double sum = 0, squares = 0, normal = 0, normal2 = 0, normal4 = 0;
    struct cr_random random = cr_random_at(42, CR_RANDOM_TEST, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        double u = cr_random_uniform(&random), n = cr_random_normal(&random);
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
        normal += n;
        normal2 += n * n;
        normal4 += n * n * n * n;
    }
    /* five standard errors each */
    assert_true(fabs(sum / COUNT - 0.5) < 5 * 0.2887 / sqrt(COUNT));
    assert_true(fabs(squares / COUNT - 1.0 / 3) < 5 * 0.2981 / sqrt(COUNT));
    assert_true(fabs(normal / COUNT) < 5 / sqrt(COUNT));
    assert_true(fabs(normal2 / COUNT - 1) < 5 * sqrt(2.0 / COUNT));
    assert_true(fabs(normal4 / COUNT - 3) < 5 * sqrt(96.0 / COUNT));
}

static void random_below(void **state)
{
    (void)state;
    enum { COUNT = 70000 };
    int hits[7] = {0};
    struct cr_random random = cr_random_at(3, CR_RANDOM_TEST, 0, 0);
    for (int i = 0; i < COUNT; i++)
        hits[cr_random_below(&random, 7)]++;
    double chi = 0;
    for (int i = 0; i < 7; i++)
        chi += (hits[i] - COUNT / 7.0) * (hits[i] - COUNT / 7.0) / (COUNT / 7.0);
    assert_true(chi < 22.5); /* 6 degrees of freedom, 0.1 % */
    assert_int_equal(cr_random_below(&random, 1), 0);

    /* With 3 * 2^62 a plain remainder would give the lower third half of all draws. */
    uint64_t bound = UINT64_C(3) << 62;
    int low = 0;
    for (int i = 0; i < COUNT; i++)
        low += cr_random_below(&random, bound) < UINT64_C(1) << 62;
    assert_true(fabs(low / (double)COUNT - 1.0 / 3) < 0.01);
}

static void random_shuffle(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    int64_t items[COUNT];
    bool seen[COUNT] = {false};
    int moved = 0;
    for (int i = 0; i < COUNT; i++)
        items[i] = i;
    struct cr_random random = cr_random_at(1, CR_RANDOM_SHUFFLE, 0, 0);
    cr_random_shuffle(&random, items, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_in_range(items[i], 0, COUNT - 1);
        assert_false(seen[items[i]]);
        seen[items[i]] = true;
        moved += items[i] != i;
    }
    assert_true(moved > COUNT - 20);
    cr_random_shuffle(&random, items, 0);
}

/* --------------------------------------------------------------------------------------------------------------- files
 */

static void file_read_and_replace(void **state)
{
    (void)state;
    struct cr_error err;
    char *folder = folder_make(), path[512], other[512], message[1200], *data;
    size_t size;
    path_in(folder, "a.bin", path);
    expect_ok(cr_file_replace(path, "one\0two", 7, &err));
    expect_ok(cr_file_replace(path, "1\0002", 3, &err));
    expect_ok(cr_file_read(path, 3, &data, &size, &err));
    assert_int_equal(size, 3);
    assert_memory_equal(data, "1\0002", 4);
    free(data);
    assert_true(cr_file_exists(path));
    assert_false(cr_folder_exists(path) || cr_file_exists(folder) || path_exists(path_in(folder, "a.bin.tmp", other)));

    snprintf(message, sizeof message, "%s: has 3 bytes, more than the limit of 2", path);
    expect_error(cr_file_read(path, 2, &data, &size, &err), CR_ERROR_FORMAT, message);
    assert_null(data);
    snprintf(message, sizeof message, "%s: is a folder, not a file", folder);
    expect_error(cr_file_read(folder, 100, &data, &size, &err), CR_ERROR_IO, message);
    path_in(folder, "none/b", path);
    snprintf(message, sizeof message, "%s: cannot open: No such file or directory", path);
    expect_error(cr_file_read(path, 100, &data, &size, &err), CR_ERROR_IO, message);
    snprintf(message, sizeof message, "%s: cannot write: No such file or directory", path);
    expect_error(cr_file_replace(path, "x", 1, &err), CR_ERROR_IO, message);
    path_in(folder, "pipe", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(message, sizeof message, "%s: is not a regular file", path);
    expect_error(cr_file_read(path, 100, &data, &size, &err), CR_ERROR_IO, message);

    /* a stale temporary file is taken over; a folder in the way is left alone */
    file_write(path_in(folder, "c.tmp", other), "stale and long", 14);
    expect_ok(cr_file_replace(path_in(folder, "c", path), "c", 1, &err));
    assert_false(path_exists(other));
    snprintf(message, sizeof message, "%s: cannot write: Is a directory", folder);
    expect_error(cr_file_replace(folder, "x", 1, &err), CR_ERROR_IO, message);
    snprintf(other, sizeof other, "%s.tmp", folder);
    assert_false(path_exists(other));
    folder_remove(folder);
}

/* A write that fails in the middle, as on a full disk: the limit on file sizes does it without one. */
static int replace_beyond_limit(const char *path)
{
    struct cr_error err = {0};
    char content[4096], message[1200];
    memset(content, 'x', sizeof content);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000});
    enum cr_status status = cr_file_replace(path, content, sizeof content, &err);
    snprintf(message, sizeof message, "%s: cannot write: File too large", path);
    return status == CR_ERROR_IO && strcmp(err.message, message) == 0 ? 0 : 1;
}

static void file_replace_fails_whole(void **state)
{
    (void)state;
    char *folder = folder_make(), path[512], temporary[512];
    file_write(path_in(folder, "best", path), "old", 3);
    pid_t child = fork();
    if (child == 0)
        _exit(replace_beyond_limit(path));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    char *text = file_text(path);
    assert_string_equal(text, "old");
    free(text);
    assert_false(path_exists(path_in(folder, "best.tmp", temporary)));
    folder_remove(folder);
}

static void folders_and_paths(void **state)
{
    (void)state;
    struct cr_error err;
    char *folder = folder_make(), path[512], message[1200];
    path_in(folder, "a/b//c/", path);
    expect_ok(cr_folder_make(path, &err));
    expect_ok(cr_folder_make(path, &err));
    assert_true(cr_folder_exists(path));
    file_write(path_in(folder, "file", path), "", 0);
    path_in(folder, "file/below", path);
    snprintf(message, sizeof message, "%s: cannot make the folder: %s/file is a file", path, folder);
    expect_error(cr_folder_make(path, &err), CR_ERROR_IO, message);
    path_in(folder, "file", path);
    snprintf(message, sizeof message, "%s: cannot make the folder: %s is a file", path, path);
    expect_error(cr_folder_make(path, &err), CR_ERROR_IO, message);

    static const char *const joined[][3] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}};
    for (size_t i = 0; i < 4; i++) {
        char *text = cr_path_join(joined[i][0], joined[i][1]);
        assert_string_equal(text, joined[i][2]);
        free(text);
    }
    char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    setenv("HOME", "/home/me", 1);
    static const char *const expanded[][2] = {
        {"~/x", "/home/me/x"}, {"~", "/home/me"}, {"~you/x", "~you/x"}, {"a/~/b", "a/~/b"}};
    for (size_t i = 0; i < sizeof expanded / sizeof *expanded; i++) {
        char *text = cr_path_expand(expanded[i][0]);
        assert_string_equal(text, expanded[i][1]);
        free(text);
    }
    if (home)
        setenv("HOME", home, 1);
    else
        unsetenv("HOME");
    free(home);
    folder_remove(folder);
}

static void data_is_found(void **state)
{
    (void)state;
    struct cr_error err;
    char *folder = folder_make(), path[512], list[1200], message[2400], *found;
    char *before = getenv("CRADLE_DATA") ? strdup(getenv("CRADLE_DATA")) : NULL;
    expect_ok(cr_folder_make(path_in(folder, "second/mnist", path), &err));
    file_write(path_in(folder, "second/digits.csv", path), "1", 1);
    snprintf(list, sizeof list, "%s/first::%s/second", folder, folder);
    setenv("CRADLE_DATA", list, 1);
    expect_ok(cr_data_find("mnist", &found, &err));
    assert_string_equal(found, path_in(folder, "second/mnist", path));
    free(found);
    expect_ok(cr_data_find("digits.csv", &found, &err));
    free(found);
    snprintf(message, sizeof message,
             "cifar10: not found in %s; set CRADLE_DATA to the folders that hold it, with : between", list);
    expect_error(cr_data_find("cifar10", &found, &err), CR_ERROR_IO, message);
    assert_null(found);
    unsetenv("CRADLE_DATA");
    expect_error(cr_data_find("no-such-data", &found, &err), CR_ERROR_IO,
                 "no-such-data: not found in build/data:../shared/data; set CRADLE_DATA to the folders that hold it, "
                 "with : between");
    if (before)
        setenv("CRADLE_DATA", before, 1);
    free(before);
    folder_remove(folder);
}

/* ------------------------------------------------------------------------------------------------------------- options
 */

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

/* ------------------------------------------------------------------------------------------------------------- context
 */

static void collect(void *user, enum cr_log_level level, const char *message)
{
    snprintf(user, 64, "%d %s", (int)level, message);
}

static void *allocate(void *user, size_t size)
{
    ++*(int *)user;
    return aligned_alloc(64, size);
}

static void release(void *user, void *block)
{
    --*(int *)user;
    free(block);
}

static void context_options(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_context *context;
    char line[64] = "";
    int blocks = 0;
    unsetenv("CRADLE_CPU");
    expect_ok(cr_context_new(&context,
                             &(struct cr_context_options){.threads = 3,
                                                          .cpu = "avx2",
                                                          .log = collect,
                                                          .log_user = line,
                                                          .allocate = allocate,
                                                          .release = release,
                                                          .allocate_user = &blocks},
                             &err));
    assert_int_equal(cr_context_threads(context), 3);
    assert_string_equal(cr_context_cpu(context), "avx2");
    cr_log(context, CR_LOG_WARNING, "%.1f files", 2.5);
    assert_string_equal(line, "2 2.5 files");
    void *block = cr_block_alloc(context, 100);
    assert_int_equal(blocks, 1);
    assert_int_equal((uintptr_t)block % 64, 0);
    cr_block_free(context, block);
    cr_block_free(context, NULL);
    assert_int_equal(blocks, 0);
    cr_context_free(context);

    setenv("OMP_NUM_THREADS", "5,2", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_int_equal(cr_context_threads(context), 5);
    assert_null(cr_context_cpu(context));
    cr_log(context, CR_LOG_ERROR, "dropped");
    block = cr_block_alloc(context, 1);
    assert_int_equal((uintptr_t)block % 64, 0);
    cr_block_free(context, block);
    assert_null(cr_block_alloc(context, SIZE_MAX));
    cr_context_free(context);

    setenv("OMP_NUM_THREADS", "many", 1);
    setenv("CRADLE_CPU", "ref", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_in_range(cr_context_threads(context), 1, 1024);
    assert_string_equal(cr_context_cpu(context), "ref");
    cr_context_free(context);
    cr_context_free(NULL);
    unsetenv("OMP_NUM_THREADS");

    setenv("CRADLE_CPU", "avx3", 1);
    expect_error(cr_context_new(&context, NULL, &err), CR_ERROR_ARGUMENT,
                 "CRADLE_CPU=avx3: unknown instruction set; did you mean avx2? (ref, baseline, avx2, avx512, neon)");
    assert_null(context);
    expect_error(cr_context_new(&context, &(struct cr_context_options){.cpu = "sparc"}, &err), CR_ERROR_ARGUMENT,
                 "cpu=sparc: unknown instruction set (ref, baseline, avx2, avx512, neon)");
    unsetenv("CRADLE_CPU");
    setenv("CRADLE_CONV", "winograd", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_string_equal(cr_context_conv(context), "winograd");
    cr_context_free(context);
    setenv("CRADLE_CONV", "auto", 1);
    expect_ok(cr_context_new(&context, NULL, &err));
    assert_null(cr_context_conv(context));
    cr_context_free(context);
    setenv("CRADLE_CONV", "direkt", 1);
    expect_error(cr_context_new(&context, NULL, &err), CR_ERROR_ARGUMENT,
                 "CRADLE_CONV=direkt: unknown way; did you mean direct? (auto, direct, winograd, lanes)");
    unsetenv("CRADLE_CONV");
    expect_error(cr_context_new(&context, &(struct cr_context_options){.threads = -1}, &err), CR_ERROR_ARGUMENT,
                 "threads=-1 is out of range (0..1024; 0: as many as the machine has)");
    expect_error(cr_context_new(&context, &(struct cr_context_options){.threads = 1025}, &err), CR_ERROR_ARGUMENT,
                 "threads=1025 is out of range (0..1024; 0: as many as the machine has)");
    expect_error(cr_context_new(&context, &(struct cr_context_options){.allocate = allocate}, &err), CR_ERROR_ARGUMENT,
                 "an allocator needs both functions: allocate and release");
}

static void clock_goes_forward(void **state)
{
    (void)state;
    double start = cr_clock();
    usleep(2000);
    double passed = cr_clock() - start;
    assert_true(passed >= 0.002 && passed < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_messages),
        cmocka_unit_test(error_is_cut_between_letters),
        cmocka_unit_test(text_numbers),
        cmocka_unit_test(text_numbers_in_german),
        cmocka_unit_test(text_integers_and_truth),
        cmocka_unit_test(arena_blocks),
        cmocka_unit_test(random_known_answers),
        cmocka_unit_test(random_frozen),
        cmocka_unit_test(random_streams_differ),
        cmocka_unit_test(random_moments),
        cmocka_unit_test(random_below),
        cmocka_unit_test(random_shuffle),
        cmocka_unit_test(file_read_and_replace),
        cmocka_unit_test(file_replace_fails_whole),
        cmocka_unit_test(folders_and_paths),
        cmocka_unit_test(data_is_found),
        cmocka_unit_test(options_describe),
        cmocka_unit_test(options_default),
        cmocka_unit_test(names),
        cmocka_unit_test(context_options),
        cmocka_unit_test(clock_goes_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
