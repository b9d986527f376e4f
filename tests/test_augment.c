/*
 * Augmentation. Over the registry: what a picture becomes is a function of its key alone, without strength it stays as
 * it is, and nothing is written beside it. Then each transform against its formula, moves multiplied up against moves
 * one by one, and the loader: the same batches by any number of workers, with the labels they had.
 */
#include "support.h"

#include <math.h>

#include "data/augment.h"
#include "data/dataset.h"

enum { COUNT = 60, CLASSES = 6, SIDE_MAX = 32, BYTES_MAX = SIDE_MAX * SIDE_MAX * 3, GUARD = 64 };

static struct cr_error err;
static const double mean[3] = {0.1, 0.5, 0.7};

/* What a test works with: some pictures, and an augmenter of one list. */
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

static void open_pictures(struct studio *studio, int64_t height, int64_t width, int64_t channels)
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

static enum cr_status set_list(struct studio *studio, const char *list)
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

static void close_studio(struct studio *studio)
{
    cr_augmenter_free(studio->augmenter);
    cr_config_free(studio->config);
    cr_dataset_free(studio->dataset);
    free(studio->pixels);
    free(studio->room);
}

static const uint8_t *picture(const struct studio *studio, int64_t index)
{
    return studio->pixels + (size_t)index * studio->size;
}

static void shoot(const struct studio *studio, uint64_t seed, int64_t epoch, int64_t index, uint8_t *to)
{
    struct cr_augment_key key = {seed, epoch, index, index};
    cr_augmenter_run(studio->augmenter, &key, picture(studio, index), to, studio->room);
}

/* ------------------------------------------------------------------------------------------------- over the registry
 */

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

/* ---------------------------------------------------------------------------------------------------- each by itself
 */

/* `from` under (x, y) -> (a x + b, c y + d), with what lies outside black or reflected. */
static void place(const struct studio *studio, const uint8_t *from, const int64_t steps[4], bool reflect, uint8_t *to)
{
    const struct cr_data_shape *s = &studio->shape;
    for (int64_t y = 0; y < s->height; y++)
        for (int64_t x = 0; x < s->width; x++) {
            int64_t sx = steps[0] * x + steps[1], sy = steps[2] * y + steps[3];
            if (reflect) {
                while (sx < 0 || sx >= s->width)
                    sx = sx < 0 ? -sx : 2 * (s->width - 1) - sx;
                while (sy < 0 || sy >= s->height)
                    sy = sy < 0 ? -sy : 2 * (s->height - 1) - sy;
            }
            bool in = sx >= 0 && sx < s->width && sy >= 0 && sy < s->height;
            for (int64_t k = 0; k < s->channels; k++)
                to[(y * s->width + x) * s->channels + k] = in ? from[(sy * s->width + sx) * s->channels + k] : 0;
        }
}

/* Every result of a flip and a crop is one of the few possible ones, and every possible one comes. */
static void flips_and_crops(void **state)
{
    (void)state;
    for (int reflect = 0; reflect < 2; reflect++) {
        struct studio studio;
        static uint8_t one[BYTES_MAX], expected[BYTES_MAX];
        int seen[2][5][5] = {0};
        open_pictures(&studio, 9, 11, 3);
        expect_ok(set_list(&studio, reflect ? "[flip, crop: {padding: 2, fill: reflect}]" : "[flip, crop: 2]"));
        for (int round = 0; round < 40; round++)
            for (int i = 0; i < COUNT; i++) {
                shoot(&studio, 1, round, i, one);
                int matches = 0;
                for (int flip = 0; flip < 2; flip++)
                    for (int dx = -2; dx <= 2; dx++)
                        for (int dy = -2; dy <= 2; dy++) {
                            const int64_t steps[4] = {flip ? -1 : 1, flip ? 10 - dx : dx, 1, dy};
                            place(&studio, picture(&studio, i), steps, reflect, expected);
                            if (memcmp(one, expected, studio.size) != 0)
                                continue;
                            seen[flip][dx + 2][dy + 2]++;
                            matches++;
                        }
                assert_int_equal(matches, 1);
            }
        for (int i = 0; i < 50; i++) /* 2400 draws of 50: 48 each on average, 7 the deviation */
            assert_in_range(((int *)seen)[i], 15, 90);
        close_studio(&studio);
    }
}

static void alternating_flips(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX], flipped[BYTES_MAX];
    int first = 0;
    open_pictures(&studio, 6, 8, 3);
    expect_ok(set_list(&studio, "[alternating-flip]"));
    for (int i = 0; i < COUNT; i++) {
        bool before = false;
        place(&studio, picture(&studio, i), (const int64_t[]){-1, 7, 1, 0}, false, flipped);
        for (int epoch = 0; epoch < 6; epoch++) {
            shoot(&studio, 5, epoch, i, one);
            bool now = memcmp(one, flipped, studio.size) == 0;
            assert_true(now || memcmp(one, picture(&studio, i), studio.size) == 0);
            first += epoch == 0 && now;
            assert_true(epoch == 0 || now != before);
            before = now;
        }
    }
    assert_in_range(first, COUNT / 4, 3 * COUNT / 4);
    close_studio(&studio);
}

