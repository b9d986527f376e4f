/*
 * The registry of ops.
 */
#include <assert.h>

#include "graph/op.h"

#define CR_ENTRY(name) extern const struct cr_op cr_op_##name;
#include "graph/ops/ops.def"
#undef CR_ENTRY

static const struct cr_entry *const entries[] = {
#define CR_ENTRY(name) &cr_op_##name.entry,
#include "graph/ops/ops.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_ops = {.kind = "ops", .singular = "op", .entries = entries};

const struct cr_op *cr_op_find(const char *name)
{
    /* The entry is the first member of every op. */
    const struct cr_op *op = (const struct cr_op *)cr_registry_find(&cr_ops, name);

    assert(op != NULL);
    return op;
}
