/*
 * Augmentation: the list of a config file, bound and carried out on one picture.
 *
 * Every transform draws from a stream of its own, keyed by the seed, the epoch, the picture's place in it and the
 * transform's place in the list: what a picture becomes depends neither on workers nor on batches nor on the other
 * pictures.
 */
#include <stdlib.h>
#include <string.h>

#include "data/augment.h"
#include "data/dataset.h"

enum { ALIGNMENT = 64, PLACE_BITS = 40, ITEMS_MAX = 64 };

static const struct cr_entry *const entries[] = {
#define CR_AUGMENT(name) &cr_augment_##name.entry,
#include "data/augments.def"
#undef CR_AUGMENT
    NULL,
};

const struct cr_registry cr_augments = {.kind = "augments", .singular = "augmentation", .entries = entries};

struct item {
    const struct cr_augment *augment;
    const void *options;
    const struct cr_node *node;
};

struct cr_augmenter {
    const struct cr_node *node;
    struct cr_data_shape shape;
    size_t sample, scratch; /* bytes, multiples of ALIGNMENT */
    uint8_t *grounds;       /* [2][channels]: black, and the mean of the data; NULL: not fitted yet */
    int count;
    struct item items[ITEMS_MAX];
};

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* ------------------------------------------------------------------------------------------------------------- made */

static enum cr_status bind(struct cr_augmenter *augmenter, struct cr_config *config, struct cr_error *err)
{
    const struct cr_node *list = augmenter->node;
    if (list->kind != CR_NODE_SEQUENCE)
        return cr_node_fail(list, err, "expected a list of augmentations: [flip, crop: {padding: 4}]");
    if (list->count > ITEMS_MAX)
        return cr_node_fail(list, err, "%d augmentations: expected %d at most", list->count, ITEMS_MAX);
    for (const struct cr_node *node = list->first; node; node = node->next) {
        struct item *item = &augmenter->items[augmenter->count++];
        const struct cr_entry *entry;
        CR_TRY(cr_bind_choice(config, &cr_augments, node, &entry, &item->options, err));
        item->augment = (const struct cr_augment *)entry; /* its first member */
        item->node = node;
    }
    return CR_OK;
}

enum cr_status cr_augmenter_new(struct cr_augmenter **augmenter, struct cr_config *config, const struct cr_node *list,
                                struct cr_error *err)
{
    *augmenter = NULL;
    struct cr_augmenter *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->node = list;
    enum cr_status status = bind(made, config, err);
    if (status == CR_OK)
        *augmenter = made;
    else
        cr_augmenter_free(made);
    return status;
}

void cr_augmenter_free(struct cr_augmenter *augmenter)
{
    if (!augmenter)
        return;
    free(augmenter->grounds);
    free(augmenter);
}

/* ------------------------------------------------------------------------------------------------ fitted to pictures
 */

static enum cr_status fit(struct cr_augmenter *augmenter, const struct item *item, struct cr_error *err)
{
    const struct cr_augment *augment = item->augment;
    const struct cr_data_shape *shape = &augmenter->shape;
    struct cr_error reason;
    if (augment->colour && shape->channels != 3)
        return cr_node_fail(item->node, err, "%s is for colour pictures, and these have %lld channel%s",
                            augment->entry.name, (long long)shape->channels, shape->channels == 1 ? "" : "s");
    if (augment->check && augment->check(item->options, shape, &reason) != CR_OK)
        return cr_node_fail(item->node, err, "%s: %s", augment->entry.name, reason.message);
    size_t scratch = augment->scratch ? aligned(augment->scratch(item->options, shape)) : 0;
    augmenter->scratch = scratch > augmenter->scratch ? scratch : augmenter->scratch;
    return CR_OK;
}

enum cr_status cr_augmenter_fit(struct cr_augmenter *augmenter, const struct cr_dataset *dataset, const double *mean,
                                struct cr_error *err)
{
    size_t channels = (size_t)dataset->channels;
    if (dataset->numbers)
        return cr_node_fail(augmenter->node, err, "augmentation is of pictures, and %s holds numbers", dataset->name);
    augmenter->shape = (struct cr_data_shape){dataset->height, dataset->width, dataset->channels, dataset->classes};
    augmenter->sample = aligned(cr_sample_size(dataset));
    free(augmenter->grounds);
    augmenter->grounds = calloc(2, channels);
    if (!augmenter->grounds)
        return cr_fail_memory(err);
    for (size_t c = 0; mean && c < channels; c++)
        augmenter->grounds[channels + c] = cr_byte((float)(255 * mean[c]));
    for (int i = 0; i < augmenter->count; i++)
        CR_TRY(fit(augmenter, &augmenter->items[i], err));
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ in use
 */

size_t cr_augmenter_room(const struct cr_augmenter *augmenter)
{
    return augmenter->sample + augmenter->scratch;
}

/* Nothing is drawn where it is sure. */
static bool is_meant(const struct item *item, struct cr_canvas *canvas)
{
    if (!item->augment->entry.options)
        return true;
    double p = *(const double *)item->options; /* the first member of all */
    return p >= 1 || cr_random_uniform(&canvas->random) < p;
}

void cr_augmenter_run(const struct cr_augmenter *augmenter, const struct cr_augment_key *key, const uint8_t *from,
                      uint8_t *to, void *room)
{
    const struct cr_data_shape *shape = &augmenter->shape;
    struct cr_canvas canvas = {.height = shape->height,
                               .width = shape->width,
                               .channels = shape->channels,
                               .black = augmenter->grounds,
                               .mean = augmenter->grounds + shape->channels,
                               .scratch = (uint8_t *)room + augmenter->sample,
                               .key = *key,
                               .sheet = room,
                               .out = to};
    cr_canvas_begin(&canvas, from);
    for (int i = 0; i < augmenter->count; i++) {
        canvas.random = cr_random_at(key->seed, CR_RANDOM_AUGMENT, (uint64_t)key->epoch,
                                     (uint64_t)key->place | (uint64_t)i << PLACE_BITS);
        if (is_meant(&augmenter->items[i], &canvas))
            augmenter->items[i].augment->apply(augmenter->items[i].options, &canvas);
    }
    cr_canvas_end(&canvas);
}