static void move_canvas(struct studio *studio, const struct cr_move *moves, int count, bool at_once, uint8_t *to)
{
    static const uint8_t black[3] = {0};
    static uint8_t sheet[BYTES_MAX];
    struct cr_canvas canvas = {.height = studio->shape.height,
                               .width = studio->shape.width,
                               .channels = studio->shape.channels,
                               .black = black,
                               .mean = black,
                               .sheet = sheet,
                               .out = to};
    cr_canvas_begin(&canvas, studio->pixels);
    for (int i = 0; i < count; i++) {
        cr_canvas_move(&canvas, &moves[i], CR_FILL_BLACK);
        if (!at_once)
            cr_canvas_pixels(&canvas);
    }
    cr_canvas_end(&canvas);
}

/* A quarter turn is exact; four of them at once, or a turn to and fro, copy the picture. */
static void turns(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    double angle = 3.141592653589793 / 2;
    struct cr_move quarter = {cos(angle), -sin(angle), sin(angle), cos(angle), 0, 0};
    struct cr_move to = {cos(0.3), -sin(0.3), sin(0.3), cos(0.3), 1.5, 2},
                   fro = {cos(0.3), sin(0.3), -sin(0.3), cos(0.3), 0, 0};
    fro.dx = -(fro.xx * to.dx + fro.xy * to.dy);
    fro.dy = -(fro.yx * to.dx + fro.yy * to.dy);
    open_pictures(&studio, 10, 10, 3);
    move_canvas(&studio, &quarter, 1, true, one);
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 10; x++)
            assert_memory_equal(one + (y * 10 + x) * 3, studio.pixels + (x * 10 + 9 - y) * 3, 3);
    move_canvas(&studio, (struct cr_move[]){quarter, quarter, quarter, quarter}, 4, true, one);
    assert_memory_equal(one, studio.pixels, studio.size);
    move_canvas(&studio, (struct cr_move[]){to, fro}, 2, true, one);
    assert_memory_equal(one, studio.pixels, studio.size);
    close_studio(&studio);
}

/* Moves on the grid are the same one by one and multiplied up, but for what left the picture on the way. */
static void moves_multiply(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX], other[BYTES_MAX];
    const struct cr_move shift = {1, 0, 0, 1, 2, 3}, mirror = {-1, 0, 0, 1, 0, 0}, turn = {-1, 0, 0, -1, 0, 0};
    open_pictures(&studio, 12, 9, 1);
    struct cr_move lists[][3] = {
        {mirror, shift, turn}, {shift, mirror, mirror}, {turn, shift, mirror}, {shift, shift, mirror}};
    for (int i = 0; i < 4; i++) {
        move_canvas(&studio, lists[i], 3, true, one);
        move_canvas(&studio, lists[i], 3, false, other);
        assert_memory_equal(one, other, studio.size);
    }
    close_studio(&studio);
}

/* Half a pixel to the right: the mean of two neighbours. */
static void between_pixels(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    open_pictures(&studio, 5, 7, 1);
    move_canvas(&studio, &(struct cr_move){1, 0, 0, 1, 0.5, 0}, 1, true, one);
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 7; x++) {
            int left = studio.pixels[y * 7 + x], right = x < 6 ? studio.pixels[y * 7 + x + 1] : 0;
            assert_int_equal(one[y * 7 + x], (left + right + 1) / 2);
        }
    close_studio(&studio);
}

static void covered_parts(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    const uint8_t ground[3] = {26, 128, 179}; /* 255 mean, rounded */
    open_pictures(&studio, 32, 32, 3);
    int64_t middle = 0, corner = 0;
    expect_ok(set_list(&studio, "[cutout: 8]"));
    for (int round = 0; round < 50; round++)
        for (int i = 0; i < COUNT; i++) {
            shoot(&studio, 1, round, i, one);
            int64_t covered = 0;
            for (int64_t p = 0; p < 32 * 32; p++) {
                bool same = memcmp(one + 3 * p, picture(&studio, i) + 3 * p, 3) == 0;
                assert_true(same || memcmp(one + 3 * p, ground, 3) == 0);
                covered += !same;
                middle += !same && p == 16 * 32 + 16;
                corner += !same && p == 0;
            }
            assert_in_range(covered, 16 - 2, 64); /* a pixel may be of that colour by chance */
        }
    assert_in_range(middle, 3000 / 16 - 60, 3000 / 16 + 60); /* 64 of 1024 places cover it */
    assert_in_range(corner, 3000 * 25 / 1024 - 35, 3000 * 25 / 1024 + 35);
    expect_ok(set_list(&studio, "[erase: {least: 0.25, most: 0.25, p: 1, fill: black}]"));
    for (int i = 0; i < COUNT; i++) {
        int covered = 0;
        shoot(&studio, 1, 0, i, one);
        for (int p = 0; p < 32 * 32; p++)
            covered += !one[3 * p] && !one[3 * p + 1] && !one[3 * p + 2];
        assert_in_range(covered, 256 - 32, 256 + 32);
    }
    close_studio(&studio);
}

