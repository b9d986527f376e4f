/*
 * cradle predict RUN IMAGE... [--top K] [--json]
 *
 * Pictures are decoded by the workers, a batch at a time, and answered in the order in which they were named. One that
 * cannot be read is told on the standard error; the others are still answered.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cradle/evaluate.h>

#include "json.h"
#include "session.h"

enum { BATCH = 64 };

struct predict_values {
    struct cli_common common;
    bool json;
    int64_t top;
};

struct predict {
    struct session session;
    const struct predict_values *values;
    struct cr_run *run;
    struct cr_predictor *predictor;
    size_t sample;
    uint8_t *pixels;      /* [BATCH][sample] */
    float *probabilities; /* [BATCH][classes] */
    int64_t told, failed;
};

/* A batch on its way: which pictures, and what became of each. */
struct batch {
    const struct predict *predict;
    const char *const *files;
    int count;
    atomic_int next;
    enum cr_status status[BATCH];
    struct cr_error errors[BATCH];
};

static void *decode(void *argument)
{
    struct batch *batch = argument;
    const struct cr_run *run = batch->predict->run;
    for (int i; (i = atomic_fetch_add(&batch->next, 1)) < batch->count;)
        batch->status[i] =
            cr_image_load(batch->files[i], run->height, run->width, run->channels,
                          batch->predict->pixels + (size_t)i * batch->predict->sample, &batch->errors[i]);
    return NULL;
}

/* A worker that cannot be started is no failure: the others do its part. */
static void decode_all(struct batch *batch, int workers)
{
    pthread_t threads[BATCH];
    int started = 0;
    while (started < workers && started + 1 < batch->count &&
           pthread_create(&threads[started], NULL, decode, batch) == 0)
        started++;
    decode(batch);
    while (started > 0)
        pthread_join(threads[--started], NULL);
}

/* The k most probable classes, ties to the lower number. */
static void best(const float *probabilities, int64_t classes, int64_t k, int64_t *top)
{
    for (int64_t i = 0; i < k; i++) {
        top[i] = -1;
        for (int64_t c = 0; c < classes; c++) {
            bool taken = false;
            for (int64_t j = 0; j < i; j++)
                taken = taken || top[j] == c;
            if (!taken && (top[i] < 0 || probabilities[c] > probabilities[top[i]]))
                top[i] = c;
        }
    }
}

static void tell_json(struct predict *predict, const char *file, const float *probabilities, const int64_t *top,
                      int64_t k, const char *error)
{
    printf("%s\n  {\"image\": ", predict->told++ ? "," : "[");
    json_text(file);
    if (error) {
        printf(", \"error\": ");
        json_text(error);
    }
    for (int64_t i = 0; !error && i < k; i++) {
        printf("%s{\"class\": ", i ? ", " : ", \"top\": [");
        json_text(predict->run->class_names[top[i]]);
        printf(", \"probability\": ");
        json_float(probabilities[top[i]]);
        printf("}%s", i + 1 == k ? "]" : "");
    }
    printf("}");
}

static void tell(const struct predict *predict, const char *file, const float *probabilities, const int64_t *top,
                 int64_t k)
{
    char clean[1024];
    text_clean(file, clean, sizeof clean);
    printf("%s\n", clean);
    for (int64_t i = 0; i < k; i++) {
        text_clean(predict->run->class_names[top[i]], clean, sizeof clean);
        printf("  %6.2f %%  %s\n", 100 * (double)probabilities[top[i]], clean);
    }
}

static void tell_batch(struct predict *predict, const struct batch *batch, int64_t k, int64_t *top)
{
    int64_t classes = predict->run->classes, answered = 0;
    for (int i = 0; i < batch->count; i++) {
        bool failed = batch->status[i] != CR_OK;
        const float *probabilities = predict->probabilities + answered * classes;
        if (failed) {
            predict->session.err = batch->errors[i];
            session_fail(&predict->session);
            predict->failed++;
        } else {
            best(probabilities, classes, k, top);
            answered++;
        }
        if (predict->values->json)
            tell_json(predict, batch->files[i], probabilities, top, k, failed ? batch->errors[i].message : NULL);
        else if (!failed)
            tell(predict, batch->files[i], probabilities, top, k);
    }
}

