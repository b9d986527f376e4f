/*
 * Tables as text: quotes, headers, separators, classes, targets, pictures, missing values, and what is said when
 * something is wrong.
 */
#include "pictures.h"

#include <math.h>

#include "data/csv.h"
#include "data/dataset.h"

static struct cr_error err;

/* {csv: {path: FOLDER/a.csv, MORE}} */
static enum cr_status open_csv(struct cr_dataset **dataset, enum cr_part part, const char *more)
{
    return open_source(dataset, here.context, part, &err, "{csv: {path: %s/a.csv%s%s}}", here.folder,
                       more[0] ? ", " : "", more);
}

static struct cr_dataset *open_text(const char *text, const char *more)
{
    struct cr_dataset *dataset = NULL;
    put_text("a.csv", text);
    expect_ok(open_csv(&dataset, CR_PART_TRAIN, more));
    assert_non_null(dataset);
    return dataset;
}

static const float *numbers(const struct cr_dataset *dataset)
{
    assert_true(dataset->numbers);
    return (const float *)(const void *)dataset->pixels;
}

static void a_header_and_classes(void **state)
{
    (void)state;
    char text[600], expected[600];
    struct cr_dataset *dataset = open_text("\xef\xbb\xbfwidth, height ,kind\n"
                                           "1,2.5,\"cat, \"\"big\"\"\"\r\n"
                                           "\n"
                                           " -3e2 ,\t0.12345678901234567, bird\n"
                                           "\"7\",\"8\",\"line\nbreak\"\n"
                                           "9,.5,bird",
                                           "");
    assert_int_equal(dataset->count, 4);
    assert_int_equal(dataset->height * dataset->width, 1);
    assert_int_equal(dataset->channels, 2);
    assert_string_equal(dataset->columns[0], "width");
    assert_string_equal(dataset->columns[1], "height");
    assert_int_equal(dataset->classes, 3);
    assert_string_equal(dataset->class_names[0], "bird");
    assert_string_equal(dataset->class_names[1], "cat, \"big\"");
    assert_string_equal(dataset->class_names[2], "line\nbreak");
    assert_memory_equal(dataset->labels, ((int32_t[]){1, 0, 2, 0}), 16);
    const float expected_numbers[] = {1, 2.5F, -300, 0.12345678901234567F, 7, 8, 9, 0.5F};
    assert_memory_equal(numbers(dataset), expected_numbers, sizeof expected_numbers);
    /* the line of the file, counted through the break inside quotes */
    dataset->describe(dataset, 3, text, sizeof text);
    snprintf(expected, sizeof expected, "%s/a.csv:7", here.folder);
    assert_string_equal(text, expected);
    cr_dataset_free(dataset);
}

static void the_column_of_labels(void **state)
{
    (void)state;
    /* by its name, wherever it stands; whole numbers are ordered as numbers */
    struct cr_dataset *dataset = open_text("Label,a\n10,1\n9,2\n-1,3\n10,4\n", "");
    assert_int_equal(dataset->classes, 3);
    assert_string_equal(dataset->class_names[0], "-1");
    assert_string_equal(dataset->class_names[2], "10");
    assert_memory_equal(dataset->labels, ((int32_t[]){2, 1, 0, 2}), 16);
    cr_dataset_free(dataset);
    /* as told, by name or number; without a header the last */
    dataset = open_text("id;kind;x\n1;a;5\n2;b;6\n", "label: kind, ignore: id");
    assert_int_equal(dataset->channels, 1);
    assert_true(numbers(dataset)[1] == 6);
    assert_string_equal(dataset->class_names[1], "b");
    cr_dataset_free(dataset);
    dataset = open_text("1\ta\t5\n2\tb\t6\n", "label: 2");
    assert_null(dataset->columns);
    assert_int_equal(dataset->channels, 2);
    cr_dataset_free(dataset);
    dataset = open_text("1,2,0\n3,4,1\n", "");
    assert_true(numbers(dataset)[3] == 4);
    cr_dataset_free(dataset);
    /* a header of numbers must be told */
    dataset = open_text("0,1\n3,4\n", "header: yes");
    assert_int_equal(dataset->count, 1);
    assert_string_equal(dataset->columns[0], "0");
    cr_dataset_free(dataset);
}

