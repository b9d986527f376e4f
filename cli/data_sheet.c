/*
 * cradle data sheet FILE OUT [PATH=VALUE ...] [--count N]
 */
#include "data_sheet.h"

#include <stdio.h>
#include <string.h>

#include <cradle/experiment.h>

enum { FILE_AT = 1, OUT_AT, VALUES_AT, COLUMNS = 10 };

static enum cr_status draw(struct session *session, const struct cr_experiment_parts *parts, const char *out,
                           int64_t count)
{
    const struct cr_split *split = parts->split;
    char clean[1024];
    CR_TRY(cr_augmenter_sheet(parts->augmenter, parts->dataset, split->train, split->train_count, (int)count, COLUMNS,
                              (uint64_t)parts->train->seed, out, &session->err));
    screen_clear(&session->screen);
    text_clean(out, clean, sizeof clean);
    printf("%lld pictures of the training part, each as it is and then as in %d epochs: %s\n",
           (long long)(count < split->train_count ? count : split->train_count), COLUMNS - 1, clean);
    if (!parts->augmenter)
        printf("There is no data.augment: they are the same in every epoch.\n");
    if (parts->train->mix)
        printf("Each batch is mixed by train.mix afterwards, which is not shown.\n");
    return CR_OK;
}

enum cr_status data_sheet(struct session *session, const struct cli_call *call, int64_t count)
{
    struct cr_config *config = NULL;
    struct cr_experiment *experiment = NULL;
    struct cr_experiment_options options = {.workers = session->data.workers,
                                            .progress = session->data.progress,
                                            .progress_user = session->data.progress_user};
    enum cr_status status;
    CR_GO(cr_config_open(&config, call->arguments[FILE_AT], &session->err));
    for (int i = VALUES_AT; i < call->count; i++)
        CR_GO(cr_config_set(config, call->arguments[i], &session->err));
    CR_GO(cr_experiment_new(&experiment, session->context, config, &options, &session->err));
    struct cr_experiment_parts parts = cr_experiment_parts(experiment);
    CR_GO(draw(session, &parts, call->arguments[OUT_AT], count));
done:
    cr_experiment_free(experiment);
    cr_config_free(config);
    return status;
}
