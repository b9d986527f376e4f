/*
 * Offsets for buffers by lifetime: the largest first, each at the lowest offset where it overlaps no buffer that is
 * alive at the same time (greedy by size; Pisarchyk & Lee 2020, "Efficient Memory Management for Deep Neural Net
 * Inference", section 5.2, find it within some per cent of the lower bound).
 */
#include <stdlib.h>

#include "graph/plan.h"

#define ALIGNMENT 64

int cr_buffers_add(struct cr_buffers *buffers, size_t size, int tick)
{
    if (buffers->count == buffers->capacity) {
        int capacity = buffers->capacity > 0 ? 2 * buffers->capacity : 64;
        struct cr_buffer *grown = realloc(buffers->items, (size_t)capacity * sizeof(*grown));
        if (grown == NULL)
            return CR_NO_BUFFER;
        buffers->items = grown;
        buffers->capacity = capacity;
    }
    buffers->items[buffers->count] =
        (struct cr_buffer){.size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, .first = tick, .last = tick};
    return buffers->count++;
}

void cr_buffers_use(struct cr_buffers *buffers, int buffer, int tick)
{
    struct cr_buffer *used = &buffers->items[buffer];

    if (tick < used->first)
        used->first = tick;
    if (tick > used->last)
        used->last = tick;
}

static int by_size(const void *a, const void *b)
{
    const struct cr_buffer *x = *(struct cr_buffer *const *)a, *y = *(struct cr_buffer *const *)b;

    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int by_offset(const void *a, const void *b)
{
    const struct cr_buffer *x = *(struct cr_buffer *const *)a, *y = *(struct cr_buffer *const *)b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The lowest offset that is free between the `count` neighbours (sorted by offset) that live at the same time. */
static size_t lowest_gap(struct cr_buffer *const *neighbours, int count, size_t size)
{
    size_t offset = 0;

    for (int i = 0; i < count; i++) {
        if (neighbours[i]->offset >= offset + size)
            break;
        if (neighbours[i]->offset + neighbours[i]->size > offset)
            offset = neighbours[i]->offset + neighbours[i]->size;
    }
    return offset;
}

enum cr_status cr_buffers_place(struct cr_buffers *buffers, size_t *total, struct cr_error *err)
{
    size_t bytes = ((size_t)buffers->count + 1) * sizeof(struct cr_buffer *);
    struct cr_buffer **order = malloc(bytes), **neighbours = malloc(bytes);

    *total = 0;
    if (order == NULL || neighbours == NULL) {
        free(order);
        free(neighbours);
        return cr_fail_memory(err);
    }
    for (int i = 0; i < buffers->count; i++)
        order[i] = &buffers->items[i];
    qsort(order, (size_t)buffers->count, sizeof(*order), by_size);
    for (int i = 0; i < buffers->count; i++) {
        struct cr_buffer *placed = order[i];
        int count = 0;
        for (int j = 0; j < i; j++)
            if (order[j]->first <= placed->last && placed->first <= order[j]->last)
                neighbours[count++] = order[j];
        qsort(neighbours, (size_t)count, sizeof(*neighbours), by_offset);
        placed->offset = lowest_gap(neighbours, count, placed->size);
        if (placed->offset + placed->size > *total)
            *total = placed->offset + placed->size;
    }
    free(order);
    free(neighbours);
    return CR_OK;
}
