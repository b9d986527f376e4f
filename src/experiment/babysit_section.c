/*
 * The options of a config file's `babysit` section. The checks and their options are the babysitter's own
 * (src/babysit/): here they are a node.
 */
#include <cradle/experiment.h>

static const struct cr_name observe_names[] = {{"auto", CR_OBSERVE_AUTO}, {"off", 0}, {0}};

const struct cr_option cr_babysit_section_options[] = {
    CR_INT("observe", struct cr_babysit_section, observe, .min = 1, .max = 1e9, .def = CR_OBSERVE_AUTO,
           .names = observe_names,
           .help = "steps between two looks at weights, gradients and activations; auto: as often as costs a hundredth "
                   "of the time"),
    CR_BOOL("compare", struct cr_babysit_section, compare, .def = true,
            .help = "after each epoch a sample of the training part is judged on the terms of validation"),
    CR_BOOL("preflight", struct cr_babysit_section, preflight, .def = true,
            .help = "before training the checks that need no training steps"),
    CR_BOOL("auto", struct cr_babysit_section, act,
            .help =
                "goes on with another learning rate or clip, from the last good state, where a short training on the "
                "side confirms that; ends what gets no better"),
    CR_NODE("checks", struct cr_babysit_section, checks, .kind = "checks",
            .help = "checks with other options, or off: {overfitting: off, dead-units: {share: 0.7}}"),
    {0},
};
