#include "train/state.h"

#include <stdlib.h>
#include <string.h>

#include "train/checkpoint.h"
#include "train/optimizer.h"
#include "train/trainer.h"

struct cr_state {
    struct cr_progress progress;
    int64_t updates, samples; /* of the optimizer */
    double lr, clip_norm;
    size_t size;
    unsigned char *numbers; /* of all tensors, one behind the other */
};

static size_t size_of(const struct cr_parts *parts)
{
    size_t size = 0;
    for (int64_t i = 0; i < parts->count; i++)
        size += cr_tensor_size(&parts->tensors[i].tensor);
    return size;
}

static enum cr_status make_room(struct cr_state **state, size_t size, struct cr_error *err)
{
    if (*state && (*state)->size == size)
        return CR_OK;
    struct cr_state *made = calloc(1, sizeof *made);
    unsigned char *numbers = malloc(size + 1);
    if (!made || !numbers) {
        free(made);
        free(numbers);
        return cr_fail_memory(err);
    }
    *made = (struct cr_state){.size = size, .numbers = numbers};
    cr_state_free(*state);
    *state = made;
    return CR_OK;
}

enum cr_status cr_state_take(struct cr_state **state, const struct cr_trainer *trainer, struct cr_error *err)
{
    const struct cr_optimizer *optimizer = trainer->options.optimizer;
    struct cr_parts parts;
    CR_TRY(cr_parts_new(&parts, trainer->options.network->params, optimizer, err));
    enum cr_status status = make_room(state, size_of(&parts), err);
    if (status == CR_OK) {
        struct cr_state *taken = *state;
        unsigned char *to = taken->numbers;
        for (int64_t i = 0; i < parts.count; i++) {
            memcpy(to, parts.tensors[i].tensor.data, cr_tensor_size(&parts.tensors[i].tensor));
            to += cr_tensor_size(&parts.tensors[i].tensor);
        }
        taken->progress = trainer->progress;
        taken->updates = optimizer->step;
        taken->samples = optimizer->samples;
        taken->lr = optimizer->lr;
        taken->clip_norm = optimizer->refine.clip_norm;
    }
    cr_parts_free(&parts);
    return status;
}

enum cr_status cr_state_put(const struct cr_state *state, struct cr_trainer *trainer, struct cr_error *err)
{
    struct cr_optimizer *optimizer = trainer->options.optimizer;
    const unsigned char *from = state->numbers;
    struct cr_parts parts;
    CR_TRY(cr_optimizer_set_clip(optimizer, state->clip_norm, err));
    CR_TRY(cr_optimizer_set_lr(optimizer, state->lr, err));
    CR_TRY(cr_parts_new(&parts, trainer->options.network->params, optimizer, err));
    enum cr_status status = CR_OK;
    if (size_of(&parts) != state->size)
        status = cr_fail(err, CR_ERROR_ARGUMENT, "the state is of another network");
    for (int64_t i = 0; status == CR_OK && i < parts.count; i++) {
        memcpy(parts.tensors[i].tensor.data, from, cr_tensor_size(&parts.tensors[i].tensor));
        from += cr_tensor_size(&parts.tensors[i].tensor);
    }
    cr_parts_free(&parts);
    if (status != CR_OK)
        return status;
    trainer->progress = state->progress;
    optimizer->step = state->updates;
    optimizer->samples = state->samples;
    return CR_OK;
}

void cr_state_free(struct cr_state *state)
{
    if (!state)
        return;
    free(state->numbers);
    free(state);
}

int64_t cr_state_step(const struct cr_state *state)
{
    return state->progress.step;
}
