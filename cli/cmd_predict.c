/*
 * cradle predict RUN [IMAGE...] [--test N] [--top K] [--out FILE] [--json]
 *
 * Pictures, or samples of the test part, are decoded by the workers, a batch at a time, and answered in their order.
 * One that cannot be read is told on the standard error; the others are still answered.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cradle/evaluate.h>

#include "answer.h"
#include "json.h"
#include "reconstruction.h"
#include "session.h"

enum { BATCH = 64, NAME_SIZE = 256 };

struct predict_values {
    struct cli_common common;
    bool json;
    int64_t top, test;
    const char *out;
};

struct predict {
    struct session session;
    const struct predict_values *values;
    struct cr_ensemble *ensemble; /* of one run, or more */
    const struct cr_run *run;     /* its first */
    struct cr_predictor *predictor;
    struct cr_dataset *dataset; /* the test part, instead of files */
    struct reconstruction made; /* of a network that reconstructs pictures */
    size_t sample;
    int64_t width;   /* outputs of a sample */
    uint8_t *pixels; /* [BATCH][sample] */
    float *outputs;  /* [BATCH][width] */
    int64_t told, failed;
};

/* A batch on its way: which pictures, and what became of each. */
struct batch {
    const struct predict *predict;
    const char *const *files;
    int64_t first; /* sample of the dataset */
    int count;
    atomic_int next;
    enum cr_status status[BATCH];
    struct cr_error errors[BATCH];
};

