/*
 * Fine-tuning: a training that begins with the weights of another (train.init_from).
 */
#ifndef CR_EXPERIMENT_INIT_FROM_H
#define CR_EXPERIMENT_INIT_FROM_H

#include <cradle/experiment.h>

/*
 * Loads what `node` names into the network: `{path: RUN or FILE, head: keep}`. Only the last layer with weights may be
 * of another shape, and only with `head: new`. With them come the statistics of the input, where the file has them: the
 * pictures are scaled as those weights expect. NULL: nothing to do.
 */
enum cr_status cr_init_from(struct cr_network *network, struct cr_config *config, const struct cr_node *node,
                            struct cr_error *err);

#endif
