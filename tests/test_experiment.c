/*
 * Experiments: mistakes in a config are told before anything is made; the run folder and its lock; what stands in the
 * config of a run; resume; finished runs opened; damaged and foreign files; a full disk.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <math.h>

#include "training.h"

#include <cradle/experiment.h>

static struct cr_error err;
static struct cr_context *context;
static char *folder;

static const char small[] = "data: {limit: 100, validation: 0.2}\n"
                            "model: [dense: 10]\n"
                            "train: {epochs: 3, batch: 32, schedule: cosine}\n";

static int set_up(void **state)
{
    (void)state;
    folder = folder_make();
    return cr_context_new(&context, &(struct cr_context_options){.threads = 2}, &err);
}

static int tear_down(void **state)
{
    (void)state;
    cr_context_free(context);
    folder_remove(folder);
    return 0;
}

static struct cr_config *parse(const char *yaml)
{
    struct cr_config *config;
    expect_ok(cr_config_parse(&config, yaml, "f", &err));
    return config;
}

/* FOLDER/NAME in one of some buffers. */
static const char *in_folder(const char *name)
{
    static char paths[64][512];
    static int next;
    next = (next + 1) % 64;
    return path_in(folder, name, paths[next]);
}

static const char *message_of(const char *format, ...)
{
    static char message[1200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return message;
}

/* Makes and runs an experiment; NULL for `run`: without a folder. */
static void train(const char *yaml, const char *run, const struct cr_observer *observer)
{
    struct cr_config *config = parse(yaml);
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = run, .observers = observer, .observer_count = observer != NULL};
    expect_ok(cr_experiment_new(&experiment, context, config, &options, &err));
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    cr_config_free(config);
}

static enum cr_status resume(const char *run, struct cr_config *config)
{
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = run, .resume = true};
    err = (struct cr_error){0};
    CR_TRY(cr_experiment_new(&experiment, context, config, &options, &err));
    enum cr_status status = cr_experiment_run(experiment, &err);
    cr_experiment_free(experiment);
    return status;
}

static void expect_same_file(const char *a, const char *b)
{
    struct stat x, y;
    assert_int_equal(stat(a, &x), 0);
    assert_int_equal(stat(b, &y), 0);
    assert_int_equal(x.st_size, y.st_size);
    char *first = file_text(a), *second = file_text(b);
    assert_memory_equal(first, second, (size_t)x.st_size);
    free(first);
    free(second);
}

static const struct {
    const char *yaml;
    enum cr_status status;
    const char *message;
} mistakes[] = {
    {"", CR_ERROR_CONFIG, "f:1:1: model is missing: a list of layers (model: [dense: 10])"},
    {"modell: [dense: 10]", CR_ERROR_CONFIG, "f:1:1: modell: unknown key; did you mean model?"},
    {"model: [dense: 10]\ndata: {validaton: 0.1}", CR_ERROR_CONFIG,
     "f:2:8: data.validaton: unknown key; did you mean validation?"},
    {"model: [dense: 10]\ntrain: {epochs: 0}", CR_ERROR_CONFIG,
     "f:2:17: train.epochs: 0 is out of range (int 1..1000000)"},
    {"model: [dense: 10]\ntrain: {epochs: many}", CR_ERROR_CONFIG,
     "f:2:17: train.epochs: expected a whole number (int 1..1000000), found \"many\""},
    {"model: [dens: 10]", CR_ERROR_CONFIG, "f:1:9: model[0].dens: unknown layer dens; did you mean dense?"},
    {"model: 3", CR_ERROR_CONFIG, "f:1:8: model: expected a list of layers (- conv: 32)"},
    {"model: [dense: 10]\ntrain: {optimizer: {sgd: {lr: fast}}}", CR_ERROR_CONFIG,
     "f:2:31: train.optimizer.sgd.lr: expected a number (float 1e-12..1000), found \"fast\""},
    {"model: [dense: 10]\ntrain: {clip: {norm: 1, value: 2}}", CR_ERROR_CONFIG,
     "f:2:15: train.clip: expected one of `norm: 1.0` and `value: 0.5`"},
    {"model: [dense: 10]\ntrain: {average: {}}", CR_ERROR_CONFIG,
     "f:2:18: train.average: expected one of `ema: {decay: 0.999}` and `swa: {start: 0.75}`"},
    {"model: [dense: 10]\ntrain: {early_stop: {patiense: 3}}", CR_ERROR_CONFIG,
     "f:2:22: train.early_stop.patiense: unknown key; did you mean patience?"},
    {"model: [dense: 10]\ntrain: {schedule: {cosine: {warmup: 5}}, epochs: 5}", CR_ERROR_CONFIG,
     "f:2:19: train.schedule: cosine: a warmup of 5 epochs leaves nothing of the training's 5"},
    {"model: [dense: 10]\ntrain: {loss: hinje}", CR_ERROR_CONFIG,
     "f:2:15: train.loss: unknown loss hinje; did you mean hinge?"},
    {"model: [dense: 10]\ndata: {source: {idx: {images: none, labels: none}}}", CR_ERROR_IO, NULL},
    {"model: [dense: 7]", CR_ERROR_SHAPE, NULL},
    {"model: [conv: {filters: 3, kernel: 9, padding: 0}, dense: 10]", CR_ERROR_SHAPE, NULL},
    {"model: [dense: 10]\ntrain: {optimizer: {sgd: {lr: !log [1e-3, 1]}}}", CR_ERROR_CONFIG,
     "f:2:31: train.optimizer.sgd.lr: is a search range (!log): use cradle tune, or give one value"},
};

