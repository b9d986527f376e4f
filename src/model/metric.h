/*
 * A metric: how good the answers of a network are, as one number over many samples. It gathers sums sample by sample,
 * in double and in the order of the samples, so that a result depends on nothing else. The loss names the metrics that
 * fit it; by the first of them, of which more is better, epochs are compared.
 */
#ifndef CR_MODEL_METRIC_H
#define CR_MODEL_METRIC_H

#include <cradle/model.h>

/* The answer to one sample, and what it should have been. */
struct cr_answer {
    const struct cr_tensor
        *outputs; /* [N][classes]: probabilities, or numbers; of one class out of many logits will do */
    const struct cr_tensor *targets; /* [N][classes]; NULL: one-hot of the label */
    int64_t row, classes;
    int64_t label; /* of targets the first of the largest */
};

/* The answer for row `row` of a batch: either labels or targets are NULL. */
struct cr_answer cr_answer_at(const struct cr_tensor *outputs, const int32_t *labels, const struct cr_tensor *targets,
                              int64_t row);
double cr_answer_output(const struct cr_answer *answer, int64_t k);
double cr_answer_target(const struct cr_answer *answer, int64_t k);
/* Of yes and no: above a half is yes. A NaN is neither. */
bool cr_answer_is_yes(const struct cr_answer *answer, int64_t k);
bool cr_answer_is_right(const struct cr_answer *answer, int64_t k);
/* Classes before the label's: of a larger output, or the same and a lower number. A NaN is before every other. */
int64_t cr_answer_rank(const struct cr_answer *answer);
/* The class of the largest output, the first of several. */
int64_t cr_answer_class(const struct cr_answer *answer);

/* Sums that the first metric of a loss may gather, whatever the number of classes. */
enum { CR_FIRST_SUMS = 4 };

struct cr_metric {
    struct cr_entry entry;
    bool share;       /* of something, 0..1 */
    int64_t sums;     /* that it gathers, */
    int64_t by_class; /* and these for each class */
    int64_t classes;  /* that there must be at least for it to say something */
    void (*add)(double *sums, const struct cr_answer *answer);
    double (*value)(const double *sums, int64_t classes); /* NaN of no samples */
};

/* The value of metrics that gather a sum and a count: sums[0] / sums[1]. */
double cr_metric_mean(const double *sums, int64_t classes);

static inline const struct cr_metric *cr_metric_first(const struct cr_network *network)
{
    return (const struct cr_metric *)network->metrics[0]; /* its first member */
}

/* All metrics of a network's loss together. */
struct cr_meter;
enum cr_status cr_meter_new(struct cr_meter **meter, const struct cr_network *network, struct cr_error *err);
void cr_meter_free(struct cr_meter *meter);
void cr_meter_clear(struct cr_meter *meter);
void cr_meter_add(struct cr_meter *meter, const struct cr_answer *answer);
/* Borrowed; written anew by each call. */
const struct cr_score *cr_meter_scores(struct cr_meter *meter, int *count);

#endif
