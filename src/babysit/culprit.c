#include "babysit/culprit.h"

#include <math.h>

struct cr_culprit cr_culprit_of(const struct cr_observation *seen)
{
    /* Sums overflow before numbers do: mean and deviation alone prove nothing. */
    for (int i = 0; i < seen->activations; i++)
        if (isnan(seen->units[i].mean) || isinf(seen->units[i].least) || isinf(seen->units[i].most))
            return (struct cr_culprit){CR_CULPRIT_ACTIVATION, seen->units[i].layer, seen->units[i].op};
    for (int i = seen->parameters - 1; i >= 0; i--)
        if (!isfinite(seen->weights[i].gradient))
            return (struct cr_culprit){CR_CULPRIT_GRADIENT, seen->weights[i].name, ""};
    for (int i = 0; i < seen->parameters; i++)
        if (!isfinite(seen->weights[i].update))
            return (struct cr_culprit){CR_CULPRIT_UPDATE, seen->weights[i].name, ""};
    return (struct cr_culprit){.kind = CR_NO_CULPRIT};
}
