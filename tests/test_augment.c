/*
 * Augmentation, over the registry: what a picture becomes is a function of its key alone, without strength it stays as
 * it is, and nothing is written beside it. Then lists that are wrong, the sheet, and the loader: the same batches by
 * any number of workers, with the labels they had.
 */
#include "studio.h"

enum { GUARD = 64 };

/* ----------------------------------------------------------------------------------------------- over the registry */

/* How many of the pictures are not what they were, nor what this list makes of them under another key. */
static void count_changes(const struct studio *studio, int *changed, int *of_seed, int *of_epoch)
{
    static uint8_t one[BYTES_MAX], other[BYTES_MAX];
    *changed = *of_seed = *of_epoch = 0;
    for (int i = 0; i < COUNT; i++) {
        shoot(studio, 1, 0, i, one);
        *changed += memcmp(one, picture(studio, i), studio->size) != 0;
        shoot(studio, 2, 0, i, other);
        *of_seed += memcmp(one, other, studio->size) != 0;
        shoot(studio, 1, 1, i, other);
        *of_epoch += memcmp(one, other, studio->size) != 0;
    }
}

/* The same key the same picture, also where it lies in the room already; and not a byte beside it. */
static void check_one(const struct studio *studio, int index)
{
    static uint8_t one[BYTES_MAX], guarded[BYTES_MAX + 2 * GUARD];
    uint8_t *other = guarded + GUARD;
    memset(guarded, 0xa5, sizeof guarded);
    shoot(studio, 7, 3, index, one);
    memset(studio->room, 0x5a, cr_augmenter_room(studio->augmenter));
    memcpy(studio->room, picture(studio, index), studio->size);
    struct cr_augment_key key = {7, 3, index, index};
    cr_augmenter_run(studio->augmenter, &key, studio->room, other, studio->room);
    assert_memory_equal(one, other, studio->size);
    for (int i = 0; i < GUARD; i++) {
        assert_int_equal(guarded[i], 0xa5);
        assert_int_equal(other[studio->size + (size_t)i], 0xa5);
    }
}

static void check_entry(const struct cr_augment *augment, int64_t height, int64_t width, int64_t channels)
{
    struct studio studio;
    char list[256];
    static uint8_t one[BYTES_MAX];
    int changed, of_seed, of_epoch;
    open_pictures(&studio, height, width, channels);
    snprintf(list, sizeof list, "[%s]", augment->entry.name);
    if (set_list(&studio, list) != CR_OK) { /* small pictures, or grey ones: said so */
        assert_int_equal(err.status, CR_ERROR_CONFIG);
        assert_non_null(strstr(err.message, augment->entry.name));
        assert_true(channels == 1 || height < 8);
        close_studio(&studio);
        return;
    }
    for (int i = 0; i < COUNT; i++)
        check_one(&studio, i);
    if (height > 8) {
        count_changes(&studio, &changed, &of_seed, &of_epoch);
        print_message("%-16s %2d of %d changed; %2d others by the seed, %2d by the epoch\n", augment->entry.name,
                      changed, COUNT, of_seed, of_epoch);
        assert_true(changed >= 3 && of_seed >= 5 && of_epoch >= 5);
    }
    if (augment->none) {
        snprintf(list, sizeof list, augment->none[0] == '{' ? "[%s: %s]" : "[%s: {%s}]", augment->entry.name,
                 augment->none);
        expect_ok(set_list(&studio, list));
        for (int i = 0; i < COUNT; i++) {
            shoot(&studio, 1, 0, i, one);
            assert_memory_equal(one, picture(&studio, i), studio.size);
        }
    }
    close_studio(&studio);
}

static void every_augmentation(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{32, 32, 3}, {23, 17, 3}, {28, 28, 1}, {5, 9, 1},
                                        {1, 1, 3},   {1, 6, 3},   {2, 2, 1}};
    for (const struct cr_entry *const *entry = cr_augments.entries; *entry; entry++)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
            check_entry((const struct cr_augment *)*entry, shapes[i][0], shapes[i][1], shapes[i][2]);
}

