/*
 * cradle/evaluate.h - test, compare, calibrate and predict.
 */
#ifndef CRADLE_EVALUATE_H
#define CRADLE_EVALUATE_H

#include <cradle/experiment.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------------- test */

#define CR_CALIBRATION_BINS 15

/* Of one class, or of one of several answers at once. A share of nothing is NaN. */
struct cr_class_result {
    int64_t count, answered, hits; /* samples of it, samples that were answered with it, both */
    double precision, recall, f1;  /* hits / answered, hits / count, and their harmonic mean */
};

/* Answers by their confidence, the largest probability: bin b is of those above b / 15 and up to (b + 1) / 15. */
struct cr_calibration {
    double error; /* expected calibration error: mean of |accuracy - confidence| over the bins, by count (Guo 2017) */
    struct cr_calibration_bin {
        int64_t count;
        double confidence, accuracy; /* means; NaN of none */
    } bins[CR_CALIBRATION_BINS];
};

struct cr_test_result {
    enum cr_task task;
    int64_t count, classes;        /* samples; outputs */
    int score_count;               /* the metrics of the run's loss, */
    const struct cr_score *scores; /* [score_count] */
    double accuracy;               /* the first of them */
    double loss;                   /* mean over the samples: of classes cross-entropy in nats, else the run's loss */
    double temperature;            /* that the probabilities were made with */
    /* Of classes and answers (NULL and 0 of numbers): a sample is right where all its answers are. */
    int64_t right_count;
    double low, high;                 /* 95 % interval of right_count / count (Wilson 1927) */
    uint8_t *right;                   /* [count] 1 or 0, in the order of the dataset */
    struct cr_class_result *by_class; /* [classes] */
    /* Of classes. */
    int64_t *confusion; /* [true][answered] */
    struct cr_calibration calibration;
    uint64_t truth; /* a hash of what should have been answered: the same for the same test part */
};

/*
 * The run's network on a dataset of its shape and classes. Images may be shown in batches; the sums are in index order,
 * in double: neither batches nor threads nor workers change a bit.
 */
CR_API enum cr_status cr_test(struct cr_test_result **result, struct cr_context *context, const struct cr_run *run,
                              const struct cr_dataset *dataset, const struct cr_data_options *options,
                              struct cr_error *err);
CR_API void cr_test_result_free(struct cr_test_result *result);

/*
 * Test-time augmentation: views of each picture beside the picture itself, and the mean of the answers (probabilities)
 * to all of them. `list` names kinds of cr_views: "flip,shift". For pictures, and for networks that answer with one
 * class out of many; else CR_ERROR_UNSUPPORTED.
 */
struct cr_tta;
extern CR_API const struct cr_registry cr_views; /* flip, shift */
CR_API enum cr_status cr_tta_new(struct cr_tta **tta, const struct cr_run *run, const char *list, struct cr_error *err);
CR_API void cr_tta_free(struct cr_tta *tta);       /* NULL is allowed */
CR_API int cr_tta_count(const struct cr_tta *tta); /* pictures that are shown of one, itself among them; NULL: 1 */

/*
 * The same of an ensemble (of one, too), with `tta` or NULL. With `members` also what each of them comes to alone,
 * [ensemble->count] results that are the caller's like the first; NULL: not wanted.
 */
CR_API enum cr_status cr_test_ensemble(struct cr_test_result **result, struct cr_test_result **members,
                                       struct cr_context *context, const struct cr_ensemble *ensemble,
                                       const struct cr_dataset *dataset, const struct cr_tta *tta,
                                       const struct cr_data_options *options, struct cr_error *err);
/* As cr_predict, with views of each picture. Allocates memory for them. */
CR_API enum cr_status cr_predict_tta(struct cr_predictor *predictor, const struct cr_tta *tta, const uint8_t *pixels,
                                     int64_t count, float *outputs, struct cr_error *err);

/* Whether a dataset is what the run's network was trained on: its shape, classes and kind; else an error says what
 * differs. */
CR_API enum cr_status cr_run_accepts(const struct cr_run *run, const struct cr_dataset *dataset, struct cr_error *err);

/* The run's own test part, by its config. */
CR_API enum cr_status cr_run_test_data(struct cr_dataset **dataset, struct cr_context *context,
                                       const struct cr_run *run, const struct cr_data_options *options,
                                       struct cr_error *err);

/*
 * Adds a line to tests.jsonl in the run's folder; *times is how often this test part was tested there, now included.
 * Whoever chooses by a test part many times fits it. Of a file that stands for a run there is no count: 0.
 */
CR_API enum cr_status cr_test_record(const char *folder, const struct cr_dataset *dataset,
                                     const struct cr_test_result *result, int64_t *times, struct cr_error *err);

/* ---------------------------------------------------------------------------------------------------------- compare */

/* The interval of a share that holds the true one in 95 of 100 cases; 0..1 of nothing. */
CR_API void cr_interval(int64_t hits, int64_t count, double *low, double *high);

/*
 * Two networks on the same samples (McNemar 1947): `exact` is the probability that two equally good ones differ as far,
 * by the binomial distribution, two-sided; `middle` counts what was found by half, which is nearer to the truth
 * (Fagerland et al. 2013).
 */
