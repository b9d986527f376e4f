/*
 * A test for people: the metrics, of few classes the confusion matrix, and what is confused most.
 */
#include "result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"

enum { MATRIX_MAX = 20, ANSWERS_MAX = 40, PAIRS = 5, TESTS_MAX = 5, LABEL = 15 };

/* ---------------------------------------------------------------------------------------------------------- figures */

static void figure(const char *name, double value, bool share)
{
    if (share)
        printf("%-*s %7.2f %%", LABEL, name, 100 * value);
    else
        printf("%-*s %9.4g", LABEL, name, value);
}

/* The interval stands beside the share of samples that are right as wholes. */
static void interval(const struct cr_test_result *test, const char *metric)
{
    bool whole = strcmp(metric, "accuracy") == 0 || strcmp(metric, "subset-accuracy") == 0;
    if (whole)
        printf("  (95 %%: %.2f to %.2f; %lld right, %lld wrong)", 100 * test->low, 100 * test->high,
               (long long)test->right_count, (long long)(test->count - test->right_count));
}

/* A single network can be calibrated; an ensemble is made of calibrated members. */
static void figures(const struct result *result)
{
    const struct cr_test_result *test = result->test;
    double temperature = result->run->temperature;
    for (int i = 0; i < test->score_count; i++) {
        figure(test->scores[i].metric, test->scores[i].value, test->scores[i].share);
        interval(test, test->scores[i].metric);
        printf("\n");
    }
    figure("loss", test->loss, false);
    printf("\n");
    if (!test->confusion)
        return;
    figure("confidence off", test->calibration.error, true);
    if (result->members > 1)
        printf("  (expected calibration error)\n");
    else if (temperature != 1)
        printf("  (expected calibration error; calibrated: temperature %.3f)\n", temperature);
    else
        printf("  (expected calibration error; --calibrate makes it less)\n");
}

/* ---------------------------------------------------------------------------------------------------------- classes */

static int digits_of(int64_t number)
{
    int digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

/* "97.3", or "-" for a share of nothing. */
static const char *percent(double share, char text[16])
{
    if (!isnan(share))
        snprintf(text, 16, "%.1f", 100 * share);
    else
        snprintf(text, 16, "-");
    return text;
}

static void shares(const struct cr_class_result *class)
{
    char precision[16], recall[16], f1[16];
    printf("  %9s %7s %6s", percent(class->precision, precision), percent(class->recall, recall),
           percent(class->f1, f1));
}

/* Where a class is called by its number, that is enough. */
static void name_beside(int64_t class, const char *name)
{
    char clean[64], numeral[24];
    snprintf(numeral, sizeof numeral, "%lld", (long long)class);
    text_clean(name, clean, sizeof clean);
    printf("%s%s\n", strcmp(numeral, name) ? "  " : "", strcmp(numeral, name) ? clean : "");
}

/* Classes by number above; by number, with what is right of them, and by name at the side. */
static void matrix(const struct cr_test_result *test, const char *const *names)
{
    int64_t classes = test->classes, most = classes - 1;
    for (int64_t i = 0; i < classes * classes; i++)
        most = test->confusion[i] > most ? test->confusion[i] : most;
    int cell = digits_of(most) + 1, number = digits_of(classes - 1);
    printf("\nConfusion (a row is the true class, a column what was answered) and percentages of each class:\n%*s",
           number, "");
    for (int64_t column = 0; column < classes; column++)
        printf("%*lld", cell, (long long)column);
    printf("  precision  recall     f1\n");
    for (int64_t row = 0; row < classes; row++) {
        printf("%*lld", number, (long long)row);
        for (int64_t column = 0; column < classes; column++) {
            int64_t count = test->confusion[row * classes + column];
            if (count)
                printf("%*lld", cell, (long long)count);
            else
                printf("%*s", cell, ".");
        }
        shares(&test->by_class[row]);
        name_beside(row, names[row]);
    }
}

/* The cell off the diagonal with the largest count that comes after `before`; -1: none. */
static int64_t next_pair(const struct cr_test_result *test, int64_t before)
{
    int64_t classes = test->classes, best = -1;
    for (int64_t i = 0; i < classes * classes; i++) {
        int64_t count = test->confusion[i];
        bool after = before < 0 || count < test->confusion[before] || (count == test->confusion[before] && i > before);
        if (i / classes != i % classes && count > 0 && after && (best < 0 || count > test->confusion[best]))
            best = i;
    }
    return best;
}

static void pairs(const struct cr_test_result *test, const char *const *names)
{
    int64_t pair = next_pair(test, -1);
    if (pair < 0)
        return;
    printf("\nConfused most:\n");
    for (int i = 0; i < PAIRS && pair >= 0; i++, pair = next_pair(test, pair)) {
        char shown[64], answered[64];
        int64_t row = pair / test->classes;
        text_clean(names[row], shown, sizeof shown);
        text_clean(names[pair % test->classes], answered, sizeof answered);
        printf("  %lld of %lld  %s  taken for  %s\n", (long long)test->confusion[pair],
               (long long)test->by_class[row].count, shown, answered);
    }
}

static void answers(const struct cr_test_result *test, const char *const *names)
{
    printf("\nThe answers one by one:\n   count  precision  recall     f1\n");
    for (int64_t k = 0; k < test->classes; k++) {
        char clean[64];
        text_clean(names[k], clean, sizeof clean);
        printf("%8lld", (long long)test->by_class[k].count);
        shares(&test->by_class[k]);
        printf("  %s\n", clean);
    }
}

/* ----------------------------------------------------------------------------------------------------- the contract */

static void data_of(const struct result *result)
{
    char clean[256];
    text_clean(result->dataset->name, clean, sizeof clean);
    printf(" on the test part of %s: %lld %s", clean, (long long)result->test->count,
           result->run->numbers ? "samples" : "images");
    if (result->tta)
        printf(", each in %d views (%s)", result->views, result->tta);
    printf("\n");
}

static void warn(const struct result *result)
{
    if (result->times > TESTS_MAX)
        printf("\nThis is test %lld of %s on these data. Whoever chooses by a test part many times fits it: choose by\n"
               "the validation part, and test what was chosen.\n",
               (long long)result->times, result->folder);
}

void result_tell(const struct result *result)
{
    const struct cr_test_result *test = result->test;
    printf("%s", result->folder);
    data_of(result);
    figures(result);
    if (test->confusion && test->classes <= MATRIX_MAX)
        matrix(test, result->run->class_names);
    if (test->confusion)
        pairs(test, result->run->class_names);
    if (test->task == CR_TASK_ANSWERS && test->classes <= ANSWERS_MAX)
        answers(test, result->run->class_names);
    warn(result);
}

static const char *verdict(const struct cr_comparison *comparison)
{
    if (comparison->middle >= 0.05)
        return "the difference may well be chance";
    return comparison->first > comparison->second ? "the first is better" : "the second is better";
}

void result_tell_both(const struct result *both, const struct cr_comparison *comparison)
{
    printf("%s and %s", both[0].folder, both[1].folder);
    data_of(both);
    for (int i = 0; i < 2; i++) {
        printf("\n%s\n", both[i].folder);
        figures(&both[i]);
    }
    printf("\nRight: both %lld, the first alone %lld, the second alone %lld, neither %lld\n",
           (long long)comparison->both, (long long)comparison->first, (long long)comparison->second,
           (long long)comparison->neither);
    printf("McNemar's test: p = %.3g exact, %.3g with the mid-p correction: %s.\n", comparison->exact,
           comparison->middle, verdict(comparison));
    warn(&both[0]);
    warn(&both[1]);
}
