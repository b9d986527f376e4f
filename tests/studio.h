/*
 * Some pictures, and an augmenter of one list to show them to.
 */
#ifndef CR_TESTS_STUDIO_H
#define CR_TESTS_STUDIO_H

#include "support.h"

#include "data/augment.h"
#include "data/dataset.h"

enum { COUNT = 60, CLASSES = 6, SIDE_MAX = 32, BYTES_MAX = SIDE_MAX * SIDE_MAX * 3 };

static struct cr_error err;
static const double mean[3] = {0.1, 0.5, 0.7};

struct studio {
    struct cr_data_shape shape;
    size_t size;
    uint8_t *pixels;
    int32_t labels[COUNT];
    struct cr_dataset *dataset;
    struct cr_config *config;
    struct cr_augmenter *augmenter;
    void *room;
};

static inline void open_pictures(struct studio *studio, int64_t height, int64_t width, int64_t channels)
{
    *studio = (struct studio){.shape = {height, width, channels, CLASSES}};
    studio->size = (size_t)(height * width * channels);
    studio->pixels = malloc(COUNT * studio->size);
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 0, 0);
    for (size_t i = 0; i < COUNT * studio->size; i++)
        studio->pixels[i] = (uint8_t)cr_random_u32(&random);
    for (int i = 0; i < COUNT; i++)
        studio->labels[i] = i % CLASSES;
    expect_ok(cr_dataset_from_memory(&studio->dataset, studio->pixels, studio->labels, COUNT, height, width, channels,
                                     CLASSES, NULL, &err));
}

static inline enum cr_status set_list(struct studio *studio, const char *list)
{
    cr_augmenter_free(studio->augmenter);
    cr_config_free(studio->config);
    free(studio->room);
    studio->augmenter = NULL;
    studio->config = NULL;
    studio->room = NULL;
    char text[1024];
    snprintf(text, sizeof text, "augment: %s", list);
    CR_TRY(cr_config_parse(&studio->config, text, "f", &err));
    const struct cr_node *node = cr_node_get(cr_config_root(studio->config), "augment");
    CR_TRY(cr_augmenter_new(&studio->augmenter, studio->config, node, &err));
    CR_TRY(cr_augmenter_fit(studio->augmenter, studio->dataset, mean, &err));
    studio->room = aligned_alloc(64, cr_augmenter_room(studio->augmenter));
    return CR_OK;
}

static inline void close_studio(struct studio *studio)
{
    cr_augmenter_free(studio->augmenter);
    cr_config_free(studio->config);
    cr_dataset_free(studio->dataset);
    free(studio->pixels);
    free(studio->room);
}

static inline const uint8_t *picture(const struct studio *studio, int64_t index)
{
    return studio->pixels + (size_t)index * studio->size;
}

static inline void shoot(const struct studio *studio, uint64_t seed, int64_t epoch, int64_t index, uint8_t *to)
{
    struct cr_augment_key key = {seed, epoch, index, index};
    cr_augmenter_run(studio->augmenter, &key, picture(studio, index), to, studio->room);
}

#endif
