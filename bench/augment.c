/*
 * augment [SIDE] - what each augmentation costs a picture of SIDE x SIDE x 3 (32), with its own options, on one thread;
 * and the three that a recipe for CIFAR-10 has, together. The best of several rounds, in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "data/augment.h"

enum { PICTURES = 256, ROUNDS = 15, SIDE_MAX = 2048 };

struct bench {
    int64_t side;
    uint8_t *pixels; /* [PICTURES][side][side][3] */
    struct cr_dataset *dataset;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double round_of(const struct bench *bench, const struct cr_augmenter *augmenter, int64_t epoch, uint8_t *to,
                       void *room)
{
    double begin = now();
    for (int64_t i = 0; i < PICTURES; i++) {
        struct cr_augment_key key = {1, epoch, i, i};
        cr_augmenter_run(augmenter, &key, bench->pixels + i * bench->side * bench->side * 3, to, room);
    }
    return (now() - begin) / PICTURES;
}

static enum cr_status measure(const struct bench *bench, const char *list, struct cr_error *err)
{
    char text[256];
    struct cr_config *config = NULL;
    struct cr_augmenter *augmenter = NULL;
    uint8_t *to = malloc((size_t)(bench->side * bench->side * 3));
    void *room = NULL;
    double best = 1e9;
    enum cr_status status;
    snprintf(text, sizeof text, "augment: [%s]", list);
    CR_GO(cr_config_parse(&config, text, "list", err));
    CR_GO(cr_augmenter_new(&augmenter, config, cr_node_get(cr_config_root(config), "augment"), err));
    CR_GO(cr_augmenter_fit(augmenter, bench->dataset, NULL, err));
    room = aligned_alloc(64, cr_augmenter_room(augmenter));
    if (!to || !room)
        CR_GO(cr_fail_memory(err));
    for (int64_t epoch = 0; epoch < ROUNDS; epoch++) {
        double seconds = round_of(bench, augmenter, epoch, to, room);
        best = seconds < best ? seconds : best;
    }
    printf("%-40s %9.2f\n", list, 1e6 * best);
done:
    free(room);
    free(to);
    cr_augmenter_free(augmenter);
    cr_config_free(config);
    return status;
}

int main(int argc, char **argv)
{
    struct bench bench = {.side = argc > 1 ? atoi(argv[1]) : 32};
    struct cr_error err = {0};
    enum cr_status status;
    if (argc > 2 || bench.side < 8 || bench.side > SIDE_MAX) {
        fprintf(stderr, "usage: augment [SIDE], 8..%d\n", SIDE_MAX);
        return 2;
    }
    size_t size = (size_t)(PICTURES * bench.side * bench.side * 3);
    bench.pixels = malloc(size);
    int32_t *labels = calloc(PICTURES, sizeof *labels);
    if (!bench.pixels || !labels)
        CR_GO(cr_fail_memory(&err));
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 0, 0);
    for (size_t i = 0; i < size; i++)
        bench.pixels[i] = (uint8_t)cr_random_u32(&random);
    CR_GO(cr_dataset_from_memory(&bench.dataset, bench.pixels, labels, PICTURES, bench.side, bench.side, 3, 1, NULL,
                                 &err));
    printf("%-40s %9s\n", "augment", "us");
    for (const struct cr_entry *const *entry = cr_augments.entries; *entry; entry++)
        CR_GO(measure(&bench, (*entry)->name, &err));
    CR_GO(measure(&bench, "alternating-flip, crop: 4, cutout: 8", &err));
    CR_GO(measure(&bench, "rotate, scale, shear, shift", &err));
done:
    if (status != CR_OK)
        fprintf(stderr, "augment: %s\n", err.message);
    cr_dataset_free(bench.dataset);
    free(labels);
    free(bench.pixels);
    return status == CR_OK ? 0 : 1;
}
