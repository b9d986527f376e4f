/*
 * cradle predict RUN [INPUT...] [--list FILE] [--test N] [--top K] [--tta VIEWS] [--out FILE] [--json|--jsonl|--csv]
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
#include "inputs.h"
#include "reconstruction.h"
#include "session.h"
#include "told.h"

enum { BATCH = 64, NAME_SIZE = 256 };

struct predict_values {
    struct cli_common common;
    bool json, jsonl, csv;
    int64_t top, test, sure;
    const char *out, *list, *tta;
};

struct predict {
    struct session session;
    const struct predict_values *values;
    struct cr_ensemble *ensemble; /* of one run, or more */
    const struct cr_run *run;     /* its first */
    struct cr_predictor *predictor;
    struct cr_tta *tta; /* NULL: none */
    struct inputs inputs;
    struct cr_dataset *dataset; /* the test part, instead of inputs */
    struct reconstruction made; /* of a network that reconstructs pictures */
    size_t sample;
    int64_t width;   /* outputs of a sample */
    uint8_t *pixels; /* [BATCH][sample] */
    float *outputs;  /* [BATCH][width] */
    struct told told;
    int64_t failed;
};

/* A batch on its way: which pictures, and what became of each. */
struct batch {
    const struct predict *predict;
    int64_t first; /* sample of the dataset, or input */
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
                    : input_load(&batch->predict->inputs.items[batch->first + i], run, pixels, &batch->errors[i]);
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

/* An input, or what the dataset calls its sample. */
static const char *name_of(const struct batch *batch, int i, char name[NAME_SIZE])
{
    const struct cr_dataset *dataset = batch->predict->dataset;
    if (!dataset)
        return batch->predict->inputs.items[batch->first + i].name;
    dataset->describe(dataset, batch->first + i, name, NAME_SIZE);
    return name;
}

static void tell_error(struct predict *predict, const char *name, const struct cr_error *error)
{
    predict->session.err = *error;
    session_fail(&predict->session);
    predict->failed++;
    told_fault(&predict->told, name, error->message);
}

static void tell_batch(struct predict *predict, const struct batch *batch)
{
    struct answer answer = {.run = predict->run,
                            .outputs = predict->outputs,
                            .top = predict->values->top,
                            .sure = (double)predict->values->sure / 100};
    const uint8_t *pixels = predict->pixels;
    char name[NAME_SIZE];
    for (int i = 0; i < batch->count; i++) {
        struct told_sample sample = {.name = name_of(batch, i, name), .answer = &answer};
        if (batch->status[i] != CR_OK) {
            tell_error(predict, sample.name, &batch->errors[i]);
            continue;
        }
        if (predict->run->network->target)
            sample.difference = reconstruction_add(&predict->made, pixels, answer.outputs);
        told_answer(&predict->told, &sample);
        answer.outputs += predict->width;
        pixels += predict->sample;
    }
}

static enum cr_status answer(struct predict *predict, int64_t count)
{
    struct cr_error *err = &predict->session.err;
    if (count == 0)
        return CR_OK;
    if (predict->tta)
        return cr_predict_tta(predict->predictor, predict->tta, predict->pixels, count, predict->outputs, err);
    return cr_predict(predict->predictor, predict->pixels, count, predict->outputs, err);
}

static enum cr_status predict_batch(struct predict *predict, struct batch *batch)
{
    int64_t sound = 0;
    decode_all(batch, predict->session.data.workers);
    for (int i = 0; i < batch->count; i++)
        if (batch->status[i] == CR_OK)
            memmove(predict->pixels + (size_t)sound++ * predict->sample, predict->pixels + (size_t)i * predict->sample,
                    predict->sample);
    CR_TRY(answer(predict, sound));
    tell_batch(predict, batch);
    return CR_OK;
}

static enum cr_status predict_all(struct predict *predict, int64_t count)
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
    told_begin(&predict->told);
    for (int64_t at = 0; at < count; at += BATCH) {
        batch->predict = predict;
        batch->first = at;
        batch->count = count - at < BATCH ? (int)(count - at) : BATCH;
        atomic_init(&batch->next, 0);
        CR_GO(predict_batch(predict, batch));
    }
    told_end(&predict->told);
done:
    free(batch);
    return status;
}

static enum cr_status check(struct predict *predict, struct cr_error *err)
{
    if (predict->values->out && !predict->run->network->target)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "--out draws what a network makes of its input (train.target: input), and this one answers with "
                       "something else");
    return CR_OK;
}

/* What there is to answer: inputs, or the test part where it is asked for. */
static enum cr_status open_samples(struct predict *predict, const struct cli_call *call, int64_t *count)
{
    struct session *session = &predict->session;
    const struct predict_values *values = predict->values;
    predict->inputs.run = predict->run;
    for (int i = 1; i < call->count; i++)
        CR_TRY(inputs_add(&predict->inputs, call->arguments[i], &session->err));
    if (values->list)
        CR_TRY(inputs_add_list(&predict->inputs, values->list, &session->err));
    *count = predict->inputs.count;
    if (values->test == 0)
        return CR_OK;
    CR_TRY(cr_run_test_data(&predict->dataset, session->context, predict->run, &session->data, &session->err));
    CR_TRY(cr_run_accepts(predict->run, predict->dataset, &session->err));
    *count = values->test < predict->dataset->count ? values->test : predict->dataset->count;
    return CR_OK;
}

