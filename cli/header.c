/*
 * The header of a training: data, model, optimizer, machine.
 */
#include "console.h"

#include <stdio.h>
#include <string.h>

static int64_t total_flops(const struct cr_network *network)
{
    int64_t flops = 0;
    for (int i = 0; i < network->layers; i++)
        flops += network->rows[i].flops;
    return flops;
}

static void describe_data(const struct cr_experiment_parts *parts, char *text, size_t size)
{
    const struct cr_dataset *data = parts->dataset;
    char name[256], validation[64] = "none to validate";
    text_clean(data->name, name, sizeof name);
    if (parts->split->validation_count > 0)
        snprintf(validation, sizeof validation, "%lld to validate", (long long)parts->split->validation_count);
    snprintf(text, size, "%s: %lld to train, %s; %lldx%lldx%lld, %lld classes", name,
             (long long)parts->split->train_count, validation, (long long)data->height, (long long)data->width,
             (long long)data->channels, (long long)data->classes);
}

/* "flip, crop, cutout"; "" for none. A name that does not fit is left out. */
static void describe_augmentation(const struct cr_experiment_parts *parts, char *text, size_t size)
{
    const struct cr_node *list = parts->data->augment;
    size_t used = 0;
    text[0] = 0;
    for (const struct cr_node *item = list ? list->first : NULL; item; item = item->next) {
        const char *name = item->kind == CR_NODE_MAP ? item->first->key : item->text;
        if (used + strlen(name) + 3 < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", name);
    }
}

static void describe_training(const struct cr_experiment_parts *parts, char *text, size_t size)
{
    char teacher[200] = "";
    text_clean(parts->teacher ? parts->teacher : "", teacher, sizeof teacher);
    snprintf(text, size, "%s, %s, %s%s%s; %lld epoch%s of %lld steps, batch %lld, seed %lld", parts->optimizer,
             parts->schedule, parts->loss, parts->teacher ? ", taught by " : "", teacher,
             (long long)parts->train->epochs, parts->train->epochs == 1 ? "" : "s", (long long)parts->steps_per_epoch,
             (long long)parts->train->batch, (long long)parts->train->seed);
}

static void describe_machine(const struct cr_context *context, char *text, size_t size)
{
    const char *cpu = cr_context_cpu(context);
    int threads = cr_context_threads(context);
    snprintf(text, size, "%d thread%s, %s", threads, threads == 1 ? "" : "s", cpu ? cpu : cr_cpu_best());
}

static void plain(const struct cr_context *context, const struct cr_experiment_parts *parts)
{
    const struct cr_network *network = parts->network;
    char data[512], training[512], machine[64], params[32], flops[32], memory[32], augmentation[256];
    describe_data(parts, data, sizeof data);
    describe_training(parts, training, sizeof training);
    describe_machine(context, machine, sizeof machine);
    text_amount((double)network->params->trainable, params, sizeof params);
    text_amount((double)total_flops(network), flops, sizeof flops);
    text_bytes((double)cr_trainer_memory(parts->trainer), memory, sizeof memory);
    describe_augmentation(parts, augmentation, sizeof augmentation);
    printf("Data: %s\n", data);
    if (augmentation[0])
        printf("Augmentation: %s\n", augmentation);
    printf("Model: %s parameters, %s FLOPs an image, %s\n", params, flops, memory);
    for (int i = 0; i < network->layers; i++)
        if (network->rows[i].help)
            printf("Model: %s\n", network->rows[i].help);
    printf("Training: %s; %s\n", training, machine);
    if (parts->run)
        printf("Run: %s\n", parts->run);
}

/* "-" for nothing. */
static void amount_or_dash(int64_t amount, char *text, size_t size)
{
    if (amount == 0)
        snprintf(text, size, "-");
    else
        text_amount((double)amount, text, size);
}

static void table(const struct screen *screen, const struct cr_experiment_parts *parts)
{
    const struct cr_network *network = parts->network;
    char shape[96], params[32], flops[32], memory[32];
    int names = (int)strlen("total"), shapes = (int)strlen("output");
    for (int i = 0; i < network->layers; i++) {
        const struct cr_layer_row *row = &network->rows[i];
        int width = 2 * row->depth + text_width(row->name);
        cr_shape_describe(row->shape, shape, sizeof shape);
        names = width > names ? width : names;
        shapes = text_width(shape) > shapes ? text_width(shape) : shapes;
    }
    printf("%sModel%s  %-*s  %*s  parameters    FLOPs\n", screen_bold(screen), screen_plain(screen), names, "", shapes,
           "output");
    for (int i = 0; i < network->layers; i++) {
        const struct cr_layer_row *row = &network->rows[i];
        cr_shape_describe(row->shape, shape, sizeof shape);
        amount_or_dash(row->params, params, sizeof params);
        amount_or_dash(row->flops, flops, sizeof flops);
        printf("       %*s%-*s  %*s  %10s  %7s", 2 * row->depth, "", names - 2 * row->depth, row->name, shapes, shape,
               params, flops);
        if (row->help)
            printf("  %s(%s)%s", screen_dim(screen), row->help, screen_plain(screen));
        printf("\n");
    }
    text_amount((double)network->params->trainable, params, sizeof params);
    text_amount((double)total_flops(network), flops, sizeof flops);
    text_bytes((double)cr_trainer_memory(parts->trainer), memory, sizeof memory);
    printf("       %-*s  %*s  %10s  %7s  %s to train\n", names, "total", shapes, "", params, flops, memory);
}

static void terminal(const struct screen *screen, const struct cr_context *context,
                     const struct cr_experiment_parts *parts)
{
    const char *bold = screen_bold(screen), *off = screen_plain(screen);
    char data[512], training[512], machine[64], augmentation[256];
    describe_data(parts, data, sizeof data);
    describe_training(parts, training, sizeof training);
    describe_machine(context, machine, sizeof machine);
    describe_augmentation(parts, augmentation, sizeof augmentation);
    printf("%sData%s   %s\n", bold, off, data);
    if (augmentation[0])
        printf("       augmented while training: %s\n", augmentation);
    table(screen, parts);
    printf("%sTrain%s  %s\n       %s\n", bold, off, training, machine);
    if (parts->run)
        printf("%sRun%s    %s\n", bold, off, parts->run);
}

void console_header(const struct screen *screen, const struct cr_context *context,
                    const struct cr_experiment_parts *parts)
{
    if (screen->terminal)
        terminal(screen, context, parts);
    else
        plain(context, parts);
    fflush(stdout);
}
