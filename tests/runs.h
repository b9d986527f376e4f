/*
 * Small experiments in run folders of the test, and going on with them.
 */
#ifndef CR_TESTS_RUNS_H
#define CR_TESTS_RUNS_H

#include "training.h"

#include <cradle/experiment.h>

static struct cr_error err;

static const char small[] = "data: {limit: 100, validation: 0.2}\n"
                            "model: [dense: 10]\n"
                            "train: {epochs: 3, batch: 32, schedule: cosine}\n";

static inline struct cr_config *parse(const char *yaml)
{
    struct cr_config *config;
    expect_ok(cr_config_parse(&config, yaml, "f", &err));
    return config;
}

/* Makes and runs an experiment; NULL for `run`: without a folder. */
static inline void train(const char *yaml, const char *run, const struct cr_observer *observer)
{
    struct cr_config *config = parse(yaml);
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = run, .observers = observer, .observer_count = observer != NULL};
    expect_ok(cr_experiment_new(&experiment, here.context, config, &options, &err));
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    cr_config_free(config);
}

static inline enum cr_status resume(const char *run, struct cr_config *config)
{
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = run, .resume = true};
    err = (struct cr_error){0};
    CR_TRY(cr_experiment_new(&experiment, here.context, config, &options, &err));
    enum cr_status status = cr_experiment_run(experiment, &err);
    cr_experiment_free(experiment);
    return status;
}

static inline void expect_same_file(const char *a, const char *b)
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

#endif
