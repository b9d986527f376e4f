/*
 * The names and the order of a network's parameters in a file: our own, or PyTorch's.
 *
 * PyTorch's are those of a module whose submodules are named as the model's table names layers: "conv1.weight",
 * "batchnorm1.running_mean", "residual2.projection.0.weight". Its weights have their outputs first, its pictures their
 * channels: conv [F][C][KH][KW], upconv [C][F][KH][KW], dense [O][I]; numbers behind a flattened picture go by C, H, W.
 */
#ifndef CR_MODEL_LAYOUT_H
#define CR_MODEL_LAYOUT_H

#include <cradle/model.h>

#include "graph/safetensors.h"

enum cr_layout_kind { CR_LAYOUT_OWN, CR_LAYOUT_TORCH };

#define CR_LAYOUT_SIDES 4

/* A parameter in the file: number (i, j, ...) of its sides lies at the sum of index x stride in our own memory. */
struct cr_layout_item {
    const struct cr_param *param;
    const char *name;
    struct cr_shape shape; /* as the file says; its sides below may be cut finer */
    int64_t sides[CR_LAYOUT_SIDES], strides[CR_LAYOUT_SIDES];
    bool head; /* of the last layer with weights */
};

struct cr_layout {
    enum cr_layout_kind kind;
    struct cr_arena *arena;
    const struct cr_network *network;
    struct cr_layout_item *items; /* [count], in the order of the graph */
    int count;
};

/* Fails where PyTorch's order has no name for what an op does with a flattened picture. The network must live as long.
 */
enum cr_status cr_layout_new(struct cr_layout **layout, const struct cr_network *network, enum cr_layout_kind kind,
                             struct cr_error *err);
void cr_layout_free(struct cr_layout *layout);
/* Where number `index` of the file's order lies in our own memory. */
int64_t cr_layout_place(const struct cr_layout_item *item, int64_t index);
/* The item's numbers in the file's order, float [shape]. */
void cr_layout_get(const struct cr_layout *layout, const struct cr_layout_item *item, float *numbers);

/*
 * Loads a file of this layout into the network: everything is checked before anything is changed. With `new_head` the
 * last layer with weights is left as it is, and may have another shape in the file. A file of PyTorch's may also have
 * an nn.Sequential's names ("0.weight", "3.0.bias"): its modules are taken in order.
 */
enum cr_status cr_layout_load(const struct cr_layout *layout, const struct cr_safetensors *file, const char *path,
                              bool new_head, struct cr_error *err);

#endif