static void targets_are_rows(void **state)
{
    (void)state;
    struct cr_dataset *dataset = open_text("x,price,y,area\n1,10.5,2,3\n4,-11,5,6\n", "targets: [area, price]");
    assert_null(dataset->labels);
    assert_int_equal(dataset->classes, 2);
    assert_string_equal(dataset->class_names[0], "area");
    assert_string_equal(dataset->class_names[1], "price");
    assert_memory_equal(dataset->targets, ((float[]){3, 10.5F, 6, -11}), 16);
    assert_memory_equal(numbers(dataset), ((float[]){1, 2, 4, 5}), 16);
    assert_string_equal(dataset->columns[1], "y");
    cr_dataset_free(dataset);
    dataset = open_text("1,2\n3,4\n", "targets: 1");
    assert_string_equal(dataset->class_names[0], "0");
    cr_dataset_free(dataset);
}

static void rows_may_be_pictures(void **state)
{
    (void)state;
    struct cr_dataset *dataset =
        open_text("label,a,b,c,d,e,f\n1,0,10,20,30,40,255\n0,1,2,3,4,5,6\n", "shape: [1, 2, 3], type: bytes");
    assert_false(dataset->numbers);
    assert_int_equal(dataset->height * 100 + dataset->width * 10 + dataset->channels, 123);
    assert_memory_equal(dataset->pixels, ((uint8_t[]){0, 10, 20, 30, 40, 255, 1, 2, 3, 4, 5, 6}), 12);
    cr_dataset_free(dataset);
    dataset = open_text("1,2,3,4,0\n5,6,7,8,1\n", "shape: [2, 2]");
    assert_int_equal(dataset->height * 100 + dataset->width * 10 + dataset->channels, 221);
    assert_true(numbers(dataset)[7] == 8);
    cr_dataset_free(dataset);
}

