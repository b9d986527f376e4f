/*
 * Every kind of JPEG against its pixels, and pictures that EXIF turns.
 */
#include "pictures.h"

/* ------------------------------------------------------------------------------------------------------------ JPEG */

static struct cr_error err;

/* 16x16: four 8x8 squares of one colour, so that quality 100 keeps them almost. */
static void squares(uint8_t *pixels, int channels, const uint8_t *colours)
{
    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 16; x++)
            memcpy(pixels + (y * 16 + x) * channels, colours + (y / 8 * 2 + x / 8) * channels, (size_t)channels);
}

static void check_jpeg(struct bytes file, const uint8_t rgb[12])
{
    uint8_t expected[16 * 16 * 3], pixels[16 * 16 * 3];
    squares(expected, 3, rgb);
    image_decode(file, 16, 16, 3, pixels);
    image_expect_near(pixels, expected, sizeof pixels, 2);
}

static void jpeg_kinds(void **state)
{
    (void)state;
    uint8_t pixels[16 * 16 * 4];
    uint8_t rgb[] = {255, 0, 0, 10, 200, 30, 0, 0, 255, 128, 64, 32}, grey[] = {0, 255, 100, 30}, grey_rgb[12];
    for (int i = 0; i < 12; i++)
        grey_rgb[i] = grey[i / 3];
    squares(pixels, 3, rgb);
    check_jpeg(jpeg_make(pixels, 16, 16, 3, (struct jpeg_kind){0}), rgb);
    check_jpeg(jpeg_make(pixels, 16, 16, 3, (struct jpeg_kind){.progressive = true}), rgb);
    check_jpeg(jpeg_make(pixels, 16, 16, 3, (struct jpeg_kind){.space = JCS_RGB}), rgb);
    squares(pixels, 1, grey);
    check_jpeg(jpeg_make(pixels, 16, 16, 1, (struct jpeg_kind){0}), grey_rgb);

    /* Inks as they are: cyan, half yellow with a quarter black, none, black. */
    uint8_t cmyk[] = {255, 0, 0, 0, 0, 0, 128, 64, 0, 0, 0, 0, 0, 0, 0, 255}, inverted[16];
    uint8_t seen[] = {0, 255, 255, 191, 191, 95, 255, 255, 255, 0, 0, 0};
    for (int i = 0; i < 16; i++)
        inverted[i] = 255 - cmyk[i];
    squares(pixels, 4, cmyk);
    check_jpeg(jpeg_make(pixels, 16, 16, 4, (struct jpeg_kind){.space = JCS_CMYK, .no_adobe = true}), seen);
    squares(pixels, 4, inverted);
    check_jpeg(jpeg_make(pixels, 16, 16, 4, (struct jpeg_kind){.space = JCS_CMYK}), seen);
    check_jpeg(jpeg_make(pixels, 16, 16, 4, (struct jpeg_kind){.space = JCS_YCCK}), seen);
}

/* Decoding at 1/8 and averaging gives what averaging the whole picture gives. */
static void jpeg_large_is_decoded_small(void **state)
{
    (void)state;
    enum { SIDE = 512, SMALL = 16, BLOCK = SIDE / SMALL };
    uint8_t *pixels = malloc(SIDE * SIDE * 3);
    uint8_t expected[SMALL * SMALL * 3], small[SMALL * SMALL * 3];
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            uint8_t *pixel = pixels + (y * SIDE + x) * 3;
            pixel[0] = (uint8_t)(x / 2);
            pixel[1] = (uint8_t)(y / 2);
            pixel[2] = (uint8_t)((x + y) / 4);
        }
    for (int y = 0; y < SMALL; y++)
        for (int x = 0; x < SMALL; x++) {
            uint8_t *pixel = expected + (y * SMALL + x) * 3;
            pixel[0] = (uint8_t)((x * BLOCK + BLOCK / 2) / 2);
            pixel[1] = (uint8_t)((y * BLOCK + BLOCK / 2) / 2);
            pixel[2] = (uint8_t)(((x + y) * BLOCK + BLOCK) / 4);
        }
    struct bytes file = jpeg_make(pixels, SIDE, SIDE, 3, (struct jpeg_kind){.quality = 95});
    struct cr_picture picture = {0};
    expect_ok(cr_jpeg_decode(&picture, file.data, file.size, SMALL, SMALL, &err));
    assert_int_equal(picture.height, SIDE / 8);
    free(picture.pixels);
    expect_ok(cr_jpeg_decode(&picture, file.data, file.size, 100, SMALL, &err));
    assert_int_equal(picture.height, SIDE / 2);
    free(picture.pixels);
    image_decode(file, SMALL, SMALL, 3, small);
    image_expect_near(small, expected, sizeof small, 2);
    free(pixels);
}

