/*
 * Inside of a context. Large blocks come from here; they are 64-byte aligned and not cleared.
 */
#ifndef CR_BASE_CONTEXT_H
#define CR_BASE_CONTEXT_H

#include <cradle/base.h>

void *cr_block_alloc(const struct cr_context *context, size_t size); /* NULL without memory */
void cr_block_free(const struct cr_context *context, void *block);

/* The way of convolutions that CRADLE_CONV asks for, "direct", "winograd" or "lanes"; NULL: the cheapest. */
const char *cr_context_conv(const struct cr_context *context);

/* Seconds of a clock that only goes forward. */
double cr_clock(void);

#endif