static void the_test_part_has_the_same_classes(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char more[600];
    snprintf(more, sizeof more, "test: %s/b.csv", here.folder);
    put_text("a.csv", "x,kind\n1,a\n2,b\n3,c\n");
    put_text("b.csv", "x,kind\n1,c\n");
    expect_ok(open_csv(&dataset, CR_PART_TEST, more));
    assert_int_equal(dataset->classes, 3);
    assert_int_equal(dataset->labels[0], 2);
    cr_dataset_free(dataset);
    put_text("b.csv", "x,kind\n1,c\n2,d\n");
    expect_failure(open_csv(&dataset, CR_PART_TEST, more), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/b.csv:3: column 2 (kind): found \"d\", expected one of the classes of the "
                   "training part",
                   here.folder);
    put_text("b.csv", "y,kind\n1,c\n");
    expect_failure(open_csv(&dataset, CR_PART_TEST, more), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/b.csv: column 1 is y, but x in %s/a.csv", here.folder, here.folder);
    put_text("b.csv", "1\n");
    expect_error(open_csv(&dataset, CR_PART_TEST, ""), CR_ERROR_UNSUPPORTED,
                 "csv has no test part: set test to a file like that of the training part");
}

static void missing_values(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char expected[700];
    put_text("a.csv", "x,y,kind\n1,2,a\n3,NA,b\n4,,a\n5,6,\n7,8,b\n");
    expect_failure(open_csv(&dataset, CR_PART_TRAIN, ""), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/a.csv:3: column 2 (y): the value is missing (NA), expected a number; "
                   "`missing: skip` leaves such rows out",
                   here.folder);
    expect_ok(open_csv(&dataset, CR_PART_TRAIN, "missing: skip"));
    assert_int_equal(dataset->count, 2);
    assert_memory_equal(numbers(dataset), ((float[]){1, 2, 7, 8}), 16);
    assert_memory_equal(dataset->labels, ((int32_t[]){0, 1}), 8);
    snprintf(expected, sizeof expected, "warning: %s/a.csv: 3 of 5 rows are skipped because a value is missing\n",
             here.folder);
    assert_string_equal(here.log, expected);
    dataset->describe(dataset, 1, expected, sizeof expected);
    assert_string_equal(expected + strlen(here.folder), "/a.csv:6");
    cr_dataset_free(dataset);
    put_text("a.csv", "x,y\n?,a\n,b\n");
    expect_failure(open_csv(&dataset, CR_PART_TRAIN, "missing: skip"), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/a.csv: in every row a value is missing", here.folder);
}

/* A text, the options, and what is said behind "a.yaml:1:9: source: FOLDER/a.csv". */
static void mistakes_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *more, *message;
        enum cr_status status;
    } cases[] = {
        {"", "", ": the file is empty, expected rows", CR_ERROR_FORMAT},
        {"\n\r\n", "", ": the file is empty, expected rows", CR_ERROR_FORMAT},
        {"a,b\n", "", ": has a header, but no rows", CR_ERROR_FORMAT},
        {"1,2\n1,2,3\n", "", ":2: has 3 columns, expected 2 as in the first row", CR_ERROR_FORMAT},
        {"1,2\n\n1\n", "", ":3: has 1 column, expected 2 as in the first row", CR_ERROR_FORMAT},
        {"1,a\n2,\"b\n3,c\n", "", ":2: a quote that is opened here is never closed", CR_ERROR_FORMAT},
        {"x,y\nred,a\n", "", ":2: column 1 (x): found \"red\", expected a finite number", CR_ERROR_FORMAT},
        {"1,a\n\"2\"x,b\n", "", ":2: column 1: found \"\"2\"x\", expected a finite number", CR_ERROR_FORMAT},
        {"1,a\n1e39,b\n", "", ":2: column 1: found \"1e39\", expected a finite number", CR_ERROR_FORMAT},
        {"1,a\ninf,b\n", "", ":2: column 1: found \"inf\", expected a finite number", CR_ERROR_FORMAT},
        {"1,a\n0x10,b\n", "", ":2: column 1: found \"0x10\", expected a finite number", CR_ERROR_FORMAT},
        {"1,a\n1 2,b\n", "", ":2: column 1: found \"1 2\", expected a finite number", CR_ERROR_FORMAT},
        {"1,0\n256,1\n", "type: bytes", ":2: column 1: found \"256\", expected a whole number 0..255 (type: bytes)",
         CR_ERROR_FORMAT},
        {"1,0\n2.5,1\n", "type: bytes", ":2: column 1: found \"2.5\", expected a whole number 0..255 (type: bytes)",
         CR_ERROR_FORMAT},
        {"1,2,0\n", "shape: [2, 2]", ": has 2 numbers a sample, but shape 2x2x1 needs 4", CR_ERROR_FORMAT},
        {"x,price\n1,2.5\n3,4\n", "",
         ": column 2 (price) holds fractions, which are no classes: where they are to be met, name the column in "
         "targets, else name the right one in label",
         CR_ERROR_FORMAT},
        {"width,kind\n1,a\n", "label: knid", ": label: there is no column knid among the 2; did you mean kind?",
         CR_ERROR_ARGUMENT},
        {"1,2\n", "label: kind",
         ": label: there is no column kind: the file has no header, so name it by its number, 1..2", CR_ERROR_ARGUMENT},
        {"x,x,y\n1,2,3\n", "label: x", ": label: 2 columns have the name x: give a number, 1..3", CR_ERROR_ARGUMENT},
        {"x,y\n1,2\n", "targets: [y, y]", ": targets: column y is named twice", CR_ERROR_ARGUMENT},
        {"x,y\n1,2\n", "label: y, ignore: y", ": ignore: column 2 is the label", CR_ERROR_ARGUMENT},
        {"1|2\n3|4\n", "", ": no column is left to learn from (1 in all, divided by commas)", CR_ERROR_FORMAT},
        {"\xff\xfe\x31", "", ": is UTF-16, expected UTF-8 or ASCII", CR_ERROR_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cr_dataset *dataset;
        put_text("a.csv", cases[i].text);
        expect_failure(open_csv(&dataset, CR_PART_TRAIN, cases[i].more), cases[i].status,
                       "a.yaml:1:9: source: %s/a.csv%s", here.folder, cases[i].message);
        assert_null(dataset);
    }
    struct cr_dataset *dataset;
    put_text("a.csv", "x,y\n1,2\n");
    expect_error(open_csv(&dataset, CR_PART_TRAIN, "label: x, targets: y"), CR_ERROR_ARGUMENT,
                 "a.yaml:1:9: source: label and targets exclude each other: a row has a class or targets");
    expect_error(open_csv(&dataset, CR_PART_TRAIN, "targets: {x: y}"), CR_ERROR_ARGUMENT,
                 "a.yaml:1:9: source: targets: expected a column or a list of columns, found a map");
}

/* The digits that are built in, read from their text. */
static void the_digits_are_the_same(void **state)
{
    (void)state;
    const char *source = getenv("CRADLE_SOURCE");
    struct cr_dataset *digits, *table;
    assert_non_null(source);
    expect_ok(cr_dataset_open(&digits, here.context, NULL, NULL, CR_PART_TRAIN, NULL, &err));
    expect_ok(open_source(&table, here.context, CR_PART_TRAIN, &err,
                          "{csv: {path: %s/src/data/digits.csv, shape: [8, 8], type: bytes}}", source));
    assert_int_equal(table->count, 1797);
    assert_int_equal(table->classes, 10);
    /* the first of both is the file's first line; there 16 is the most, here 255 */
    for (int i = 0; i < 64; i++)
        assert_int_equal(digits->pixels[i], (table->pixels[i] * 255 + 8) / 16);
    assert_int_equal(table->labels[1796], 8);
    cr_dataset_free(digits);
    cr_dataset_free(table);
}

/* Against the C library, on numbers of every length. */
static void numbers_are_rounded_right(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        double value = NAN, expected;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double number = (double)(int64_t)seed / 0x1p63;
        snprintf(text, sizeof text, i & 1 ? "%.*g" : "%.*e", 1 + i % 17, ldexp(number, (int)(seed >> 8 & 127) - 64));
        expected = strtod(text, NULL);
        struct cr_field field = {.at = text, .length = strlen(text)};
        assert_true(cr_field_number(&field, &value));
        if (memcmp(&value, &expected, sizeof value) != 0)
            fail_msg("%s: read as %.17g, expected %.17g", text, value, expected);
    }
    static const char *const wrong[] = {"", "-", ".", "+", "1e", "1e+", "--1", "1.2.3", "1,5", "e5", "1e5x", "0x1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value;
        struct cr_field field = {.at = wrong[i], .length = strlen(wrong[i])};
        assert_false(cr_field_number(&field, &value));
    }
}

