/*
 * cradle/evaluate.h - test and predict.
 */
#ifndef CRADLE_EVALUATE_H
#define CRADLE_EVALUATE_H

#include <cradle/experiment.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cr_test_result {
    int64_t count;
    double accuracy, top5, loss; /* fractions 0..1; mean cross-entropy in nats */
    int64_t classes;
    int64_t *confusion; /* [true][predicted] */
};

/* The run's network on a dataset of its shape and classes. Images may be shown in batches; the sums are in index order.
 */
CR_API enum cr_status cr_test(struct cr_test_result **result, struct cr_context *context, const struct cr_run *run,
                              const struct cr_dataset *dataset, const struct cr_data_options *options,
                              struct cr_error *err);
CR_API void cr_test_result_free(struct cr_test_result *result);

/* The run's own test part, by its config. */
CR_API enum cr_status cr_run_test_data(struct cr_dataset **dataset, struct cr_context *context,
                                       const struct cr_run *run, const struct cr_data_options *options,
                                       struct cr_error *err);

struct cr_predictor;
CR_API enum cr_status cr_predictor_new(struct cr_predictor **predictor, struct cr_context *context,
                                       const struct cr_run *run, int64_t batch, struct cr_error *err);
CR_API void cr_predictor_free(struct cr_predictor *predictor);
/* pixels [count][H][W][C], floats where the run has numbers; count <= batch; probabilities [count][classes]. */
CR_API enum cr_status cr_predict(struct cr_predictor *predictor, const uint8_t *pixels, int64_t count,
                                 float *probabilities, struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
