/*
 * Picture and IDX files made in memory for the tests of the data, and the opening of a source from one line of YAML.
 */
#ifndef CR_TESTS_PICTURES_H
#define CR_TESTS_PICTURES_H

#include "support.h"

#include <jpeglib.h>
#include <spng.h>

#include <cradle/data.h>

#include "data/image.h"

struct bytes {
    uint8_t *data;
    size_t size;
};

/* ------------------------------------------------------------------------------------------------------------ JPEG */

struct jpeg_kind {
    J_COLOR_SPACE space; /* of the file; JCS_UNKNOWN: grey or YCbCr by the channels */
    int quality;         /* 0: 100 */
    bool progressive;
    bool no_adobe; /* leave the Adobe marker out */
    const uint8_t *exif;
    size_t exif_size;
};

/* channels 1: grey, 3: RGB, 4: CMYK as it stands in the file. Chroma is not subsampled. */
static inline struct bytes jpeg_make(const uint8_t *pixels, int height, int width, int channels, struct jpeg_kind kind)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &data, &size);
    jpeg.image_height = (JDIMENSION)height;
    jpeg.image_width = (JDIMENSION)width;
    jpeg.input_components = channels;
    jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    if (kind.space != JCS_UNKNOWN)
        jpeg_set_colorspace(&jpeg, kind.space);
    jpeg_set_quality(&jpeg, kind.quality ? kind.quality : 100, TRUE);
    for (int c = 0; c < channels; c++)
        jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
    if (kind.progressive)
        jpeg_simple_progression(&jpeg);
    if (kind.no_adobe)
        jpeg.write_Adobe_marker = FALSE;
    jpeg_start_compress(&jpeg, TRUE);
    if (kind.exif)
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, kind.exif, (unsigned)kind.exif_size);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + (size_t)jpeg.next_scanline * (size_t)(width * channels));
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return (struct bytes){data, size};
}

/* An Exif segment with some other tag before the orientation. 32 bytes behind "Exif\0\0". */
static inline size_t exif_make(uint8_t out[64], int orientation, bool big_endian)
{
    static const uint8_t big[] = {'E', 'x', 'i', 'f', 0,   0, 'M', 'M', 0,    42,   0, 0, 0, 8, 0, 2, 0x01, 0x0f, 0, 2,
                                  0,   0,   0,   2,   'A', 0, 0,   0,   0x01, 0x12, 0, 3, 0, 0, 0, 1, 0,    0,    0, 0};
    static const uint8_t little[] = {'E',  'x',  'i',  'f',  0, 0, 'I', 'I', 42, 0, 8,   0, 0, 0,
                                     2,    0,    0x0f, 0x01, 2, 0, 2,   0,   0,  0, 'A', 0, 0, 0,
                                     0x12, 0x01, 3,    0,    1, 0, 0,   0,   0,  0, 0,   0};
    memcpy(out, big_endian ? big : little, sizeof big);
    out[big_endian ? 37 : 36] = (uint8_t)orientation;
    return sizeof big;
}

/* ------------------------------------------------------------------------------------------------------------- PNG */

struct png_kind {
    int colour, depth;
    bool interlaced;
    struct spng_plte *palette;
    struct spng_trns *transparency;
    int orientation; /* 0: no eXIf */
};

/* `samples` as they lie in the file, rows whole bytes, 16-bit samples in the machine's order. */
static inline struct bytes png_make(const void *samples, size_t size, int height, int width, struct png_kind kind)
{
    struct spng_ihdr header = {.width = (uint32_t)width,
                               .height = (uint32_t)height,
                               .bit_depth = (uint8_t)kind.depth,
                               .color_type = (uint8_t)kind.colour,
                               .interlace_method = kind.interlaced};
    uint8_t exif_bytes[64];
    struct spng_exif exif = {exif_make(exif_bytes, kind.orientation, true) - 6, (char *)exif_bytes + 6};
    struct bytes made = {0};
    int code = 0;
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    assert_non_null(png);
    assert_int_equal(spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1), 0);
    assert_int_equal(spng_set_ihdr(png, &header), 0);
    if (kind.palette)
        assert_int_equal(spng_set_plte(png, kind.palette), 0);
    if (kind.transparency)
        assert_int_equal(spng_set_trns(png, kind.transparency), 0);
    if (kind.orientation)
        assert_int_equal(spng_set_exif(png, &exif), 0);
    assert_int_equal(spng_encode_image(png, samples, size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE), 0);
    made.data = spng_get_png_buffer(png, &made.size, &code);
    assert_int_equal(code, 0);
    spng_ctx_free(png);
    return made;
}

/* A picture of one colour, as PNG. */
static inline struct bytes png_plain(int height, int width, const uint8_t rgb[3])
{
    size_t count = (size_t)(height * width);
    uint8_t *pixels = malloc(3 * count);
    assert_non_null(pixels);
    for (size_t i = 0; i < count; i++)
        memcpy(pixels + 3 * i, rgb, 3);
    struct bytes made =
        png_make(pixels, 3 * count, height, width, (struct png_kind){.colour = SPNG_COLOR_TYPE_TRUECOLOR, .depth = 8});
    free(pixels);
    return made;
}

static inline void put_big_endian(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* -------------------------------------------------------------------------------------------------------- decoding */

/* Decodes a file that must be right, and frees it. */
static inline void image_decode(struct bytes file, int64_t height, int64_t width, int64_t channels, uint8_t *pixels)
{
    struct cr_error err;
    expect_ok(cr_image_decode(file.data, file.size, height, width, channels, pixels, &err));
    free(file.data);
}

static inline void image_expect_near(const uint8_t *pixels, const uint8_t *expected, size_t size, int tolerance)
{
    for (size_t i = 0; i < size; i++)
        if (abs(pixels[i] - expected[i]) > tolerance)
            fail_msg("byte %zu is %d, expected %d", i, pixels[i], expected[i]);
}

/* ----------------------------------------------------------------------------------------------------------- files */

static inline void write_bytes(const char *folder, const char *name, struct bytes bytes)
{
    char path[512];
    file_write(path_in(folder, name, path), bytes.data, bytes.size);
    free(bytes.data);
}

static inline void make_folder(const char *folder, const char *name)
{
    char path[512];
    assert_int_equal(mkdir(path_in(folder, name, path), 0777), 0);
}

/* --------------------------------------------------------------------------------------------------------- sources */

/* What stands behind `source: `; a printf format. */
static inline CR_PRINTF(5, 6) enum cr_status
    open_source(struct cr_dataset **dataset, struct cr_context *context, enum cr_part part, struct cr_error *err,
                const char *format, ...)
{
    char source[2048] = "source: ";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(source + 8, sizeof source - 8, format, arguments);
    va_end(arguments);
    struct cr_config *config = NULL;
    enum cr_status status = cr_config_parse(&config, source, "a.yaml", err);
    if (status == CR_OK)
        status = cr_dataset_open(dataset, context, config, cr_node_get(cr_config_root(config), "source"), part,
                                 &(struct cr_data_options){.workers = 2}, err);
    cr_config_free(config);
    return status;
}

#endif
