/*
 * Augmentations that change pixels where they are, each against its formula: covered parts, colours, noise, blur.
 */
#include "studio.h"

#include <math.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covered_parts), cmocka_unit_test(colours),         cmocka_unit_test(noises),
        cmocka_unit_test(blurs),         cmocka_unit_test(trivial_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
