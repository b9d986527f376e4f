#include "tune/success.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tune/improvement.h"
#include "tune/process.h"

enum { MOST = 100 }; /* points that are kept, at most half of them failures */

struct cr_success {
    struct cr_process *process;
    double *points;   /* [n][dims] */
    double middle;    /* between the two labels */
    double certainty; /* the smallest variance of a label */
};

static const double least_deviation = 0.25;

/* Every so-manieth of `count` points, `most` of them. */
static int take(double *to, const double *from, int count, int most, int dims)
{
    int taken = count < most ? count : most;
    for (int i = 0; i < taken; i++)
        memcpy(to + (long)i * dims, from + (long)i * count / taken * dims, (size_t)dims * sizeof *to);
    return taken;
}

enum cr_status cr_success_new(struct cr_success **success, int dims, const bool *choice, const double *good, int n,
                              const double *failed, int failures, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    double hyper[CR_SPACE_MOST + 2], labels[MOST];
    struct cr_process_prior prior;
    struct cr_success *made = calloc(1, sizeof *made);
    *success = NULL;
    if (!made || !(made->points = malloc(MOST * (size_t)dims * sizeof *made->points)))
        CR_GO(cr_fail_memory(err));
    int bad = take(made->points, failed, failures, MOST / 2, dims);
    int all = bad + take(made->points + (long)bad * dims, good, n, MOST - bad, dims);
    double share = (double)bad / all, deviation = sqrt(share * (1 - share));
    for (int i = 0; i < all; i++) /* mean 0, variance 1 */
        labels[i] = ((i < bad ? 1 : 0) - share) / deviation;
    made->middle = (0.5 - share) / deviation;
    cr_process_prior(&prior, dims);
    memcpy(hyper, prior.mean, (size_t)(dims + 2) * sizeof *hyper);
    CR_GO(cr_process_fit(hyper, dims, choice, made->points, labels, all, err));
    CR_GO(cr_process_new(&made->process, hyper, dims, choice, made->points, labels, all, err));
    made->certainty = exp(hyper[dims + 1]) + least_deviation * least_deviation;
    *success = made;
    made = NULL;
done:
    cr_success_free(made);
    return status;
}

void cr_success_free(struct cr_success *success)
{
    if (!success)
        return;
    cr_process_free(success->process);
    free(success->points);
    free(success);
}

double cr_success_log(const struct cr_success *success, const double *x, double *gradient)
{
    double mean, variance, slope, mean_slope[CR_SPACE_MOST], variance_slope[CR_SPACE_MOST];
    cr_process_predict(success->process, x, &mean, &variance, gradient ? mean_slope : NULL, variance_slope);
    variance += success->certainty;
    double deviation = sqrt(variance), z = (success->middle - mean) / deviation;
    double value = cr_log_normal(z, &slope);
    for (int d = 0; d < success->process->dims && gradient; d++)
        gradient[d] = -slope * (mean_slope[d] / deviation + z * variance_slope[d] / (2 * variance));
    return value;
}
