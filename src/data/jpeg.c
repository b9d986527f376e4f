/*
 * JPEG by libjpeg-turbo: grey, YCbCr, RGB, CMYK and YCCK, baseline and progressive.
 *
 * A file whose data are cut off or do not decode is refused, though libjpeg itself would fill the rest with grey:
 * half a picture is a wrong sample. Harmless warnings (stray bytes between segments) are let pass.
 *
 * libjpeg reports errors by a callback that must not return, hence setjmp; everything that lives across it stands in
 * struct decoder, which belongs to the caller of the function that calls setjmp.
 */
#include "data/image.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

struct decoder {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    struct cr_picture *picture;
    int64_t height, width; /* wanted */
    struct cr_error *err;
    enum cr_status status;
};

_Noreturn static void give_up(struct decoder *decoder, enum cr_status status)
{
    decoder->status = status;
    longjmp(decoder->escape, 1);
}

_Noreturn static void on_error(j_common_ptr jpeg)
{
    struct decoder *decoder = jpeg->client_data;
    if (jpeg->err->msg_code == JERR_OUT_OF_MEMORY)
        give_up(decoder, cr_fail_memory(decoder->err));
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    give_up(decoder, cr_fail(decoder->err, CR_ERROR_FORMAT, "damaged JPEG: %s", text));
}

static void on_message(j_common_ptr jpeg, int level)
{
    if (level >= 0)
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        on_error(jpeg);
    }
}

/* A progressive file of a few KB may hold thousands of scans, each of which costs a pass over the whole picture. */
static void on_progress(j_common_ptr jpeg)
{
    enum { SCANS_MAX = 500 };
    struct decoder *decoder = jpeg->client_data;
    if (decoder->jpeg.input_scan_number > SCANS_MAX)
        give_up(decoder, cr_fail(decoder->err, CR_ERROR_FORMAT, "damaged JPEG: more than %d scans", SCANS_MAX));
}

static int orientation(const struct jpeg_decompress_struct *jpeg)
{
    for (const struct jpeg_marker_struct *marker = jpeg->marker_list; marker; marker = marker->next)
        if (marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0)
            return cr_exif_orientation(marker->data + 6, marker->data_length - 6);
    return 1;
}

static void choose_scale(struct decoder *decoder)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    bool turned = decoder->picture->orientation >= 5;
    int64_t height = turned ? decoder->width : decoder->height, width = turned ? decoder->height : decoder->width;
    jpeg->scale_num = 1;
    jpeg->scale_denom = 1;
    while (jpeg->scale_denom < 8 && jpeg->image_height / (jpeg->scale_denom * 2) >= 2 * height &&
           jpeg->image_width / (jpeg->scale_denom * 2) >= 2 * width)
        jpeg->scale_denom *= 2;
}

/* Files that went through Adobe's programs hold CMYK inverted (255: no ink). */
static void rgb_from_cmyk(uint8_t *rgb, const uint8_t *cmyk, int64_t width, bool inverted)
{
    for (int64_t x = 0; x < width; x++, rgb += 3, cmyk += 4)
        for (int c = 0; c < 3; c++) {
            int colour = inverted ? cmyk[c] : 255 - cmyk[c], key = inverted ? cmyk[3] : 255 - cmyk[3];
            rgb[c] = (uint8_t)((colour * key + 127) / 255);
        }
}

static void read_rows(struct decoder *decoder)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    struct cr_picture *picture = decoder->picture;
    bool cmyk = jpeg->out_color_space == JCS_CMYK;
    JSAMPARRAY row = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->output_width * 4, 1);
    for (uint8_t *out = picture->pixels; jpeg->output_scanline < jpeg->output_height;
         out += picture->width * picture->channels) {
        jpeg_read_scanlines(jpeg, cmyk ? row : (JSAMPROW[]){out}, 1);
        if (cmyk)
            rgb_from_cmyk(out, row[0], picture->width, jpeg->saw_Adobe_marker);
    }
}

static void decode(struct decoder *decoder, const uint8_t *data, size_t size)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    struct cr_picture *picture = decoder->picture;
    if (setjmp(decoder->escape) != 0)
        return;
    jpeg_create_decompress(jpeg);
    jpeg->client_data = decoder;
    jpeg->progress = &decoder->progress;
    jpeg_mem_src(jpeg, data, size);
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    enum cr_status status = cr_image_check_size(jpeg->image_width, jpeg->image_height, decoder->err);
    if (status != CR_OK)
        give_up(decoder, status);
    picture->orientation = orientation(jpeg);
    choose_scale(decoder);
    if (jpeg->jpeg_color_space == JCS_GRAYSCALE)
        jpeg->out_color_space = JCS_GRAYSCALE;
    else if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        jpeg->out_color_space = JCS_CMYK;
    else
        jpeg->out_color_space = JCS_RGB;
    jpeg_start_decompress(jpeg);
    picture->height = jpeg->output_height;
    picture->width = jpeg->output_width;
    picture->channels = jpeg->out_color_space == JCS_GRAYSCALE ? 1 : 3;
    picture->pixels = malloc((size_t)(picture->height * picture->width * picture->channels));
    if (!picture->pixels)
        give_up(decoder, cr_fail_memory(decoder->err));
    read_rows(decoder);
}

enum cr_status cr_jpeg_decode(struct cr_picture *picture, const uint8_t *data, size_t size, int64_t height,
                              int64_t width, struct cr_error *err)
{
    struct decoder decoder = {.picture = picture, .height = height, .width = width, .err = err};
    decoder.jpeg.err = jpeg_std_error(&decoder.errors);
    decoder.jpeg.client_data = &decoder;
    decoder.errors.error_exit = on_error;
    decoder.errors.emit_message = on_message;
    decoder.progress.progress_monitor = on_progress;
    picture->pixels = NULL;
    decode(&decoder, data, size);
    jpeg_destroy_decompress(&decoder.jpeg);
    if (decoder.status != CR_OK) {
        free(picture->pixels);
        picture->pixels = NULL;
    }
    return decoder.status;
}
