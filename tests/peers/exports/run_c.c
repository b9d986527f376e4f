/* What an exported source answers: pictures on the standard input, probabilities on the standard output. */
#include <stdio.h>

#include "reference.h"

int main(void)
{
    static unsigned char pixels[REFERENCE_HEIGHT * REFERENCE_WIDTH * REFERENCE_CHANNELS];
    float probabilities[REFERENCE_CLASSES];
    while (fread(pixels, sizeof pixels, 1, stdin) == 1) {
        reference_predict(pixels, probabilities);
        if (fwrite(probabilities, sizeof probabilities, 1, stdout) != 1)
            return 1;
    }
    return 0;
}