static void mistakes_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct cr_config *config = parse(mistakes[i].yaml);
        struct cr_experiment *experiment;
        struct cr_experiment_options options = {.run = in_folder("never")};
        err = (struct cr_error){0};
        enum cr_status status = cr_experiment_new(&experiment, context, config, &options, &err);
        if (mistakes[i].message)
            assert_string_equal(err.message, mistakes[i].message);
        if (status != mistakes[i].status)
            fail_msg("%s: %s", mistakes[i].yaml, err.message);
        assert_null(experiment);
        assert_false(path_exists(in_folder("never")));
        cr_config_free(config);
    }
    struct cr_experiment *experiment;
    expect_error(cr_experiment_new(&experiment, context, NULL, NULL, &err), CR_ERROR_ARGUMENT,
                 "an experiment needs a config");
    expect_error(cr_experiment_new(&experiment, context, NULL, &(struct cr_experiment_options){.resume = true}, &err),
                 CR_ERROR_ARGUMENT, "to resume needs the folder of a run");
}

static int count_files(const char *path)
{
    int count = 0;
    DIR *list = opendir(path);
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(list);
    return count;
}

static void the_folder(void **state)
{
    (void)state;
    const char *run = in_folder("runs/deep/a/");
    static struct witness witness;
    train(small, run, &(struct cr_observer){&witness, witness_event});
    assert_int_equal(count_files(in_folder("runs/deep")), 1);
    assert_int_equal(count_files(run), 5);
    char *text = file_text(in_folder("runs/deep/a/config.yaml"));
    assert_string_equal(text, "data:\n"
                              "  source: digits\n"
                              "  validation: 0.2\n"
                              "  limit: 100\n"
                              "  standardize: channel\n"
                              "  split_seed: 0\n"
                              "  folds: 0\n"
                              "  fold: 0\n"
                              "  sampling: shuffle\n"
                              "  oversample: 0\n"
                              "model:\n"
                              "- dense: 10\n"
                              "train:\n"
                              "  loss:\n"
                              "    cross-entropy:\n"
                              "      label_smoothing: 0\n"
                              "      class_weights: []\n"
                              "  target: data\n"
                              "  optimizer:\n"
                              "    sgd:\n"
                              "      lr: 0.1\n"
                              "      momentum: 0.9\n"
                              "      nesterov: false\n"
                              "      weight_decay: 0\n"
                              "      decay: classic\n"
                              "  schedule:\n"
                              "    cosine:\n"
                              "      final: 0\n"
                              "      restart: 0\n"
                              "      multiply: 1\n"
                              "      warmup: 0\n"
                              "  epochs: 3\n"
                              "  batch: 32\n"
                              "  seed: 1\n"
                              "  checkpoint: 0\n"
                              "  tensorboard: false\n"
                              "  keep: 0\n"
                              "  lean: false\n"
                              "  accumulate: 1\n"
                              "  l1: 0\n"
                              "  max_norm: 0\n"
                              "babysit:\n"
                              "  observe: auto\n"
                              "  compare: true\n"
                              "  preflight: true\n"
                              "  auto: false\n");
    /* Its own config makes the same experiment, to the bit; so does no folder at all. */
    train(text, in_folder("runs/b"), NULL);
    free(text);
    expect_same_file(in_folder("runs/deep/a/config.yaml"), in_folder("runs/b/config.yaml"));
    expect_same_file(in_folder("runs/deep/a/best.safetensors"), in_folder("runs/b/best.safetensors"));
    expect_same_file(in_folder("runs/deep/a/last.safetensors"), in_folder("runs/b/last.safetensors"));
    static struct witness other;
    train(small, NULL, &(struct cr_observer){&other, witness_event});
    assert_int_equal(other.count, witness.count);
    for (int i = 0; i < other.count; i++)
        assert_float_equal(other.events[i].loss, witness.events[i].loss, 0);

    struct cr_config *config = parse(small);
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = run};
    expect_error(cr_experiment_new(&experiment, context, config, &options, &err), CR_ERROR_EXISTS,
                 message_of("%s exists: choose another --run, or go on with --resume %s", run, run));
    assert_int_equal(mkdir(in_folder("empty"), 0777), 0);
    options.run = in_folder("empty");
    expect_error(cr_experiment_new(&experiment, context, config, &options, &err), CR_ERROR_EXISTS,
                 message_of("%s exists: choose another --run, or go on with --resume %s", options.run, options.run));
    file_write(in_folder("file"), "", 0);
    options.run = in_folder("file/a");
    expect_error(cr_experiment_new(&experiment, context, config, &options, &err), CR_ERROR_IO,
                 message_of("%s: cannot make the folder: %s is a file", in_folder("file"), in_folder("file")));
    options.run = "";
    expect_error(cr_experiment_new(&experiment, context, config, &options, &err), CR_ERROR_ARGUMENT,
                 "a run needs the name of its folder");
    cr_config_free(config);
}

