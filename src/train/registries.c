/*
 * The registries of optimizers and schedules.
 */
#include "train/optimizer.h"
#include "train/schedule.h"

#define CR_ENTRY(name) extern const struct cr_optimizer_kind cr_optimizer_##name;
#include "train/optimizers/optimizers.def"
#undef CR_ENTRY
#define CR_ENTRY(name) extern const struct cr_schedule cr_schedule_##name;
#include "train/schedules/schedules.def"
#undef CR_ENTRY

static const struct cr_entry *const optimizers[] = {
#define CR_ENTRY(name) &cr_optimizer_##name.entry,
#include "train/optimizers/optimizers.def"
#undef CR_ENTRY
    NULL};

static const struct cr_entry *const schedules[] = {
#define CR_ENTRY(name) &cr_schedule_##name.entry,
#include "train/schedules/schedules.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_optimizers = {.kind = "optimizers", .singular = "optimizer", .entries = optimizers};
const struct cr_registry cr_schedules = {.kind = "schedules", .singular = "schedule", .entries = schedules};
