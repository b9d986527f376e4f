/*
 * Picture files: read, told apart by content, decoded, fitted.
 */
#include "data/image.h"

#include <cradle/data.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* Larger files are no photographs. */
static const size_t file_limit = (size_t)512 << 20;

enum cr_image_kind cr_image_kind(const uint8_t *data, size_t size)
{
    if (size >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0)
        return CR_IMAGE_JPEG;
    if (size >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
        return CR_IMAGE_PNG;
    return CR_IMAGE_OTHER;
}

/* What a file that cannot be read is, in words. */
static const char *other_kind(const uint8_t *data, size_t size)
{
    if (size == 0)
        return "the file is empty";
    if (size >= 4 && memcmp(data, "GIF8", 4) == 0)
        return "is a GIF; JPEG and PNG can be read";
    if (size >= 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0)
        return "is a WebP picture; JPEG and PNG can be read";
    if (size >= 4 && (memcmp(data, "II*\0", 4) == 0 || memcmp(data, "MM\0*", 4) == 0))
        return "is a TIFF picture; JPEG and PNG can be read";
    if (size >= 12 && memcmp(data + 4, "ftyp", 4) == 0)
        return "is a HEIC or AVIF picture; JPEG and PNG can be read";
    if (size >= 2 && memcmp(data, "BM", 2) == 0)
        return "is a BMP picture; JPEG and PNG can be read";
    return "is neither a JPEG nor a PNG";
}

enum cr_status cr_image_check_size(int64_t width, int64_t height, struct cr_error *err)
{
    if (width * height <= CR_IMAGE_PIXELS_MAX)
        return CR_OK;
    return cr_fail(err, CR_ERROR_FORMAT, "announces %lldx%lld pixels, more than the %d million that are allowed",
                   (long long)width, (long long)height, CR_IMAGE_PIXELS_MAX / 1000000);
}

enum cr_status cr_image_decode(const uint8_t *data, size_t size, int64_t height, int64_t width, int64_t channels,
                               uint8_t *pixels, struct cr_error *err)
{
    struct cr_picture picture = {.orientation = 1};
    switch (cr_image_kind(data, size)) {
    case CR_IMAGE_JPEG:
        CR_TRY(cr_jpeg_decode(&picture, data, size, height, width, err));
        break;
    case CR_IMAGE_PNG:
        CR_TRY(cr_png_decode(&picture, data, size, err));
        break;
    case CR_IMAGE_OTHER:
        return cr_fail(err, CR_ERROR_FORMAT, "%s", other_kind(data, size));
    }
    enum cr_status status = cr_picture_fit(&picture, height, width, channels, pixels, err);
    free(picture.pixels);
    return status;
}

static enum cr_status check_wanted(const char *name, int64_t height, int64_t width, int64_t channels,
                                   struct cr_error *err)
{
    if (height >= 1 && width >= 1 && (channels == 1 || channels == 3))
        return CR_OK;
    return cr_fail(err, CR_ERROR_ARGUMENT, "%s: a picture cannot become %lldx%lldx%lld: channels are 1 or 3", name,
                   (long long)height, (long long)width, (long long)channels);
}

enum cr_status cr_image_load_memory(const void *content, size_t size, const char *name, int64_t height, int64_t width,
                                    int64_t channels, uint8_t *pixels, struct cr_error *err)
{
    CR_TRY(check_wanted(name, height, width, channels, err));
    enum cr_status status = cr_image_decode(content, size, height, width, channels, pixels, err);
    return status == CR_OK || status == CR_ERROR_MEMORY ? status : cr_fail_in(err, status, "%s: ", name);
}

enum cr_status cr_image_load(const char *file, int64_t height, int64_t width, int64_t channels, uint8_t *pixels,
                             struct cr_error *err)
{
    char *data;
    size_t size;
    CR_TRY(check_wanted(file, height, width, channels, err));
    CR_TRY(cr_file_read(file, file_limit, &data, &size, err));
    enum cr_status status = cr_image_load_memory(data, size, file, height, width, channels, pixels, err);
    free(data);
    return status;
}
