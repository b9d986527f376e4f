/*
 * Handwritten digits of 8x8 pixels, 1,797 of them, built into the library: E. Alpaydin and C. Kaynak, Optical
 * Recognition of Handwritten Digits, UCI Machine Learning Repository 1998, CC BY 4.0 (https://doi.org/10.24432/C50P49).
 *
 * digits.csv has one picture a line: 64 values 0..16 row by row, then the label. digits_test.txt has the numbers (from
 * 0) of the lines that are the test part, ascending: 360 drawn once, in proportion to the classes; the other 1,437
 * train. Values become bytes: v * 255 / 16, rounded.
 */
#include "data/dataset.h"
#include "data/format.h"

#include <assert.h>

extern const unsigned char cr_embedded_digits_csv[], cr_embedded_digits_test_txt[];
extern const size_t cr_embedded_digits_csv_size, cr_embedded_digits_test_txt_size;

enum { SIDE = 8, PIXELS = SIDE * SIDE, VALUE_MAX = 16, CLASSES = 10, ALL = 1797, TEST = 360 };

struct text {
    const unsigned char *at, *end;
};

static bool is_digit(const struct text *text)
{
    return text->at < text->end && *text->at >= '0' && *text->at <= '9';
}

/* The next number and what divides it from the one after it; -1 at the end. */
static int64_t next_number(struct text *text)
{
    if (!is_digit(text))
        return -1;
    int64_t number = 0;
    while (is_digit(text))
        number = 10 * number + (*text->at++ - '0');
    while (text->at < text->end && !is_digit(text))
        text->at++;
    return number;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    bool wants_test = call->part == CR_PART_TEST;
    struct cr_extent extent = {
        .count = wants_test ? TEST : ALL - TEST, .height = SIDE, .width = SIDE, .channels = 1, .classes = CLASSES};
    struct cr_store *store;
    CR_TRY(cr_store_new(&store, &extent, true, NULL, err, "digits"));
    struct text values = {cr_embedded_digits_csv, cr_embedded_digits_csv + cr_embedded_digits_csv_size};
    struct text lines = {cr_embedded_digits_test_txt, cr_embedded_digits_test_txt + cr_embedded_digits_test_txt_size};
    int64_t test_line = next_number(&lines), taken = 0;
    uint8_t skipped[PIXELS];
    for (int64_t line = 0; line < ALL; line++) {
        bool is_test = line == test_line;
        if (is_test)
            test_line = next_number(&lines);
        bool take = is_test == wants_test && taken < extent.count;
        uint8_t *pixels = take ? store->pixels + taken * PIXELS : skipped;
        for (int i = 0; i < PIXELS; i++)
            pixels[i] = (uint8_t)((next_number(&values) * 255 + VALUE_MAX / 2) / VALUE_MAX);
        int64_t label = next_number(&values);
        if (take)
            store->labels[taken++] = (int32_t)label;
    }
    assert(taken == extent.count && test_line == -1);
    *dataset = &store->dataset;
    return CR_OK;
}

const struct cr_format cr_format_digits = {
    .entry = {.name = "digits",
              .help = "handwritten digits, 8x8, grey, built in: 1437 to train, 360 to test (Alpaydin and Kaynak 1998)"},
    .shape = {SIDE, SIDE, 1, CLASSES},
    .open = open,
};
