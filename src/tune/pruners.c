/*
 * The registry of pruners, the choice among them, and how they read reports.
 */
#include "tune/pruner.h"

#include <math.h>

#include "config/node.h"

#define CR_ENTRY(name) extern const struct cr_pruner cr_pruner_##name;
#include "tune/pruners/pruners.def"
#undef CR_ENTRY

static const struct cr_entry *const entries[] = {
#define CR_ENTRY(name) &cr_pruner_##name.entry,
#include "tune/pruners/pruners.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_pruners = {.kind = "pruners", .singular = "pruner", .entries = entries};

enum cr_status cr_pruner_choose(struct cr_pruner_choice *choice, const char *text, struct cr_error *err)
{
    const struct cr_entry *entry;
    const struct cr_node *node;
    *choice = (struct cr_pruner_choice){0};
    CR_TRY(cr_config_parse_value(&choice->config, "pruner", text ? text : "none", &node, err));
    CR_TRY(cr_bind_choice(choice->config, &cr_pruners, node, &entry, &choice->options, err));
    choice->pruner = (const struct cr_pruner *)entry;
    return CR_OK;
}

void cr_pruner_choice_free(struct cr_pruner_choice *choice)
{
    cr_config_free(choice->config);
    *choice = (struct cr_pruner_choice){0};
}

double cr_pruner_loss(const struct cr_pruner_call *call, double value)
{
    if (isnan(value))
        return (double)INFINITY;
    return call->maximize ? -value : value;
}

double cr_pruner_best(const struct cr_pruner_call *call, const struct cr_study_trial *trial, int64_t step)
{
    double best = (double)NAN;
    for (int64_t i = 0; i < trial->report_count && trial->reports[i].step <= step; i++)
        best = fmin(best, cr_pruner_loss(call, trial->reports[i].value)); /* fmin(NaN, x) is x */
    return best;
}

double cr_pruner_at(const struct cr_pruner_call *call, const struct cr_study_trial *trial, int64_t step)
{
    for (int64_t i = 0; i < trial->report_count; i++)
        if (trial->reports[i].step == step)
            return cr_pruner_loss(call, trial->reports[i].value);
    return (double)NAN;
}
