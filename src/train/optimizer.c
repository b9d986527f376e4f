/*
 * Optimizers made and used: the state of each learned number, the steps of the update, and its rates.
 */
#include "train/optimizer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/options.h"
#include "config/node.h"
#include "graph/plan.h"

const struct cr_name cr_decay_names[] = {
    {"classic", CR_DECAY_CLASSIC},
    {"decoupled", CR_DECAY_DECOUPLED},
    {0},
};

static enum cr_status make_slots(struct cr_optimizer *optimizer, struct cr_error *err)
{
    const struct cr_optimizer_kind *kind = optimizer->kind;
    size_t size = (size_t)optimizer->params->trainable * cr_dtype_size(optimizer->params->dtype);
    int most = 0;
    while (kind->slots[most])
        most++;
    int used = kind->slots_used ? kind->slots_used(optimizer->options) : most;
    assert(used <= most);
    for (; optimizer->slots < used; optimizer->slots++) {
        void *slot = cr_block_alloc(optimizer->context, size + 1);
        if (!slot)
            return cr_fail_memory(err);
        memset(slot, 0, size);
        optimizer->slot[optimizer->slots] = slot;
    }
    return CR_OK;
}

enum cr_status cr_update_add(struct cr_update *update, const struct cr_kernel *kernel, const void *args, size_t size,
                             struct cr_error *err)
{
    const struct cr_kernel *best = cr_kernel_best(update->kernels, kernel, args);
    size_t shared = best->shared ? best->shared(args) : 0;
    if (shared > update->shared_size)
        update->shared_size = shared;
    if (!update->steps)
        return CR_OK;
    return cr_steps_add(update->steps, best, args, size, update->shared, 0, &update->info, err);
}

void *cr_update_room(struct cr_update *update, size_t size)
{
    if (size > update->room_size)
        update->room_size = size;
    return update->room ? update->room : (char *)update->w; /* any address that is not NULL */
}

void *cr_update_at(const struct cr_update *update, const void *array, int64_t offset)
{
    return array ? (char *)array + (size_t)offset * cr_dtype_size(update->params->dtype) : NULL;
}

static enum cr_status emit(struct cr_optimizer *optimizer, struct cr_update *update, struct cr_error *err)
{
    CR_TRY(cr_update_begin(update, optimizer, err));
    CR_TRY(optimizer->kind->emit(update, err));
    return cr_update_end(update, optimizer, err);
}

static enum cr_status make_steps(struct cr_optimizer *optimizer, struct cr_error *err)
{
    const struct cr_params *params = optimizer->params;
    if (!optimizer->rates)
        optimizer->rates = calloc(1, optimizer->kind->rates_size);
    if (!optimizer->rates)
        return cr_fail_memory(err);
    CR_TRY(cr_kernels_choose(&optimizer->kernels, cr_context_cpu(optimizer->context), params->dtype, err));
    CR_TRY(cr_steps_new(&optimizer->steps, optimizer->context, err));
    struct cr_update update = {.kernels = &optimizer->kernels,
                               .params = params,
                               .options = optimizer->options,
                               .rates = optimizer->rates,
                               .count = params->trainable,
                               .decayed = params->decayed,
                               .w = params->values,
                               .g = params->gradients};
    update.info = cr_optimizer_info(optimizer);
    memcpy(update.slots, optimizer->slot, sizeof update.slots);
    CR_TRY(emit(optimizer, &update, err));
    optimizer->room = update.room = cr_block_alloc(optimizer->context, update.room_size + 1);
    optimizer->shared = update.shared = cr_block_alloc(optimizer->context, update.shared_size + 1);
    if (!update.room || !update.shared)
        return cr_fail_memory(err);
    update.steps = optimizer->steps;
    CR_TRY(emit(optimizer, &update, err));
    return cr_steps_ready(optimizer->steps, err);
}

enum cr_status cr_optimizer_remake(struct cr_optimizer *optimizer, struct cr_error *err)
{
    cr_steps_free(optimizer->steps);
    cr_block_free(optimizer->context, optimizer->room);
    cr_block_free(optimizer->context, optimizer->shared);
    optimizer->steps = NULL;
    optimizer->room = optimizer->shared = NULL;
    return make_steps(optimizer, err);
}

/* What an optimizer refuses in its options is told with their place. */
static enum cr_status fail_at(const struct cr_node *node, enum cr_status status, struct cr_error *err)
{
    return status == CR_ERROR_CONFIG && err ? cr_node_fail(node, err, "%s", err->message) : status;
}

static enum cr_status make(struct cr_optimizer *optimizer, struct cr_config *config, const struct cr_node *node,
                           struct cr_error *err)
{
    const struct cr_entry *entry;
    if (!optimizer->params->gradients)
        return cr_fail(err, CR_ERROR_ARGUMENT, "an optimizer needs parameters with gradients");
    CR_TRY(cr_bind_choice(config, &cr_optimizers, node, &entry, &optimizer->options, err));
    optimizer->kind = (const struct cr_optimizer_kind *)entry; /* its first member */
    assert(strcmp(entry->options->name, "lr") == 0 && entry->options->offset == 0);
    optimizer->lr = *(const double *)optimizer->options;
    CR_TRY(make_slots(optimizer, err));
    return fail_at(node, make_steps(optimizer, err), err);
}

/* Takes over `own`, the config that `node` lies in where it was made from text. */
static enum cr_status new_optimizer(struct cr_optimizer **optimizer, struct cr_context *context,
                                    struct cr_params *params, struct cr_config *config, struct cr_config *own,
                                    const struct cr_node *node, struct cr_error *err)
{
    struct cr_optimizer *made = calloc(1, sizeof *made);
    if (!made) {
        cr_config_free(own);
        return cr_fail_memory(err);
    }
    made->context = context;
    made->params = params;
    made->config = own;
    enum cr_status status = make(made, config, node, err);
    if (status == CR_OK)
        *optimizer = made;
    else
        cr_optimizer_free(made);
    return status;
}