static void the_parts(void **state)
{
    (void)state;
    struct cr_config *config = parse(small);
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = in_folder("parts"), .workers = 1};
    expect_ok(cr_experiment_new(&experiment, context, config, &options, &err));
    struct cr_experiment_parts parts = cr_experiment_parts(experiment);
    assert_string_equal(parts.optimizer, "sgd");
    assert_string_equal(parts.schedule, "cosine");
    assert_string_equal(parts.loss, "cross-entropy");
    assert_string_equal(parts.run, in_folder("parts"));
    assert_int_equal(parts.split->train_count + parts.split->validation_count, 100);
    assert_int_equal(parts.train->epochs, 3);
    assert_int_equal(parts.data->limit, 100);
    assert_int_equal(parts.dataset->classes, 10);
    assert_int_equal(parts.network->output.dims[0], 10);
    assert_ptr_equal(cr_trainer_network(parts.trainer), parts.network);
    assert_false(parts.finished);

    struct cr_experiment *second;
    options.resume = true;
    expect_error(cr_experiment_new(&second, context, NULL, &options, &err), CR_ERROR_BUSY,
                 message_of("%s is being trained by process %d", options.run, (int)getpid()));
    cr_experiment_free(experiment);
    cr_config_free(config);
}

/* Holds the lock of a run in another process until it is killed. */
static pid_t lock_elsewhere(const char *path)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char text[32];
        int file = open(path, O_RDWR);
        int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
        if (file < 0 || flock(file, LOCK_EX) != 0 || ftruncate(file, 0) != 0 || write(file, text, (size_t)length) < 0 ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

static void the_lock(void **state)
{
    (void)state;
    const char *run = in_folder("locked");
    train(small, run, NULL);
    pid_t child = lock_elsewhere(in_folder("locked/lock"));
    assert_int_equal(resume(run, NULL), CR_ERROR_BUSY);
    assert_string_equal(err.message, message_of("%s is being trained by process %d", run, (int)child));
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(resume(run, NULL), CR_OK);
}

static void resuming(void **state)
{
    (void)state;
    const char *whole = in_folder("whole"), *run = in_folder("half");
    train(small, whole, NULL);
    static struct witness witness;
    witness = (struct witness){.kind = CR_EVENT_STEP, .step = 4, .verdict = {.kind = CR_STOP}};
    train(small, run, &(struct cr_observer){&witness, witness_event});
    assert_false(witness_last(&witness, CR_EVENT_END)->finished);

    struct cr_config *other = parse("data: {limit: 100, validation: 0.2}\nmodel: [dense: 10]\n"), *same = parse(small);
    assert_int_equal(resume(run, other), CR_ERROR_CONFIG);
    assert_string_equal(err.message, message_of("%s: its config.yaml says something else than the config given: go on "
                                                "without one, or begin a new run",
                                                run));
    if (resume(run, same) != CR_OK)
        fail_msg("%s", err.message);
    expect_same_file(in_folder("whole/best.safetensors"), in_folder("half/best.safetensors"));
    expect_same_file(in_folder("whole/last.safetensors"), in_folder("half/last.safetensors"));
    cr_config_free(other);
    cr_config_free(same);

    /* A finished run says so, and nothing is touched. */
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = run, .resume = true};
    char *before = file_text(in_folder("half/events.jsonl"));
    expect_ok(cr_experiment_new(&experiment, context, NULL, &options, &err));
    assert_true(cr_experiment_parts(experiment).finished);
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    char *after = file_text(in_folder("half/events.jsonl"));
    assert_string_equal(before, after);
    free(before);
    free(after);

    /* Without a checkpoint it begins anew. */
    assert_int_equal(unlink(in_folder("half/last.safetensors")), 0);
    assert_int_equal(resume(run, NULL), CR_OK);
    expect_same_file(in_folder("whole/best.safetensors"), in_folder("half/best.safetensors"));
    expect_same_file(in_folder("whole/last.safetensors"), in_folder("half/last.safetensors"));
    char *text = file_text(in_folder("half/events.jsonl"));
    assert_memory_equal(text, "{\"event\":\"start\",\"step\":0,", 26);
    assert_null(strstr(text + 26, "\"event\":\"start\""));
    free(text);

    assert_int_equal(resume(in_folder("nothing"), NULL), CR_ERROR_IO);
    assert_string_equal(err.message, message_of("%s: is no run: there is no config.yaml in it", in_folder("nothing")));
}