/* Many rows, read by three threads: each where it belongs, and of all faults the first is told. */
static void rows_are_read_side_by_side(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    struct cr_dataset *dataset;
    char path[512];
    FILE *file = fopen(path_in(here.folder, "a.csv", path), "wb");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%d,%d,%d\n", i, -i, i % 7);
    fclose(file);
    expect_ok(open_csv(&dataset, CR_PART_TRAIN, ""));
    assert_int_equal(dataset->count, ROWS);
    for (int i = 0; i < ROWS; i++) {
        assert_true(numbers(dataset)[2 * i] == (float)i && numbers(dataset)[2 * i + 1] == (float)-i);
        assert_int_equal(dataset->labels[i], i % 7);
    }
    cr_dataset_free(dataset);
    file = fopen(path, "wb");
    for (int i = 1; i <= ROWS; i++)
        fprintf(file, "%d,%s,0\n", i, i == 700 || i == 4000 ? "x" : "1");
    fclose(file);
    expect_failure(open_csv(&dataset, CR_PART_TRAIN, ""), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s:700: column 2: found \"x\", expected a finite number", path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_header_and_classes),
        fixture_test(the_column_of_labels),
        fixture_test(targets_are_rows),
        fixture_test(rows_may_be_pictures),
        fixture_test(the_test_part_has_the_same_classes),
        fixture_test(missing_values),
        fixture_test(mistakes_are_told),
        fixture_test(the_digits_are_the_same),
        cmocka_unit_test(numbers_are_rounded_right),
        fixture_test(rows_are_read_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
