/*
 * PNG by libspng: every colour type, depth and interlacing. 16-bit samples keep their high byte, what is transparent is
 * laid over white. Gamma and colour profiles are not applied.
 */
#include "data/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <spng.h>

/* An allocation that fails within zlib looks like damaged data, but for errno, which is cleared before decoding. */
static enum cr_status fail(struct cr_error *err, int code)
{
    if (code == SPNG_EMEM || code == SPNG_EZLIB_INIT || errno == ENOMEM)
        return cr_fail_memory(err);
    return cr_fail(err, CR_ERROR_FORMAT, "damaged PNG: %s", spng_strerror(code));
}

static void lay_over_white(uint8_t *pixels, size_t count)
{
    const uint8_t *rgba = pixels;
    for (uint8_t *rgb = pixels, *end = pixels + 3 * count; rgb < end; rgb += 3, rgba += 4)
        for (int c = 0, alpha = rgba[3]; c < 3; c++)
            rgb[c] = (uint8_t)((rgba[c] * alpha + 255 * (255 - alpha) + 127) / 255);
}

static int orientation(spng_ctx *png)
{
    struct spng_exif exif;
    return spng_get_exif(png, &exif) == 0 ? cr_exif_orientation((const uint8_t *)exif.data, exif.length) : 1;
}

static enum cr_status decode(struct cr_picture *picture, spng_ctx *png, struct cr_error *err)
{
    struct spng_ihdr header;
    int code = spng_get_ihdr(png, &header);
    if (code != 0)
        return fail(err, code);
    CR_TRY(cr_image_check_size(header.width, header.height, err));
    struct spng_trns transparency;
    code = spng_get_trns(png, &transparency);
    if (code != 0 && code != SPNG_ECHUNKAVAIL)
        return fail(err, code);
    bool alpha = code == 0 || header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
                 header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    bool grey = !alpha && header.color_type == SPNG_COLOR_TYPE_GRAYSCALE && header.bit_depth <= 8;
    int format = grey ? SPNG_FMT_G8 : alpha ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;
    size_t size;
    code = spng_decoded_image_size(png, format, &size);
    if (code != 0)
        return fail(err, code);
    uint8_t *pixels = malloc(size);
    if (!pixels)
        return cr_fail_memory(err);
    code = spng_decode_image(png, pixels, size, format, alpha ? SPNG_DECODE_TRNS : 0);
    if (code != 0) {
        free(pixels);
        return fail(err, code);
    }
    if (alpha)
        lay_over_white(pixels, (size_t)header.width * header.height);
    *picture = (struct cr_picture){.height = header.height,
                                   .width = header.width,
                                   .channels = grey ? 1 : 3,
                                   .orientation = orientation(png),
                                   .pixels = pixels};
    return CR_OK;
}

enum cr_status cr_png_decode(struct cr_picture *picture, const uint8_t *data, size_t size, struct cr_error *err)
{
    const size_t chunk_limit = (size_t)64 << 20; /* compressed text and profiles can be bombs of their own */
    errno = 0;
    spng_ctx *png = spng_ctx_new(0);
    if (!png)
        return cr_fail_memory(err);
    int code = spng_set_chunk_limits(png, chunk_limit, chunk_limit);
    if (code == 0)
        code = spng_set_png_buffer(png, data, size);
    enum cr_status status = code == 0 ? decode(picture, png, err) : fail(err, code);
    spng_ctx_free(png);
    return status;
}

enum cr_status cr_png_encode(const uint8_t *pixels, int64_t height, int64_t width, int64_t channels, void **data,
                             size_t *size, struct cr_error *err)
{
    struct spng_ihdr header = {.width = (uint32_t)width,
                               .height = (uint32_t)height,
                               .bit_depth = 8,
                               .color_type = channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR};
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    if (!png)
        return cr_fail_memory(err);
    int code = spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1);
    if (code == 0)
        code = spng_set_ihdr(png, &header);
    if (code == 0)
        code = spng_encode_image(png, pixels, (size_t)(height * width * channels), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    if (code == 0)
        *data = spng_get_png_buffer(png, size, &code);
    spng_ctx_free(png);
    if (code == SPNG_EMEM)
        return cr_fail_memory(err);
    return code == 0 ? CR_OK
                     : cr_fail(err, CR_ERROR_ARGUMENT, "cannot write a PNG of %lldx%lld: %s", (long long)width,
                               (long long)height, spng_strerror(code));
}