static void changed_since(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"lr: 0.1", "lr: 0.2"}, {"seed: 1", "seed: 2"}, {"limit: 100", "limit: 0"}, {"epochs: 3", "epochs: 9"}};
    const char *run = in_folder("changed");
    train(small, run, NULL);
    char *config = file_text(in_folder("changed/config.yaml"));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[2048];
        const char *place = strstr(config, changes[i][0]);
        assert_non_null(place);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(place - config), config, changes[i][1],
                 place + strlen(changes[i][0]));
        file_write(in_folder("changed/config.yaml"), text, strlen(text));
        assert_int_equal(resume(run, NULL), CR_ERROR_FORMAT);
        assert_non_null(strstr(err.message, "/changed/last.safetensors: is of another experiment"));
    }
    /* A comment changes nothing. */
    char text[2048];
    snprintf(text, sizeof text, "# mine\n%s", config);
    file_write(in_folder("changed/config.yaml"), text, strlen(text));
    assert_int_equal(resume(run, NULL), CR_OK);
    free(config);

    train("data: {limit: 100, validation: 0.2}\nmodel: [dense: 5, relu, dense: 10]\ntrain: {epochs: 3, batch: 32}\n",
          in_folder("foreign"), NULL);
    assert_int_equal(rename(in_folder("foreign/last.safetensors"), in_folder("changed/last.safetensors")), 0);
    assert_int_equal(resume(run, NULL), CR_ERROR_FORMAT);
    assert_string_equal(err.message,
                        message_of("%s: is of another model: dense1.weight is 64x5 in the file and 64x10 in "
                                   "the model",
                                   in_folder("changed/last.safetensors")));
}

