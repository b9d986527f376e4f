/*
 * Inside of a plan.
 *
 * Planning walks the graph twice: forward over the vertices, then backward. Each vertex in each direction is a tick.
 * The first walk (`placing` is false) learns which buffer is used from which tick to which; memory.c then gives every
 * buffer an offset such that those alive at the same time do not overlap; the second walk emits the steps with final
 * addresses.
 */
#ifndef CR_GRAPH_PLAN_H
#define CR_GRAPH_PLAN_H

#include "base/arena.h"
#include "graph/op.h"
#include "graph/steps.h"

struct cr_buffer {
    size_t size, offset;
    int first, last; /* ticks */
    bool lasts;      /* as long as the plan: it is written once */
    bool shared;     /* is read again under another name: nobody may write over it */
};

struct cr_buffers {
    struct cr_buffer *items;
    int count, capacity;
};

/* A new buffer's number, or -1 without memory. */
int cr_buffers_add(struct cr_buffers *buffers, size_t size, int tick);
void cr_buffers_use(struct cr_buffers *buffers, int buffer, int tick);
/* Sets all offsets; *total is the bytes of the arena. */
enum cr_status cr_buffers_place(struct cr_buffers *buffers, size_t *total, struct cr_error *err);

#define CR_NO_BUFFER   (-1)
#define CR_SAVED_SLOTS 4
#define CR_MOST_ASKED  64

/* What a plan knows of a value. */
struct cr_place {
    int value, gradient;        /* buffers */
    int again;                  /* buffer of the value on the way back, where it is computed again */
    bool is_lean;               /* it is so */
    bool is_back;               /* its step has been emitted in this walk */
    int consumers;              /* live ones */
    struct cr_vertex *consumer; /* the last of them */
    bool live;                  /* some output depends on it */
    bool wanted;                /* its gradient is */
    int moments;                /* buffer: for the ops, and for who reads them after the run where that is always */
    int seen, histogram;        /* buffers: for who reads them where that is on request */
    bool measured;              /* an op asks for its moments */
    bool observed;              /* who reads them after the run does; of a parameter: those of its gradient */
    bool left;                  /* its producer has left them in this walk */
    bool counts;                /* the loss depends on it */
    const struct cr_vertex *derived; /* the activation that made it, which who is last to write its gradient takes that
                                        back through; NULL: not */
    bool begun;                      /* a consumer has written to its gradient in this walk */
};

/* What a plan knows of a vertex: which group of fused ones it belongs to. */
struct cr_fusion {
    const struct cr_vertex *lead; /* carries out the group; itself where nothing is fused; NULL: not live */
    const struct cr_vertex *last; /* of a lead: the end of its group */
    struct cr_tail tail;          /* of a lead: what it absorbed */
};

struct cr_plan {
    struct cr_context *context;
    const struct cr_graph *graph;
    struct cr_params *params;
    struct cr_plan_options options;
    struct cr_kernels kernels;
    struct cr_arena *arena;
    struct cr_steps *steps;
    size_t number; /* bytes */

    struct cr_vertex **order;     /* [graph->vertices], by id */
    struct cr_fusion *fusions;    /* [graph->vertices] */
    struct cr_place *places;      /* [graph->values] */
    int (*saved)[CR_SAVED_SLOTS]; /* [graph->vertices], buffers */
    struct cr_buffers buffers;
    int *shared; /* of each step: buffer or CR_NO_BUFFER */
    int shared_count, shared_capacity;

    int tick;
    struct {
        const void *address;
        size_t size;
    } asked[CR_MOST_ASKED]; /* addresses given out in this tick, when placing */
    int asked_count;
    bool placing;
    enum cr_status status; /* the first failure of a walk */
    const char *pass;      /* "forward", "backward" */
    bool returning;        /* in the backward pass */
    bool observing;        /* what is emitted now observes */

    char *memory;
    size_t memory_size;
    int64_t count;    /* samples of the last run */
    bool is_observed; /* it was */
    const void *feeds[CR_MAX_INPUTS];
    int32_t *labels; /* [batch] */
    void *soft;      /* [batch][classes] where an op asks for it */
    int64_t soft_classes;
    struct cr_step_key key;
    char nowhere[64]; /* what addresses point to while nothing is placed */
};

/* As cr_plan_run, then `then`, in one parallel region. */
void cr_plan_run_and(struct cr_plan *plan, const struct cr_feed *feed, const struct cr_steps *then);
/* Which values are live, which gradients wanted, what is fused. */
void cr_plan_analyse(struct cr_plan *plan);
/* Whether this value can be asked for after a run, itself or its gradient. */
bool cr_plan_keeps(const struct cr_plan *plan, const struct cr_value *value);
/* The address of a buffer, which is made on first use and lives at least until now. */
void *cr_emit_use(struct cr_emit *emit, int *buffer, size_t size);
/* Emits what a plan with `observe` needs behind a group, and behind the backward pass. */
void cr_plan_observe_group(struct cr_emit *emit);
void cr_plan_observe_gradient(struct cr_emit *emit, const struct cr_value *value);

/* What can be told of a step that the second walk emits. */
struct cr_step_info cr_plan_describe(const struct cr_plan *plan, const struct cr_vertex *vertex,
                                     const struct cr_kernel *kernel, const void *args, size_t size);

/* The kernel that does what `kernel` of the table does with these arguments. */
const struct cr_kernel *cr_plan_way(const struct cr_plan *plan, const struct cr_kernel *kernel, const void *args);

#endif