static void colours(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    open_pictures(&studio, 16, 16, 3);
    expect_ok(set_list(&studio, "[grey: 1]"));
    for (int i = 0; i < COUNT; i++) {
        shoot(&studio, 1, 0, i, one);
        for (int p = 0; p < 3 * 256; p += 3) {
            const uint8_t *was = picture(&studio, i) + p;
            double grey = 0.299 * was[0] + 0.587 * was[1] + 0.114 * was[2];
            assert_true(fabs(one[p] - grey) <= 0.501 && one[p + 1] == one[p] && one[p + 2] == one[p]);
        }
    }
    /* Brightness alone: one factor for all numbers. */
    expect_ok(set_list(&studio, "[colour: {brightness: 0.3, contrast: 0, saturation: 0}]"));
    for (int i = 0; i < COUNT; i++) {
        double least = 0, most = 2;
        shoot(&studio, 1, 0, i, one);
        for (int p = 0; p < 3 * 256; p++) {
            double was = picture(&studio, i)[p];
            if (was == 0 || one[p] == 255)
                continue;
            least = fmax(least, (one[p] - 0.51) / was);
            most = fmin(most, (one[p] + 0.51) / was);
        }
        assert_true(least <= most && least > 0.69 && most < 1.31);
    }
    /* Contrast leaves the mean, saturation and hue every pixel's grey: of dull colours, so that nothing is cut. */
    for (size_t i = 0; i < COUNT * studio.size; i++)
        studio.pixels[i] = (uint8_t)(100 + studio.pixels[i] % 56);
    static const char *const lists[2] = {"[colour: {brightness: 0, contrast: 0.5, saturation: 0}]",
                                         "[colour: {brightness: 0, contrast: 0, saturation: 0.3, hue: 0.5}]"};
    for (int kind = 0; kind < 2; kind++) {
        expect_ok(set_list(&studio, lists[kind]));
        for (int i = 0; i < COUNT; i++) {
            double before = 0, after = 0;
            shoot(&studio, 1, 0, i, one);
            for (int p = 0; p < 3 * 256; p += 3) {
                const uint8_t *was = picture(&studio, i) + p, *is = one + p;
                double grey = 0.299 * was[0] + 0.587 * was[1] + 0.114 * was[2];
                double now = 0.299 * is[0] + 0.587 * is[1] + 0.114 * is[2];
                assert_true(kind == 0 || fabs(grey - now) < 0.6);
                before += grey;
                after += now;
            }
            assert_true(fabs(before - after) / 256 < 0.1);
        }
    }
    close_studio(&studio);
}

/* The mean and the deviation of what was added to a picture that is grey everywhere. */
static void noises(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    double sum = 0, squares = 0, count = 0;
    open_pictures(&studio, 32, 32, 3);
    memset(studio.pixels, 128, COUNT * studio.size);
    expect_ok(set_list(&studio, "[noise: 0.1]"));
    for (int i = 0; i < COUNT; i++) {
        shoot(&studio, 1, 0, i, one);
        for (size_t p = 0; p < studio.size; p++, count++) {
            double added = one[p] - 128.0;
            sum += added;
            squares += added * added;
        }
    }
    assert_true(fabs(sum / count) < 0.3); /* 0.06 is the deviation of this mean */
    assert_true(fabs(sqrt(squares / count) - 25.5) < 0.3);
    close_studio(&studio);
}

/* A bright point spreads evenly and nothing of it is lost; a plain picture stays. */
static void blurs(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    open_pictures(&studio, 31, 31, 1);
    memset(studio.pixels, 0, COUNT * studio.size);
    for (int i = 0; i < COUNT; i++)
        studio.pixels[(size_t)i * studio.size + 15 * 31 + 15] = 255;
    expect_ok(set_list(&studio, "[blur: {sigma: 1, p: 1}]"));
    for (int i = 0; i < COUNT; i++) {
        int sum = 0;
        shoot(&studio, 1, 0, i, one);
        for (int y = 0; y < 31; y++)
            for (int x = 0; x < 31; x++) {
                sum += one[y * 31 + x];
                assert_int_equal(one[y * 31 + x], one[y * 31 + 30 - x]);
                assert_int_equal(one[y * 31 + x], one[x * 31 + y]);
            }
        assert_in_range(sum, 245, 265);
    }
    memset(studio.pixels, 77, COUNT * studio.size);
    for (int i = 0; i < COUNT; i++) {
        shoot(&studio, 1, 0, i, one);
        assert_memory_equal(one, picture(&studio, i), studio.size);
    }
    close_studio(&studio);
}

