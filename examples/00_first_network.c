/*
 * A first network: handwritten digits, trained through the library. The experiment is a config text, as in a file; an
 * observer prints one line an epoch.
 *
 *     cc 00_first_network.c $(pkg-config --cflags --libs cradle) && ./a.out
 */
#include <cradle/cradle.h>

#include <stdio.h>

static const char recipe[] = "data: {source: digits}\n"
                             "model: [conv: 16, relu, maxpool: 2, conv: 32, relu, dense: 10]\n"
                             "train: {optimizer: {adam: {lr: 0.01}}, epochs: 10, batch: 32}\n";

static enum cr_status print_epoch(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                  struct cr_error *err)
{
    (void)user, (void)verdict, (void)err;
    if (event->kind == CR_EVENT_EPOCH)
        printf("epoch %d: loss %.4f, %.1f %% of the held out digits right\n", (int)event->epoch, event->loss,
               100 * event->validation_accuracy);
    return CR_OK;
}

int main(void)
{
    struct cr_error err;
    struct cr_context *context = NULL;
    struct cr_config *config = NULL;
    struct cr_experiment *experiment = NULL;
    struct cr_observer observer = {.event = print_epoch};
    struct cr_experiment_options options = {.observers = &observer, .observer_count = 1};
    enum cr_status status;

    CR_GO(cr_context_new(&context, NULL, &err));
    CR_GO(cr_config_parse(&config, recipe, "recipe", &err));
    CR_GO(cr_experiment_new(&experiment, context, config, &options, &err));
    CR_GO(cr_experiment_run(experiment, &err));
done:
    if (status != CR_OK)
        fprintf(stderr, "%s\n", err.message);
    cr_experiment_free(experiment);
    cr_config_free(config);
    cr_context_free(context);
    return status == CR_OK ? 0 : 1;
}
