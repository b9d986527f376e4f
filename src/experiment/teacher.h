/*
 * train.distill: a run or an ensemble whose answers to each batch, as augmented and mixed, are learned beside the
 * labels.
 */
#ifndef CR_EXPERIMENT_TEACHER_H
#define CR_EXPERIMENT_TEACHER_H

#include <cradle/experiment.h>

struct cr_teacher;

/* Opens it, before there are data; `node` NULL: no teacher, *teacher is NULL. */
enum cr_status cr_teacher_open(struct cr_teacher **teacher, struct cr_context *context, struct cr_config *config,
                               const struct cr_node *node, struct cr_error *err);
/* For the samples and classes of this dataset, in batches; refused where the teacher knows others. */
enum cr_status cr_teacher_fit(struct cr_teacher *teacher, const struct cr_dataset *dataset, int64_t batch,
                              struct cr_error *err);
void cr_teacher_free(struct cr_teacher *teacher);

/* All of these take NULL: no teacher. */
const char *cr_teacher_path(const struct cr_teacher *teacher);   /* as it was given; NULL: none */
double cr_teacher_weight(const struct cr_teacher *teacher);      /* 0: none */
double cr_teacher_temperature(const struct cr_teacher *teacher); /* 0: none */
struct cr_teaching cr_teacher_teaching(struct cr_teacher *teacher);
/* Goes over whatever its answers depend on: weights, and how they become one; adds nothing where there is none. */
uint64_t cr_teacher_hash(const struct cr_teacher *teacher, uint64_t hash,
                         uint64_t (*add)(uint64_t hash, const void *data, size_t size));

#endif
