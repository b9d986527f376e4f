/*
 * Runs that go on, with what has changed since; and finished ones that are opened.
 */
#include "runs.h"

static void resuming(void **state)
{
    (void)state;
    const char *whole = in_folder("whole"), *run = in_folder("half");
    train(small, whole, NULL);
    static struct witness witness;
    witness = (struct witness){.kind = CR_EVENT_STEP, .step = 4, .verdict = {.kind = CR_STOP}};
    train(small, run, &(struct cr_observer){&witness, witness_event});
    assert_false(witness_last(&witness, CR_EVENT_END)->finished);

    struct cr_config *other = parse("data: {limit: 100, validation: 0.2}\nmodel: [dense: 10]\n"), *same = parse(small);
    assert_int_equal(resume(run, other), CR_ERROR_CONFIG);
    assert_string_equal(err.message, message_of("%s: its config.yaml says something else than the config given: go on "
                                                "without one, or begin a new run",
                                                run));
    if (resume(run, same) != CR_OK)
        fail_msg("%s", err.message);
    expect_same_file(in_folder("whole/best.safetensors"), in_folder("half/best.safetensors"));
    expect_same_file(in_folder("whole/last.safetensors"), in_folder("half/last.safetensors"));
    cr_config_free(other);
    cr_config_free(same);

    /* A finished run says so, and nothing is touched. */
    struct cr_experiment *experiment;
    struct cr_experiment_options options = {.run = run, .resume = true};
    char *before = file_text(in_folder("half/events.jsonl"));
    expect_ok(cr_experiment_new(&experiment, here.context, NULL, &options, &err));
    assert_true(cr_experiment_parts(experiment).finished);
    expect_ok(cr_experiment_run(experiment, &err));
    cr_experiment_free(experiment);
    char *after = file_text(in_folder("half/events.jsonl"));
    assert_string_equal(before, after);
    free(before);
    free(after);

    /* Without a checkpoint it begins anew. */
    assert_int_equal(unlink(in_folder("half/last.safetensors")), 0);
    assert_int_equal(resume(run, NULL), CR_OK);
    expect_same_file(in_folder("whole/best.safetensors"), in_folder("half/best.safetensors"));
    expect_same_file(in_folder("whole/last.safetensors"), in_folder("half/last.safetensors"));
    char *text = file_text(in_folder("half/events.jsonl"));
    assert_memory_equal(text, "{\"event\":\"start\",\"step\":0,", 26);
    assert_null(strstr(text + 26, "\"event\":\"start\""));
    free(text);

    assert_int_equal(resume(in_folder("nothing"), NULL), CR_ERROR_IO);
    assert_string_equal(err.message, message_of("%s: is no run: there is no config.yaml in it", in_folder("nothing")));
}

static void changed_since(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"lr: 0.1", "lr: 0.2"}, {"seed: 1", "seed: 2"}, {"limit: 100", "limit: 0"}, {"epochs: 3", "epochs: 9"}};
    const char *run = in_folder("changed");
    train(small, run, NULL);
    char *config = file_text(in_folder("changed/config.yaml"));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[2048];
        const char *place = strstr(config, changes[i][0]);
        assert_non_null(place);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(place - config), config, changes[i][1],
                 place + strlen(changes[i][0]));
        file_write(in_folder("changed/config.yaml"), text, strlen(text));
        assert_int_equal(resume(run, NULL), CR_ERROR_FORMAT);
        assert_non_null(strstr(err.message, "/changed/last.safetensors: is of another experiment"));
    }
    /* A comment changes nothing. */
    char text[2048];
    snprintf(text, sizeof text, "# mine\n%s", config);
    file_write(in_folder("changed/config.yaml"), text, strlen(text));
    assert_int_equal(resume(run, NULL), CR_OK);
    free(config);

    train("data: {limit: 100, validation: 0.2}\nmodel: [dense: 5, relu, dense: 10]\ntrain: {epochs: 3, batch: 32}\n",
          in_folder("foreign"), NULL);
    assert_int_equal(rename(in_folder("foreign/last.safetensors"), in_folder("changed/last.safetensors")), 0);
    assert_int_equal(resume(run, NULL), CR_ERROR_FORMAT);
    assert_string_equal(err.message,
                        message_of("%s: is of another model: dense1.weight is 64x5 in the file and 64x10 in "
                                   "the model",
                                   in_folder("changed/last.safetensors")));
}

static void opened(void **state)
{
    (void)state;
    const char *path = in_folder("opened");
    struct cr_run *run;
    train(small, path, NULL);
    expect_ok(cr_run_open(&run, here.context, path, &err));
    assert_int_equal(run->height, 8);
    assert_int_equal(run->width, 8);
    assert_int_equal(run->channels, 1);
    assert_int_equal(run->classes, 10);
    assert_string_equal(run->class_names[9], "9");
    assert_in_range(run->epoch, 1, 3);
    assert_int_equal(run->step, run->epoch * 3);
    assert_null(run->network->params->gradients);
    struct cr_tensor mean = cr_params_tensor(run->network->params, cr_params_find(run->network->params, "input.mean"));
    assert_true(((const float *)mean.data)[0] > 0.1 && ((const float *)mean.data)[0] < 0.9);
    cr_run_free(run);

    assert_int_equal(unlink(in_folder("opened/best.safetensors")), 0);
    expect_ok(cr_run_open(&run, here.context, path, &err));
    assert_int_equal(run->step, 9);
    cr_run_free(run);

    assert_int_equal(truncate(in_folder("opened/last.safetensors"), 3000), 0);
    err = (struct cr_error){0};
    assert_int_equal(cr_run_open(&run, here.context, path, &err), CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "/opened/last.safetensors: truncated"));
    assert_null(run);
    assert_int_equal(resume(path, NULL), CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "/opened/last.safetensors: truncated"));

    assert_int_equal(unlink(in_folder("opened/last.safetensors")), 0);
    expect_error(cr_run_open(&run, here.context, path, &err), CR_ERROR_IO,
                 message_of("%s: has no weights yet: train it with cradle train --resume %s", path, path));
    expect_error(cr_run_open(&run, here.context, in_folder("nowhere"), &err), CR_ERROR_IO,
                 message_of("%s: is no run: there is no config.yaml in it", in_folder("nowhere")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(resuming),
        fixture_test(changed_since),
        fixture_test(opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
