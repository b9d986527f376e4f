/*
 * Where a NaN comes from: of ten trainings that break in different ways the babysitter names the op, the layer, the
 * step and the sample.
 */
#include "watching.h"

#define BIG  "dense: {units: 8, init: {normal: 1e6}}"
#define ONCE "train: {epochs: 1, batch: 32}\n"
#define NUMBERS(model)                                                                                              \
    "data: {source: {csv: {path: %s/numbers.csv, label: label}}, validation: 0, standardize: none}\nmodel: [" model \
    "]\ntrain: {optimizer: {sgd: {lr: 1e-9}}, epochs: 3, batch: 8}\n"

static const struct {
    const char *yaml;          /* %s: the folder */
    const char *said, *sample; /* both stand in the evidence */
} cases[] = {
    /* Numbers that grow from layer to layer. */
    {DATA "model: [repeat: {times: 7, layers: [" BIG "]}, dense: 10]\n" ONCE,
     "in step 1 with the output of dense6 (bias), for all 32 samples of the batch", ""},
    {DATA "model: [repeat: {times: 7, layers: [" BIG ", relu]}, dense: 10]\n" ONCE,
     "in step 1 with the output of relu6 (relu)", ""},
    {DATA "model: [repeat: {times: 7, layers: [conv: {filters: 4, init: {normal: 1e6}}]}, dense: 10]\n" ONCE,
     "in step 1 with the output of conv6 (bias), for all 32 samples of the batch", ""},
    /* The variance of a batch. */
    {DATA "model: [repeat: {times: 4, layers: [" BIG "]}, batchnorm, dense: 10]\n" ONCE,
     "in step 1 with the output of batchnorm1 (batchnorm), for all 32 samples of the batch", ""},
    /* On the way back: the product of all layers is small, but not that of all but the first. */
    {DATA "model: [dense: {units: 8, init: {normal: 1e-30}}, repeat: {times: 7, layers: [" BIG "]}, dense: 10]\n" ONCE,
     "in step 1 with the gradient of dense4.bias, on the way back", ""},
    /* In the step after an update that was far too large. */
    {DATA "model: [dense: {units: 8, init: {normal: 1e-30}}, repeat: {times: 2, layers: [" BIG "]}, "
          "dense: {units: 10, init: {normal: 1e5}}]\ntrain: {optimizer: {sgd: {lr: 1000}}, epochs: 1, batch: 32}\n",
     "in step 2 with the output of dense4 (bias), for all 32 samples of the batch", ""},
    /* A weight decay that turns all weights round, each time larger. */
    {DATA "model: [dense: 8, tanh, dense: 10]\ntrain: {optimizer: {sgd: {lr: 1e3, weight_decay: 10}}, epochs: 3, "
          "batch: 32}\n",
     "in step 10 with the update of dense1.weight", ""},
    /* One sample that is far from all others. */
    {NUMBERS("dense: {units: 4, init: {normal: 30}}, dense: 2"), "in step 4 with the output of dense1 (bias), for ",
     "/numbers.csv:30 (sample 5 of the batch)"},
    {NUMBERS("dense: {units: 4, init: {constant: 1}}, relu, dense: {units: 4, init: {normal: 1e3}}, dense: 2"),
     "in step 4 with the output of dense2 (bias), for ", "/numbers.csv:30 (sample 5 of the batch)"},
    {NUMBERS("flatten, residual: [dense: {units: 2, init: {constant: 5}}], dense: 2"),
     "in step 4 with the output of residual1 (add), for ", "/numbers.csv:30 (sample 5 of the batch)"},
};

/* Forty rows, of which the one in line 30 has a number that is not like the others. */
static void write_numbers(void)
{
    char path[512], text[4096] = "a,b,label\n";
    for (int i = 2; i < 42; i++) {
        char row[64];
        snprintf(row, sizeof row, "%g,%g,%d\n", i == 30 ? 6e37 : i % 3 - 1.0, i % 5 - 2.0, i % 2);
        strcat(text, row);
    }
    file_write(path_in(here.folder, "numbers.csv", path), text, strlen(text));
}

static void origins(void **state)
{
    (void)state;
    write_numbers();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char yaml[2048];
        struct seen seen = {0};
        snprintf(yaml, sizeof yaml, cases[i].yaml, here.folder);
        train(yaml, NULL, &seen);
        struct cr_finding *finding = find(&seen, "not-finite");
        if (!finding || !strstr(finding->evidence, cases[i].said) || !strstr(finding->evidence, cases[i].sample))
            fail_msg("%s: %s, not %s%s", yaml, finding ? finding->evidence : "nothing", cases[i].said, cases[i].sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {fixture_test(origins)};
    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
