/*
 * A side trains as `cradle train` does, but without a run folder: its observer counts the steps of the turn, adds their
 * times up and says stop at the end; the next turn goes on from there. With loader=off its steps are made here, on
 * batches that were copied from its loader once.
 */
#include "pairs/side.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 2 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ------------------------------------------------------------------------------------------------------------ words */

bool side_add(struct side *side, const char *word)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || side->count == SIDE_WORDS)
        return false;
    side->words[side->count++] = word;
    return true;
}

/* What the words say that is not the config's. */
struct settings {
    int workers, threads;
    bool alone;
};

static bool is_variable(const char *word)
{
    while (isupper((unsigned char)*word) || isdigit((unsigned char)*word) || *word == '_')
        word++;
    return *word == '=';
}

static enum cr_status read_number(const char *word, int least, int *value, struct cr_error *err)
{
    const char *text = strchr(word, '=') + 1;
    char *end;
    long number = strtol(text, &end, 10);
    if (!*text || *end || number < least || number > 1024)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: expected a whole number from %d to 1024", word, least);
    *value = (int)number;
    return CR_OK;
}

static enum cr_status read_word(struct side *side, const char *word, struct settings *settings, struct cr_error *err)
{
    if (strncmp(word, "workers=", 8) == 0)
        return read_number(word, 0, &settings->workers, err);
    if (strncmp(word, "threads=", 8) == 0)
        return read_number(word, 1, &settings->threads, err);
    if (strncmp(word, "loader=", 7) == 0) {
        settings->alone = strcmp(word, "loader=off") == 0;
        return settings->alone || strcmp(word, "loader=on") == 0
                   ? CR_OK
                   : cr_fail(err, CR_ERROR_ARGUMENT, "%s: expected loader=on or loader=off", word);
    }
    return is_variable(word) ? CR_OK : cr_config_set(side->config, word, err);
}

/* The variables of a side are set while it is made, and only then. */
static void set_variables(const struct side *side, bool set)
{
    for (int i = 0; i < side->count; i++) {
        char name[256];
        const char *equals = strchr(side->words[i], '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals - side->words[i]), side->words[i]);
        if (is_variable(side->words[i]) && set)
            setenv(name, equals + 1, 1);
        else if (is_variable(side->words[i]))
            unsetenv(name);
    }
}

/* --------------------------------------------------------------------------------------------------------- training */

static enum cr_status count_step(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                 struct cr_error *err)
{
    struct side *side = user;
    double time = now();
    if (event->steps_per_epoch < 2)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "an epoch of one step: the time between two steps cannot be taken");
    if (event->kind == CR_EVENT_START || event->kind == CR_EVENT_EPOCH)
        side->last = 0;
    if (event->kind != CR_EVENT_STEP)
        return CR_OK;
    if (side->seen++ >= side->skip && side->last > 0) {
        side->sum += time - side->last;
        side->timed++;
    }
    side->last = time;
    if (side->timed == side->wanted)
        verdict->kind = CR_STOP;
    return CR_OK;
}

static enum cr_status make_experiment(struct side *side, int workers, struct cr_error *err)
{
    struct cr_observer observer = {side, count_step};
    struct cr_experiment_options options = {.workers = workers, .observers = &observer, .observer_count = 1};
    CR_TRY(cr_config_set(side->config, "train.epochs=1000000", err));
    return cr_experiment_new(&side->experiment, side->context, side->config, &options, err);
}

/* ------------------------------------------------------------------------------------------------------ steps alone */

static enum cr_status copy_batches(struct side *side, const struct cr_dataset *dataset, struct cr_loader *loader,
                                   struct cr_error *err)
{
    size_t sample = (size_t)(dataset->height * dataset->width * dataset->channels) * (dataset->numbers ? 4 : 1);
    size_t answer = side->targets ? (size_t)dataset->classes * sizeof(float) : sizeof(int32_t);
    const struct cr_batch *batch;
    while (side->batches < SIDE_BATCHES) {
        CR_TRY(cr_loader_next(loader, &batch, err));
        if (!batch || batch->count < side->batch)
            return CR_OK;
        int64_t place = side->batches++;
        side->samples[place] = malloc((size_t)side->batch * sample);
        side->answers[place] = malloc((size_t)side->batch * answer);
        if (!side->samples[place] || !side->answers[place])
            return cr_fail_memory(err);
        memcpy(side->samples[place], batch->pixels, (size_t)side->batch * sample);
        memcpy(side->answers[place], side->targets ? (const void *)batch->targets : batch->labels,
               (size_t)side->batch * answer);
    }
    return CR_OK;
}

