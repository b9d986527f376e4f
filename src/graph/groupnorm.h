/*
 * Options of the op `groupnorm`, shared with the layers that apply it.
 */
#ifndef CR_GRAPH_GROUPNORM_H
#define CR_GRAPH_GROUPNORM_H

#include <stdint.h>

#define CR_GROUPS_CHANNELS 0 /* as many groups as channels */

struct cr_groupnorm_options {
    int64_t groups;
    double epsilon;
};

#endif
