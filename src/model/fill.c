/*
 * The first numbers of all parameters, each from a stream of its own that depends on the seed and the parameter's name
 * alone: to add a layer changes no other layer's numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "model/builder.h"

/* FNV-1a, 56 bits of it (Fowler, Noll, Vo). */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = 14695981039346656037u;

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return hash >> 8;
}

static void store(const struct cr_params *params, const struct cr_param *param, const double *values)
{
    struct cr_tensor tensor = cr_params_tensor(params, param);

    for (int64_t i = 0; i < param->count; i++) {
        if (params->dtype == CR_F64)
            ((double *)tensor.data)[i] = values[i];
        else
            ((float *)tensor.data)[i] = (float)values[i];
    }
}

static void fill(const struct cr_pending *pending, const struct cr_param *param, uint64_t seed, double *values)
{
    struct cr_random random = cr_random_at(seed, CR_RANDOM_INIT, 0, hash_of(pending->name));
    struct cr_init_call call = {.options = pending->options,
                                .fan_in = pending->fan_in,
                                .fan_out = pending->fan_out,
                                .start = pending->start,
                                .shape = param->shape,
                                .count = param->count,
                                .values = values,
                                .spare = values + param->count,
                                .random = &random};

    if (!pending->constant) {
        pending->init->fill(&call);
        return;
    }
    for (int64_t i = 0; i < param->count; i++)
        values[i] = pending->fill;
}

enum cr_status cr_builder_fill(struct cr_builder *builder, struct cr_params *params, uint64_t seed,
                               struct cr_error *err)
{
    int64_t largest = 0;
    double *values;

    for (int i = 0; i < params->count; i++)
        if (params->items[i].count > largest)
            largest = params->items[i].count;
    values = malloc((2 * (size_t)largest + 1) * sizeof(*values));
    if (values == NULL)
        return cr_fail_memory(err);
    for (const struct cr_pending *pending = builder->pending; pending != NULL; pending = pending->next) {
        const struct cr_param *param = cr_params_find(params, pending->name);
        fill(pending, param, seed, values);
        store(params, param, values);
    }
    free(values);
    return CR_OK;
}
