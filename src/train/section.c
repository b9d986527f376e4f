/*
 * The options of a config file's `train` section.
 */
#include <cradle/train.h>

const struct cr_option cr_train_section_options[] = {
    CR_NODE("loss", struct cr_train_section, loss, .kind = "losses",
            .help = "what training descends; default: cross-entropy"),
    CR_NODE("optimizer", struct cr_train_section, optimizer, .kind = "optimizers",
            .help = "how weights follow the gradient; default: sgd"),
    CR_NODE("schedule", struct cr_train_section, schedule, .kind = "schedules",
            .help = "how the learning rate changes over the epochs; default: constant"),
    CR_INT("epochs", struct cr_train_section, epochs, .min = 1, .max = 1e6, .def = 10,
           .help = "passes over the training part"),
    CR_INT("batch", struct cr_train_section, batch, .min = 1, .max = 1e6, .def = 64,
           .help = "samples in a step; no more than there are"),
    CR_INT("seed", struct cr_train_section, seed, .min = 0, .max = 9e15, .def = 1,
           .help = "of the initial weights, the order of the samples, dropout"),
    CR_INT("checkpoint", struct cr_train_section, checkpoint, .min = 0, .max = 1e12,
           .help = "steps between checkpoints inside an epoch; 0: at the end of epochs alone"),
    CR_BOOL("lean", struct cr_train_section, lean,
            .help =
                "normalised activations are computed again on the way back, not kept: less memory, a little slower"),
    {0},
};
