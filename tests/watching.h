/*
 * A small training on the digits with the babysitter beside it, and what was told of it.
 */
#ifndef CR_TESTS_WATCHING_H
#define CR_TESTS_WATCHING_H

#include "pictures.h"

#include <cradle/babysit.h>

#include "graph/graph.h"

static struct cr_error err;

enum { FINDINGS = 32 };

struct seen {
    int count;
    struct cr_finding finding[FINDINGS];
    uint64_t weights; /* a hash of them at the end */
    double best;      /* accuracy on the validation part */
    int changes;
    struct cr_change change; /* the last */
    int64_t stop;            /* after that many steps; 0: not */
};

static inline uint64_t hash_of(const struct cr_params *params)
{
    const unsigned char *bytes = params->values;
    uint64_t hash = 1469598103934665603u;
    for (size_t i = 0; i < (size_t)params->total * sizeof(float); i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static inline enum cr_status witness(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                     struct cr_error *error)
{
    struct seen *seen = user;
    (void)error;
    if (event->kind == CR_EVENT_FINDING) {
        assert_in_range(seen->count, 0, FINDINGS - 1);
        assert_true(event->finding->evidence[0] && event->finding->causes[0][0] && event->finding->remedy[0]);
        seen->finding[seen->count++] = *event->finding;
    }
    if (event->kind == CR_EVENT_CHANGE) {
        seen->changes++;
        seen->change = *event->change;
    }
    if (event->kind == CR_EVENT_EPOCH && event->validated && event->validation_accuracy > seen->best)
        seen->best = event->validation_accuracy;
    if (event->kind == CR_EVENT_STEP && seen->stop > 0 && event->step >= seen->stop)
        verdict->kind = CR_STOP;
    if (event->kind == CR_EVENT_END)
        seen->weights = hash_of(cr_trainer_network(event->trainer)->params);
    return CR_OK;
}

/* With `yaml` NULL goes on with the run. */
static inline void train(const char *yaml, const char *run, struct seen *seen)
{
    struct cr_config *config = NULL;
    struct cr_babysitter *babysitter;
    struct cr_experiment *experiment;
    expect_ok(cr_babysitter_new(&babysitter, &err));
    const struct cr_observer observers[] = {cr_babysitter_observer(babysitter), {seen, witness}};
    struct cr_experiment_options options = {.run = run,
                                            .resume = yaml == NULL,
                                            .observers = observers,
                                            .observer_count = 2,
                                            .prepare = cr_babysitter_prepare,
                                            .prepare_user = babysitter};
    if (yaml)
        expect_ok(cr_config_parse(&config, yaml, "f", &err));
    expect_ok(cr_experiment_new(&experiment, here.context, config, &options, &err));
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    cr_babysitter_free(babysitter);
    cr_config_free(config);
}

static inline struct cr_finding *find(struct seen *seen, const char *check)
{
    for (int i = 0; i < seen->count; i++)
        if (strcmp(seen->finding[i].check, check) == 0)
            return &seen->finding[i];
    return NULL;
}

static inline void expect_the_same(const struct seen *a, const struct seen *b)
{
    assert_int_equal(a->count, b->count);
    for (int i = 0; i < a->count; i++) {
        assert_string_equal(a->finding[i].check, b->finding[i].check);
        assert_string_equal(a->finding[i].symptom, b->finding[i].symptom);
        assert_string_equal(a->finding[i].evidence, b->finding[i].evidence);
        assert_int_equal(a->finding[i].severity, b->finding[i].severity);
    }
}

#define DATA "data: {limit: 600}\n"
#define MLP  "model: [dense: 32, relu, dense: 10]\n"

#endif
