/*
 * The options of a config file's `data` section.
 */
#include <cradle/data.h>

static const struct cr_name standardize_names[] = {
    {"none", CR_STANDARDIZE_NONE},
    {"channel", CR_STANDARDIZE_CHANNEL},
    {"mean", CR_STANDARDIZE_MEAN},
    {"image", CR_STANDARDIZE_IMAGE},
    {"pixel", CR_STANDARDIZE_PIXEL},
    {"raw", CR_STANDARDIZE_RAW},
    {0},
};

static const struct cr_name sampling_names[] = {
    {"shuffle", CR_SAMPLING_SHUFFLE},
    {"stratified", CR_SAMPLING_STRATIFIED},
    {"balanced", CR_SAMPLING_BALANCED},
    {0},
};

const struct cr_option cr_data_section_options[] = {
    CR_NODE("source", struct cr_data_section, source, .kind = "formats", .text = "digits",
            .help = "where pictures come from"),
    CR_FLOAT("validation", struct cr_data_section, validation, .min = 0, .max = 0.9, .def = 0.1,
             .help = "share of the training part that is held out to validate, in proportion to the classes"),
    CR_INT("limit", struct cr_data_section, limit, .min = 0, .max = 1e12,
           .help = "use this many samples only, in proportion to the classes; 0: all"),
    CR_CHOICE(
        "standardize", struct cr_data_section, standardize, .def = CR_STANDARDIZE_CHANNEL, .names = standardize_names,
        .help = "after x / 255, channel: subtract each channel's mean and divide by its deviation; mean: subtract "
                "it; image: subtract the mean picture; pixel: and divide by each pixel's deviation; raw: 0 to 255, "
                "which is "
                "there to see how badly it trains"),
    CR_NODE("whiten", struct cr_data_section, whiten, .kind = "whitenings",
            .help = "decorrelates the numbers of a sample: zca or pca"),
    CR_INT("split_seed", struct cr_data_section, split_seed, .min = 0, .max = 9e15,
           .help = "seed of the draws of `validation`, `limit` and `folds`"),
    CR_INT("folds", struct cr_data_section, folds, .min = 0, .max = 1000,
           .help = "divides the training part into so many equal parts, in proportion to the classes, of which one "
                   "validates; 0: a share does, as `validation` says"),
    CR_INT("fold", struct cr_data_section, fold, .min = 0, .max = 999, .help = "the part that validates, from 0"),
    CR_NODE("augment", struct cr_data_section, augment, .kind = "augments",
            .help = "how pictures are changed at random while training, a list"),
    CR_CHOICE("sampling", struct cr_data_section, sampling, .def = CR_SAMPLING_SHUFFLE, .names = sampling_names,
              .help = "order while training: shuffle; stratified: each batch has the classes in their proportions; "
                      "balanced: equally often"),
    CR_FLOAT("oversample", struct cr_data_section, oversample, .min = 0, .max = 1,
             .help = "samples of rare classes come again until each class is this share of the largest; 0: they do "
                     "not"),
    {0},
};