/* One colour everywhere stays it, whatever moves: what comes in from outside is the edge. */
static void a_plain_picture_stays_plain(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    open_pictures(&studio, 20, 30, 3);
    for (size_t i = 0; i < COUNT * studio.size; i++)
        studio.pixels[i] = (uint8_t)(i % 3 * 100 + 7);
    expect_ok(set_list(&studio, "[flip, crop: {fill: edge}, rotate: {degrees: 180, fill: edge}, scale: {by: 4, fill: "
                                "edge}, shear: {x: 60, y: 60, fill: edge}, shift: {x: 1, y: 1, fill: edge}, vflip, "
                                "resized-crop]"));
    for (int i = 0; i < COUNT; i++) {
        shoot(&studio, 1, 0, i, one);
        assert_memory_equal(one, picture(&studio, i), studio.size);
    }
    close_studio(&studio);
}

static void shares(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    open_pictures(&studio, 4, 4, 3);
    expect_ok(set_list(&studio, "[vflip: 0.2]"));
    int changed = 0;
    for (int round = 0; round < 50; round++)
        for (int i = 0; i < COUNT; i++) {
            shoot(&studio, 9, round, i, one);
            changed += memcmp(one, picture(&studio, i), studio.size) != 0;
        }
    assert_in_range(changed, 600 - 100, 600 + 100); /* of 3000; 22 is the deviation */
    close_studio(&studio);
}

/* ---------------------------------------------------------------------------------------------------------- errors */

static void wrong_lists(void **state)
{
    (void)state;
    struct studio studio;
    open_pictures(&studio, 8, 8, 1);
    expect_error(set_list(&studio, "flip"), CR_ERROR_CONFIG,
                 "f:1:10: augment: expected a list of augmentations: [flip, crop: {padding: 4}]");
    expect_error(set_list(&studio, "[flip, crup: 4]"), CR_ERROR_CONFIG,
                 "f:1:17: augment[1].crup: unknown augmentation crup; did you mean crop?");
    expect_error(set_list(&studio, "[crop: {padding: -1}]"), CR_ERROR_CONFIG,
                 "f:1:27: augment[0].crop.padding: -1 is out of range (int 0..4096)");
    expect_error(set_list(&studio, "[flip, crop: {padding: 8}]"), CR_ERROR_CONFIG,
                 "f:1:17: augment[1]: crop: a padding of 8 would leave nothing of pictures of 8x8");
    expect_error(set_list(&studio, "[grey]"), CR_ERROR_CONFIG,
                 "f:1:11: augment[0]: grey is for colour pictures, and these have 1 channel");
    expect_error(set_list(&studio, "[erase: {least: 0.5}]"), CR_ERROR_CONFIG,
                 "f:1:11: augment[0]: erase: least 0.5 is above most 0.33");
    struct cr_dataset numbers = *studio.dataset;
    numbers.numbers = true;
    expect_ok(set_list(&studio, "[flip]"));
    expect_error(cr_augmenter_fit(studio.augmenter, &numbers, NULL, &err), CR_ERROR_CONFIG,
                 "f:1:10: augment: augmentation is of pictures, and memory holds numbers");
    close_studio(&studio);
}

/* ------------------------------------------------------------------------------------------------------- the sheet */

