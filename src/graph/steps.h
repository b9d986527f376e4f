/*
 * Steps: kernels with their arguments, in order; what a plan and an optimizer are made of. Runs in one parallel region.
 */
#ifndef CR_GRAPH_STEPS_H
#define CR_GRAPH_STEPS_H

#include <cradle/graph.h>

#include "kernels/kernels.h"

struct cr_steps;

enum cr_status cr_steps_new(struct cr_steps **steps, struct cr_context *context, struct cr_error *err);
void cr_steps_free(struct cr_steps *steps);
/* `args` is copied, `info` too but for its texts; its parts are counted here. The first `once` phases are prepared. */
enum cr_status cr_steps_add(struct cr_steps *steps, const struct cr_kernel *kernel, const void *args, size_t size,
                            void *shared, int once, const struct cr_step_info *info, struct cr_error *err);
/* After the last was added: gets the threads' scratch memory. */
enum cr_status cr_steps_ready(struct cr_steps *steps, struct cr_error *err);
/* Runs the phases that are done once, which later runs leave out. */
void cr_steps_prepare(struct cr_steps *steps);
/* Whether the steps that observe run; at first they do not. */
void cr_steps_observe(struct cr_steps *steps, bool observed);
/* Whether one thread runs them all: where there is less to do than waking the others takes. */
void cr_steps_alone(struct cr_steps *steps, bool alone);
/* Sets the number of samples of every step. */
void cr_steps_batch(struct cr_steps *steps, int64_t batch);
void cr_steps_run(const struct cr_steps *steps);
/* Both, one after the other, in one parallel region. */
void cr_steps_run_both(const struct cr_steps *first, const struct cr_steps *then);
/* As cr_steps_run; adds the time of each step to seconds[count]. */
void cr_steps_time(const struct cr_steps *steps, double *seconds);
int64_t cr_steps_count(const struct cr_steps *steps);
struct cr_step_info cr_steps_info(const struct cr_steps *steps, int64_t index);

#endif
