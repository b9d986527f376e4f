/*
 * What cradle predict is to answer: the words behind the run's name, and lines of a list, as single pictures or
 * samples.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <cradle/experiment.h>

struct input {
    char *name;           /* a file, "x.npy[3]", "standard input" */
    char *fault;          /* what is wrong with it; NULL: nothing that is known */
    const uint8_t *bytes; /* a sample as the network takes it, or with `size` a picture file's content; NULL: a file */
    size_t size;          /* 0: a sample */
};

struct inputs {
    const struct cr_run *run; /* whose shape arrays must have */
    int64_t count, capacity;
    struct input *items;
    struct inputs_block *blocks; /* memory that items point into */
};

/*
 * One word: a file, a folder (all pictures under it), a pattern that the shell left as it is ("new/?.png"), an array of
 * NumPy (its name ends in .npy), or "-": a picture or an array on the standard input. What cannot be read becomes an
 * input with a fault, so that the others are still answered; only memory can fail.
 */
enum cr_status inputs_add(struct inputs *inputs, const char *word, struct cr_error *err);
/* Each line of a file ("-": of the standard input) as such a word, but for "-"; empty lines are passed over. */
enum cr_status inputs_add_list(struct inputs *inputs, const char *file, struct cr_error *err);
void inputs_free(struct inputs *inputs);

/* The pixels or numbers of an input, for the run of `inputs`; any thread. */
enum cr_status input_load(const struct input *input, const struct cr_run *run, uint8_t *pixels, struct cr_error *err);

#endif
