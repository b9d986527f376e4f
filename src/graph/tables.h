/*
 * Option tables that a layer shares with its op.
 */
#ifndef CR_GRAPH_TABLES_H
#define CR_GRAPH_TABLES_H

#include <cradle/base.h>

extern const struct cr_option cr_pool_options[], cr_maxout_options[], cr_batchnorm_options[], cr_upsample_options[];

#endif
