#include "train/scalars.h"

#include <math.h>

#include "base/text.h"

enum { NAME_SIZE = 256 };

struct visitor {
    cr_scalar_function *visit;
    void *user;
};

static enum cr_status give(const struct visitor *visitor, const char *name, double value, struct cr_error *err)
{
    return visitor->visit(visitor->user, name, value, err);
}

static enum cr_status give_of(const struct visitor *visitor, const char *group, const char *item, const char *what,
                              double value, struct cr_error *err)
{
    char name[NAME_SIZE];
    cr_text_format(name, sizeof name, "%s/%s/%s", group, item, what);
    return give(visitor, name, value, err);
}

static enum cr_status visit_step(const struct visitor *visitor, const struct cr_event *event, struct cr_error *err)
{
    CR_TRY(give(visitor, "step/loss", event->loss, err));
    CR_TRY(give(visitor, "step/accuracy", event->accuracy, err));
    CR_TRY(give(visitor, "step/lr", event->lr, err));
    return give(visitor, "step/images_per_second", event->images_per_second, err);
}

static enum cr_status visit_epoch(const struct visitor *visitor, const struct cr_event *event, struct cr_error *err)
{
    CR_TRY(give(visitor, "epoch/loss", event->loss, err));
    CR_TRY(give(visitor, "epoch/accuracy", event->accuracy, err));
    CR_TRY(give(visitor, "epoch/lr", event->lr, err));
    CR_TRY(give(visitor, "epoch/images_per_second", event->images_per_second, err));
    if (event->validated) {
        CR_TRY(give(visitor, "validation/loss", event->validation_loss, err));
        CR_TRY(give(visitor, "validation/accuracy", event->validation_accuracy, err));
    }
    for (int i = 0; i < event->score_count; i++)
        CR_TRY(give_of(visitor, "validation", "score", event->scores[i].metric, event->scores[i].value, err));
    if (event->compared) {
        CR_TRY(give(visitor, "training/loss", event->train_loss, err));
        CR_TRY(give(visitor, "training/accuracy", event->train_accuracy, err));
    }
    return CR_OK;
}

static enum cr_status visit_weights(const struct visitor *visitor, const struct cr_seen_weights *seen,
                                    struct cr_error *err)
{
    CR_TRY(give_of(visitor, "weights", seen->name, "norm", seen->weight, err));
    CR_TRY(give_of(visitor, "weights", seen->name, "gradient", seen->gradient, err));
    return give_of(visitor, "weights", seen->name, "update", seen->update, err);
}

static enum cr_status visit_units(const struct visitor *visitor, const struct cr_seen_units *seen, struct cr_error *err)
{
    CR_TRY(give_of(visitor, "activations", seen->layer, "mean", seen->mean, err));
    CR_TRY(give_of(visitor, "activations", seen->layer, "deviation", seen->deviation, err));
    CR_TRY(give_of(visitor, "activations", seen->layer, "least", seen->least, err));
    CR_TRY(give_of(visitor, "activations", seen->layer, "most", seen->most, err));
    CR_TRY(give_of(visitor, "activations", seen->layer, "zeros", seen->zeros, err));
    CR_TRY(give_of(visitor, "activations", seen->layer, "silent", (double)seen->silent, err));
    if (isnan(seen->saturated)) /* only what is bounded can be */
        return CR_OK;
    return give_of(visitor, "activations", seen->layer, "saturated", seen->saturated, err);
}

static enum cr_status visit_observation(const struct visitor *visitor, const struct cr_observation *observation,
                                        struct cr_error *err)
{
    for (int i = 0; i < observation->parameters; i++)
        CR_TRY(visit_weights(visitor, &observation->weights[i], err));
    for (int i = 0; i < observation->activations; i++)
        CR_TRY(visit_units(visitor, &observation->units[i], err));
    return CR_OK;
}

enum cr_status cr_scalars_visit(const struct cr_event *event, cr_scalar_function *visit, void *user,
                                struct cr_error *err)
{
    const struct visitor visitor = {visit, user};
    switch (event->kind) {
    case CR_EVENT_STEP:
        return visit_step(&visitor, event, err);
    case CR_EVENT_EPOCH:
        return visit_epoch(&visitor, event, err);
    case CR_EVENT_OBSERVE:
        return event->observation ? visit_observation(&visitor, event->observation, err) : CR_OK;
    default:
        return CR_OK;
    }
}
