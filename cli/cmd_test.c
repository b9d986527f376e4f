/*
 * cradle test RUN [--json]
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cradle/evaluate.h>

#include "json.h"
#include "session.h"

enum { MATRIX_MAX = 20, TOP = 5 };

struct test_values {
    struct cli_common common;
    bool json;
};

static void tell_json(const struct cr_test_result *result)
{
    const struct {
        const char *key;
        double value;
    } pairs[] = {{"accuracy", result->accuracy},
                 {"loss", result->loss},
                 {"top5", result->top5},
                 {"count", (double)result->count}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        printf("%s\"%s\": ", i ? ", " : "{", pairs[i].key);
        json_number(pairs[i].value);
    }
    printf("}\n");
}

static int digits_of(int64_t number)
{
    int digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

/* Classes by number above, by number and name at the side. */
static void tell_matrix(const struct cr_test_result *result, const char *const *names)
{
    int64_t classes = result->classes, most = classes - 1;
    for (int64_t i = 0; i < classes * classes; i++)
        most = result->confusion[i] > most ? result->confusion[i] : most;
    int cell = digits_of(most) + 1, number = digits_of(classes - 1);
    printf("\nConfusion (a row is the true class, a column what was answered):\n%*s", number, "");
    for (int64_t column = 0; column < classes; column++)
        printf("%*lld", cell, (long long)column);
    printf("\n");
    for (int64_t row = 0; row < classes; row++) {
        char name[64], numeral[24];
        printf("%*lld", number, (long long)row);
        for (int64_t column = 0; column < classes; column++) {
            int64_t count = result->confusion[row * classes + column];
            if (count)
                printf("%*lld", cell, (long long)count);
            else
                printf("%*s", cell, ".");
        }
        snprintf(numeral, sizeof numeral, "%lld", (long long)row);
        text_clean(names[row], name, sizeof name);
        printf("%s%s\n", strcmp(numeral, name) ? "  " : "", strcmp(numeral, name) ? name : "");
    }
}

static void tell(const char *folder, const struct cr_test_result *result, const char *data, const char *const *names)
{
    char clean[256];
    long long right = 0;
    for (int64_t i = 0; i < result->classes; i++)
        right += result->confusion[i * result->classes + i];
    text_clean(data, clean, sizeof clean);
    printf("%s on the test part of %s: %lld images\n", folder, clean, (long long)result->count);
    printf("accuracy  %6.2f %%  (%lld right, %lld wrong)\n", 100 * result->accuracy, right,
           (long long)result->count - right);
    printf("loss      %8.4f\n", result->loss);
    if (result->classes > TOP)
        printf("top-5     %6.2f %%\n", 100 * result->top5);
    if (result->classes <= MATRIX_MAX)
        tell_matrix(result, names);
}

static int run(const struct cli_call *call)
{
    const struct test_values *values = call->values;
    const char *folder = call->arguments[0];
    struct session session;
    struct cr_run *opened = NULL;
    struct cr_dataset *dataset = NULL;
    struct cr_test_result *result = NULL;
    enum cr_status status;
    CR_GO(session_open(&session, &values->common));
    CR_GO(cr_run_open(&opened, session.context, folder, &session.err));
    CR_GO(cr_run_test_data(&dataset, session.context, opened, &session.data, &session.err));
    CR_GO(cr_test(&result, session.context, opened, dataset, &session.data, &session.err));
    screen_clear(&session.screen);
    if (values->json)
        tell_json(result);
    else
        tell(folder, result, dataset->name, opened->class_names);
done:
    if (status != CR_OK)
        session_fail(&session);
    cr_test_result_free(result);
    cr_dataset_free(dataset);
    cr_run_free(opened);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {{.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run"},
                                                {0}};

static const struct cli_option options[] = {{.name = "json",
                                             .type = CLI_SWITCH,
                                             .offset = offsetof(struct test_values, json),
                                             .help = "one JSON object: accuracy, loss, top5, count"},
                                            CLI_THREADS,
                                            CLI_WORKERS,
                                            {0}};

const struct cli_command cmd_test = {
    .name = "test",
    .help = "tests a trained network on pictures that it has not seen",
    .more = "The best weights of the run on the test part of its data. Accuracies are fractions in JSON.\n"
            "\n"
            "  cradle test runs/digits\n"
            "  cradle test runs/digits --json\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct test_values),
    .run = run,
};
