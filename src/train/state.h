/*
 * The state of a trainer in memory: what a checkpoint holds. It fits every trainer of the same network and optimizer.
 */
#ifndef CR_TRAIN_STATE_H
#define CR_TRAIN_STATE_H

#include <cradle/train.h>

struct cr_state;

/* *state may be an earlier one of the same trainer, or NULL; an error leaves it as it was. */
enum cr_status cr_state_take(struct cr_state **state, const struct cr_trainer *trainer, struct cr_error *err);
enum cr_status cr_state_put(const struct cr_state *state, struct cr_trainer *trainer, struct cr_error *err);
void cr_state_free(struct cr_state *state);
int64_t cr_state_step(const struct cr_state *state);

#endif
