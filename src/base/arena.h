/*
 * Region memory: many small allocations that end together (a config's nodes, a graph's tensors and names). Blocks are
 * zeroed and 16-byte aligned, and move never. Not for the network's numbers: those lie in blocks of the context.
 */
#ifndef CR_BASE_ARENA_H
#define CR_BASE_ARENA_H

#include <cradle/base.h>

struct cr_arena;

struct cr_arena *cr_arena_new(void); /* NULL without memory, like all that follows */
void cr_arena_free(struct cr_arena *arena);
void *cr_arena_alloc(struct cr_arena *arena, size_t size);
char *cr_arena_text(struct cr_arena *arena, const char *text);
char *cr_arena_format(struct cr_arena *arena, const char *format, ...) CR_PRINTF(2, 3);

#endif
