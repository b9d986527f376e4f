/*
 * Memory that runs out while an experiment is made, run, resumed and opened: each allocation fails once; the work then
 * says so and leaves no block behind, and no folder under another name.
 */
#include "alloc.h"

#include <cradle/experiment.h>

static const char yaml[] = "data: {limit: 20, validation: 0.5, augment: [crop: 1, rotate]}\n"
                           "model: [dense: {units: 4, init: he}, relu, dense: 10]\n"
                           "train: {epochs: 1, batch: 10, optimizer: {adam: 0.01}, schedule: {step: 1}}\n";

/* Removes what is in a folder, at most two levels of it, without an allocation of this process that could fail. */
static void empty(const char *folder)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s/run' '%s'/.run.tmp-*", folder, folder);
    assert_int_equal(system(command), 0);
}

static enum cr_status make_and_run(struct cr_context *context, const char *run, bool resume, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_config *config = NULL;
    struct cr_experiment *experiment = NULL;
    struct cr_experiment_options options = {.run = run, .resume = resume};
    if (!resume)
        CR_GO(cr_config_parse(&config, yaml, "f", err));
    CR_GO(cr_experiment_new(&experiment, context, config, &options, err));
    CR_GO(cr_experiment_run(experiment, err));
done:
    cr_experiment_free(experiment);
    cr_config_free(config);
    return status;
}

/* A plan also says how much was asked for. */
static enum cr_status plainly(enum cr_status status, struct cr_error *err)
{
    if (status == CR_ERROR_MEMORY && strncmp(err->message, "out of memory: a batch", 22) == 0)
        strcpy(err->message, "out of memory");
    return status;
}

struct place {
    struct cr_context *context;
    const char *folder;
    char run[512];
};

static enum cr_status a_new_run(void *user, struct cr_error *err)
{
    struct place *place = user;
    return plainly(make_and_run(place->context, place->run, false, err), err);
}

static enum cr_status a_resumed_run(void *user, struct cr_error *err)
{
    struct place *place = user;
    return plainly(make_and_run(place->context, place->run, true, err), err);
}

static enum cr_status an_opened_run(void *user, struct cr_error *err)
{
    struct place *place = user;
    struct cr_run *run;
    CR_TRY(cr_run_open(&run, place->context, place->run, err));
    cr_run_free(run);
    return CR_OK;
}

/* As alloc_each, with a clean folder each time. */
static long each_in_a_clean_folder(struct place *place)
{
    for (long n = 1;; n++) {
        struct cr_error err = {0};
        char temporary[600];
        empty(place->folder);
        long live = alloc_live();
        alloc_fail_at(n);
        enum cr_status status = a_new_run(place, &err);
        bool hit = alloc_failed();
        alloc_fail_at(0);
        if (alloc_live() != live)
            fail_msg("%ld blocks left behind where allocation %ld fails", alloc_live() - live, n);
        snprintf(temporary, sizeof temporary, "%s/.run.tmp-%ld-0", place->folder, (long)getpid());
        assert_false(path_exists(temporary));
        if (!hit) {
            if (status != CR_OK)
                fail_msg("unexpected error: %s", err.message);
            return n - 1;
        }
        if (status != CR_OK) {
            if (strcmp(err.message, "out of memory") != 0)
                fail_msg("allocation %ld: %s", n, err.message);
            assert_int_equal(status, CR_ERROR_MEMORY);
        }
    }
}

static void every_allocation(void **state)
{
    (void)state;
    alloc_need();
    struct cr_error err;
    struct place place = {.folder = here.folder};
    path_in(here.folder, "run", place.run);
    expect_ok(cr_context_new(&place.context, &(struct cr_context_options){.threads = 1}, &err));
    assert_in_range(each_in_a_clean_folder(&place), 100, 5000);
    assert_in_range(alloc_each(a_resumed_run, &place), 100, 5000);
    assert_in_range(alloc_each(an_opened_run, &place), 50, 5000);
    cr_context_free(place.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
