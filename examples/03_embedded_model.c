/*
 * A trained model inside of a program, by the library: says what digit is on a picture.
 *
 *     cradle train && cradle export runs/digits --format safetensors --out digits.safetensors
 *     cc 03_embedded_model.c $(pkg-config --cflags --libs cradle) && ./a.out digits.safetensors digit.png
 */
#include <cradle/cradle.h>

#include <stdio.h>

int main(int count, char **words)
{
    struct cr_error err;
    struct cr_classifier *classifier = NULL;
    unsigned char pixels[8 * 8];
    float probabilities[10];
    int64_t best = 0;
    enum cr_status status;

    if (count != 3)
        return fprintf(stderr, "usage: %s MODEL PICTURE\n", words[0]), 2;
    CR_GO(cr_classifier_open(&classifier, words[1], &err));
    CR_GO(cr_image_load(words[2], 8, 8, 1, pixels, &err));
    CR_GO(cr_classify(classifier, &(struct cr_picture){pixels, 8, 8, 1}, probabilities, &best, &err));
    printf("%s  %.4f\n", cr_classifier_run(classifier)->class_names[best], (double)probabilities[best]);
done:
    if (status != CR_OK)
        fprintf(stderr, "%s\n", err.message);
    cr_classifier_free(classifier);
    return status == CR_OK ? 0 : 1;
}
