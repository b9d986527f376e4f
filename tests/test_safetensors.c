/*
 * safetensors: what is written reads back, byte for byte the same each time; every way in which a file can be wrong
 * has its message; a damaged file never crashes; a full disk and lost memory leave the old file.
 */
#include <signal.h>
#include <sys/resource.h>

#include "graph/safetensors.h"

#include "alloc.h"

#include "../fuzz/fuzz_safetensors.c"

static float weights[6] = {1, -2.5f, 3, 0, 1e-30f, 6};
static double numbers[2] = {0.1, -1e300};
static uint8_t bytes[3] = {0, 7, 255};
static int32_t whole[1] = {-5};

static const struct cr_named_tensor tensors[] = {
    {"conv1.weight", {CR_F32, 2, {2, 3}, weights}}, {"b\xc3\xa4r \"x\"\\\n", {CR_U8, 1, {3}, bytes}},
    {"empty", {CR_F32, 2, {0, 4}, weights}},        {"scalar", {CR_I32, 0, {0}, whole}},
    {"double", {CR_F64, 1, {2}, numbers}},
};
static const struct cr_pair metadata[] = {{"step", "17"}, {"name", "tab\there, \"quotes\", \xe2\x82\xac"}, {"a", ""}};

static enum cr_status write_all(const char *path, struct cr_error *err)
{
    return cr_safetensors_write(path, tensors, 5, metadata, 3, err);
}

static void round_trip(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_safetensors *file;
    char path[512], other[512];
    expect_ok(write_all(path_in(here.folder, "a", path), &err));
    expect_ok(write_all(path_in(here.folder, "b", other), &err));
    expect_ok(cr_safetensors_open(&file, path, &err));
    assert_int_equal(cr_safetensors_count(file), 5);
    for (int64_t i = 0; i < 5; i++) {
        const struct cr_named_tensor *named = cr_safetensors_at(file, i);
        const struct cr_tensor *tensor = &tensors[i].tensor;
        assert_string_equal(named->name, tensors[i].name);
        assert_int_equal(named->tensor.dtype, tensor->dtype);
        assert_int_equal(named->tensor.rank, tensor->rank);
        for (int side = 0; side < tensor->rank; side++)
            assert_int_equal(named->tensor.dims[side], tensor->dims[side]);
        if (cr_tensor_size(tensor) > 0)
            assert_memory_equal(named->tensor.data, tensor->data, cr_tensor_size(tensor));
        assert_int_equal((uintptr_t)named->tensor.data % 8, 0);
        assert_ptr_equal(cr_safetensors_find(file, named->name), &named->tensor);
    }
    assert_null(cr_safetensors_find(file, "conv1"));
    assert_int_equal(cr_safetensors_pairs(file), 3);
    assert_string_equal(cr_safetensors_pair(file, 0)->key, "a");
    for (int i = 0; i < 3; i++)
        assert_string_equal(cr_safetensors_get(file, metadata[i].key), metadata[i].value);
    assert_null(cr_safetensors_get(file, "b"));
    cr_safetensors_free(file);

    char *first = file_text(path), *second = file_text(other);
    static const char header[] =
        "{\"__metadata__\":{\"a\":\"\",\"name\":\"tab\\u0009here, \\\"quotes\\\", \xe2\x82\xac\","
        "\"step\":\"17\"},\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],"
        "\"data_offsets\":[0,24]},";
    assert_memory_equal(first + 8, header, sizeof header - 1);
    uint64_t length;
    memcpy(&length, first, sizeof length);
    assert_int_equal(length % 8, 0);
    assert_memory_equal(first, second, 8 + length + 24 + 3 + 4 + 16);
    free(first);
    free(second);
}

static void frozen_file(void **state)
{
    (void)state;
    struct cr_error err;
    struct cr_safetensors *file;
    char path[512];
    const char *source = getenv("CRADLE_SOURCE");
    if (!source)
        skip();
    expect_ok(cr_safetensors_open(&file, path_in(source, "tests/fixtures/trajectory.safetensors", path), &err));
    const struct cr_tensor *labels = cr_safetensors_find(file, "labels");
    assert_non_null(labels);
    assert_int_equal(labels->dtype, CR_I32);
    assert_int_equal(labels->rank, 2);
    cr_safetensors_free(file);
}