struct cr_comparison {
    int64_t both, first, second, neither; /* samples that were right: by both, by the first alone, ... */
    double exact, middle;
};
CR_API enum cr_status cr_compare(struct cr_comparison *comparison, const struct cr_test_result *first,
                                 const struct cr_test_result *second, struct cr_error *err);

/* -------------------------------------------------------------------------------------------------------- calibrate */

/*
 * Finds the temperature T at which softmax(logits / T), or sigmoid of that, is likeliest to give the answers of the
 * run's validation part, sets it in the run, and keeps it in calibration.json of the folder, where cr_run_open finds it
 * (Guo et al. 2017). No answer of classes changes by it, but how sure of it the network is.
 */
CR_API enum cr_status cr_calibrate(struct cr_run *run, struct cr_context *context, const char *folder,
                                   const struct cr_data_options *options, struct cr_error *err);

/* -------------------------------------------------------------------------------------------------- doubtful labels */

/* A sample whose label is probably wrong. */
struct cr_doubt {
    int64_t index;            /* in the training part of the data */
    char name[256];           /* as the data call it: a file, a row */
    bool held_out;            /* it is of the validation part: the network has not learned it */
    int32_t label, answer;    /* the class that it was given, and that which it seems to be */
    double p_label, p_answer; /* their probabilities */
};

/* All samples of a run's training part, those that were held out and those that it learned from apart. */
struct cr_doubts {
    struct cr_doubted {
        int64_t count, doubted;
        double accuracy;
        bool judged; /* the network knows enough of this part: else nothing is doubted */
    } held_out, learned;
    int64_t count;         /* of the list */
    struct cr_doubt *list; /* [count], the most doubtful first; the caller's */
};

/*
 * Names samples whose labels are probably wrong, by confident learning (Northcutt, Jiang and Chuang 2021): see
 * src/evaluate/doubts.c. At most `most` are listed, and all are counted. For classes; else CR_ERROR_UNSUPPORTED. Where
 * it fails the list is empty.
 */
CR_API enum cr_status cr_doubts_find(struct cr_doubts *doubts, struct cr_context *context, const struct cr_run *run,
                                     int64_t most, const struct cr_data_options *options, struct cr_error *err);
CR_API void cr_doubts_clear(struct cr_doubts *doubts);

/* ---------------------------------------------------------------------------------------------------------- picture */

/* Outputs [count][H W C] of a run that reconstructs pictures (train.target: input) as bytes [count][H][W][C]. */
CR_API void cr_picture_of(const struct cr_run *run, const float *outputs, int64_t count, uint8_t *pixels);
/* --------------------------------------------------------------------------------------------------------- ensemble */

/*
 * Sets the ensemble's rule (an entry of cr_rules), with weights that fit the members' validation part where it has
 * weights to fit. Then the members must hold out the same samples: of those of a cross-validation each would judge
 * samples that the others learned. `fitted`, which may be NULL, are the results on the validation part of the ensemble
 * and, behind it, of its members: [1 + ensemble->count], the caller's; NULLs where there is no part that all hold out
 * and none was needed.
 */
CR_API enum cr_status cr_ensemble_fit(struct cr_ensemble *ensemble, struct cr_context *context, const char *rule,
                                      const struct cr_data_options *options, struct cr_test_result **fitted,
                                      struct cr_error *err);

/* --------------------------------------------------------------------------------------------------------- classify */

/*
 * A trained network inside of another program: a model that `cradle export --format safetensors` wrote, a run's
 * folder, or that of an ensemble; its context and memory in one.
 *
 *     struct cr_classifier *classifier;
 *     if (cr_classifier_open(&classifier, "digits.safetensors", &err) == CR_OK &&
 *         cr_classify(classifier, &(struct cr_picture){pixels, 8, 8, 1}, probabilities, &best, &err) == CR_OK)
 *         puts(cr_classifier_run(classifier)->class_names[best]);
 *     cr_classifier_free(classifier);
 *
 * Several threads may use one; they take turns. To classify allocates nothing. A run that reconstructs its input
 * (train.target: input) has no classes and is refused.
 */
struct cr_classifier;
CR_API enum cr_status cr_classifier_open(struct cr_classifier **classifier, const char *path, struct cr_error *err);
/* From a file's content: one that is linked into the program, for example. It may go after the call. */
CR_API enum cr_status cr_classifier_open_memory(struct cr_classifier **classifier, const void *content, size_t size,
                                                struct cr_error *err);
CR_API void cr_classifier_free(struct cr_classifier *classifier);
/* Sides, classes and their names. Borrowed. */
CR_API const struct cr_run *cr_classifier_run(const struct cr_classifier *classifier);

/* Pixels as bytes [height][width][channels]; floats where the network was trained on numbers. */
struct cr_picture {
    const void *pixels;
    int64_t height, width, channels;
};
/*
 * The probabilities [classes] (may be NULL) and the most probable class (may be NULL). A picture of another size or
 * number of channels is refused, and so are numbers that are not finite.
 */
CR_API enum cr_status cr_classify(struct cr_classifier *classifier, const struct cr_picture *picture,
                                  float *probabilities, int64_t *best, struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