/* On a slope of 8 a pixel the change tells how far a pixel moved: as far as was asked, neighbours alike. */
static void elastic_moves(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    double squares = 0, steps = 0, count = 0;
    open_pictures(&studio, 32, 32, 1);
    for (size_t i = 0; i < COUNT * studio.size; i++)
        studio.pixels[i] = (uint8_t)(8 * (i % 32));
    expect_ok(set_list(&studio, "[elastic: {strength: 1.5, sigma: 3, fill: edge}]"));
    for (int i = 0; i < COUNT; i++) {
        shoot(&studio, 1, 0, i, one);
        for (int y = 8; y < 24; y++)
            for (int x = 10; x < 22; x++, count++) {
                double move = one[y * 32 + x] / 8.0 - x, next = one[y * 32 + x + 1] / 8.0 - x - 1;
                squares += move * move;
                steps += (move - next) * (move - next);
            }
    }
    assert_true(fabs(sqrt(squares / count) - 1.5) < 0.2);
    /* smoothed by sigma s, neighbours differ by the deviation / (s sqrt(2)) */
    assert_true(fabs(sqrt(steps / count) - 1.5 / (3 * sqrt(2))) < 0.1);
    close_studio(&studio);
}

static void trivial_changes(void **state)
{
    (void)state;
    struct studio studio;
    static uint8_t one[BYTES_MAX];
    int same = 0, moved = 0;
    open_pictures(&studio, 32, 32, 3);
    memset(studio.pixels, 200, COUNT * studio.size); /* what moves brings black in; a plain picture has no contrast */
    expect_ok(set_list(&studio, "[trivial-augment]"));
    for (int round = 0; round < 20; round++)
        for (int i = 0; i < COUNT; i++) {
            shoot(&studio, 1, round, i, one);
            same += memcmp(one, picture(&studio, i), studio.size) == 0;
            moved += memchr(one, 0, studio.size) != NULL && memchr(one, 200, studio.size) != NULL;
        }
    /* Of 14: identity, contrast's two, equalize, saturation, sharpness change nothing; five of 14 move, but for
     * strength 0. */
    assert_in_range(same, 1200 * 6 / 14 - 60, 1200 * 7 / 14 + 90);
    assert_in_range(moved, 1200 * 5 / 14 - 100, 1200 * 5 / 14 + 60);
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

/* ------------------------------------------------------------------------------------------------------------- errors
 */

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

/* ---------------------------------------------------------------------------------------------------------- the sheet
 */

/* Plain pictures of each class's grey: a row a class in turn, its name left of it, first as it is and then flipped. */
static void sheet_of_what_is_seen(void **state)
{
    (void)state;
    enum { SIDE = 32, NAME = 12, WIDTH = NAME + 2 + 3 * (SIDE + 2), HEIGHT = 2 + 2 * (SIDE + 2) };
    struct studio studio;
    static uint8_t sheet[HEIGHT][WIDTH];
    static const int64_t all[] = {4, 2, 3, 0};
    char *folder = folder_make(), path[512];
    open_pictures(&studio, SIDE, SIDE, 1);
    for (int64_t i = 0; i < COUNT; i++)
        for (int p = 0; p < SIDE * SIDE; p++)
            studio.pixels[i * SIDE * SIDE + p] = (uint8_t)(p % SIDE < 16 ? 10 * i : 10 * i + 5);
    expect_ok(set_list(&studio, "[flip: 1]"));
    expect_ok(
        cr_augmenter_sheet(studio.augmenter, studio.dataset, all, 4, 2, 3, 1, path_in(folder, "s.png", path), &err));
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
    folder_remove(folder);
    close_studio(&studio);
}

/* --------------------------------------------------------------------------------------------------------- the loader
 */

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
        cmocka_unit_test(flips_and_crops),
        cmocka_unit_test(alternating_flips),
        cmocka_unit_test(turns),
        cmocka_unit_test(moves_multiply),
        cmocka_unit_test(between_pixels),
        cmocka_unit_test(covered_parts),
        cmocka_unit_test(colours),
        cmocka_unit_test(noises),
        cmocka_unit_test(blurs),
        cmocka_unit_test(elastic_moves),
        cmocka_unit_test(trivial_changes),
        cmocka_unit_test(shares),
        cmocka_unit_test(wrong_lists),
        cmocka_unit_test(sheet_of_what_is_seen),
        cmocka_unit_test(the_same_by_any_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
