/*
 * The factors of every schedule against PyTorch's, frozen by tests/peers/schedules.py: each tensor of the file bears
 * the schedule in our words as its name. Every schedule of the registry must be among them.
 */
#include "support.h"

#include <math.h>

#include "frozen.h"
#include "train/schedule.h"

enum { EPOCHS = 12, STEPS = 5 };

static void follow(const char *text, const struct cr_tensor *factors, const double *results)
{
    char yaml[256], plain[192];
    struct cr_error err;
    struct cr_config *config;
    struct cr_schedule_use *schedule;
    struct cr_schedule_state state = {0};
    const char *momentum = strstr(text, "/momentum");
    snprintf(plain, sizeof plain, "%.*s", momentum ? (int)(momentum - text) : (int)strlen(text), text);
    snprintf(yaml, sizeof yaml, strchr(plain, ':') ? "schedule: {%s}\n" : "schedule: %s\n", plain);
    expect_ok(cr_config_parse(&config, yaml, "f", &err));
    expect_ok(cr_schedule_new(&schedule, config, cr_node_get(cr_config_root(config), "schedule"), &err));
    assert_int_equal(factors->dims[0], EPOCHS * STEPS);
    for (int step = 0; step < EPOCHS * STEPS; step++) {
        double expected = ((const double *)factors->data)[step];
        double factor = cr_schedule_factor_after(schedule, &state, (double)step / STEPS, EPOCHS);
        if (momentum && !cr_schedule_momentum(schedule, (double)step / STEPS, EPOCHS, &factor))
            fail_msg("%s: the momentum is left alone", text);
        if (!(fabs(factor - expected) <= 1e-12))
            fail_msg("%s: that of step %d is %.17g, PyTorch's is %.17g", text, step, factor, expected);
        int epoch = step / STEPS;
        if (step % STEPS == STEPS - 1)
            cr_schedule_judge(schedule, &state, &(struct cr_result){results[2 * epoch], results[2 * epoch + 1]});
    }
    cr_schedule_free(schedule);
    cr_config_free(config);
}

static void all_agree(void **state)
{
    (void)state;
    struct cr_safetensors *file = frozen_open("schedules");
    const double *results = cr_safetensors_find(file, "results")->data;
    for (int64_t i = 0; i < cr_safetensors_count(file); i++) {
        const struct cr_named_tensor *named = cr_safetensors_at(file, i);
        if (strcmp(named->name, "results") != 0)
            follow(named->name, &named->tensor, results);
    }
    frozen_expect_all(file, &cr_schedules);
    cr_safetensors_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_agree),
    };
    return cmocka_run_group_tests_name("peer_schedules", tests, NULL, NULL);
}