/* Plain pictures of each class's grey: a row a class in turn, its name left of it, first as it is and then flipped. */
static void sheet_of_what_is_seen(void **state)
{
    (void)state;
    enum { SIDE = 32, NAME = 12, WIDTH = NAME + 2 + 3 * (SIDE + 2), HEIGHT = 2 + 2 * (SIDE + 2) };
    struct studio studio;
    static uint8_t sheet[HEIGHT][WIDTH];
    static const int64_t all[] = {4, 2, 3, 0};
    char path[512];
    open_pictures(&studio, SIDE, SIDE, 1);
    for (int64_t i = 0; i < COUNT; i++)
        for (int p = 0; p < SIDE * SIDE; p++)
            studio.pixels[i * SIDE * SIDE + p] = (uint8_t)(p % SIDE < 16 ? 10 * i : 10 * i + 5);
    expect_ok(set_list(&studio, "[flip: 1]"));
    expect_ok(cr_augmenter_sheet(studio.augmenter, studio.dataset, all, 4, 2, 3, 1, path_in(here.folder, "s.png", path),
                                 &err));
    expect_ok(cr_image_load(path, HEIGHT, WIDTH, 1, &sheet[0][0], &err));
    for (int row = 0; row < 2; row++) {
        int grey = row == 0 ? 0 : 20, ink = 0; /* of classes 0 and 2, the first two that there are */
        for (int y = 2 + 34 * row; y < 34 + 34 * row; y++) {
            for (int x = 0; x < 3 * 34; x++)
                assert_int_equal(sheet[y][NAME + x], x % 34 < 2 ? 224 : grey + 5 * ((x % 34 < 18) == (x >= 34)));
            for (int x = 0; x < NAME; x++)
                ink += sheet[y][x] == 32;
        }
        assert_int_equal(ink, row == 0 ? 19 : 15); /* the letters 0 and 2 */
    }
    expect_error(cr_augmenter_sheet(NULL, studio.dataset, all, 4, 0, 3, 1, path, &err), CR_ERROR_ARGUMENT,
                 "a sheet of 0 rows and 3 columns: expected 1..1000 and 1..100");
    close_studio(&studio);
}

/* ------------------------------------------------------------------------------------------------------ the loader */

static enum cr_status get_a_copy(const struct cr_dataset *dataset, int64_t index, uint8_t *pixels,
                                 struct cr_error *error)
{
    const struct studio *studio = dataset->close ? NULL : (const void *)dataset->name;
    (void)error;
    memcpy(pixels, picture(studio, index), studio->size);
    return CR_OK;
}

/* All batches of two epochs, pixels and labels, as one block. */
static uint8_t *load_all(const struct studio *studio, const struct cr_dataset *dataset, int workers, int64_t batch)
{
    struct cr_loader *loader;
    struct cr_loader_options options = {
        .batch = batch, .workers = workers, .shuffle = true, .seed = 3, .augment = studio->augmenter};
    int64_t all[COUNT];
    uint8_t *found = calloc(2, COUNT * studio->size), *at = found;
    for (int i = 0; i < COUNT; i++)
        all[i] = i;
    expect_ok(cr_loader_new(&loader, dataset, all, COUNT, &options, &err));
    for (int epoch = 0; epoch < 2; epoch++) {
        const struct cr_batch *made;
        expect_ok(cr_loader_seek(loader, epoch, 0, &err));
        for (;;) {
            expect_ok(cr_loader_next(loader, &made, &err));
            if (!made)
                break;
            for (int64_t i = 0; i < made->count; i++)
                assert_int_equal(made->labels[i], studio->labels[made->indices[i]]);
            memcpy(at, made->pixels, (size_t)made->count * studio->size);
            at += (size_t)made->count * studio->size;
        }
    }
    assert_true(at == found + 2 * COUNT * studio->size);
    cr_loader_free(loader);
    return found;
}

static void the_same_by_any_workers(void **state)
{
    (void)state;
    struct studio studio;
    open_pictures(&studio, 12, 12, 3);
    struct cr_dataset decoding = *studio.dataset; /* as if its pictures were not in memory */
    decoding.pixels = NULL;
    decoding.name = (const void *)&studio;
    decoding.close = NULL;
    decoding.get = get_a_copy;
    expect_ok(set_list(&studio, "[alternating-flip, crop: 2, rotate: 20, cutout: 4, erase]"));
    uint8_t *expected = load_all(&studio, studio.dataset, 0, 7);
    for (int workers = 0; workers <= 3; workers++)
        for (int copy = 0; copy < 2; copy++)
            for (int64_t batch = 7; batch <= COUNT; batch *= 4) {
                uint8_t *found = load_all(&studio, copy ? &decoding : studio.dataset, workers, batch);
                assert_memory_equal(found, expected, 2 * COUNT * studio.size);
                free(found);
            }
    free(expected);
    close_studio(&studio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_augmentation),
        cmocka_unit_test(a_plain_picture_stays_plain),
        cmocka_unit_test(shares),
        cmocka_unit_test(wrong_lists),
        fixture_test(sheet_of_what_is_seen),
        cmocka_unit_test(the_same_by_any_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
