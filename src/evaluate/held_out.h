/*
 * The validation part of a run, as its config divides the data.
 */
#ifndef CR_EVALUATE_HELD_OUT_H
#define CR_EVALUATE_HELD_OUT_H

#include "data/split.h"
#include "evaluate/pass.h"

struct cr_held_out {
    struct cr_dataset *dataset; /* the whole training part */
    struct cr_split *split;
};

/* Fails also where the data are not of the kind that the run knows. Free it even then. */
enum cr_status cr_held_out_open(struct cr_held_out *held, struct cr_context *context, const struct cr_run *run,
                                const struct cr_data_options *options, struct cr_error *err);
void cr_held_out_free(struct cr_held_out *held);

#endif
