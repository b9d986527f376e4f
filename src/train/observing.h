/*
 * What a trainer sees of its network: each so many steps the weights, their gradients and updates, the activations;
 * after each epoch how the classes fared. To look changes no bit of the results.
 */
#ifndef CR_TRAIN_OBSERVING_H
#define CR_TRAIN_OBSERVING_H

#include <cradle/train.h>

struct cr_observing;

/* `plan` must have been made with CR_OBSERVE_ASKED; `steps` are those of the whole training. */
enum cr_status cr_observing_new(struct cr_observing **observing, const struct cr_network *network,
                                const struct cr_plan *plan, int64_t interval, int64_t steps, struct cr_error *err);
void cr_observing_free(struct cr_observing *observing);
/* Steps between two observations: as given, or by the shapes. A resumed run goes on with that of its checkpoint. */
int64_t cr_observing_interval(const struct cr_observing *observing);
void cr_observing_set_interval(struct cr_observing *observing, int64_t interval);
/* Whether step `step`, counted from 0, is looked at: the first ones in powers of two, then each so many. */
bool cr_observing_is_due(const struct cr_observing *observing, int64_t step);
/* Around the step: keeps the weights; then gathers what there is to see. */
void cr_observing_begin(struct cr_observing *observing);
const struct cr_observation *cr_observing_end(struct cr_observing *observing);

#endif
