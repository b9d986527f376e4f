/*
 * The registry of samplers, the choice among them, and what they share.
 */
#include "tune/sampler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/node.h"
#include "tune/combinations.h"
#include "tune/sobol.h"

#define CR_ENTRY(name) extern const struct cr_sampler cr_sampler_##name;
#include "tune/samplers/samplers.def"
#undef CR_ENTRY

static const struct cr_entry *const entries[] = {
#define CR_ENTRY(name) &cr_sampler_##name.entry,
#include "tune/samplers/samplers.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_samplers = {.kind = "samplers", .singular = "sampler", .entries = entries};

/* ----------------------------------------------------------------------------------------------------------- choosing
 */

/* More trials than this and the densities of tpe, whose cost grows slowly, do as well as the process of gp. */
enum { MOST_FOR_GP = 400 };

static const char *choose(const struct cr_space *space, int64_t trials, char *why, size_t size)
{
    int64_t points = cr_space_points(space, INT64_MAX);
    if (trials > 0 && points <= trials) {
        cr_text_format(why, size, "all %lld points fit into %lld trials", (long long)points, (long long)trials);
        return "grid";
    }
    if (trials > MOST_FOR_GP) {
        cr_text_format(why, size, "more than %d trials", MOST_FOR_GP);
        return "tpe";
    }
    cr_text_format(why, size, "up to %d trials, %d dimension%s", MOST_FOR_GP, space->count,
                   space->count == 1 ? "" : "s");
    return "gp";
}

static enum cr_status parse(struct cr_sampler_choice *choice, const char *text, struct cr_error *err)
{
    const struct cr_entry *entry;
    const struct cr_node *node;
    CR_TRY(cr_config_parse_value(&choice->config, "sampler", text, &node, err));
    CR_TRY(cr_bind_choice(choice->config, &cr_samplers, node, &entry, &choice->options, err));
    choice->sampler = (const struct cr_sampler *)entry;
    cr_text_format(choice->why, sizeof choice->why, "%s", entry->name);
    return CR_OK;
}

enum cr_status cr_sampler_choose(struct cr_sampler_choice *choice, const char *text, const struct cr_space *space,
                                 int64_t trials, struct cr_error *err)
{
    char why[96];
    *choice = (struct cr_sampler_choice){0};
    CR_TRY(parse(choice, text ? text : "auto", err));
    if (choice->sampler != &cr_sampler_auto)
        return CR_OK;
    const char *name = choose(space, trials, why, sizeof why);
    cr_config_free(choice->config);
    CR_TRY(parse(choice, name, err));
    cr_text_format(choice->why, sizeof choice->why, "%s (%s)", name, why);
    return CR_OK;
}

void cr_sampler_choice_free(struct cr_sampler_choice *choice)
{
    cr_config_free(choice->config);
    *choice = (struct cr_sampler_choice){0};
}

/* ------------------------------------------------------------------------------------------------------------- shared
 */

struct cr_random cr_sampler_stream(const struct cr_sampler_call *call, uint64_t purpose)
{
    return cr_random_at(call->seed, CR_RANDOM_TUNE, (uint64_t)call->number, purpose);
}

double cr_sampler_uniform_axis(const struct cr_dimension *dimension, struct cr_random *random)
{
    double u = cr_random_uniform(random);
    return dimension->kind == CR_CHOICES ? floor(u * dimension->count) : u;
}

/* Behind the sequence's last dimension come even draws. */
void cr_sampler_spread(const struct cr_space *space, uint64_t seed, int64_t index, double *unit)
{
    struct cr_random random = cr_random_at(seed, CR_RANDOM_TUNE, (uint64_t)index, UINT64_C(1) << 32);
    for (int d = 0; d < space->count; d++) {
        const struct cr_dimension *dimension = &space->axes[d].dimension;
        double u = d < CR_SOBOL_MOST ? cr_sobol_scrambled((uint32_t)index, d, seed) : cr_random_uniform(&random);
        unit[d] = dimension->kind == CR_CHOICES ? floor(u * dimension->count) : u;
    }
    cr_space_repair(space, &random, unit);
}

bool cr_sampler_has(const struct cr_sampler_call *call, const double *unit)
{
    for (int64_t i = 0; i < call->count; i++)
        if (cr_space_same(call->space, unit, call->seen[i].unit))
            return true;
    return false;
}

bool cr_sampler_is_new(const struct cr_sampler_call *call, const double *unit)
{
    double snapped[CR_SPACE_MOST];
    memcpy(snapped, unit, (size_t)call->space->count * sizeof *unit);
    cr_space_snap(call->space, snapped);
    return cr_space_allows_raw(call->space, snapped) && !cr_sampler_has(call, snapped);
}

void cr_sampler_renew(const struct cr_sampler_call *call, double *unit)
{
    const struct cr_space *space = call->space;
    struct cr_random random = cr_sampler_stream(call, UINT64_C(3) << 32);
    double raw[CR_SPACE_MOST], points = cr_combinations(space, INT64_MAX);
    if (cr_sampler_is_new(call, unit))
        return;
    cr_space_repair(space, &random, unit);
    if (points > CR_COMBINATIONS_FEW || cr_sampler_is_new(call, unit))
        return;
    int64_t count = (int64_t)points, start = (int64_t)cr_random_below(&random, (uint64_t)count);
    for (int64_t i = 0; i < count; i++) {
        cr_combination(space, INT64_MAX, (start + i) % count, raw);
        if (!cr_sampler_is_new(call, raw))
            continue;
        memcpy(unit, raw, (size_t)space->count * sizeof *unit);
        return;
    }
}

int64_t cr_sampler_values(const struct cr_sampler_call *call)
{
    int64_t values = 0;
    for (int64_t i = 0; i < call->count; i++)
        values += call->seen[i].state == CR_SEEN_VALUE;
    return values;
}
