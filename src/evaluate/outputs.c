#include "evaluate/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "experiment/ensemble.h"

struct gathering {
    const struct cr_run *run;
    float *outputs; /* [count][classes] */
    int64_t count;  /* so far */
};

static void gather(void *user, const struct cr_pass_batch *shown)
{
    struct gathering *gathering = user;
    const struct cr_run *run = gathering->run;
    int64_t classes = run->classes;
    float *outputs = gathering->outputs + gathering->count * classes;
    const struct cr_tensor *from = run->temperature == 1 ? &shown->outputs : &shown->logits;
    memcpy(outputs, from->data, (size_t)(shown->count * classes) * sizeof *outputs);
    for (int64_t i = 0; i < shown->count && run->temperature != 1; i++)
        cr_soften(outputs + i * classes, classes, run->network->task, run->temperature);
    gathering->count += shown->count;
}

enum cr_status cr_outputs_gather(float **outputs, struct cr_context *context, const struct cr_run *run,
                                 const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                                 const char *what, const struct cr_data_options *options, struct cr_error *err)
{
    struct gathering gathering = {.run = run};
    struct cr_pass pass = {.what = what, .add = gather, .user = &gathering};
    *outputs = gathering.outputs = malloc((size_t)count * (size_t)run->classes * sizeof **outputs);
    if (!*outputs)
        return cr_fail_memory(err);
    return cr_pass_run(&pass, context, run, dataset, indices, count, options, err);
}
