/*
 * Pictures that are damaged, cut off, of another kind, bombs, or not there.
 */
#include "pictures.h"

#include <zlib.h>

static struct cr_error err;

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
    char path[512];
    uint8_t pixels[3];
    path_in(here.folder, "a.png", path);
    expect_failure(cr_image_load(path, 1, 1, 3, pixels, &err), CR_ERROR_IO,
                   "%s: cannot open: No such file or directory", path);
    write_bytes(here.folder, "a.png", png_plain(5, 7, (uint8_t[]){10, 20, 30}));
    expect_ok(cr_image_load(path, 1, 1, 3, pixels, &err));
    assert_memory_equal(pixels, ((uint8_t[]){10, 20, 30}), 3);
    expect_failure(cr_image_load(path, 1, 1, 2, pixels, &err), CR_ERROR_ARGUMENT,
                   "%s: a picture cannot become 1x1x2: channels are 1 or 3", path);
    file_write(path, "text", 4);
    expect_failure(cr_image_load(path, 1, 1, 3, pixels, &err), CR_ERROR_FORMAT, "%s: is neither a JPEG nor a PNG",
                   path);
    expect_failure(cr_image_load(here.folder, 1, 1, 3, pixels, &err), CR_ERROR_IO, "%s: is a folder, not a file",
                   here.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_files_are_named),    cmocka_unit_test(cut_off_files_are_refused),
        cmocka_unit_test(altered_files_do_no_harm), cmocka_unit_test(bombs_are_refused_unread),
        cmocka_unit_test(many_scans_are_refused),   fixture_test(load_names_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
