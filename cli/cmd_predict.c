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

#include "answer.h"
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
    uint8_t *pixels; /* [BATCH][sample] */
    float *outputs;  /* [BATCH][classes] */
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

static void tell_json(struct predict *predict, const char *file, const struct answer *answer, const char *error)
{
    printf("%s\n  {\"image\": ", predict->told++ ? "," : "[");
    json_text(file);
    printf(", ");
    if (error) {
        printf("\"error\": ");
        json_text(error);
    } else {
        answer_json(answer);
    }
    printf("}");
}

static void tell(const char *file, const struct answer *answer)
{
    char clean[1024];
    text_clean(file, clean, sizeof clean);
    printf("%s\n", clean);
    answer_tell(answer);
}

static void tell_batch(struct predict *predict, const struct batch *batch)
{
    struct answer answer = {.run = predict->run, .outputs = predict->outputs, .top = predict->values->top};
    for (int i = 0; i < batch->count; i++) {
        bool failed = batch->status[i] != CR_OK;
        if (failed) {
            predict->session.err = batch->errors[i];
            session_fail(&predict->session);
            predict->failed++;
        }
        if (predict->values->json)
            tell_json(predict, batch->files[i], &answer, failed ? batch->errors[i].message : NULL);
        else if (!failed)
            tell(batch->files[i], &answer);
        if (!failed)
            answer.outputs += predict->run->classes;
    }
}

static enum cr_status predict_batch(struct predict *predict, struct batch *batch)
{
    int64_t sound = 0;
    decode_all(batch, predict->session.data.workers);
    for (int i = 0; i < batch->count; i++)
        if (batch->status[i] == CR_OK)
            memmove(predict->pixels + (size_t)sound++ * predict->sample, predict->pixels + (size_t)i * predict->sample,
                    predict->sample);
    if (sound > 0)
        CR_TRY(cr_predict(predict->predictor, predict->pixels, sound, predict->outputs, &predict->session.err));
    tell_batch(predict, batch);
    return CR_OK;
}

static enum cr_status predict_all(struct predict *predict, int count, const char *const *files)
{
    int64_t classes = predict->run->classes;
    struct batch *batch = malloc(sizeof *batch);
    enum cr_status status = CR_OK;
    predict->sample = (size_t)(predict->run->height * predict->run->width * predict->run->channels);
    predict->pixels = malloc(BATCH * predict->sample);
    predict->outputs = malloc(BATCH * (size_t)classes * sizeof *predict->outputs);
    if (!batch || !predict->pixels || !predict->outputs)
        CR_GO(cr_fail_memory(&predict->session.err));
    for (int at = 0; at < count; at += BATCH) {
        batch->predict = predict;
        batch->files = files + at;
        batch->count = count - at < BATCH ? count - at : BATCH;
        atomic_init(&batch->next, 0);
        CR_GO(predict_batch(predict, batch));
    }
    if (predict->values->json)
        printf("\n]\n");
done:
    free(batch);
    return status;
}

static enum cr_status check(struct predict *predict)
{
    if (!predict->run->numbers)
        return CR_OK;
    return cr_fail(&predict->session.err, CR_ERROR_UNSUPPORTED,
                   "the network was trained on rows of numbers, and has no use for pictures");
}

static int run(const struct cli_call *call)
{
    struct predict predict = {.values = call->values};
    struct session *session = &predict.session;
    int count = call->count - 1;
    enum cr_status status;
    CR_GO(session_open(session, &predict.values->common));
    CR_GO(cr_run_open(&predict.run, session->context, call->arguments[0], &session->err));
    CR_GO(check(&predict));
    CR_GO(cr_predictor_new(&predict.predictor, session->context, predict.run, count < BATCH ? count : BATCH,
                           &session->err));
    CR_GO(predict_all(&predict, count, call->arguments + 1));
done:
    if (status != CR_OK)
        session_fail(session);
    cr_predictor_free(predict.predictor);
    cr_run_free(predict.run);
    free(predict.pixels);
    free(predict.outputs);
    session_close(session);
    return status == CR_OK && predict.failed == 0 ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run"},
    {.name = "IMAGE", .type = CLI_FILE, .many = true, .help = "JPEG or PNG files of any size"},
    {0}};

static const struct cli_option options[] = {
    {.name = "top",
     .value = "K",
     .type = CLI_NUMBER,
     .offset = offsetof(struct predict_values, top),
     .min = 1,
     .max = ANSWER_TOP_MAX,
     .def = 3,
     .help = "so many of the most probable classes (default: 3)"},
    {.name = "json",
     .type = CLI_SWITCH,
     .offset = offsetof(struct predict_values, json),
     .help = "a JSON list: image, and top: [{class, probability}], labels, numbers or error"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_predict = {
    .name = "predict",
    .help = "says what is on pictures",
    .more =
        "Pictures are resized and cropped as in training. One that cannot be read is named, the others are still\n"
        "answered, and the exit status is 1. A network for several answers at once tells those above 50 %, one for\n"
        "numbers its numbers.\n"
        "\n"
        "  cradle predict runs/pictures cat.jpg dog.png\n"
        "  cradle predict runs/pictures --top 1 --json *.jpg\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct predict_values),
    .run = run,
};
