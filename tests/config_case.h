/*
 * Config files from texts, nodes by their path, and some layers with options of every type to bind to.
 */
#ifndef CR_TESTS_CONFIG_CASE_H
#define CR_TESTS_CONFIG_CASE_H

#include "support.h"

#include <cradle/config.h>

/* As the file t.yaml. */
struct cr_config *config_parsed(const char *yaml);
/* "a.b[2].c" from the root, by keys and [n]. */
const struct cr_node *config_at(const struct cr_config *config, const char *path);
/* The whole written back; the caller frees. */
char *config_written(const struct cr_config *config);

struct conv {
    int64_t filters, kernel, padding;
    double scale;
    int bias;
    bool fast;
    const char *name;
    struct cr_list steps;
    const struct cr_node *layers;
};

extern const struct cr_option conv_options[];

struct inner {
    struct cr_list items;
    const struct cr_node *layers;
};

extern const struct cr_option list_options[], node_options[];
extern const struct cr_entry conv, relu;
/* Of conv, relu, multi (list_options), residual (node_options). */
extern const struct cr_registry layers;

#endif
