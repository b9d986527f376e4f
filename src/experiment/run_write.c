/*
 * A run as one file: all weights, and as metadata what cr_run_open needs besides.
 */
#include <string.h>

#include "experiment/run.h"

enum cr_status cr_run_tensors(const struct cr_layout *layout, struct cr_arena *arena, struct cr_parts *parts,
                              struct cr_error *err)
{
    parts->tensors = cr_arena_alloc(arena, ((size_t)layout->count + 1) * sizeof *parts->tensors);
    if (!parts->tensors)
        return cr_fail_memory(err);
    for (int i = 0; i < layout->count; i++) {
        const struct cr_layout_item *item = &layout->items[i];
        struct cr_tensor tensor = {.dtype = CR_F32, .rank = item->shape.rank};
        memcpy(tensor.dims, item->shape.dims, sizeof tensor.dims);
        tensor.data = cr_arena_alloc(arena, (size_t)item->param->count * sizeof(float));
        if (!tensor.data)
            return cr_fail_memory(err);
        cr_layout_get(layout, item, tensor.data);
        parts->tensors[parts->count++] = (struct cr_named_tensor){item->name, tensor};
    }
    return CR_OK;
}

enum cr_status cr_run_write(const struct cr_run *run, const char *path, struct cr_error *err)
{
    enum cr_status status;
    struct cr_layout *layout = NULL;
    struct cr_parts parts = {.arena = cr_arena_new()};
    struct cr_pair *pairs;
    int64_t count;
    if (!parts.arena)
        return cr_fail_memory(err);
    CR_GO(cr_layout_new(&layout, run->network, CR_LAYOUT_OWN, err));
    CR_GO(cr_run_tensors(layout, parts.arena, &parts, err));
    CR_GO(cr_run_pairs(run, CR_LAYOUT_OWN, parts.arena, &pairs, &count, err));
    CR_GO(cr_checkpoint_write(path, &parts, pairs, count, err));
done:
    cr_layout_free(layout);
    cr_arena_free(parts.arena);
    return status;
}