static enum cr_status predict_batch(struct predict *predict, struct batch *batch, int64_t k, int64_t *top)
{
    int64_t sound = 0;
    decode_all(batch, predict->session.data.workers);
    for (int i = 0; i < batch->count; i++)
        if (batch->status[i] == CR_OK)
            memmove(predict->pixels + (size_t)sound++ * predict->sample, predict->pixels + (size_t)i * predict->sample,
                    predict->sample);
    if (sound > 0)
        CR_TRY(cr_predict(predict->predictor, predict->pixels, sound, predict->probabilities, &predict->session.err));
    tell_batch(predict, batch, k, top);
    return CR_OK;
}

static enum cr_status predict_all(struct predict *predict, int count, const char *const *files)
{
    int64_t classes = predict->run->classes, k = predict->values->top < classes ? predict->values->top : classes;
    int64_t *top = malloc((size_t)k * sizeof *top);
    struct batch *batch = malloc(sizeof *batch);
    enum cr_status status = CR_OK;
    predict->sample = (size_t)(predict->run->height * predict->run->width * predict->run->channels);
    predict->pixels = malloc(BATCH * predict->sample);
    predict->probabilities = malloc(BATCH * (size_t)classes * sizeof *predict->probabilities);
    if (!top || !batch || !predict->pixels || !predict->probabilities)
        CR_GO(cr_fail_memory(&predict->session.err));
    for (int at = 0; at < count; at += BATCH) {
        batch->predict = predict;
        batch->files = files + at;
        batch->count = count - at < BATCH ? count - at : BATCH;
        atomic_init(&batch->next, 0);
        CR_GO(predict_batch(predict, batch, k, top));
    }
    if (predict->values->json)
        printf("\n]\n");
done:
    free(top);
    free(batch);
    return status;
}

static int run(const struct cli_call *call)
{
    struct predict predict = {.values = call->values};
    struct session *session = &predict.session;
    int count = call->count - 1;
    enum cr_status status;
    CR_GO(session_open(session, &predict.values->common));
    CR_GO(cr_run_open(&predict.run, session->context, call->arguments[0], &session->err));
    CR_GO(cr_predictor_new(&predict.predictor, session->context, predict.run, count < BATCH ? count : BATCH,
                           &session->err));
    CR_GO(predict_all(&predict, count, call->arguments + 1));
done:
    if (status != CR_OK)
        session_fail(session);
    cr_predictor_free(predict.predictor);
    cr_run_free(predict.run);
    free(predict.pixels);
    free(predict.probabilities);
    session_close(session);
    return status == CR_OK && predict.failed == 0 ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run"},
    {.name = "IMAGE", .type = CLI_FILE, .many = true, .help = "JPEG or PNG files of any size"},
    {0}};

static const struct cli_option options[] = {{.name = "top",
                                             .value = "K",
                                             .type = CLI_NUMBER,
                                             .offset = offsetof(struct predict_values, top),
                                             .min = 1,
                                             .max = 1000,
                                             .def = 3,
                                             .help = "so many of the most probable classes (default: 3)"},
                                            {.name = "json",
                                             .type = CLI_SWITCH,
                                             .offset = offsetof(struct predict_values, json),
                                             .help = "a JSON list: image, and top: [{class, probability}] or error"},
                                            CLI_THREADS,
                                            CLI_WORKERS,
                                            {0}};

const struct cli_command cmd_predict = {
    .name = "predict",
    .help = "says what is on pictures",
    .more = "Pictures are resized and cropped as in training. One that cannot be read is named, the others are still\n"
            "answered, and the exit status is 1.\n"
            "\n"
            "  cradle predict runs/pictures cat.jpg dog.png\n"
            "  cradle predict runs/pictures --top 1 --json *.jpg\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct predict_values),
    .run = run,
};
