/*
 * What happens in a training as event files of TensorBoard: scalars (scalars.h), histograms of gradients and
 * activations, the first weights as a picture after each epoch. The messages are Event, Summary, HistogramProto of
 * TensorFlow's event.proto and summary.proto, in records (records.h).
 *
 * Times are seconds of training over all processes of a run, not hours of the day: two runs of one experiment differ in
 * nothing else.
 */
#ifndef CR_TRAIN_TENSORBOARD_H
#define CR_TRAIN_TENSORBOARD_H

#include <cradle/train.h>

#include "base/proto.h"
#include "train/event_log.h"

#define CR_TENSORBOARD_FILE "events.out.tfevents.0.cradle" /* in the run's folder */

/* Makes records of events; whoever has it takes them out of `records` and frees that. Begins as {0}. */
struct cr_tensorboard {
    struct cr_proto records;
    double before, last; /* seconds: of earlier processes, and of the last event */
    int64_t scalars, histograms, images;
};
/* The record that every file begins with. */
void cr_tensorboard_begin(struct cr_tensorboard *board);
enum cr_status cr_tensorboard_add(struct cr_tensorboard *board, const struct cr_event *event, struct cr_error *err);
/* The network's first weights as a picture, where they can be one. */
enum cr_status cr_tensorboard_filters(struct cr_tensorboard *board, const struct cr_network *network, int64_t step,
                                      struct cr_error *err);

/*
 * The file of a training under way, as an observer. What is there and lies after the given place, where a resumed run
 * begins, is cut off, as is what is not whole; where its step is -1, all of it.
 */
struct cr_tensorboard_file;
enum cr_status cr_tensorboard_open(struct cr_tensorboard_file **file, const char *path,
                                   const struct cr_log_place *place, struct cr_error *err);
void cr_tensorboard_free(struct cr_tensorboard_file *file);
enum cr_status cr_tensorboard_observe(struct cr_tensorboard_file *file, const struct cr_event *event,
                                      struct cr_error *err);

#endif
