/*
 * Every kind of PNG against its pixels, and what is written is read back.
 */
#include "pictures.h"

/* A 3x2 file of RGB as it should come out; grey 0.299 R + 0.587 G + 0.114 B. */
static void check_png(struct bytes file, const uint8_t rgb[18])
{
    uint8_t pixels[18], grey[6], expected[6];
    struct bytes copy = {malloc(file.size), file.size};
    memcpy(copy.data, file.data, file.size);
    image_decode(file, 2, 3, 3, pixels);
    assert_memory_equal(pixels, rgb, sizeof pixels);
    image_decode(copy, 2, 3, 1, grey);
    for (int i = 0; i < 6; i++)
        expected[i] = (uint8_t)(0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2] + 0.5);
    assert_memory_equal(grey, expected, sizeof grey);
}

static void grey_as_rgb(uint8_t rgb[18], const uint8_t grey[6])
{
    for (int i = 0; i < 6; i++)
        memset(rgb + 3 * i, grey[i], 3);
}

static void png_grey(void **state)
{
    (void)state;
    uint8_t rgb[18];
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        grey_as_rgb(rgb, (uint8_t[]){255, 0, 255, 0, 255, 255});
        check_png(png_make((uint8_t[]){0xa0, 0x60}, 2, 2, 3,
                           (struct png_kind){.colour = 0, .depth = 1, .interlaced = interlaced}),
                  rgb);
        grey_as_rgb(rgb, (uint8_t[]){0, 85, 170, 255, 170, 85});
        check_png(png_make((uint8_t[]){0x18, 0xe4}, 2, 2, 3,
                           (struct png_kind){.colour = 0, .depth = 2, .interlaced = interlaced}),
                  rgb);
        grey_as_rgb(rgb, (uint8_t[]){0, 17, 34, 255, 238, 136});
        check_png(png_make((uint8_t[]){0x01, 0x20, 0xfe, 0x80}, 4, 2, 3,
                           (struct png_kind){.colour = 0, .depth = 4, .interlaced = interlaced}),
                  rgb);
        uint8_t eight[] = {0, 1, 100, 200, 254, 255};
        grey_as_rgb(rgb, eight);
        check_png(
            png_make(eight, sizeof eight, 2, 3, (struct png_kind){.colour = 0, .depth = 8, .interlaced = interlaced}),
            rgb);
        uint16_t sixteen[] = {0, 0x01ff, 0x6400, 0xc880, 0xfe12, 0xffff};
        check_png(png_make(sixteen, sizeof sixteen, 2, 3,
                           (struct png_kind){.colour = 0, .depth = 16, .interlaced = interlaced}),
                  rgb);
    }
}

static void png_rgb(void **state)
{
    (void)state;
    uint8_t rgb[18] = {0, 1, 2, 255, 254, 253, 10, 200, 30, 40, 50, 60, 7, 8, 9, 128, 127, 126};
    uint16_t sixteen[18];
    for (int i = 0; i < 18; i++)
        sixteen[i] = (uint16_t)(rgb[i] << 8 | i);
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        check_png(png_make(rgb, sizeof rgb, 2, 3, (struct png_kind){.colour = 2, .depth = 8, .interlaced = interlaced}),
                  rgb);
        check_png(png_make(sixteen, sizeof sixteen, 2, 3,
                           (struct png_kind){.colour = 2, .depth = 16, .interlaced = interlaced}),
                  rgb);
    }
}

