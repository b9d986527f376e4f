/*
 * A network made from a few lines of YAML, and what there is to see of it.
 */
#ifndef CR_TESTS_NET_H
#define CR_TESTS_NET_H

#include "support.h"

#include <cradle/model.h>

#include "graph/graph.h"

struct net {
    struct cr_context *context;
    struct cr_config *config;
    struct cr_model *model;
    struct cr_network *network;
};

/* Options for pictures of that size, seed 1. */
struct cr_network_options picture(int64_t height, int64_t width, int64_t channels);

/* What was made is in `n` also where it fails: free it. */
enum cr_status net_try(struct net *n, const char *yaml, const struct cr_network_options *options, struct cr_error *err);
void net_make(struct net *n, const char *yaml, struct cr_network_options options);
void net_free(struct net *n);

/* One value, [count][size], of these inputs in use. */
void net_infer(struct net *n, const float *x, int64_t count, const struct cr_value *value, float *y, int64_t size);

/* All parameters in one line: "conv1.weight 3x3x1x8 decay; ...". The caller frees. */
char *net_parameters(const struct net *n);
/* The model's table in lines: depth as blanks, name, shape, parameters, flops, remark. The caller frees. */
char *net_table(const struct net *n);
/* Frees `text`. */
void expect_text(char *text, const char *expected);

/* The numbers of a parameter, which must be there. */
const float *net_values(const struct net *n, const char *name);
bool net_has(const struct net *n, const char *name);

/* A residual network with every way to nest layers. */
extern const char *const net_resnet;

#endif