static enum cr_status keep_batches(struct side *side, const struct cr_experiment_parts *parts, struct cr_error *err)
{
    const struct cr_split *split = parts->split;
    struct cr_loader *loader;
    side->targets = parts->dataset->targets != NULL;
    side->batch = parts->train->batch < split->train_count ? parts->train->batch : split->train_count;
    struct cr_loader_options options = {.batch = side->batch, .shuffle = true, .seed = (uint64_t)parts->train->seed};
    CR_TRY(cr_loader_new(&loader, parts->dataset, split->train, split->train_count, &options, err));
    enum cr_status status = copy_batches(side, parts->dataset, loader, err);
    cr_loader_free(loader);
    return status;
}

static enum cr_status make_steps(struct side *side, struct cr_error *err)
{
    struct cr_experiment_parts parts = cr_experiment_parts(side->experiment);
    const struct cr_network *network = parts.network;
    CR_TRY(keep_batches(side, &parts, err));
    CR_TRY(
        cr_optimizer_new(&side->optimizer, side->context, network->params, side->config, parts.train->optimizer, err));
    struct cr_plan_options options = {.batch = side->batch,
                                      .mode = CR_MODE_TRAIN,
                                      .loss = network->loss,
                                      .outputs = {network->probabilities},
                                      .lean = parts.train->lean};
    return cr_plan_new(&side->plan, side->context, network->graph, network->params, &options, err);
}

static void make_step(struct side *side)
{
    int64_t place = side->steps % side->batches;
    struct cr_feed feed = {.count = side->batch, .inputs = {side->samples[place]}, .step = (uint64_t)side->steps++};
    if (side->targets)
        feed.soft = side->answers[place];
    else
        feed.labels = side->answers[place];
    cr_optimizer_run(side->optimizer, side->plan, &feed, cr_optimizer_lr(side->optimizer));
}

/* ------------------------------------------------------------------------------------------------------- the contract
 */

static enum cr_status make(struct side *side, const char *file, struct cr_error *err)
{
    struct settings settings = {.workers = WORKERS};
    CR_TRY(cr_config_open(&side->config, file, err));
    for (int i = 0; i < side->count; i++)
        CR_TRY(read_word(side, side->words[i], &settings, err));
    struct cr_context_options options = {.threads = settings.threads};
    CR_TRY(cr_context_new(&side->context, &options, err));
    side->threads = cr_context_threads(side->context);
    side->cpu = cr_context_cpu(side->context) ? cr_context_cpu(side->context) : cr_cpu_best();
    CR_TRY(make_experiment(side, settings.workers, err));
    return settings.alone ? make_steps(side, err) : CR_OK;
}

enum cr_status side_open(struct side *side, const char *file, struct cr_error *err)
{
    set_variables(side, true);
    enum cr_status status = make(side, file, err);
    set_variables(side, false);
    return status;
}

void side_close(struct side *side)
{
    for (int64_t i = 0; i < side->batches; i++) {
        free(side->samples[i]);
        free(side->answers[i]);
    }
    cr_plan_free(side->plan);
    cr_optimizer_free(side->optimizer);
    cr_experiment_free(side->experiment);
    cr_context_free(side->context);
    cr_config_free(side->config);
}

enum cr_status side_turn(struct side *side, int skip, int steps, double *seconds, struct cr_error *err)
{
    if (side->plan) {
        for (int i = 0; i < skip; i++)
            make_step(side);
        double began = now();
        for (int i = 0; i < steps; i++)
            make_step(side);
        *seconds = (now() - began) / steps;
        return CR_OK;
    }
    side->skip = skip;
    side->wanted = steps;
    side->seen = side->timed = 0;
    side->sum = 0;
    CR_TRY(cr_experiment_run(side->experiment, err));
    *seconds = side->sum / steps;
    return CR_OK;
}