/* Half transparent lies half way to white. */
static void png_transparent(void **state)
{
    (void)state;
    uint8_t rgb[18];
    uint8_t grey_alpha[] = {0, 255, 0, 0, 0, 128, 100, 255, 100, 0, 100, 51};
    grey_as_rgb(rgb, (uint8_t[]){0, 255, 127, 100, 255, 224});
    check_png(png_make(grey_alpha, sizeof grey_alpha, 2, 3, (struct png_kind){.colour = 4, .depth = 8}), rgb);
    uint16_t grey_alpha_16[12];
    for (int i = 0; i < 12; i++)
        grey_alpha_16[i] = (uint16_t)(grey_alpha[i] << 8 | 0x7f);
    check_png(png_make(grey_alpha_16, sizeof grey_alpha_16, 2, 3, (struct png_kind){.colour = 4, .depth = 16}), rgb);

    uint8_t rgba[] = {1, 2, 3, 255, 1, 2, 3, 0, 0, 100, 200, 128, 9, 100, 90, 51, 255, 255, 255, 100, 0, 0, 0, 1};
    uint8_t over_white[] = {1, 2, 3, 255, 255, 255, 127, 177, 227, 206, 224, 222, 255, 255, 255, 254, 254, 254};
    check_png(png_make(rgba, sizeof rgba, 2, 3, (struct png_kind){.colour = 6, .depth = 8, .interlaced = true}),
              over_white);

    struct spng_trns key = {.gray = 100};
    uint8_t grey[] = {0, 100, 101, 99, 100, 255};
    grey_as_rgb(rgb, (uint8_t[]){0, 255, 101, 99, 255, 255});
    check_png(png_make(grey, sizeof grey, 2, 3, (struct png_kind){.colour = 0, .depth = 8, .transparency = &key}), rgb);
    key = (struct spng_trns){.red = 1, .green = 2, .blue = 3};
    uint8_t colours[18] = {1, 2, 3, 1, 2, 4, 5, 5, 5, 1, 2, 3, 0, 0, 0, 3, 2, 1};
    uint8_t keyed[18] = {255, 255, 255, 1, 2, 4, 5, 5, 5, 255, 255, 255, 0, 0, 0, 3, 2, 1};
    check_png(png_make(colours, sizeof colours, 2, 3, (struct png_kind){.colour = 2, .depth = 8, .transparency = &key}),
              keyed);
}

static void png_palette(void **state)
{
    (void)state;
    struct spng_plte palette = {4, {{255, 0, 0, 0}, {0, 255, 0, 0}, {0, 0, 255, 0}, {10, 20, 30, 0}}};
    uint8_t rgb[18] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 255, 0, 0, 0, 255, 0};
    uint8_t eight[] = {0, 1, 2, 3, 0, 1}, two[] = {0x18, 0xc4};
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        check_png(png_make(eight, sizeof eight, 2, 3,
                           (struct png_kind){.colour = 3, .depth = 8, .interlaced = interlaced, .palette = &palette}),
                  rgb);
        check_png(png_make(two, sizeof two, 2, 3,
                           (struct png_kind){.colour = 3, .depth = 2, .interlaced = interlaced, .palette = &palette}),
                  rgb);
    }
    struct spng_trns alpha = {.n_type3_entries = 2, .type3_alpha = {255, 0}};
    uint8_t seen[18] = {255, 0, 0, 255, 255, 255, 0, 0, 255, 10, 20, 30, 255, 0, 0, 255, 255, 255};
    check_png(png_make(eight, sizeof eight, 2, 3,
                       (struct png_kind){
                           .colour = 3, .depth = 8, .interlaced = false, .palette = &palette, .transparency = &alpha}),
              seen);
}

static struct cr_error err;

static void png_written_is_read_back(void **state)
{
    (void)state;
    uint8_t pixels[18], read[18];
    for (int i = 0; i < 18; i++)
        pixels[i] = (uint8_t)(i * 13);
    for (int channels = 1; channels <= 3; channels += 2) {
        void *data;
        size_t size;
        expect_ok(cr_png_encode(pixels, 2, 3, channels, &data, &size, &err));
        image_decode((struct bytes){data, size}, 2, 3, channels, read);
        assert_memory_equal(read, pixels, (size_t)(6 * channels));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_grey),
        cmocka_unit_test(png_rgb),
        cmocka_unit_test(png_transparent),
        cmocka_unit_test(png_palette),
        cmocka_unit_test(png_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
