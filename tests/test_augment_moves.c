/*
 * Augmentations that move pixels, each against its formula, and several at once against one after the other.
 */
#include "studio.h"

#include <math.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flips_and_crops), cmocka_unit_test(alternating_flips), cmocka_unit_test(turns),
        cmocka_unit_test(moves_multiply),  cmocka_unit_test(between_pixels),    cmocka_unit_test(elastic_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