/* ------------------------------------------------------------------------------------------------------------ EXIF */

/*
 * The scene is upright 1 2 / 3 4 / 5 6; what a file with each orientation stores of it.
 */
static const struct {
    int height, width;
    uint8_t pixels[6];
} stored[9] = {
    [1] = {3, 2, {1, 2, 3, 4, 5, 6}}, [2] = {3, 2, {2, 1, 4, 3, 6, 5}}, [3] = {3, 2, {6, 5, 4, 3, 2, 1}},
    [4] = {3, 2, {5, 6, 3, 4, 1, 2}}, [5] = {2, 3, {1, 3, 5, 2, 4, 6}}, [6] = {2, 3, {2, 4, 6, 1, 3, 5}},
    [7] = {2, 3, {6, 4, 2, 5, 3, 1}}, [8] = {2, 3, {5, 3, 1, 6, 4, 2}},
};

static void exif_turns_png(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        uint8_t pixels[6], expected[6] = {1, 2, 3, 4, 5, 6};
        image_decode(png_make(stored[orientation].pixels, 6, stored[orientation].height, stored[orientation].width,
                              (struct png_kind){.colour = 0, .depth = 8, .orientation = orientation}),
                     3, 2, 1, pixels);
        assert_memory_equal(pixels, expected, 6);
    }
}

static void exif_turns_jpeg(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            int height = stored[orientation].height * 8, width = stored[orientation].width * 8;
            uint8_t pixels[6 * 64], upright[6 * 64], expected[6 * 64], exif[64];
            for (int i = 0; i < height * width; i++)
                pixels[i] = 40 * stored[orientation].pixels[i / width / 8 * stored[orientation].width + i % width / 8];
            for (int i = 0; i < 6 * 64; i++)
                expected[i] = (uint8_t)(40 * (i / 16 / 8 * 2 + i % 16 / 8 + 1));
            size_t size = exif_make(exif, orientation, big_endian);
            image_decode(jpeg_make(pixels, height, width, 1, (struct jpeg_kind){.exif = exif, .exif_size = size}), 24,
                         16, 1, upright);
            image_expect_near(upright, expected, sizeof upright, 1);
        }
}

static void exif_nonsense_is_upright(void **state)
{
    (void)state;
    uint8_t exif[64];
    size_t size = exif_make(exif, 6, false) - 6;
    uint8_t *tiff = exif + 6;
    assert_int_equal(cr_exif_orientation(tiff, size), 6);
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(cr_exif_orientation(tiff, cut), 1);
    exif_make(exif, 9, false);
    assert_int_equal(cr_exif_orientation(tiff, size), 1);
    exif_make(exif, 0, false);
    assert_int_equal(cr_exif_orientation(tiff, size), 1);
    exif_make(exif, 6, false);
    memset(tiff + 4, 0xff, 4);
    assert_int_equal(cr_exif_orientation(tiff, size), 1);
    for (size_t i = 0; i < size; i++) {
        exif_make(exif, 6, false);
        tiff[i] ^= 0xff;
        assert_in_range(cr_exif_orientation(tiff, size), 1, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg_kinds),
        cmocka_unit_test(jpeg_large_is_decoded_small),
        cmocka_unit_test(exif_turns_png),
        cmocka_unit_test(exif_turns_jpeg),
        cmocka_unit_test(exif_nonsense_is_upright),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
