/*
 * A trained network inside of another program. One picture at a time, by one thread: a program that classifies has its
 * own threads.
 */
#include <cradle/evaluate.h>

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

struct cr_classifier {
    struct cr_context *context;
    struct cr_run *run;           /* of one file in memory; else NULL */
    struct cr_ensemble *ensemble; /* of a path; else NULL */
    const struct cr_run *shown;   /* that run, or the first member: sides and classes */
    struct cr_predictor *predictor;
    pthread_mutex_t turn;
    float *outputs; /* [classes] */
};

static enum cr_status open_path(struct cr_classifier *made, const char *path, struct cr_error *err)
{
    CR_TRY(cr_ensemble_open(&made->ensemble, made->context, path, err));
    made->shown = made->ensemble->runs[0];
    return cr_predictor_of_ensemble(&made->predictor, made->context, made->ensemble, 1, err);
}

static enum cr_status open_memory(struct cr_classifier *made, const void *content, size_t size, struct cr_error *err)
{
    CR_TRY(cr_run_open_memory(&made->run, made->context, content, size, "model", err));
    made->shown = made->run;
    return cr_predictor_new(&made->predictor, made->context, made->run, 1, err);
}

/* From a path, or where there is none from memory. */
static enum cr_status make(struct cr_classifier **classifier, const char *path, const void *content, size_t size,
                           struct cr_error *err)
{
    const struct cr_context_options options = {.threads = 1};
    enum cr_status status;
    struct cr_classifier *made = calloc(1, sizeof *made);
    *classifier = NULL;
    if (!made || pthread_mutex_init(&made->turn, NULL) != 0) {
        free(made);
        return cr_fail_memory(err);
    }
    CR_GO(cr_context_new(&made->context, &options, err));
    CR_GO(path ? open_path(made, path, err) : open_memory(made, content, size, err));
    if (made->shown->network->target)
        CR_GO(cr_fail(err, CR_ERROR_UNSUPPORTED,
                      "%s: reconstructs its input (train.target: input): it has no classes to tell apart",
                      path ? path : "model"));
    made->outputs = malloc((size_t)made->shown->classes * sizeof *made->outputs);
    if (!made->outputs)
        CR_GO(cr_fail_memory(err));
    *classifier = made;
    made = NULL;
done:
    cr_classifier_free(made);
    return status;
}

enum cr_status cr_classifier_open(struct cr_classifier **classifier, const char *path, struct cr_error *err)
{
    return make(classifier, path, NULL, 0, err);
}

enum cr_status cr_classifier_open_memory(struct cr_classifier **classifier, const void *content, size_t size,
                                         struct cr_error *err)
{
    return make(classifier, NULL, content, size, err);
}

void cr_classifier_free(struct cr_classifier *classifier)
{
    if (!classifier)
        return;
    cr_predictor_free(classifier->predictor);
    cr_run_free(classifier->run);
    cr_ensemble_free(classifier->ensemble);
    cr_context_free(classifier->context);
    pthread_mutex_destroy(&classifier->turn);
    free(classifier->outputs);
    free(classifier);
}

const struct cr_run *cr_classifier_run(const struct cr_classifier *classifier)
{
    return classifier->shown;
}

static enum cr_status check(const struct cr_run *run, const struct cr_picture *picture, struct cr_error *err)
{
    if (picture->height != run->height || picture->width != run->width || picture->channels != run->channels)
        return cr_fail(err, CR_ERROR_SHAPE, "a picture of %lldx%lldx%lld: the network takes %lldx%lldx%lld",
                       (long long)picture->height, (long long)picture->width, (long long)picture->channels,
                       (long long)run->height, (long long)run->width, (long long)run->channels);
    const float *numbers = picture->pixels;
    for (int64_t i = 0; run->numbers && i < run->height * run->width * run->channels; i++)
        if (!isfinite(numbers[i]))
            return cr_fail(err, CR_ERROR_ARGUMENT, "number %lld of the sample is %s", (long long)i,
                           isnan(numbers[i]) ? "nan" : "infinite");
    return CR_OK;
}

enum cr_status cr_classify(struct cr_classifier *classifier, const struct cr_picture *picture, float *probabilities,
                           int64_t *best, struct cr_error *err)
{
    int64_t classes = classifier->shown->classes, most = 0;
    CR_TRY(check(classifier->shown, picture, err));
    pthread_mutex_lock(&classifier->turn);
    enum cr_status status = cr_predict(classifier->predictor, picture->pixels, 1, classifier->outputs, err);
    for (int64_t c = 0; c < classes; c++) {
        most = classifier->outputs[c] > classifier->outputs[most] ? c : most;
        if (probabilities)
            probabilities[c] = classifier->outputs[c];
    }
    pthread_mutex_unlock(&classifier->turn);
    if (best)
        *best = most;
    return status;
}
