/*
 * Killed at any instant: a training is ended by SIGKILL at twenty random instants and resumed each time, and ends with
 * the files of one that was never killed, bit for bit; its log tells every step once.
 *
 * Trainings run in children; this process itself starts no threads, so that it may fork.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "support.h"

#include <cradle/experiment.h>

#include "base/random.h"

enum { KILLS = 20, LIVES_MOST = 200, EPOCHS = 12 };

static const char yaml[] =
    "data: {limit: 200, validation: 0.2, augment: [crop: 1, rotate, cutout: 2], sampling: stratified, oversample: 1}\n"
    "model: [conv: {filters: 4, kernel: 3}, batchnorm, relu, dropout: 0.2, dense: 10]\n"
    "train: {epochs: 12, batch: 16, optimizer: {adam: {lr: 0.01}}, schedule: {plateau: {patience: 0, gamma: 0.7}}, "
    "checkpoint: 3, accumulate: 2, clip: {norm: 1}, average: {ema: {decay: 0.9}}, mix: {mixup: 0.4, cutmix: 1, p: "
    "0.8}}\n";

/* Whose answers it learns, too. */
static const char teacher_yaml[] = "data: {limit: 200}\nmodel: [dense: 10]\ntrain: {epochs: 2}\n";
static char teacher[256];

/* In a child: makes the run, or goes on with it. Ends with 0 where it did all its epochs. */
static void live(const char *run, int threads, int workers)
{
    struct cr_error err = {0};
    struct cr_context *context = NULL;
    struct cr_config *config = NULL;
    struct cr_experiment *experiment = NULL;
    struct cr_experiment_options options = {.run = run, .resume = path_exists(run), .workers = workers};
    bool teaches = strcmp(run, teacher) == 0;
    char assignment[300];
    snprintf(assignment, sizeof assignment, "train.distill.teacher=%s", teacher);
    enum cr_status status = cr_context_new(&context, &(struct cr_context_options){.threads = threads}, &err);
    if (status == CR_OK && !options.resume)
        status = cr_config_parse(&config, teaches ? teacher_yaml : yaml, "f", &err);
    if (status == CR_OK && !options.resume && !teaches)
        status = cr_config_set(config, assignment, &err);
    if (status == CR_OK)
        status = cr_experiment_new(&experiment, context, config, &options, &err);
    if (status == CR_OK)
        status = cr_experiment_run(experiment, &err);
    if (status != CR_OK)
        fprintf(stderr, "%s\n", err.message);
    cr_experiment_free(experiment);
    cr_config_free(config);
    cr_context_free(context);
    _exit(status == CR_OK ? 0 : 1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Runs a life; kills it after `seconds` (< 0: never). True: it ended by itself. */
static bool spend(const char *run, int threads, int workers, double seconds)
{
    int result;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        live(run, threads, workers);
    if (seconds >= 0) {
        struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
        nanosleep(&time, NULL);
        kill(child, SIGKILL);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    if (WIFSIGNALED(result)) {
        assert_int_equal(WTERMSIG(result), SIGKILL);
        return false;
    }
    assert_int_equal(WEXITSTATUS(result), 0);
    return true;
}

static void expect_same(const char *folder, const char *a, const char *b, const char *name)
{
    char first[512], second[512];
    struct stat x, y;
    snprintf(first, sizeof first, "%s/%s/%s", folder, a, name);
    snprintf(second, sizeof second, "%s/%s/%s", folder, b, name);
    assert_int_equal(stat(first, &x), 0);
    assert_int_equal(stat(second, &y), 0);
    assert_int_equal(x.st_size, y.st_size);
    char *one = file_text(first), *two = file_text(second);
    assert_memory_equal(one, two, (size_t)x.st_size);
    free(one);
    free(two);
}

/* Each step and each epoch once and in order, with a number for its loss. */
static void check_log(const char *folder, const char *run)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s/events.jsonl", folder, run);
    char *text = file_text(path);
    int step = 0, epoch = 0, ends = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        cJSON *object = cJSON_ParseWithLength(line, (size_t)(end - line));
        assert_non_null(object);
        const char *kind = cJSON_GetObjectItem(object, "event")->valuestring;
        if (strcmp(kind, "step") == 0)
            assert_int_equal(cJSON_GetObjectItem(object, "step")->valueint, ++step);
        if (strcmp(kind, "epoch") == 0)
            assert_int_equal(cJSON_GetObjectItem(object, "epoch")->valueint, ++epoch);
        if (strcmp(kind, "end") == 0)
            ends += cJSON_IsTrue(cJSON_GetObjectItem(object, "finished"));
        cJSON_Delete(object);
    }
    assert_int_equal(step, EPOCHS * 10);
    assert_int_equal(epoch, EPOCHS);
    assert_in_range(ends, 0, 1); /* a kill may come between the last checkpoint and the end */
    free(text);
}

static void remove_run(const char *folder, const char *run)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, run);
    folder_remove(strdup(path));
}

static void killed_and_resumed(void **state)
{
    (void)state;
    char whole[512], killed[512];
    path_in(here.folder, "whole", whole);
    path_in(here.folder, "killed", killed);
    snprintf(teacher, sizeof teacher, "%s/teacher", here.folder);
    assert_true(spend(teacher, 1, 0, -1));
    double began = now();
    assert_true(spend(whole, 1, 0, -1));
    double life = now() - began;
    check_log(here.folder, "whole");

    struct cr_random random = cr_random_at((uint64_t)getpid(), CR_RANDOM_TEST, 0, 0);
    int kills = 0, finished = 0;
    for (int lives = 0; kills < KILLS || !finished; lives++) {
        assert_in_range(lives, 0, LIVES_MOST);
        double seconds = kills < KILLS ? cr_random_uniform(&random) * life * 0.8 : -1;
        if (!spend(killed, 1 + lives % 2, lives % 3, seconds)) {
            kills++;
            continue;
        }
        finished++;
        expect_same(here.folder, "whole", "killed", "config.yaml");
        expect_same(here.folder, "whole", "killed", "best.safetensors");
        expect_same(here.folder, "whole", "killed", "last.safetensors");
        check_log(here.folder, "killed");
        if (kills < KILLS)
            remove_run(here.folder, "killed");
    }
    print_message("a life takes %.2f s; %d kills, finished %d times\n", life, kills, finished);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(killed_and_resumed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
