/*
 * Inside of a context. Large blocks come from here; they are 64-byte aligned and not cleared.
 */
#ifndef CR_BASE_CONTEXT_H
#define CR_BASE_CONTEXT_H

#include <cradle/base.h>

void *cr_block_alloc(const struct cr_context *context, size_t size); /* NULL without memory */
void cr_block_free(const struct cr_context *context, void *block);

/* Seconds of a clock that only goes forward. */
double cr_clock(void);

#endif