#define TENSOR(type, shape, begin, end) \
    "{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"

static const struct wrong {
    const char *header;
    size_t data; /* bytes behind it */
    const char *message;
} wrongs[] = {
    {"", 0, "f: the header is not JSON near byte 8"},
    {"{\"a\":", 0, "f: the header is not JSON near byte 12"},
    {"{} x", 0, "f: the header is not JSON near byte 11"},
    {"[1,2]", 0, "f: the header is no JSON object"},
    {"{\"__metadata__\":1}", 0, "f: __metadata__ is no JSON object"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "f: __metadata__: a is no text"},
    {"{\"__metadata__\":{\"a\":\"1\",\"b\":\"\",\"a\":\"2\"}}", 0, "f: __metadata__: a stands there twice"},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "f: two tensors are called __metadata__"},
    {"{\"w\":3}", 0, "f: w: is no JSON object"},
    {"{\"w\":{}}", 0, "f: w: numbers of type ? cannot be read (F32, F64, U8, I32, I64 can)"},
    {"{\"w\":" TENSOR("BF16", "[1]", 0, 2) "}", 2,
     "f: w: numbers of type BF16 cannot be read (F32, F64, U8, I32, I64 can)"},
    {"{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "f: w: it has no shape"},
    {"{\"w\":" TENSOR("U8", "[1,1,1,1,1,1]", 0, 1) "}", 1, "f: w: its shape has more than 5 sides"},
    {"{\"w\":" TENSOR("F32", "[-1]", 0, 4) "}", 4, "f: w: a side of its shape is no whole number"},
    {"{\"w\":" TENSOR("F32", "[1.5]", 0, 6) "}", 6, "f: w: a side of its shape is no whole number"},
    {"{\"w\":" TENSOR("F32", "[4294967296,4294967296]", 0, 0) "}", 0, "f: w: its shape is too large"},
    {"{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "f: w: its data_offsets are not [begin, end]"},
    {"{\"w\":" TENSOR("F32", "[1]", 4, 0) "}", 4, "f: w: its data_offsets are not [begin, end]"},
    {"{\"w\":" TENSOR("F32", "[3]", 0, 8) "}", 8, "f: w: its shape needs 12 bytes, its data_offsets are 8 apart"},
    {"{\"w\":" TENSOR("F32", "[2]", 0, 8) ",\"v\":" TENSOR("U8", "[4]", 6, 10) "}", 10,
     "f: v: its bytes overlap those of w"},
    {"{\"w\":" TENSOR("F32", "[2]", 0, 8) ",\"v\":" TENSOR("U8", "[4]", 9, 13) "}", 13,
     "f: 1 bytes before v belong to no tensor"},
    {"{\"w\":" TENSOR("F32", "[2]", 0, 8) "}", 9, "f: 1 bytes at the end belong to no tensor"},
    {"{\"w\":" TENSOR("F32", "[2]", 0, 8) "}", 7,
     "f: truncated: the header promises 8 bytes of tensors, the file has 7"},
    {"{\"w\":" TENSOR("U8", "[1]", 0, 1) ",\"v\":" TENSOR("U8", "[1]", 1, 2) ",\"w\":" TENSOR("U8", "[1]", 2, 3) "}", 3,
     "f: two tensors are called w"},
};

static enum cr_status parse(uint64_t length, const char *header, size_t data, struct cr_error *err)
{
    size_t size = strlen(header), total = 8 + size + data;
    char *content = calloc(1, total + 1);
    struct cr_safetensors *file = NULL;
    assert_non_null(content);
    memcpy(content, &length, sizeof length);
    memcpy(content + 8, header, size);
    enum cr_status status = cr_safetensors_parse(&file, "f", content, total, err);
    cr_safetensors_free(file);
    return status;
}

static void wrong_files(void **state)
{
    (void)state;
    struct cr_error err;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        expect_error(parse(strlen(wrongs[i].header), wrongs[i].header, wrongs[i].data, &err), CR_ERROR_FORMAT,
                     wrongs[i].message);
    expect_error(parse(100000001, "{}", 0, &err), CR_ERROR_FORMAT,
                 "f: no safetensors file: its header would have 100000001 bytes, more than the limit of 100000000");
    expect_error(parse(3, "{}", 0, &err), CR_ERROR_FORMAT,
                 "f: truncated, or no safetensors file: its header would have 3 bytes, the file has 10");
    expect_ok(parse(4, "{}  ", 0, &err));
    struct cr_safetensors *file;
    expect_error(cr_safetensors_parse(&file, "f", calloc(1, 5), 5, &err), CR_ERROR_FORMAT,
                 "f: truncated, or no safetensors file: it has 5 bytes");
    assert_null(file);
    /* An unaligned beginning, and numbers in another order than their names. */
    static const char odd[] = "{\"w\":" TENSOR("U8", "[1]", 8, 9) ",\"v\":" TENSOR("F64", "[1]", 0, 8) "}";
    assert_int_not_equal(strlen(odd) % 8, 0);
    expect_ok(parse(strlen(odd), odd, 9, &err));
}

/* Every cut and every changed byte of a valid file, and nests deeper than anyone means. */
static void damaged_files(void **state)
{
    (void)state;
    struct cr_error err;
    char path[512];
    struct stat info;
    expect_ok(write_all(path_in(here.folder, "a", path), &err));
    assert_int_equal(stat(path, &info), 0);
    size_t size = (size_t)info.st_size;
    uint8_t *content = (uint8_t *)file_text(path);
    for (size_t length = 0; length <= size; length++)
        LLVMFuzzerTestOneInput(content, length);
    static const uint8_t changes[] = {'0', '9', '"', '{', '}', '[', ']', ',', '\\', '-', 0, 0xff};
    for (size_t i = 0; i < size; i++) {
        uint8_t before = content[i];
        for (size_t change = 0; change < sizeof changes; change++) {
            content[i] = changes[change];
            LLVMFuzzerTestOneInput(content, size);
        }
        content[i] = before;
    }
    free(content);
    size = 1 << 16;
    content = malloc(size);
    assert_non_null(content);
    memset(content, '[', size);
    uint64_t length = size - 8;
    memcpy(content, &length, sizeof length);
    LLVMFuzzerTestOneInput(content, size);
    free(content);
}

/* The limit on a file's size stands in for a disk that is full after so many bytes. */
static void full_disk(void **state)
{
    (void)state;
    struct cr_error err;
    struct rlimit before, limit;
    char path[512], temporary[512], message[600];
    path_in(here.folder, "a", path);
    snprintf(message, sizeof message, "%s: cannot write: File too large", path);
    file_write(path, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (rlim_t size = 0; size < 450; size += 50) {
        limit = (struct rlimit){size, before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        enum cr_status status = write_all(path, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(status, CR_ERROR_IO);
        assert_string_equal(err.message, message);
        char *text = file_text(path);
        assert_string_equal(text, "old");
        free(text);
        assert_false(path_exists(path_in(here.folder, "a.tmp", temporary)));
    }
}

static enum cr_status write_and_read(void *user, struct cr_error *err)
{
    struct cr_safetensors *file;
    CR_TRY(write_all(user, err));
    CR_TRY(cr_safetensors_open(&file, user, err));
    cr_safetensors_free(file);
    return CR_OK;
}

static void lost_memory(void **state)
{
    (void)state;
    alloc_need();
    char path[512];
    assert_true(alloc_each(write_and_read, (void *)path_in(here.folder, "a", path)) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(round_trip),    cmocka_unit_test(frozen_file), cmocka_unit_test(wrong_files),
        fixture_test(damaged_files), fixture_test(full_disk),       fixture_test(lost_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
