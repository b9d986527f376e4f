/*
 * The registries of layers, inits, losses and metrics.
 */
#include "model/init.h"
#include "model/layer.h"
#include "model/loss.h"
#include "model/metric.h"

#define CR_ENTRY(name) extern const struct cr_layer cr_layer_##name;
#include "model/layers/layers.def"
#undef CR_ENTRY
#define CR_ENTRY(name) extern const struct cr_init cr_init_##name;
#include "model/inits/inits.def"
#undef CR_ENTRY
#define CR_ENTRY(name) extern const struct cr_loss cr_loss_##name;
#include "model/losses/losses.def"
#undef CR_ENTRY
#define CR_ENTRY(name) extern const struct cr_metric cr_metric_##name;
#include "model/metrics/metrics.def"
#undef CR_ENTRY

static const struct cr_entry *const layers[] = {
#define CR_ENTRY(name) &cr_layer_##name.entry,
#include "model/layers/layers.def"
#undef CR_ENTRY
    NULL};

static const struct cr_entry *const inits[] = {
#define CR_ENTRY(name) &cr_init_##name.entry,
#include "model/inits/inits.def"
#undef CR_ENTRY
    NULL};

static const struct cr_entry *const losses[] = {
#define CR_ENTRY(name) &cr_loss_##name.entry,
#include "model/losses/losses.def"
#undef CR_ENTRY
    NULL};

static const struct cr_entry *const metrics[] = {
#define CR_ENTRY(name) &cr_metric_##name.entry,
#include "model/metrics/metrics.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_layers = {.kind = "layers", .singular = "layer", .entries = layers};
const struct cr_registry cr_inits = {.kind = "inits", .singular = "init", .entries = inits};
const struct cr_registry cr_losses = {.kind = "losses", .singular = "loss", .entries = losses};
const struct cr_registry cr_metrics = {.kind = "metrics", .singular = "metric", .entries = metrics};
