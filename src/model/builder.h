/*
 * What is kept while a network is built from its layers.
 */
#ifndef CR_MODEL_BUILDER_H
#define CR_MODEL_BUILDER_H

#include "model/init.h"
#include "model/layer.h"

/* A parameter whose first numbers are still to be drawn. */
struct cr_pending {
    const char *name;
    bool constant;
    double fill;
    const struct cr_node *node; /* of the init in the file; NULL: none */
    const struct cr_init *init;
    const void *options;
    int64_t fan_in, fan_out;
    struct cr_start start;
    struct cr_pending *next;
};

struct cr_builder {
    struct cr_graph *graph;
    struct cr_config *config; /* holds bound options */
    struct cr_pending *pending, **pending_end;
    struct cr_layer_row *rows;
    int row_count, row_capacity;
    int row; /* of the layer that is being built */
    int depth;
    const struct cr_node *freeze; /* patterns for names of layers; NULL: none */
    bool placed;                  /* the message in `err` has its position already */
};

/* Builds the list: x through all layers to *y. */
enum cr_status cr_builder_run(struct cr_builder *builder, const struct cr_node *layers, struct cr_value *x,
                              struct cr_value **y, struct cr_error *err);
/* A line of the model's table; its number is builder->row. */
enum cr_status cr_builder_add_row(struct cr_builder *builder, const char *name, struct cr_error *err);
/* Draws the first numbers of all parameters. */
enum cr_status cr_builder_fill(struct cr_builder *builder, struct cr_params *params, uint64_t seed,
                               struct cr_error *err);
/* Scales those whose init measures data, by the network's outputs for this feed; how many there are. */
enum cr_status cr_builder_calibrate(const struct cr_builder *builder, struct cr_context *context,
                                    struct cr_params *params, const struct cr_feed *feed, struct cr_error *err);
int cr_builder_uncalibrated(const struct cr_builder *builder);
/* Every pattern of train.freeze must name a layer, and where a frozen norm stands nothing before it may be trained. */
enum cr_status cr_freeze_check(const struct cr_builder *builder, struct cr_error *err);
/* Whether the layer of that name is frozen. */
bool cr_freeze_has(const struct cr_node *freeze, const char *layer);
/* A failure at a layer: "FILE:LINE:COLUMN: model[3] (conv): " before the message that is there. */
enum cr_status cr_fail_at_layer(const struct cr_node *node, enum cr_status status, struct cr_error *err);

#endif
