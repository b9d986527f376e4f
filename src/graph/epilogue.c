#include "graph/epilogue.h"

enum { X, B }; /* operands of bias */

bool cr_epilogue_absorb(struct cr_tail *tail, const struct cr_vertex *next)
{
    if (tail->relu != NULL)
        return false;
    if (next->op == cr_op_find("relu"))
        tail->relu = next;
    else if (next->op == cr_op_find("bias") && tail->bias == NULL)
        tail->bias = next;
    else
        return false;
    return true;
}

struct cr_finish cr_epilogue_finish(struct cr_emit *emit)
{
    struct cr_finish finish = {.relu = emit->tail->relu != NULL};

    if (emit->tail->bias != NULL) {
        struct cr_emit bias = cr_emit_member(emit, emit->tail->bias);
        finish.bias = cr_emit_in(&bias, B);
    }
    return finish;
}

void *cr_epilogue_db(struct cr_emit *emit, bool *add)
{
    struct cr_emit bias;

    if (emit->tail->bias == NULL)
        return NULL;
    bias = cr_emit_member(emit, emit->tail->bias);
    return cr_emit_din(&bias, B, add);
}
