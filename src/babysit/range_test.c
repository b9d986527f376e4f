#include "babysit/range_test.h"

#include <math.h>

#include "babysit/stats.h"

enum { MEDIAN = 5, FLAT = 20 };
static const double FIRST = 1e-6, LAST = 10, MEMORY = 0.8, BLOWN = 4;

/* ---------------------------------------------------------------------------------------------------------- judgement
 */

/* The median of the losses around step i. */
static double median_at(const struct cr_range_test *test, int i)
{
    int first = i < MEDIAN / 2 ? 0 : i - MEDIAN / 2, count = MEDIAN;
    if (first + count > test->count)
        count = test->count - first;
    return cr_median(test->loss + first, count);
}

static void smooth(struct cr_range_test *test)
{
    double sum = 0, weight = 0;
    for (int i = 0; i < test->count; i++) {
        double loss = median_at(test, i);
        sum = MEMORY * sum + (1 - MEMORY) * (isfinite(loss) ? loss : 1e6);
        weight = MEMORY * weight + 1 - MEMORY;
        test->smooth[i] = sum / weight;
    }
}

static double noise_of(const struct cr_range_test *test)
{
    double residuals[FLAT];
    int count = test->count < FLAT ? test->count : FLAT;
    for (int i = 0; i < count; i++)
        residuals[i] = fabs(test->loss[i] - test->smooth[i]);
    /* Of a normal distribution the median of the distances is 0.6745 deviations. */
    return fmax(cr_median(residuals, count) / 0.6745, 1e-4);
}

/* The first rate behind the lowest place at which the smooth loss has come back by half of what it had fallen. */
static double edge_of(const struct cr_range_test *test)
{
    double begin = test->smooth[0], low = test->smooth[test->lowest];
    for (int i = test->lowest; i < test->count; i++)
        if (test->smooth[i] > low + fmax((begin - low) / 2, 5 * test->noise))
            return test->rate[i];
    return INFINITY;
}

/* The first rate at which the loss has fallen by `share` of all that it falls. */
static double rate_at(const struct cr_range_test *test, double share)
{
    double begin = test->smooth[0], low = test->smooth[test->lowest];
    for (int i = 0; i <= test->lowest; i++)
        if (test->smooth[i] <= begin - share * (begin - low))
            return test->rate[i];
    return test->rate[test->lowest];
}

/*
 * A tenth of the edge, but not below the rate at which a third of the fall was reached: between these two the loss
 * falls fast and is far from rising.
 */
void cr_range_test_judge(struct cr_range_test *test)
{
    smooth(test);
    test->noise = noise_of(test);
    test->lowest = 0;
    for (int i = 0; i < test->count; i++)
        if (test->smooth[i] < test->smooth[test->lowest])
            test->lowest = i;
    test->edge = edge_of(test);
    double top = isfinite(test->edge) ? test->edge / 10 : test->rate[test->lowest] / 3;
    test->pick = fmin(fmax(top, rate_at(test, 1.0 / 3)), test->rate[test->lowest]);
    test->confidence = fmin((test->smooth[0] - test->smooth[test->lowest]) / test->noise / 10, 1);
}

/* ---------------------------------------------------------------------------------------------------------------- run
 */

/* Far above everything before it: there is nothing more to see. */
static bool is_blown(const struct cr_range_test *test)
{
    double last = test->loss[test->count - 1], least = test->loss[0];
    for (int i = 0; i < test->count; i++)
        least = fmin(least, test->loss[i]);
    return !isfinite(last) ||
           (test->count > MEDIAN && median_at(test, test->count - 1) > BLOWN * test->loss[0] + least);
}

enum cr_status cr_range_test_run(struct cr_exam *exam, struct cr_range_test *test, struct cr_error *err)
{
    struct cr_trial *trial;
    enum cr_status status;
    double accuracy;
    *test = (struct cr_range_test){0};
    CR_TRY(cr_trial_new(&trial, exam->experiment, &(struct cr_trial_options){0}, err));
    for (int i = 0; i < CR_RANGE_STEPS; i++) {
        test->rate[i] = FIRST * pow(LAST / FIRST, (double)i / (CR_RANGE_STEPS - 1));
        CR_GO(cr_trial_step(trial, test->rate[i], &test->loss[i], &accuracy, err));
        test->count++;
        CR_GO(cr_exam_progress(exam, i + 1, CR_RANGE_STEPS, err));
        if (is_blown(test))
            break;
    }
    cr_range_test_judge(test);
done:
    cr_trial_free(trial);
    return status;
}
