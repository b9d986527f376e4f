/*
 * Region memory: a chain of blocks, each twice as large as the one before, cut from the front and freed as a whole.
 * calloc hands out zeroed pages, so large blocks cost nothing until they are touched.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { ALIGNMENT = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct block {
    alignas(ALIGNMENT) struct block *next;
    size_t used, size; /* of the bytes behind the header */
};

struct cr_arena {
    struct block *blocks; /* newest first */
    size_t next_size;
};

struct cr_arena *cr_arena_new(void)
{
    struct cr_arena *arena = calloc(1, sizeof *arena);
    if (arena)
        arena->next_size = FIRST_BLOCK;
    return arena;
}

void cr_arena_free(struct cr_arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

static struct block *grow(struct cr_arena *arena, size_t size)
{
    size_t capacity = size > arena->next_size ? size : arena->next_size;
    struct block *block = calloc(1, sizeof *block + capacity);
    if (!block)
        return NULL;
    block->size = capacity;
    block->next = arena->blocks;
    arena->blocks = block;
    if (arena->next_size < LARGEST_BLOCK)
        arena->next_size *= 2;
    return block;
}

void *cr_arena_alloc(struct cr_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size == 0)
        size = ALIGNMENT;
    struct block *block = arena->blocks;
    if (!block || block->size - block->used < size)
        block = grow(arena, size);
    if (!block)
        return NULL;
    void *memory = (char *)(block + 1) + block->used;
    block->used += size;
    return memory;
}

char *cr_arena_text(struct cr_arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = cr_arena_alloc(arena, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

char *cr_arena_format(struct cr_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = cr_text_vformat(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : cr_arena_alloc(arena, (size_t)length + 1);
    if (!text)
        return NULL;
    va_start(arguments, format);
    cr_text_vformat(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