static enum cr_status answer_all(struct predict *predict, const struct cli_call *call)
{
    struct session *session = &predict->session;
    int64_t count;
    if (predict->values->tta)
        CR_TRY(cr_tta_new(&predict->tta, predict->run, predict->values->tta, &session->err));
    CR_TRY(open_samples(predict, call, &count));
    if (count == 0)
        return cr_fail(&session->err, CR_ERROR_ARGUMENT, "%s: names no picture", predict->values->list);
    if (predict->run->network->target)
        CR_TRY(reconstruction_open(&predict->made, predict->run, count, &session->err));
    CR_TRY(cr_predictor_of_ensemble(&predict->predictor, session->context, predict->ensemble,
                                    count < BATCH ? count : BATCH, &session->err));
    screen_clear(&session->screen);
    CR_TRY(predict_all(predict, count));
    if (predict->values->out && predict->made.count > 0)
        CR_TRY(reconstruction_write(&predict->made, predict->values->out, &session->err));
    return CR_OK;
}

static int check_call(const struct cli_call *call)
{
    const struct predict_values *values = call->values;
    bool inputs = call->count > 1 || values->list;
    if (!inputs && values->test == 0)
        return cli_usage_fail(call->command, "INPUT is missing: a picture, a folder, an array (.npy), or - for the "
                                             "standard input; or --list FILE, or --test N");
    if (inputs && values->test > 0)
        return cli_usage_fail(call->command, "%s: --test takes its samples from the test part, and no files",
                              call->count > 1 ? call->arguments[1] : values->list);
    if (values->json + values->jsonl + values->csv > 1)
        return cli_usage_fail(call->command, "--json, --jsonl and --csv are three ways to print: choose one");
    return CLI_OK;
}

static enum told_format format_of(const struct predict_values *values)
{
    return values->json ? TOLD_JSON : values->jsonl ? TOLD_LINES : values->csv ? TOLD_CSV : TOLD_TEXT;
}

static int run(const struct cli_call *call)
{
    struct predict predict = {.values = call->values};
    struct session *session = &predict.session;
    enum cr_status status;
    int code = check_call(call);
    if (code != CLI_OK)
        return code;
    CR_GO(session_open(session, &predict.values->common));
    CR_GO(cr_ensemble_open(&predict.ensemble, session->context, call->arguments[0], &session->err));
    predict.run = predict.ensemble->runs[0];
    CR_GO(check(&predict, &session->err));
    predict.told = (struct told){.format = format_of(predict.values), .run = predict.run};
    CR_GO(answer_all(&predict, call));
done:
    if (status != CR_OK)
        session_fail(session);
    cr_predictor_free(predict.predictor);
    cr_tta_free(predict.tta);
    cr_dataset_free(predict.dataset);
    inputs_free(&predict.inputs);
    reconstruction_close(&predict.made);
    cr_ensemble_free(predict.ensemble);
    free(predict.pixels);
    free(predict.outputs);
    session_close(session);
    return status == CR_OK && predict.failed == 0 ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run or an ensemble"},
    {.name = "INPUT",
     .type = CLI_FILE,
     .optional = true,
     .many = true,
     .help = "JPEG or PNG files of any size, folders of them, arrays (.npy), or - for the standard input"},
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
    {.name = "list",
     .value = "FILE",
     .type = CLI_FILE,
     .offset = offsetof(struct predict_values, list),
     .help = "inputs named in a file, one a line; - reads the lines from the standard input"},
    {.name = "tta",
     .value = "VIEWS",
     .type = CLI_TEXT,
     .offset = offsetof(struct predict_values, tta),
     .help = "the mean of the answers to the picture and to views of it: flip, shift, or flip,shift"},
    {.name = "sure",
     .value = "PERCENT",
     .type = CLI_NUMBER,
     .offset = offsetof(struct predict_values, sure),
     .max = 100,
     .def = 50,
     .help = "an answer that is less probable is marked as unsure (default: 50; 0: none)"},
    {.name = "out",
     .value = "FILE",
     .also = "output",
     .type = CLI_FILE,
     .offset = offsetof(struct predict_values, out),
     .help = "a PNG with pictures and below each what the network makes of it (train.target: input)"},
    {.name = "json",
     .type = CLI_SWITCH,
     .offset = offsetof(struct predict_values, json),
     .help = "a JSON list: image, and top: [{class, probability}], labels, numbers, difference or error"},
    {.name = "jsonl",
     .type = CLI_SWITCH,
     .offset = offsetof(struct predict_values, jsonl),
     .help = "the same as JSON lines: one object a line, without a list around them"},
    {.name = "csv",
     .type = CLI_SWITCH,
     .offset = offsetof(struct predict_values, csv),
     .help = "a table with commas: a row for each of the classes that are told, --top 1: a row a picture"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_predict = {
    .name = "predict",
    .help = "says what is on pictures",
    .more =
        "Pictures are resized and cropped as in training; an array holds samples of the network's size, "
        "[count][H][W][C],\n"
        "which are told as x.npy[0], x.npy[1]. One that cannot be read is named, the others are still\n"
        "answered, and the exit status is 1. A network for several answers at once tells those above 50 %, one for\n"
        "numbers its numbers.\n"
        "\n"
        "  cradle predict runs/pictures cat.jpg dog.png\n"
        "  cradle predict runs/pictures --top 1 --csv new/ >answers.csv\n"
        "  cradle predict runs/pictures --tta flip,shift --json *.jpg\n"
        "  find . -name '*.jpg' | cradle predict runs/pictures --list - --jsonl\n"
        "  curl -s https://example.org/cat.jpg | cradle predict runs/pictures -\n"
        "  cradle predict runs/houses --test 10\n"
        "  cradle predict runs/mnist-autoencoder --test 20 --out pictures.png\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct predict_values),
    .run = run,
};
