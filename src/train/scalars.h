/*
 * The numbers of an event under names, the same wherever they are listed (event files, CSV):
 *
 *     step/loss, epoch/accuracy, validation/loss, ...; weights/conv1.weight/update, activations/relu1/zeros, ...
 */
#ifndef CR_TRAIN_SCALARS_H
#define CR_TRAIN_SCALARS_H

#include <cradle/train.h>

/* Called for each number, in an order that is the same for all events of a kind; an error of it ends the round. */
typedef enum cr_status cr_scalar_function(void *user, const char *name, double value, struct cr_error *err);
enum cr_status cr_scalars_visit(const struct cr_event *event, cr_scalar_function *visit, void *user,
                                struct cr_error *err);

#endif
