/*
 * Which checks are on, and their options: `babysit.checks` of a config, {overfitting: off, dead-units: {share: 0.7}}.
 */
#ifndef CR_BABYSIT_SETTINGS_H
#define CR_BABYSIT_SETTINGS_H

#include <cradle/babysit.h>

#include "base/arena.h"

enum { CR_MOST_CHECKS = 64 };

struct cr_check_settings {
    bool off[CR_MOST_CHECKS];           /* of each entry of cr_checks */
    const void *values[CR_MOST_CHECKS]; /* of its options */
};

/* `node` may be NULL: all are on, as they are. The values lie in the arena; texts point into the config. */
enum cr_status cr_check_settings_read(struct cr_check_settings *settings, struct cr_arena *arena,
                                      const struct cr_config *config, const struct cr_node *node, struct cr_error *err);

#endif