enum cr_status cr_optimizer_new(struct cr_optimizer **optimizer, struct cr_context *context, struct cr_params *params,
                                struct cr_config *config, const struct cr_node *node, struct cr_error *err)
{
    *optimizer = NULL;
    if (!node)
        return cr_optimizer_parse(optimizer, context, params, "sgd", err);
    return new_optimizer(optimizer, context, params, config, NULL, node, err);
}

enum cr_status cr_optimizer_parse(struct cr_optimizer **optimizer, struct cr_context *context, struct cr_params *params,
                                  const char *text, struct cr_error *err)
{
    struct cr_config *config;
    const struct cr_node *node;
    *optimizer = NULL;
    CR_TRY(cr_config_parse_value(&config, "optimizer", text, &node, err));
    return new_optimizer(optimizer, context, params, config, config, node, err);
}

void cr_optimizer_free(struct cr_optimizer *optimizer)
{
    if (!optimizer)
        return;
    for (int i = 0; i < optimizer->slots; i++)
        cr_block_free(optimizer->context, optimizer->slot[i]);
    cr_steps_free(optimizer->steps);
    cr_steps_free(optimizer->gathering);
    cr_steps_free(optimizer->averaging);
    cr_block_free(optimizer->context, optimizer->room);
    cr_block_free(optimizer->context, optimizer->shared);
    cr_block_free(optimizer->context, optimizer->gathered);
    cr_block_free(optimizer->context, optimizer->average);
    cr_config_free(optimizer->config);
    free(optimizer->rates);
    free(optimizer->moved);
    free(optimizer);
}

/* A gradient is read; a weight and each number of its state are read and written. */
struct cr_step_info cr_optimizer_info(const struct cr_optimizer *optimizer)
{
    int64_t count = optimizer->params->trainable;
    int64_t number = (int64_t)cr_dtype_size(optimizer->params->dtype);
    const char *name = optimizer->kind->entry.name;
    return (struct cr_step_info){.layer = "",
                                 .op = name,
                                 .pass = "update",
                                 .kernel = name,
                                 .way = "",
                                 .flops = count,
                                 .bytes = count * number * (3 + 2 * optimizer->slots)};
}

double cr_optimizer_lr(const struct cr_optimizer *optimizer)
{
    return optimizer->lr;
}

enum cr_status cr_optimizer_set_lr(struct cr_optimizer *optimizer, double lr, struct cr_error *err)
{
    const struct cr_option *option = optimizer->kind->entry.options;
    char type[96];
    cr_option_describe_type(option, type, sizeof type);
    if (!cr_option_in_range(option, lr))
        return cr_fail(err, CR_ERROR_ARGUMENT, "train.optimizer.%s.lr: %g is out of range (%s)",
                       optimizer->kind->entry.name, lr, type);
    optimizer->lr = lr;
    return CR_OK;
}

/* The option that is the momentum, or NULL. */
static const struct cr_option *momentum_option(const struct cr_optimizer *optimizer)
{
    static const char *const names[] = {"momentum", "beta1"};
    for (int i = 0; i < 2; i++)
        for (const struct cr_option *option = optimizer->kind->entry.options; option->name; option++)
            if (strcmp(option->name, names[i]) == 0)
                return option;
    return NULL;
}

enum cr_status cr_optimizer_move_momentum(struct cr_optimizer *optimizer, struct cr_error *err)
{
    const struct cr_option *option = momentum_option(optimizer), *options = optimizer->kind->entry.options;
    const char *name = optimizer->kind->entry.name;
    if (optimizer->moved)
        return CR_OK;
    if (!option)
        return cr_fail(err, CR_ERROR_CONFIG, "the schedule moves the momentum, and %s has none", name);
    if (!(*(const double *)((const char *)optimizer->options + option->offset) > 0))
        return cr_fail(err, CR_ERROR_CONFIG, "the schedule moves the momentum: train.optimizer.%s.%s must be above 0",
                       name, option->name);
    optimizer->moved = calloc(1, cr_options_size(options));
    if (!optimizer->moved)
        return cr_fail_memory(err);
    cr_options_copy(options, optimizer->moved, optimizer->options);
    return CR_OK;
}

void cr_optimizer_set_momentum(struct cr_optimizer *optimizer, double momentum)
{
    *(double *)((char *)optimizer->moved + momentum_option(optimizer)->offset) = momentum;
}

static void begin_step(struct cr_optimizer *optimizer, double lr)
{
    const void *options = optimizer->moved ? optimizer->moved : optimizer->options;
    optimizer->kind->set_rates(options, lr, ++optimizer->step, optimizer->rates);
}

void cr_optimizer_step(struct cr_optimizer *optimizer, double lr)
{
    optimizer->mix = (struct cr_mix_rates){.keep = 1};
    begin_step(optimizer, lr);
    cr_steps_run(optimizer->steps);
}

/* With gathered gradients the update begins with (gathered + n g) / samples. */
void cr_optimizer_run(struct cr_optimizer *optimizer, struct cr_plan *plan, const struct cr_feed *feed, double lr)
{
    double all = (double)(optimizer->samples + feed->count);
    optimizer->mix =
        (struct cr_mix_rates){.keep = (double)feed->count / all, .share = optimizer->samples > 0 ? 1 / all : 0};
    optimizer->samples = 0;
    begin_step(optimizer, lr);
    cr_plan_run_and(plan, feed, optimizer->steps);
}
