/*
 * The run folder: what stands in it, its lock, a full disk, the same files under any locale.
 */
#include "runs.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

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
    expect_error(cr_experiment_new(&experiment, here.context, config, &options, &err), CR_ERROR_EXISTS,
                 message_of("%s exists: choose another --run, or go on with --resume %s", run, run));
    assert_int_equal(mkdir(in_folder("empty"), 0777), 0);
    options.run = in_folder("empty");
    expect_error(cr_experiment_new(&experiment, here.context, config, &options, &err), CR_ERROR_EXISTS,
                 message_of("%s exists: choose another --run, or go on with --resume %s", options.run, options.run));
    file_write(in_folder("file"), "", 0);
    options.run = in_folder("file/a");
    expect_error(cr_experiment_new(&experiment, here.context, config, &options, &err), CR_ERROR_IO,
                 message_of("%s: cannot make the folder: %s is a file", in_folder("file"), in_folder("file")));
    options.run = "";
    expect_error(cr_experiment_new(&experiment, here.context, config, &options, &err), CR_ERROR_ARGUMENT,
                 "a run needs the name of its folder");
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
    train(small, in_folder("english"), NULL);
    locale_german();
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(the_folder),
        fixture_test(the_lock),
        fixture_test(full_disk),
        fixture_test(german),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
