/*
 * What in an observation is no number, the first in the order of a step: the activations forward, the gradients
 * backward, the updates.
 */
#ifndef CR_BABYSIT_CULPRIT_H
#define CR_BABYSIT_CULPRIT_H

#include <cradle/train.h>

enum cr_culprit_kind { CR_NO_CULPRIT, CR_CULPRIT_ACTIVATION, CR_CULPRIT_GRADIENT, CR_CULPRIT_UPDATE };

struct cr_culprit {
    enum cr_culprit_kind kind;
    const char *name; /* of the layer, or the parameter */
    const char *op;   /* of an activation */
};

struct cr_culprit cr_culprit_of(const struct cr_observation *seen);

#endif
