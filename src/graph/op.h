/*
 * An op: a shape rule, and how it is carried out forward and backward.
 *
 * `forward` and `backward` are called when a plan is made, not when it runs: they ask for addresses and emit kernel
 * steps. They are called twice, first to learn what memory is used when, then with the final addresses, and must do the
 * same both times. An op never touches array elements: it calls the kernel table. That rule keeps one file an op for
 * every instruction set.
 */
#ifndef CR_GRAPH_OP_H
#define CR_GRAPH_OP_H

#include "graph/graph.h"
#include "kernels/kernels.h"

/* Ops that are carried out by the one before them, in its pass over the numbers, in this order; NULL: none. */
struct cr_tail {
    const struct cr_vertex *bias, *norm, *add, *activation;
};

struct cr_emit {
    struct cr_plan *plan;
    const struct cr_vertex *vertex;
    const void *options;
    const struct cr_kernels *kernels;
    enum cr_mode mode;
    int64_t batch; /* the planned one; steps are told the actual one in their `batch` field */
    const struct cr_tail *tail;
    const struct cr_op *lead; /* whose tail this vertex is in, and which does its work; NULL: none */
};

/* What the tests apply an op to: options as YAML, the shapes of its inputs (activations without the batch). */
struct cr_example {
    const char *options;
    struct cr_shape inputs[CR_MAX_OPERANDS];
};
#define CR_SHAPE(...)                                                                             \
    {                                                                                             \
        .rank = sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), .dims = { __VA_ARGS__ } \
    }

struct cr_op {
    struct cr_entry entry;
    int inputs, outputs;
    enum cr_role roles[CR_MAX_OPERANDS]; /* of each input */
    int moving;                          /* inputs that get a gradient, the first ones; 0: all */
    bool stochastic;                     /* draws random numbers in training */
    bool derives;     /* backward can take the gradient of input 0 back through the activation that made it, told by its
                         result; a product also by its input (cr_emit_derive) */
    bool derives_sum; /* and does so after it has added to what others have written */
    bool derives_tail; /* backward does so too for an activation in its own tail */
    bool measures;     /* forward in training takes the moments of input 0 from its producer, where that leaves them */
    bool product;      /* of matrices: it is as fast as multiply-adds are */
    bool forgets;      /* backward does not read its output, unless the derivative of its tail is told by it */
    bool view;         /* its output is its input in another shape */
    /* Of an activation that works number by number: which it is. */
    struct cr_curve (*curve)(const struct cr_vertex *vertex);
    /* Whether `next`, which alone uses the output so far, can be absorbed too; then sets its place in the tail. */
    bool (*absorb)(enum cr_mode mode, struct cr_tail *tail, const struct cr_vertex *next);
    /* Checks the inputs' shapes and finds the outputs'. */
    enum cr_status (*infer)(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err);
    void (*forward)(struct cr_emit *emit);
    void (*again)(struct cr_emit *emit);              /* output 0 once more on the way back; NULL: it is kept */
    void (*backward)(struct cr_emit *emit);           /* NULL: no gradient passes through (inputs) */
    int64_t (*flops)(const struct cr_vertex *vertex); /* of one sample, forward; NULL: its output's count */
    const struct cr_example *examples; /* end at the first without inputs; at least one where it has a gradient */
};

/* Addresses. Forward: `in` is read, `out` is written. Backward: both can be read where the op needs them. */
void *cr_emit_in(struct cr_emit *emit, int input);
void *cr_emit_out(struct cr_emit *emit, int output);
/*
 * Output 0, written over input 0 where nobody else needs that, now or in backward: for kernels that go number by number
 * and whose backward does not read that input.
 */
void *cr_emit_out_over(struct cr_emit *emit);
/* The gradient of an output, to be read. */
const void *cr_emit_dout(struct cr_emit *emit, int output);
/* Where to write the gradient of an input, and whether to add to what is there; NULL where nobody wants it. */
void *cr_emit_din(struct cr_emit *emit, int input, bool *add);
/* As cr_emit_din, over the gradient of output 0 where nobody else needs that: for kernels that go number by number. */
void *cr_emit_din_over(struct cr_emit *emit, int input, bool *add);

/*
 * Fusion. With a tail, cr_emit_out gives the place of the whole group's result. The backward of an absorbed vertex is
 * called too, before that of its lead, and leaves to the lead what the lead's step does.
 */
/*
 * The moments of activations (kernels/moments.h). Forward: asks in `finish` for those of the group's result where
 * somebody wants them and the step of this kernel, with these arguments, can leave them; and gives those of an input,
 * NULL where its producer has not left them.
 */
void cr_emit_moments_out(struct cr_emit *emit, const struct cr_kernel *kernel, const void *args,
                         struct cr_finish *finish);
const void *cr_emit_moments_in(struct cr_emit *emit, int input);
/* Another vertex of the group, to ask for its operands. */
struct cr_emit cr_emit_member(const struct cr_emit *emit, const struct cr_vertex *vertex);
/* The activation of this vertex; none: it is NULL, or something else. */
struct cr_curve cr_vertex_curve(const struct cr_vertex *vertex);
/* What its derivative is told by: its result or its input, which lives until backward. */
void *cr_emit_told_by(struct cr_emit *emit, const struct cr_vertex *activation);
/* The activation that the gradient written to this input must be taken back through, or none. */
struct cr_curve cr_emit_back(const struct cr_emit *emit, int input);
/* The same for the finish of a product. */
void cr_emit_derive(struct cr_emit *emit, int input, struct cr_finish *finish);
/* Whether who wrote the gradient of output 0 has done so for this activation; or the lead of its group does. */
bool cr_emit_is_derived(const struct cr_emit *emit);
bool cr_emit_is_left(const struct cr_emit *emit);

/* The gradient of the input is that of output 0, unchanged (no step where the memory can be shared). */
void cr_emit_pass(struct cr_emit *emit, int input);
/* Output 0 is input 0 in another shape: they share memory. */
void cr_emit_view(struct cr_emit *emit);
/* Memory of this vertex that lives from forward to backward, in numbers of the plan's dtype or in bytes. */
void *cr_emit_saved(struct cr_emit *emit, int slot, size_t bytes);
/* The same of what is made of parameters alone: where those do not change it lives as long as the plan. */
void *cr_emit_made(struct cr_emit *emit, int slot, size_t bytes);
size_t cr_emit_number(const struct cr_emit *emit); /* bytes of one number */
/* The batch's inputs by slot, its labels, its soft targets; the random key. */
const void *const *cr_emit_feed(struct cr_emit *emit, int slot);
const int32_t *cr_emit_labels(struct cr_emit *emit);
const void *cr_emit_soft(struct cr_emit *emit, int64_t classes);
const struct cr_step_key *cr_emit_key(struct cr_emit *emit);
/* Adds a step; `args` is copied. */
void cr_emit_step(struct cr_emit *emit, const struct cr_kernel *kernel, const void *args, size_t size);

#define CR_EMIT(emit, kernel, args) cr_emit_step(emit, &(emit)->kernels->kernel, &(args), sizeof(args))

#endif
