#include "babysit/fork.h"

#include <stdlib.h>

#include "train/optimizer.h"

static enum cr_status read_config(struct cr_fork *fork, const struct cr_sections *sections,
                                  const struct cr_fork_options *options, struct cr_error *err)
{
    char *text;
    CR_TRY(cr_sections_write(sections, true, &text, err));
    enum cr_status status = cr_config_parse(&fork->config, text, "config.yaml", err);
    free(text);
    for (const char *const *change = options->changes; status == CR_OK && change && *change; change++)
        status = cr_config_set(fork->config, *change, err);
    return status;
}

/* The checkpoint has the rate of the training that wrote it: where a change made it another, that goes before. */
static enum cr_status load(struct cr_experiment *experiment, const struct cr_sections *sections, const char *checkpoint,
                           struct cr_error *err)
{
    double lr = cr_optimizer_lr(experiment->optimizer), before = *(const double *)sections->optimizer.values;
    CR_TRY(cr_trainer_load(experiment->trainer, checkpoint, NULL, err));
    return lr == before ? CR_OK : cr_optimizer_set_lr(experiment->optimizer, lr, err);
}

enum cr_status cr_fork_new(struct cr_fork *fork, struct cr_context *context, const struct cr_sections *sections,
                           const struct cr_fork_options *options, struct cr_error *err)
{
    struct cr_experiment_options making = {.observers = options->observer, .observer_count = options->observer ? 1 : 0};
    *fork = (struct cr_fork){NULL, NULL};
    enum cr_status status = read_config(fork, sections, options, err);
    if (status == CR_OK)
        status = cr_experiment_new(&fork->experiment, context, fork->config, &making, err);
    if (status == CR_OK && options->checkpoint)
        status = load(fork->experiment, sections, options->checkpoint, err);
    if (status == CR_OK && options->state)
        status = cr_state_put(options->state, fork->experiment->trainer, err);
    if (status != CR_OK)
        cr_fork_free(fork);
    return status;
}

void cr_fork_free(struct cr_fork *fork)
{
    cr_experiment_free(fork->experiment);
    cr_config_free(fork->config);
    *fork = (struct cr_fork){NULL, NULL};
}
