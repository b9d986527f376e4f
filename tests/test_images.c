/*
 * Pictures: every kind of PNG and JPEG against its pixels, EXIF, the arithmetic of resizing, damaged files and bombs.
 */
#include <zlib.h>

#include "data/image.h"

#include "pictures.h"

static struct cr_error err;

static void decode(struct bytes file, int64_t height, int64_t width, int64_t channels, uint8_t *pixels)
{
    expect_ok(cr_image_decode(file.data, file.size, height, width, channels, pixels, &err));
    free(file.data);
}

static void expect_near(const uint8_t *pixels, const uint8_t *expected, size_t size, int tolerance)
{
    for (size_t i = 0; i < size; i++)
        if (abs(pixels[i] - expected[i]) > tolerance)
            fail_msg("byte %zu is %d, expected %d", i, pixels[i], expected[i]);
}

/* ----------------------------------------------------------------------------------------------------------------- PNG
 */

/* A 3x2 file of RGB as it should come out; grey 0.299 R + 0.587 G + 0.114 B. */
static void check_png(struct bytes file, const uint8_t rgb[18])
{
    uint8_t pixels[18], grey[6], expected[6];
    struct bytes copy = {malloc(file.size), file.size};
    memcpy(copy.data, file.data, file.size);
    decode(file, 2, 3, 3, pixels);
    assert_memory_equal(pixels, rgb, sizeof pixels);
    decode(copy, 2, 3, 1, grey);
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
        decode((struct bytes){data, size}, 2, 3, channels, read);
        assert_memory_equal(read, pixels, (size_t)(6 * channels));
    }
}

/* ---------------------------------------------------------------------------------------------------------------- JPEG
 */

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
    decode(file, 16, 16, 3, pixels);
    expect_near(pixels, expected, sizeof pixels, 2);
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
    decode(file, SMALL, SMALL, 3, small);
    expect_near(small, expected, sizeof small, 2);
    free(pixels);
}