static void opened(void **state)
{
    (void)state;
    const char *path = in_folder("opened");
    struct cr_run *run;
    train(small, path, NULL);
    expect_ok(cr_run_open(&run, context, path, &err));
    assert_int_equal(run->height, 8);
    assert_int_equal(run->width, 8);
    assert_int_equal(run->channels, 1);
    assert_int_equal(run->classes, 10);
    assert_string_equal(run->class_names[9], "9");
    assert_in_range(run->epoch, 1, 3);
    assert_int_equal(run->step, run->epoch * 3);
    assert_null(run->network->params->gradients);
    struct cr_tensor mean = cr_params_tensor(run->network->params, cr_params_find(run->network->params, "input.mean"));
    assert_true(((const float *)mean.data)[0] > 0.1 && ((const float *)mean.data)[0] < 0.9);
    cr_run_free(run);

    assert_int_equal(unlink(in_folder("opened/best.safetensors")), 0);
    expect_ok(cr_run_open(&run, context, path, &err));
    assert_int_equal(run->step, 9);
    cr_run_free(run);

    assert_int_equal(truncate(in_folder("opened/last.safetensors"), 3000), 0);
    err = (struct cr_error){0};
    assert_int_equal(cr_run_open(&run, context, path, &err), CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "/opened/last.safetensors: truncated"));
    assert_null(run);
    assert_int_equal(resume(path, NULL), CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "/opened/last.safetensors: truncated"));

    assert_int_equal(unlink(in_folder("opened/last.safetensors")), 0);
    expect_error(cr_run_open(&run, context, path, &err), CR_ERROR_IO,
                 message_of("%s: has no weights yet: train it with cradle train --resume %s", path, path));
    expect_error(cr_run_open(&run, context, in_folder("nowhere"), &err), CR_ERROR_IO,
                 message_of("%s: is no run: there is no config.yaml in it", in_folder("nowhere")));
}

/* Pictures that are all one colour, and batches larger than there are samples. */
static void odd_data(void **state)
{
    (void)state;
    static const char yaml[] = "data: {validation: 0, limit: 30, standardize: none}\n"
                               "model: [conv: {filters: 4, kernel: 3}, batchnorm, relu, globalpool, dense: 10]\n"
                               "train: {epochs: 2, batch: 1000, optimizer: adam}\n";
    static struct witness witness;
    train(yaml, NULL, &(struct cr_observer){&witness, witness_event});
    const struct cr_event *epoch = witness_last(&witness, CR_EVENT_EPOCH);
    assert_false(epoch->validated);
    assert_int_equal(epoch->steps_per_epoch, 1);
    assert_true(isfinite(epoch->loss));
}

