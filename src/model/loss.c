/*
 * What several losses share.
 */
#include "model/loss.h"

enum cr_status cr_build_distance(struct cr_build *build, enum cr_distance kind, double delta, bool soft,
                                 struct cr_value *x, struct cr_value **loss, struct cr_error *err)
{
    struct {
        int kind;
        double delta;
        bool soft;
    } options = {kind, delta, soft};

    return cr_build_apply(build, "distance", &options, &x, loss, err);
}
