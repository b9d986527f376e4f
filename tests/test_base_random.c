/*
 * Random numbers, against published values and their laws.
 */
#include "base/random.h"

#include <math.h>

#include "support.h"

/* From the file kat_vectors of Random123: {counter, key, words}. */
static void random_known_answers(void **state)
{
    (void)state;
    static const uint32_t known[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
         0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
         0x24126ea1},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct cr_random random = {.used = 4};
        memcpy(random.counter, known[i], sizeof random.counter);
        memcpy(random.key, known[i] + 4, sizeof random.key);
        for (int j = 0; j < 4; j++)
            assert_int_equal(cr_random_u32(&random), known[i][6 + j]);
    }
}

/* Values of a second implementation (Python); they may never change, or seeds give other results. */
static void random_frozen(void **state)
{
    (void)state;
    static const uint32_t words[] = {0xc55008c3, 0x19825be0, 0xfd684694, 0x84cf10f8,
                                     0x37696a93, 0x42369b59, 0x4f57c83f, 0xd6702a01};
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    for (int i = 0; i < 8; i++)
        assert_int_equal(cr_random_u32(&random), words[i]);
    random = cr_random_at(1, CR_RANDOM_TEST, (UINT64_C(5) << 32) + 2, (UINT64_C(9) << 56) + (UINT64_C(4) << 32) + 3);
    assert_int_equal(cr_random_u32(&random), 0x34ed7546);
    random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    assert_true(cr_random_uniform(&random) == 0.7707524753873342);
    random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    assert_true(fabs(cr_random_normal(&random) - 1.7128903333880303) < 1e-14);
    static const int64_t shuffled[] = {7, 4, 6, 8, 2, 9, 3, 1, 5, 0};
    int64_t items[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    random = cr_random_at(1, CR_RANDOM_TEST, 2, 3);
    cr_random_shuffle(&random, items, 10);
    assert_memory_equal(items, shuffled, sizeof items);
}

/* Every bit of every argument gives another stream. */
static void random_streams_differ(void **state)
{
    (void)state;
    uint32_t seen[1 + 64 * 3 + 8];
    size_t count = 0;
    for (int part = 0; part < 4; part++)
        for (int bit = 0; bit < (part == 3 ? 7 : 64); bit++) {
            uint64_t one = UINT64_C(1) << bit;
            int purpose = part == 3 ? bit + 1 : CR_RANDOM_TEST + 1;
            struct cr_random random =
                cr_random_at(part == 0 ? one : 0, (enum cr_purpose)purpose, part == 1 ? one : 0, part == 2 ? one : 0);
            seen[count++] = cr_random_u32(&random);
        }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(seen[i], seen[j]);
}

static void random_moments(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    double sum = 0, squares = 0, normal = 0, normal2 = 0, normal4 = 0;
    struct cr_random random = cr_random_at(42, CR_RANDOM_TEST, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        double u = cr_random_uniform(&random), n = cr_random_normal(&random);
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
        normal += n;
        normal2 += n * n;
        normal4 += n * n * n * n;
    }
    /* five standard errors each */
    assert_true(fabs(sum / COUNT - 0.5) < 5 * 0.2887 / sqrt(COUNT));
    assert_true(fabs(squares / COUNT - 1.0 / 3) < 5 * 0.2981 / sqrt(COUNT));
    assert_true(fabs(normal / COUNT) < 5 / sqrt(COUNT));
    assert_true(fabs(normal2 / COUNT - 1) < 5 * sqrt(2.0 / COUNT));
    assert_true(fabs(normal4 / COUNT - 3) < 5 * sqrt(96.0 / COUNT));
}

static void random_below(void **state)
{
    (void)state;
    enum { COUNT = 70000 };
    int hits[7] = {0};
    struct cr_random random = cr_random_at(3, CR_RANDOM_TEST, 0, 0);
    for (int i = 0; i < COUNT; i++)
        hits[cr_random_below(&random, 7)]++;
    double chi = 0;
    for (int i = 0; i < 7; i++)
        chi += (hits[i] - COUNT / 7.0) * (hits[i] - COUNT / 7.0) / (COUNT / 7.0);
    assert_true(chi < 22.5); /* 6 degrees of freedom, 0.1 % */
    assert_int_equal(cr_random_below(&random, 1), 0);

    /* With 3 * 2^62 a plain remainder would give the lower third half of all draws. */
    uint64_t bound = UINT64_C(3) << 62;
    int low = 0;
    for (int i = 0; i < COUNT; i++)
        low += cr_random_below(&random, bound) < UINT64_C(1) << 62;
    assert_true(fabs(low / (double)COUNT - 1.0 / 3) < 0.01);
}

static void random_shuffle(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    int64_t items[COUNT];
    bool seen[COUNT] = {false};
    int moved = 0;
    for (int i = 0; i < COUNT; i++)
        items[i] = i;
    struct cr_random random = cr_random_at(1, CR_RANDOM_SHUFFLE, 0, 0);
    cr_random_shuffle(&random, items, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_in_range(items[i], 0, COUNT - 1);
        assert_false(seen[items[i]]);
        seen[items[i]] = true;
        moved += items[i] != i;
    }
    assert_true(moved > COUNT - 20);
    cr_random_shuffle(&random, items, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_known_answers),  cmocka_unit_test(random_frozen),
        cmocka_unit_test(random_streams_differ), cmocka_unit_test(random_moments),
        cmocka_unit_test(random_below),          cmocka_unit_test(random_shuffle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
