/*
 * A check: one file under checks/ that ends in one const struct cr_check, and one line in checks.def. With `preflight`
 * it looks at an experiment before it is trained and tells what it saw: it passes with the evidence in a sentence, is
 * skipped for a reason, or finds something. With `watch` it looks at a training that goes on, and is silent until it
 * finds something.
 */
#ifndef CR_BABYSIT_CHECK_H
#define CR_BABYSIT_CHECK_H

#include <string.h>

#include <cradle/babysit.h>

#include "babysit/history.h"
#include "babysit/trial.h"
#include "experiment/experiment.h"

enum { CR_FIRST_STEPS = 100 };

struct cr_check {
    struct cr_entry entry;
    bool trains; /* makes training steps: not part of the quick pre-flight */
    enum cr_status (*preflight)(struct cr_exam *exam, struct cr_error *err); /* NULL: it only watches */
    int events;                                                              /* after which it watches: CR_AFTER(...) */
    void (*watch)(struct cr_history *history);                               /* NULL: before the training alone */
    /* Of what it finds while it watches: */
    bool diverges; /* goes on as it is, the training is lost */
    bool traced;   /* is followed to the op, step and sample where it began (origin.h) */
};
/* Whose finding it is; NULL: of none in cr_checks. */
const struct cr_check *cr_check_of(const struct cr_finding *finding);
#define CR_AFTER(kind) (1 << CR_EVENT_##kind)

/* Losses and accuracies step by step. */
struct cr_loss_curve {
    int count; /* steps that were made; 0: not yet */
    double loss[CR_FIRST_STEPS], accuracy[CR_FIRST_STEPS];
};

/* One pre-flight: the experiment, and what checks have measured that others can use. */
struct cr_exam {
    struct cr_experiment *experiment;
    const struct cr_preflight_options *options;
    struct cr_arena *arena;
    const struct cr_check *check; /* under way */
    double factor;                /* on the file's learning rate, for trainings on the side: 1, or what was proposed */
    const char *fault;          /* the check that found the first fault, or NULL: later ones may be its consequences */
    struct cr_loss_curve first; /* of the first steps */
};

/* What a check tells; texts as for printf. */
void cr_exam_pass(struct cr_exam *exam, const char *format, ...) CR_PRINTF(2, 3);
void cr_exam_skip(struct cr_exam *exam, const char *format, ...) CR_PRINTF(2, 3);
/* Where a fault was found already: skips this check, for it would tell the same again, and returns true. */
bool cr_exam_is_spoiled(struct cr_exam *exam);
/* The check's name and the severity; the caller fills the rest and tells it. */
struct cr_finding cr_exam_finding(const struct cr_exam *exam, enum cr_severity severity);
void cr_exam_find(struct cr_exam *exam, const struct cr_finding *finding);
/* A text of a finding: cr_say(finding.symptom, "...", ...). */
#define cr_say(field, ...) cr_say_to(field, sizeof(field), __VA_ARGS__)
/* Behind what stands there. */
#define cr_say_more(field, ...) cr_say_to((field) + strlen(field), sizeof(field) - strlen(field), __VA_ARGS__)
/* A change of a number in the config. */
void cr_finding_change(struct cr_finding *finding, const char *path, double from, double to);
/* A change of any value; further ones go with the first. Of a path that is there already nothing. */
void cr_finding_replace(struct cr_finding *finding, const char *path, const char *from, const char *to);
void cr_say_to(char *text, size_t size, const char *format, ...) CR_PRINTF(3, 4);

/* CR_ERROR_STOPPED where the caller wants no more. */
enum cr_status cr_exam_progress(struct cr_exam *exam, int64_t done, int64_t total, struct cr_error *err);

/* A training of CR_FIRST_STEPS with `factor` times the rate, with black pictures where `blank`; fewer where it blows
 * up. */
enum cr_status cr_exam_try(struct cr_exam *exam, bool blank, double factor, struct cr_loss_curve *curve,
                           struct cr_error *err);
/* The first steps of this very training; made when they are first asked for. */
enum cr_status cr_exam_first_steps(struct cr_exam *exam, const struct cr_loss_curve **curve, struct cr_error *err);

/* The loss of guessing: ln C for cross-entropy over C classes. */
double cr_exam_chance(const struct cr_exam *exam);
/* "train.optimizer.sgd.lr" and the number that stands there. */
void cr_exam_name_rate(const struct cr_exam *exam, char *path, size_t size);
/* Proposes another learning rate. */
void cr_exam_propose_rate(const struct cr_exam *exam, struct cr_finding *finding, double rate);

#endif
