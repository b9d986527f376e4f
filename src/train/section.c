/*
 * The options of a config file's `train` section.
 */
#include <cradle/train.h>

static const struct cr_name targets[] = {{"data", CR_TARGET_DATA}, {"input", CR_TARGET_INPUT}, {0}};

const struct cr_option cr_train_section_options[] = {
    CR_NODE("loss", struct cr_train_section, loss, .kind = "losses", .text = "cross-entropy",
            .help = "what training descends"),
    CR_CHOICE("target", struct cr_train_section, target, .def = CR_TARGET_DATA, .names = targets,
              .help = "what the outputs should be: labels or targets of the data, or the input (an autoencoder)"),
    CR_NODE("optimizer", struct cr_train_section, optimizer, .kind = "optimizers", .text = "sgd",
            .help = "how weights follow the gradient"),
    CR_NODE("schedule", struct cr_train_section, schedule, .kind = "schedules", .text = "constant",
            .help = "how the learning rate changes over the epochs"),
    CR_INT("epochs", struct cr_train_section, epochs, .min = 1, .max = 1e6, .def = 10,
           .help = "passes over the training part"),
    CR_INT("batch", struct cr_train_section, batch, .min = 1, .max = 1e6, .def = 64,
           .help = "samples in a step; no more than there are"),
    CR_INT("seed", struct cr_train_section, seed, .min = 0, .max = 9e15, .def = 1,
           .help = "of the initial weights, the order of the samples, dropout"),
    CR_INT("checkpoint", struct cr_train_section, checkpoint, .min = 0, .max = 1e12,
           .help = "steps between checkpoints inside an epoch; 0: at the end of epochs alone"),
    CR_BOOL("tensorboard", struct cr_train_section, tensorboard,
            .help = "writes an event file for TensorBoard, too; cradle export makes one afterwards"),
    CR_INT("keep", struct cr_train_section, keep, .min = 0, .max = 1e6,
           .help =
               "epochs between snapshots that stay: snapshot-EPOCH.safetensors, for an ensemble of one run (Huang et "
               "al. 2017); 0: none"),
    CR_BOOL("lean", struct cr_train_section, lean,
            .help =
                "normalised activations are computed again on the way back, not kept: less memory, a little slower"),
    CR_INT("accumulate", struct cr_train_section, accumulate, .min = 1, .max = 1e6, .def = 1,
           .help = "batches whose gradients make one update"),
    CR_NODE("clip", struct cr_train_section, clip, .kind = "clip",
            .help = "the gradient's largest norm, {norm: 1}, or number, {value: 0.5}"),
    CR_NODE("mix", struct cr_train_section, mix, .kind = "mix",
            .help = "samples put together by two: {mixup: 0.2}, {cutmix: 1} or both"),
    CR_FLOAT("l1", struct cr_train_section, l1, .min = 0, .max = 10, .log = true,
             .help = "pull of the weights towards 0 by the sum of their magnitudes"),
    CR_FLOAT("max_norm", struct cr_train_section, max_norm, .min = 0, .max = 1e6,
             .help = "largest norm of the weights into one output; 0: any"),
    CR_NODE("average", struct cr_train_section, average, .kind = "average",
            .help = "what is validated and kept are averaged weights: {ema: {decay: 0.999}} or {swa: {start: 0.75}}"),
    CR_NODE("early_stop", struct cr_train_section, early_stop, .kind = "early_stop",
            .help = "ends a training whose results get no better: {patience: 10, watch: loss, threshold: 0}"),
    CR_NODE("init_from", struct cr_train_section, init_from, .kind = "init_from",
            .help = "weights to begin with: a run or a safetensors file, {path: runs/a, head: keep}; head: new begins "
                    "the last layer anew"),
    CR_NODE("freeze", struct cr_train_section, freeze, .kind = "freeze",
            .help = "names of layers that are not trained, with * and ? (['conv*', batchnorm1])"),
    CR_NODE("distill", struct cr_train_section, distill, .kind = "distill",
            .help = "a teacher whose answers are learned beside the labels: a run or an ensemble, {teacher: "
                    "models/five, temperature: 4, weight: 0.9}"),
    {0},
};