/* ---------------------------------------------------------------------------------------------------------------- EXIF
 */

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
        decode(png_make(stored[orientation].pixels, 6, stored[orientation].height, stored[orientation].width,
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
            decode(jpeg_make(pixels, height, width, 1, (struct jpeg_kind){.exif = exif, .exif_size = size}), 24, 16, 1,
                   upright);
            expect_near(upright, expected, sizeof upright, 1);
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

/* -------------------------------------------------------------------------------------------------------------- resize
 */

static void check_fit(int height, int width, const uint8_t *pixels, int to_height, int to_width,
                      const uint8_t *expected)
{
    uint8_t fitted[64];
    struct cr_picture picture = {height, width, 1, 1, (uint8_t *)(uintptr_t)pixels};
    expect_ok(cr_picture_fit(&picture, to_height, to_width, 1, fitted, &err));
    for (int i = 0; i < to_height * to_width; i++)
        if (fitted[i] != expected[i])
            fail_msg("%dx%d to %dx%d: pixel %d is %d, expected %d", height, width, to_height, to_width, i, fitted[i],
                     expected[i]);
}

static void fit_known_values(void **state)
{
    (void)state;
    uint8_t four[16] = {0, 4, 8, 8, 4, 8, 8, 8, 100, 100, 200, 200, 100, 101, 200, 203};
    check_fit(4, 4, four, 4, 4, four);
    check_fit(4, 4, four, 2, 2, (uint8_t[]){4, 8, 100, 201});
    check_fit(4, 4, four, 1, 1, (uint8_t[]){78}); /* 78.25 */
    uint8_t nine[9] = {0, 90, 180, 30, 60, 90, 240, 120, 0};
    check_fit(3, 3, nine, 2, 2, (uint8_t[]){33, 127, 147, 53}); /* 33.3, 126.7, 146.7, 53.3 */
    uint8_t two[4] = {0, 100, 200, 40};
    uint8_t grown[16] = {0, 25, 75, 100, 50, 59, 76, 85, 150, 126, 79, 55, 200, 160, 80, 40};
    check_fit(2, 2, two, 4, 4, grown);
}

static void fit_takes_the_middle(void **state)
{
    (void)state;
    uint8_t wide[8] = {1, 2, 3, 4, 5, 6, 7, 8}, odd[6] = {10, 20, 30, 40, 50, 60};
    check_fit(2, 4, wide, 2, 2, (uint8_t[]){2, 3, 6, 7});
    check_fit(4, 2, wide, 2, 2, (uint8_t[]){3, 4, 5, 6});
    check_fit(1, 2, (uint8_t[]){10, 20}, 1, 1, (uint8_t[]){15});
    check_fit(3, 2, odd, 2, 2, (uint8_t[]){20, 30, 40, 50}); /* half of row 1 and half of row 2 */
    check_fit(2, 3, odd, 1, 3, (uint8_t[]){25, 35, 45});     /* another shape: the middle 1x3 */
}

/* The weights of every pixel sum to 1, whatever the sizes. */
static void fit_keeps_a_plain_picture(void **state)
{
    (void)state;
    uint8_t pixels[61 * 47], fitted[40 * 40];
    for (int value = 0; value < 256; value += 51) {
        memset(pixels, value, sizeof pixels);
        for (int height = 1; height <= 61; height += 12)
            for (int width = 1; width <= 47; width += 23)
                for (int to = 1; to <= 40; to += 13) {
                    struct cr_picture picture = {height, width, 1, 1, pixels};
                    expect_ok(cr_picture_fit(&picture, to, 41 - to, 1, fitted, &err));
                    for (int i = 0; i < to * (41 - to); i++)
                        assert_int_equal(fitted[i], value);
                }
    }
}

/* ------------------------------------------------------------------------------------------------------------- damaged
 */

static enum cr_status try(const void *data, size_t size)
{
    uint8_t pixels[4 * 4 * 3];
    return cr_image_decode(data, size, 4, 4, 3, pixels, &err);
}

static void other_files_are_named(void **state)
{
    (void)state;
    expect_error(try("", 0), CR_ERROR_FORMAT, "the file is empty");
    expect_error(try("hello", 5), CR_ERROR_FORMAT, "is neither a JPEG nor a PNG");
    expect_error(try("\xff\xd8", 2), CR_ERROR_FORMAT, "is neither a JPEG nor a PNG");
    expect_error(try("GIF89a", 6), CR_ERROR_FORMAT, "is a GIF; JPEG and PNG can be read");
    expect_error(try("RIFF1234WEBPVP8 ", 16), CR_ERROR_FORMAT, "is a WebP picture; JPEG and PNG can be read");
    expect_error(try("II*\0\10\0\0\0", 8), CR_ERROR_FORMAT, "is a TIFF picture; JPEG and PNG can be read");
    expect_error(try("\0\0\0\30ftypheic", 12), CR_ERROR_FORMAT, "is a HEIC or AVIF picture; JPEG and PNG can be read");
    expect_error(try("BM1234", 6), CR_ERROR_FORMAT, "is a BMP picture; JPEG and PNG can be read");
}

static struct bytes noise_jpeg(bool progressive)
{
    uint8_t pixels[40 * 40 * 3];
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    return jpeg_make(pixels, 40, 40, 3, (struct jpeg_kind){.quality = 90, .progressive = progressive});
}

static struct bytes noise_png(void)
{
    uint8_t pixels[40 * 40 * 3];
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    return png_make(pixels, sizeof pixels, 40, 40, (struct png_kind){.colour = 2, .depth = 8});
}

/* Half a picture is no picture, wherever the file ends. */
static void cut_off_files_are_refused(void **state)
{
    (void)state;
    struct bytes files[] = {noise_jpeg(false), noise_jpeg(true), noise_png()};
    for (int f = 0; f < 3; f++) {
        expect_ok(try(files[f].data, files[f].size));
        for (size_t size = 8; size < files[f].size - 20; size += 7)
            if (try(files[f].data, size) != CR_ERROR_FORMAT)
                fail_msg("file %d was read though cut off at %zu of %zu bytes", f, size, files[f].size);
    }
    expect_error(try(files[0].data, files[0].size / 2), CR_ERROR_FORMAT, "damaged JPEG: Premature end of JPEG file");
    expect_error(try(files[2].data, files[2].size / 2), CR_ERROR_FORMAT, "damaged PNG: end of stream");
    files[2].data[files[2].size / 2] ^= 1;
    assert_int_equal(try(files[2].data, files[2].size), CR_ERROR_FORMAT);
    for (int f = 0; f < 3; f++)
        free(files[f].data);
}

/* Whatever is in a file, it is decoded or refused. (The sanitizers watch.) */
static void altered_files_do_no_harm(void **state)
{
    (void)state;
    struct bytes files[] = {noise_jpeg(false), noise_jpeg(true), noise_png()};
    uint32_t random = 7;
    for (int round = 0; round < 600; round++) {
        struct bytes file = files[round % 3];
        uint8_t *copy = malloc(file.size);
        memcpy(copy, file.data, file.size);
        for (int change = 0; change <= round % 5; change++) {
            random = random * 1664525 + 1013904223;
            copy[3 + (random >> 8) % (round % 2 ? file.size - 3 : 600)] = (uint8_t)random;
        }
        enum cr_status status = try(copy, file.size);
        assert_true(status == CR_OK || status == CR_ERROR_FORMAT);
        free(copy);
    }
    for (int f = 0; f < 3; f++)
        free(files[f].data);
}

static void bombs_are_refused_unread(void **state)
{
    (void)state;
    uint8_t png[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    put_big_endian(png + 16, 60000);
    put_big_endian(png + 20, 50000);
    memcpy(png + 24, (uint8_t[]){8, 2, 0, 0, 0}, 5);
    put_big_endian(png + 29, (uint32_t)crc32(0, png + 12, 17));
    expect_error(try(png, sizeof png), CR_ERROR_FORMAT,
                 "announces 60000x50000 pixels, more than the 180 million that are allowed");
    struct bytes jpeg = noise_jpeg(true);
    uint8_t *frame = memmem(jpeg.data, jpeg.size, "\xff\xc2", 2);
    assert_non_null(frame);
    memcpy(frame + 5, "\xff\x00\xfe\x00", 4);
    expect_error(try(jpeg.data, jpeg.size), CR_ERROR_FORMAT,
                 "announces 65024x65280 pixels, more than the 180 million that are allowed");
    free(jpeg.data);
}

/* 20 KB that would cost 2,000 passes over the picture. */
static void many_scans_are_refused(void **state)
{
    (void)state;
    struct bytes jpeg = noise_jpeg(true);
    /* the first scan (DC of all components), again and again */
    uint8_t *scan = memmem(jpeg.data, jpeg.size, "\xff\xda", 2);
    assert_non_null(scan);
    uint8_t *next = memmem(scan + 2, jpeg.size - (size_t)(scan + 2 - jpeg.data), "\xff\xc4", 2);
    assert_non_null(next);
    size_t before = (size_t)(scan - jpeg.data), length = (size_t)(next - scan), size = before;
    uint8_t *bomb = malloc(before + 2000 * length + 2);
    memcpy(bomb, jpeg.data, before);
    for (int i = 0; i < 2000; i++, size += length)
        memcpy(bomb + size, scan, length);
    memcpy(bomb + size, "\xff\xd9", 2);
    expect_error(try(bomb, size + 2), CR_ERROR_FORMAT, "damaged JPEG: more than 500 scans");
    free(bomb);
    free(jpeg.data);
}

static void load_names_the_file(void **state)
{
    (void)state;
    char *folder = folder_make(), path[512];
    uint8_t pixels[3];
    path_in(folder, "a.png", path);
    expect_failure(cr_image_load(path, 1, 1, 3, pixels, &err), CR_ERROR_IO,
                   "%s: cannot open: No such file or directory", path);
    write_bytes(folder, "a.png", png_plain(5, 7, (uint8_t[]){10, 20, 30}));
    expect_ok(cr_image_load(path, 1, 1, 3, pixels, &err));
    assert_memory_equal(pixels, ((uint8_t[]){10, 20, 30}), 3);
    expect_failure(cr_image_load(path, 1, 1, 2, pixels, &err), CR_ERROR_ARGUMENT,
                   "%s: a picture cannot become 1x1x2: channels are 1 or 3", path);
    file_write(path, "text", 4);
    expect_failure(cr_image_load(path, 1, 1, 3, pixels, &err), CR_ERROR_FORMAT, "%s: is neither a JPEG nor a PNG",
                   path);
    expect_failure(cr_image_load(folder, 1, 1, 3, pixels, &err), CR_ERROR_IO, "%s: is a folder, not a file", folder);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_grey),
        cmocka_unit_test(png_rgb),
        cmocka_unit_test(png_transparent),
        cmocka_unit_test(png_palette),
        cmocka_unit_test(png_written_is_read_back),
        cmocka_unit_test(jpeg_kinds),
        cmocka_unit_test(jpeg_large_is_decoded_small),
        cmocka_unit_test(exif_turns_png),
        cmocka_unit_test(exif_turns_jpeg),
        cmocka_unit_test(exif_nonsense_is_upright),
        cmocka_unit_test(fit_known_values),
        cmocka_unit_test(fit_takes_the_middle),
        cmocka_unit_test(fit_keeps_a_plain_picture),
        cmocka_unit_test(other_files_are_named),
        cmocka_unit_test(cut_off_files_are_refused),
        cmocka_unit_test(altered_files_do_no_harm),
        cmocka_unit_test(bombs_are_refused_unread),
        cmocka_unit_test(many_scans_are_refused),
        cmocka_unit_test(load_names_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
