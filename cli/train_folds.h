/*
 * Cross-validation by `train --folds N`.
 */
#ifndef CLI_TRAIN_FOLDS_H
#define CLI_TRAIN_FOLDS_H

#include <cradle/experiment.h>

#include "session.h"

/*
 * Trains the config N times, each time with another of N equal parts as the validation part, in the runs
 * FOLDER/fold-0, ...; those that are there go on. Tells each result, then mean and deviation. The exit status.
 */
int train_folds(struct session *session, struct cr_config *config, const char *folder, int64_t folds);

#endif
