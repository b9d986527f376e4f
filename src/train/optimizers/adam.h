/*
 * What adam and adamw share: adamw is adam with another default.
 */
#ifndef CR_TRAIN_OPTIMIZERS_ADAM_H
#define CR_TRAIN_OPTIMIZERS_ADAM_H

#include "train/optimizer.h"

struct cr_adam {
    double lr, beta1, beta2, epsilon, weight_decay;
    int decay;
};

#define CR_ADAM_OPTIONS(decay_default, kind)                                                           \
    CR_OPTIMIZER_LR(struct cr_adam, 1e-3),                                                             \
        CR_FLOAT("beta1", struct cr_adam, beta1, .min = 0, .max = 0.99999, .def = 0.9,                 \
                 .help = "memory of the gradient's mean"),                                             \
        CR_FLOAT("beta2", struct cr_adam, beta2, .min = 0, .max = 0.9999999, .def = 0.999,             \
                 .help = "memory of the gradient's square"),                                           \
        CR_FLOAT("epsilon", struct cr_adam, epsilon, .min = 1e-16, .max = 1, .def = 1e-8, .log = true, \
                 .help = "keeps the division from zero"),                                              \
        CR_OPTIMIZER_DECAY_AS(struct cr_adam, decay_default, kind)

void cr_adam_set_rates(const void *values, double lr, int64_t step, void *rates);
enum cr_status cr_adam_emit(struct cr_update *update, struct cr_error *err);

#endif
