/*
 * Any bytes as a picture file (JPEG or PNG, by content): three bytes choose what is wanted of it, the rest is the file.
 * Decoding refuses it, or fills exactly the pixels that were asked for. Orientation is also read from the bytes as bare
 * EXIF data.
 */
#include <stdlib.h>
#include <string.h>

#include "data/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { GUARD = 64 };
    if (size < 3)
        return 0;
    int64_t height = 1 + data[0] % 40, width = 1 + data[1] % 40, channels = data[2] % 2 == 0 ? 3 : 1;
    size_t bytes = (size_t)(height * width * channels);
    uint8_t *pixels = malloc(bytes + GUARD), *file = malloc(size > 3 ? size - 3 : 1);
    struct cr_error err;
    if (pixels && file) {
        memset(pixels + bytes, 0xa5, GUARD);
        /* Its own block, so that a read behind the end is seen. */
        memcpy(file, data + 3, size - 3);
        cr_image_decode(file, size - 3, height, width, channels, pixels, &err);
        for (int i = 0; i < GUARD; i++)
            if (pixels[bytes + (size_t)i] != 0xa5)
                abort();
        int orientation = cr_exif_orientation(file, size - 3);
        if (orientation < 1 || orientation > 8)
            abort();
    }
    free(file);
    free(pixels);
    return 0;
}
