/*
 * The folder of an ensemble: ensemble.yaml and, for each member, one file that stands for a run.
 */
#ifndef CR_EXPERIMENT_ENSEMBLE_FILE_H
#define CR_EXPERIMENT_ENSEMBLE_FILE_H

#include "experiment/rule.h"

#define CR_ENSEMBLE_FILE "ensemble.yaml"
enum { CR_MEMBER_SIZE = 48 };

/* "member-1.safetensors" of member 0. */
void cr_ensemble_member(char name[CR_MEMBER_SIZE], int64_t member);

/* ensemble.yaml; the config is the caller's to free, and holds the values. */
struct cr_ensemble_file {
    struct cr_config *config;
    struct {
        const char *rule;
        struct cr_list weights; /* one a member */
    } values;
    const struct cr_rule *rule;
};
enum cr_status cr_ensemble_file_read(struct cr_ensemble_file *file, const char *folder, struct cr_error *err);

#endif