static void *decode(void *argument)
{
    struct batch *batch = argument;
    const struct cr_run *run = batch->predict->run;
    const struct cr_dataset *dataset = batch->predict->dataset;
    for (int i; (i = atomic_fetch_add(&batch->next, 1)) < batch->count;) {
        uint8_t *pixels = batch->predict->pixels + (size_t)i * batch->predict->sample;
        batch->status[i] =
            dataset ? dataset->get(dataset, batch->first + i, pixels, &batch->errors[i])
                    : cr_image_load(batch->files[i], run->height, run->width, run->channels, pixels, &batch->errors[i]);
    }
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

/* A file, or what the dataset calls its sample. */
static const char *name_of(const struct batch *batch, int i, char name[NAME_SIZE])
{
    const struct cr_dataset *dataset = batch->predict->dataset;
    if (!dataset)
        return batch->files[i];
    dataset->describe(dataset, batch->first + i, name, NAME_SIZE);
    return name;
}

static void tell_error(struct predict *predict, const char *name, const struct cr_error *error)
{
    predict->session.err = *error;
    session_fail(&predict->session);
    predict->failed++;
    if (!predict->values->json)
        return;
    printf("%s\n  {\"image\": ", predict->told++ ? "," : "[");
    json_text(name);
    printf(", \"error\": ");
    json_text(error->message);
    printf("}");
}

/* `difference` is that of a reconstruction, else not used. */
static void tell_json(struct predict *predict, const char *name, const struct answer *answer, double difference)
{
    printf("%s\n  {\"image\": ", predict->told++ ? "," : "[");
    json_text(name);
    printf(", ");
    if (predict->run->network->target) {
        printf("\"difference\": ");
        json_float((float)difference);
    } else {
        answer_json(answer);
    }
    printf("}");
}

static void tell(const struct predict *predict, const char *name, const struct answer *answer, double difference)
{
    char clean[1024];
    text_clean(name, clean, sizeof clean);
    printf("%s\n", clean);
    if (predict->run->network->target)
        printf("  %6.2f %%  off (root mean square)\n", 100 * difference);
    else
        answer_tell(answer);
}

static void tell_batch(struct predict *predict, const struct batch *batch)
{
    struct answer answer = {.run = predict->run, .outputs = predict->outputs, .top = predict->values->top};
    const uint8_t *pixels = predict->pixels;
    char name[NAME_SIZE];
    for (int i = 0; i < batch->count; i++) {
        double difference = 0;
        if (batch->status[i] != CR_OK) {
            tell_error(predict, name_of(batch, i, name), &batch->errors[i]);
            continue;
        }
        if (predict->run->network->target)
            difference = reconstruction_add(&predict->made, pixels, answer.outputs);
        if (predict->values->json)
            tell_json(predict, name_of(batch, i, name), &answer, difference);
        else
            tell(predict, name_of(batch, i, name), &answer, difference);
        answer.outputs += predict->width;
        pixels += predict->sample;
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

static enum cr_status predict_all(struct predict *predict, int64_t count, const char *const *files)
{
    const struct cr_run *run = predict->run;
    struct batch *batch = malloc(sizeof *batch);
    enum cr_status status = CR_OK;
    predict->sample = (size_t)(run->height * run->width * run->channels) * (run->numbers ? sizeof(float) : 1);
    predict->width = cr_shape_count(run->network->output);
    predict->pixels = malloc(BATCH * predict->sample);
    predict->outputs = malloc(BATCH * (size_t)predict->width * sizeof *predict->outputs);
    if (!batch || !predict->pixels || !predict->outputs)
        CR_GO(cr_fail_memory(&predict->session.err));
    for (int64_t at = 0; at < count; at += BATCH) {
        batch->predict = predict;
        batch->files = files ? files + at : NULL;
        batch->first = at;
        batch->count = count - at < BATCH ? (int)(count - at) : BATCH;
        atomic_init(&batch->next, 0);
        CR_GO(predict_batch(predict, batch));
    }
    if (predict->values->json)
        printf("\n]\n");
done:
    free(batch);
    return status;
}

static enum cr_status check(struct predict *predict, struct cr_error *err)
{
    if (predict->run->numbers && predict->values->test == 0)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "the network was trained on rows of numbers, and has no use for pictures; --test N asks it for "
                       "rows of its test part");
    if (predict->values->out && !predict->run->network->target)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "--out draws what a network makes of its input (train.target: input), and this one answers with "
                       "something else");
    return CR_OK;
}

/* The test part, where it is asked for, and how many samples there are to answer. */
static enum cr_status open_samples(struct predict *predict, int64_t *count)
{
    struct session *session = &predict->session;
    if (predict->values->test == 0)
        return CR_OK;
    CR_TRY(cr_run_test_data(&predict->dataset, session->context, predict->run, &session->data, &session->err));
    CR_TRY(cr_run_accepts(predict->run, predict->dataset, &session->err));
    *count = predict->values->test < predict->dataset->count ? predict->values->test : predict->dataset->count;
    return CR_OK;
}

static enum cr_status answer_all(struct predict *predict, int64_t count, const char *const *files)
{
    struct session *session = &predict->session;
    CR_TRY(open_samples(predict, &count));
    if (predict->run->network->target)
        CR_TRY(reconstruction_open(&predict->made, predict->run, count, &session->err));
    CR_TRY(cr_predictor_of_ensemble(&predict->predictor, session->context, predict->ensemble,
                                    count < BATCH ? count : BATCH, &session->err));
    screen_clear(&session->screen);
    CR_TRY(predict_all(predict, count, predict->dataset ? NULL : files));
    if (predict->values->out && predict->made.count > 0)
        CR_TRY(reconstruction_write(&predict->made, predict->values->out, &session->err));
    return CR_OK;
}

static int run(const struct cli_call *call)
{
    struct predict predict = {.values = call->values};
    struct session *session = &predict.session;
    int64_t count = call->count - 1;
    enum cr_status status;
    if (count == 0 && predict.values->test == 0)
        return cli_usage_fail(call->command, "IMAGE is missing");
    if (count > 0 && predict.values->test > 0)
        return cli_usage_fail(call->command, "%s: --test takes its samples from the test part, and no files",
                              call->arguments[1]);
    CR_GO(session_open(session, &predict.values->common));
    CR_GO(cr_ensemble_open(&predict.ensemble, session->context, call->arguments[0], &session->err));
    predict.run = predict.ensemble->runs[0];
    CR_GO(check(&predict, &session->err));
    CR_GO(answer_all(&predict, count, call->arguments + 1));
done:
    if (status != CR_OK)
        session_fail(session);
    cr_predictor_free(predict.predictor);
    cr_dataset_free(predict.dataset);
    reconstruction_close(&predict.made);
    cr_ensemble_free(predict.ensemble);
    free(predict.pixels);
    free(predict.outputs);
    session_close(session);
    return status == CR_OK && predict.failed == 0 ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run or an ensemble"},
    {.name = "IMAGE", .type = CLI_FILE, .optional = true, .many = true, .help = "JPEG or PNG files of any size"},
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
    {.name = "test",
     .value = "N",
     .type = CLI_NUMBER,
     .offset = offsetof(struct predict_values, test),
     .min = 1,
     .max = 1000000000,
     .help = "the first N samples of the run's test part instead of files"},
    {.name = "out",
     .value = "FILE",
     .type = CLI_FILE,
     .offset = offsetof(struct predict_values, out),
     .help = "a PNG with pictures and below each what the network makes of it (train.target: input)"},
    {.name = "json",
     .type = CLI_SWITCH,
     .offset = offsetof(struct predict_values, json),
     .help = "a JSON list: image, and top: [{class, probability}], labels, numbers, difference or error"},
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
        "  cradle predict runs/pictures --top 1 --json *.jpg\n"
        "  cradle predict runs/houses --test 10\n"
        "  cradle predict runs/mnist-autoencoder --test 20 --out pictures.png\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct predict_values),
    .run = run,
};