/* The limit on a file's size stands in for a full disk: a checkpoint that fails leaves the one before. */
static void full_disk(void **state)
{
    (void)state;
    static const char yaml[] = "data: {limit: 100, validation: 0.2}\n"
                               "model: [dense: 10]\n"
                               "train: {epochs: 3, batch: 32, schedule: cosine}\n"
                               "babysit: {observe: off}\n";
    const char *run = in_folder("full");
    struct rlimit before;
    static struct witness witness;
    witness = (struct witness){.kind = CR_EVENT_STEP, .step = 4, .verdict = {.kind = CR_STOP}};
    train(yaml, run, &(struct cr_observer){&witness, witness_event});
    char *last = file_text(in_folder("full/last.safetensors"));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit limit = {4500, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum cr_status status = resume(run, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, CR_ERROR_IO);
    assert_string_equal(err.message,
                        message_of("%s: cannot write: File too large", in_folder("full/last.safetensors")));
    char *after = file_text(in_folder("full/last.safetensors"));
    assert_memory_equal(last, after, 4500);
    free(last);
    free(after);
    assert_false(path_exists(in_folder("full/last.safetensors.tmp")));
    if (resume(run, NULL) != CR_OK)
        fail_msg("%s", err.message);
    train(yaml, in_folder("never-full"), NULL);
    expect_same_file(in_folder("full/last.safetensors"), in_folder("never-full/last.safetensors"));
    expect_same_file(in_folder("full/best.safetensors"), in_folder("never-full/best.safetensors"));
}

static void german(void **state)
{
    (void)state;
    char *made = folder_make();
    train(small, in_folder("english"), NULL);
    if (!locale_german(made)) {
        print_message("no German locale\n");
        folder_remove(made);
        skip();
    }
    train(small, in_folder("german"), NULL);
    static struct witness witness;
    witness = (struct witness){.kind = CR_EVENT_STEP, .step = 5, .verdict = {.kind = CR_STOP}};
    train(small, in_folder("german-half"), &(struct cr_observer){&witness, witness_event});
    assert_int_equal(resume(in_folder("german-half"), NULL), CR_OK);
    locale_back();
    static const char *const names[] = {"config.yaml", "best.safetensors", "last.safetensors"};
    for (int i = 0; i < 3; i++) {
        char english[64], other[64], half[64];
        snprintf(english, sizeof english, "english/%s", names[i]);
        snprintf(other, sizeof other, "german/%s", names[i]);
        snprintf(half, sizeof half, "german-half/%s", names[i]);
        expect_same_file(in_folder(english), in_folder(other));
        expect_same_file(in_folder(english), in_folder(half));
    }
    folder_remove(made);
}

static bool refuse(void *user, const char *what, int64_t done, int64_t total)
{
    (void)what, (void)done, (void)total;
    ++*(int *)user;
    return false;
}

/* Weights that wait for data get them before the first step, the same with any number of workers. */
static void lsuv_gets_a_batch(void **state)
{
    (void)state;
    static const char *const yaml = "data: {limit: 100, validation: 0.2}\n"
                                    "model: [dense: {units: 16, init: lsuv}, relu, dense: 10]\n"
                                    "train: {epochs: 3, batch: 32}\n";
    float weights[2][64 * 16];
    for (int workers = 0; workers < 2; workers++) {
        struct cr_config *config = parse(yaml);
        struct cr_experiment *experiment;
        struct cr_experiment_options options = {.workers = workers};
        expect_ok(cr_experiment_new(&experiment, context, config, &options, &err));
        const struct cr_network *network = cr_experiment_parts(experiment).network;
        assert_int_equal(network->uncalibrated, 0);
        memcpy(weights[workers], (const float *)network->params->values + network->params->items[0].offset,
               sizeof weights[workers]);
        assert_string_equal(network->params->items[0].name, "dense1.weight");
        cr_experiment_free(experiment);
        cr_config_free(config);
    }
    assert_memory_equal(weights[0], weights[1], sizeof weights[0]);
    double norm = 0;
    for (int i = 0; i < 64; i++)
        norm += (double)weights[0][i * 16] * weights[0][i * 16];
    assert_true(fabs(norm - 1) > 0.05); /* as it would be without data */
}

/* Stopped while pictures are decoded: no folder is left. */
static void stopped_early(void **state)
{
    (void)state;
    const char *data = getenv("CRADLE_DATA");
    struct cr_config *config = parse("data: {source: cifar10, limit: 100}\nmodel: [dense: 10]\n");
    struct cr_experiment *experiment;
    int asked = 0;
    struct cr_experiment_options options = {.run = in_folder("early"), .progress = refuse, .progress_user = &asked};
    err = (struct cr_error){0};
    enum cr_status status = cr_experiment_new(&experiment, context, config, &options, &err);
    if (asked == 0) {
        cr_experiment_free(experiment);
        cr_config_free(config);
        print_message("no pictures to decode in %s\n", data ? data : "the default folders");
        skip();
    }
    assert_int_equal(status, CR_ERROR_STOPPED);
    assert_false(path_exists(in_folder("early")));
    cr_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(the_folder),
        cmocka_unit_test(the_parts),
        cmocka_unit_test(the_lock),
        cmocka_unit_test(resuming),
        cmocka_unit_test(changed_since),
        cmocka_unit_test(opened),
        cmocka_unit_test(odd_data),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(german),
        cmocka_unit_test(lsuv_gets_a_batch),
        cmocka_unit_test(stopped_early),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
