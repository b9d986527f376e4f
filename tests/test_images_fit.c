/*
 * The arithmetic of resizing.
 */
#include "pictures.h"

static struct cr_error err;

static void check_fit(int height, int width, const uint8_t *pixels, int to_height, int to_width,
                      const uint8_t *expected)
{
    uint8_t fitted[64];
    struct cr_picture picture = {height, width, 1, 1, (uint8_t *)(uintptr_t)pixels};
    expect_ok(cr_picture_fit(&picture, to_height, to_width, 1, fitted, &err));
    for (int i = 0; i < to_height * to_width; i++)
        if (fitted[i] != expected[i])
            fail_msg("%dx%d to %dx%d: pixel %d is %d, expected %d", height, width, to_height, to_width, i, fitted[i],
                     expected[i]);
}

static void fit_known_values(void **state)
{
    (void)state;
    uint8_t four[16] = {0, 4, 8, 8, 4, 8, 8, 8, 100, 100, 200, 200, 100, 101, 200, 203};
    check_fit(4, 4, four, 4, 4, four);
    check_fit(4, 4, four, 2, 2, (uint8_t[]){4, 8, 100, 201});
    check_fit(4, 4, four, 1, 1, (uint8_t[]){78}); /* 78.25 */
    uint8_t nine[9] = {0, 90, 180, 30, 60, 90, 240, 120, 0};
    check_fit(3, 3, nine, 2, 2, (uint8_t[]){33, 127, 147, 53}); /* 33.3, 126.7, 146.7, 53.3 */
    uint8_t two[4] = {0, 100, 200, 40};
    uint8_t grown[16] = {0, 25, 75, 100, 50, 59, 76, 85, 150, 126, 79, 55, 200, 160, 80, 40};
    check_fit(2, 2, two, 4, 4, grown);
}

static void fit_takes_the_middle(void **state)
{
    (void)state;
    uint8_t wide[8] = {1, 2, 3, 4, 5, 6, 7, 8}, odd[6] = {10, 20, 30, 40, 50, 60};
    check_fit(2, 4, wide, 2, 2, (uint8_t[]){2, 3, 6, 7});
    check_fit(4, 2, wide, 2, 2, (uint8_t[]){3, 4, 5, 6});
    check_fit(1, 2, (uint8_t[]){10, 20}, 1, 1, (uint8_t[]){15});
    check_fit(3, 2, odd, 2, 2, (uint8_t[]){20, 30, 40, 50}); /* half of row 1 and half of row 2 */
    check_fit(2, 3, odd, 1, 3, (uint8_t[]){25, 35, 45});     /* another shape: the middle 1x3 */
}

/* The weights of every pixel sum to 1, whatever the sizes. */
static void fit_keeps_a_plain_picture(void **state)
{
    (void)state;
    uint8_t pixels[61 * 47], fitted[40 * 40];
    for (int value = 0; value < 256; value += 51) {
        memset(pixels, value, sizeof pixels);
        for (int height = 1; height <= 61; height += 12)
            for (int width = 1; width <= 47; width += 23)
                for (int to = 1; to <= 40; to += 13) {
                    struct cr_picture picture = {height, width, 1, 1, pixels};
                    expect_ok(cr_picture_fit(&picture, to, 41 - to, 1, fitted, &err));
                    for (int i = 0; i < to * (41 - to); i++)
                        assert_int_equal(fitted[i], value);
                }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_known_values),
        cmocka_unit_test(fit_takes_the_middle),
        cmocka_unit_test(fit_keeps_a_plain_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
