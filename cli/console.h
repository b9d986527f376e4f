/*
 * What a person sees of a training: a header, then an observer of the trainer.
 *
 * On a terminal: tables, one line that is painted anew (epoch, bar, running loss, images/s, remaining time), one row an
 * epoch that stays. Elsewhere plain lines, one an epoch:
 *
 *     Finished epoch 1 / 200: cost 2.302603, train: 0.400000, val 0.400000, lr 1.000000e-03
 *
 * `cost` is the mean loss over the epoch's samples, `train` the accuracy, or whatever is the first metric of the loss;
 * `val` is that on the validation part, nan without one. Where the first is not the accuracy, lines and rows end with
 * all metrics of the validation part by name. The console is also where a signal becomes the verdict to stop.
 */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include <cradle/babysit.h>

#include "screen.h"

struct console {
    struct screen *screen;
    int64_t first_step; /* of this process */
    double loss;        /* sum over the epoch so far */
    int64_t batches;    /* that were summed */
    const char *metric; /* by which epochs are compared: the first of the loss */
    double best;        /* accuracy that chose the best epoch; validated as below */
    int64_t best_epoch; /* 0: none in this process */
    bool best_validated;
    bool best_is_number; /* its loss is */
    bool finished, stopped_early;
    int64_t step, epoch;
    double seconds;
    int findings;  /* of the babysitter */
    bool diverged; /* it found that, and nothing undid it */
    bool ended;    /* by a change: why was told */
};

void console_header(const struct screen *screen, const struct cr_context *context,
                    const struct cr_experiment_parts *parts);
struct cr_observer console_observer(struct console *console);

#endif
