/*
 * A trained model inside of a program, without any library: the exported source is linked in. Reads 64 numbers of
 * 0..255, a picture of 8x8 pixels, and says what digit it is.
 *
 *     cradle train && cradle export runs/digits --format c --out digits.c
 *     cc digits_main.c digits.c -I. -lm && ./a.out <picture.txt
 */
#include <digits.h> /* the exported one */

#include <stdio.h>

int main(void)
{
    unsigned char pixels[DIGITS_HEIGHT * DIGITS_WIDTH * DIGITS_CHANNELS];
    float probabilities[DIGITS_CLASSES];
    int best = 0;

    for (unsigned i = 0, value; i < sizeof(pixels); i++) {
        if (scanf("%u", &value) != 1)
            return fprintf(stderr, "expected %u numbers\n", (unsigned)sizeof(pixels)), 1;
        pixels[i] = (unsigned char)value;
    }
    digits_predict(pixels, probabilities);
    for (int c = 1; c < DIGITS_CLASSES; c++)
        best = probabilities[c] > probabilities[best] ? c : best;
    printf("%s  %.4f\n", digits_classes[best], (double)probabilities[best]);
    return 0;
}
