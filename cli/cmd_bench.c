/*
 * cradle bench FILE [PATH=VALUE ...] [--json], and cradle bench --kernels [NAME]
 */
#include <stdio.h>
#include <string.h>

#include <cradle/experiment.h>

#include "bench_kernels.h"
#include "json.h"
#include "session.h"

enum { PASSES = 3 };

static const char *const passes[PASSES] = {"forward", "backward", "update"};

struct bench_values {
    struct cli_common common;
    bool json, kernels;
    int64_t batch, seconds;
};

/* Sums over the steps of one pass, or of all. */
struct total {
    double seconds, flops; /* flops of products alone */
};

static struct total total_of(const struct cr_bench *bench, const char *pass)
{
    struct total total = {0};
    for (int64_t i = 0; i < bench->steps; i++) {
        const struct cr_step_info *info = &bench->step[i].info;
        if (pass && strcmp(info->pass, pass) != 0)
            continue;
        total.seconds += bench->step[i].seconds;
        total.flops += info->product ? (double)info->flops : 0;
    }
    return total;
}

/* ------------------------------------------------------------------------------------------------------------- JSON */

static void pair(const char *before, const char *key, double value)
{
    printf("%s\"%s\": ", before, key);
    json_number(value);
}

static void text_pair(const char *before, const char *key, const char *text)
{
    printf("%s\"%s\": ", before, key);
    json_text(text);
}

static void step_json(const struct cr_bench_step *step)
{
    text_pair("{", "layer", step->info.layer);
    text_pair(", ", "op", step->info.op);
    text_pair(", ", "pass", step->info.pass);
    text_pair(", ", "kernel", step->info.kernel);
    text_pair(", ", "way", step->info.way);
    pair(", ", "seconds", step->seconds);
    pair(", ", "flops", (double)step->info.flops);
    printf(", \"product\": %s", step->info.product ? "true" : "false");
    pair(", ", "bytes", (double)step->info.bytes);
    printf("}");
}

static void tell_json(const char *file, const struct cr_bench *bench)
{
    text_pair("{", "file", file);
    printf(", \"input\": [%lld, %lld, %lld]", (long long)bench->shape.height, (long long)bench->shape.width,
           (long long)bench->shape.channels);
    pair(", ", "classes", (double)bench->shape.classes);
    pair(", ", "batch", (double)bench->batch);
    pair(", ", "parameters", (double)bench->params);
    text_pair(", ", "cpu", bench->cpu);
    pair(", ", "threads", bench->threads);
    pair(",\n ", "peak_flops", bench->peak);
    pair(", ", "bandwidth", bench->bandwidth);
    pair(", ", "setup_seconds", bench->setup);
    pair(", ", "parameters_memory", (double)bench->params_memory);
    pair(", ", "process_memory", (double)bench->process_memory);
    pair(",\n \"training\": {", "images_per_second", (double)bench->batch / bench->training);
    pair(", ", "seconds", bench->training);
    for (int i = 0; i < PASSES; i++)
        pair(", ", passes[i], total_of(bench, passes[i]).seconds);
    pair(", ", "product_flops", total_of(bench, NULL).flops);
    pair(", ", "memory", (double)bench->training_memory);
    pair("},\n \"inference\": {", "images_per_second", (double)bench->batch / bench->inference);
    pair(", ", "seconds", bench->inference);
    pair(", ", "memory", (double)bench->inference_memory);
    printf("},\n \"steps\": [");
    for (int64_t i = 0; i < bench->steps; i++) {
        printf("%s\n  ", i ? "," : "");
        step_json(&bench->step[i]);
    }
    printf("]}\n");
}

/* ------------------------------------------------------------------------------------------------------------ table */

struct widths {
    int layer, op, kernel, way;
};

static void widen(int *width, const char *text)
{
    *width = text_width(text) > *width ? text_width(text) : *width;
}

static struct widths widths_of(const struct cr_bench *bench)
{
    struct widths widths = {(int)strlen("layer"), (int)strlen("op"), (int)strlen("kernel"), (int)strlen("way")};
    for (int64_t i = 0; i < bench->steps; i++) {
        widen(&widths.layer, bench->step[i].info.layer);
        widen(&widths.op, bench->step[i].info.op);
        widen(&widths.kernel, bench->step[i].info.kernel);
        widen(&widths.way, bench->step[i].info.way);
    }
    return widths;
}

static void tell_rate(const struct cr_bench *bench, double flops, double seconds, bool product)
{
    double rate = seconds > 0 ? flops / seconds : 0;
    if (product)
        printf("  %8.1f  %5.1f", rate / 1e9, 100 * rate / bench->peak);
    else
        printf("  %8.1f  %5s", rate / 1e9, "-");
}

static void tell_steps(const struct screen *screen, const struct cr_bench *bench)
{
    struct widths width = widths_of(bench);
    double all = total_of(bench, NULL).seconds;
    printf("%s%-*s  %-*s  %-*s  %-*s        ms      %%   GFLOP/s  %%peak        MB    GB/s%s\n", screen_bold(screen),
           width.layer, "layer", width.op, "op", width.kernel, "kernel", width.way, "way", screen_plain(screen));
    for (int64_t i = 0; i < bench->steps; i++) {
        const struct cr_bench_step *step = &bench->step[i];
        const struct cr_step_info *info = &step->info;
        printf("%-*s  %-*s  %-*s  %-*s  %8.3f  %5.1f", width.layer, info->layer, width.op, info->op, width.kernel,
               info->kernel, width.way, info->way, 1e3 * step->seconds, 100 * step->seconds / all);
        tell_rate(bench, (double)info->flops, step->seconds, info->product);
        printf("  %8.2f  %6.1f\n", (double)info->bytes / 1e6,
               step->seconds > 0 ? (double)info->bytes / step->seconds / 1e9 : 0);
    }
    printf("\n");
    for (int i = 0; i <= PASSES; i++) {
        struct total total = total_of(bench, i < PASSES ? passes[i] : NULL);
        printf("%-*s  %8.3f  %5.1f", width.layer + width.op + width.kernel + width.way + 6,
               i < PASSES ? passes[i] : "all", 1e3 * total.seconds, 100 * total.seconds / all);
        if (total.flops > 0)
            tell_rate(bench, total.flops, total.seconds, true);
        printf("\n");
    }
}

static void tell(const struct screen *screen, const char *file, const struct cr_bench *bench)
{
    char clean[256], params[32], memory[4][32];
    double batch = (double)bench->batch, rate = total_of(bench, NULL).flops / bench->training;
    text_clean(file, clean, sizeof clean);
    text_amount((double)bench->params, params, sizeof params);
    text_bytes((double)bench->training_memory, memory[0], sizeof memory[0]);
    text_bytes((double)bench->params_memory, memory[1], sizeof memory[1]);
    text_bytes((double)bench->process_memory, memory[2], sizeof memory[2]);
    text_bytes((double)bench->inference_memory, memory[3], sizeof memory[3]);
    printf("%s: %lldx%lldx%lld, %lld classes, %s parameters, batch %lld\n", clean, (long long)bench->shape.height,
           (long long)bench->shape.width, (long long)bench->shape.channels, (long long)bench->shape.classes, params,
           (long long)bench->batch);
    printf("%d thread%s, %s: %.1f GFLOP/s at most, memory %.1f GB/s\n\n", bench->threads,
           bench->threads == 1 ? "" : "s", bench->cpu, bench->peak / 1e9, bench->bandwidth / 1e9);
    tell_steps(screen, bench);
    printf("\nTraining:  %.0f images/s, %.3f ms a step, %.1f GFLOP/s in products (%.1f %% of the peak)\n",
           batch / bench->training, 1e3 * bench->training, rate / 1e9, 100 * rate / bench->peak);
    printf("Inference: %.0f images/s, %.3f ms a batch\n", batch / bench->inference, 1e3 * bench->inference);
    printf("Memory:    %s for training, %s for parameters and optimizer; the whole process %s; %s for inference\n",
           memory[0], memory[1], memory[2], memory[3]);
    printf("Setup:     %.3f s from the config to the first step\n", bench->setup);
}

/* ---------------------------------------------------------------------------------------------------------- command */

static enum cr_status read_config(struct cr_config **config, const struct cli_call *call, struct cr_error *err)
{
    const struct bench_values *values = call->values;
    char batch[48];
    CR_TRY(cr_config_open(config, call->arguments[0], err));
    for (int i = 1; i < call->count; i++)
        CR_TRY(cr_config_set(*config, call->arguments[i], err));
    if (values->batch == 0)
        return CR_OK;
    snprintf(batch, sizeof batch, "train.batch=%lld", (long long)values->batch);
    return cr_config_set(*config, batch, err);
}

/* What the tables cannot say. */
static int check(const struct cli_call *call)
{
    const struct bench_values *values = call->values;
    if (values->kernels && call->count > 1)
        return cli_usage_fail(call->command, "%s: with --kernels one name is enough, and %s is there already",
                              call->arguments[1], call->arguments[0]);
    if (values->kernels && values->batch > 0)
        return cli_usage_fail(call->command, "--batch: the shapes that --kernels times have batches of their own");
    if (!values->kernels && call->count == 0)
        return cli_usage_fail(call->command, "FILE is missing");
    for (int i = 1; i < call->count; i++)
        if (!strchr(call->arguments[i], '='))
            return cli_usage_fail(call->command, "%s: one config file is enough, and %s is there already",
                                  call->arguments[i], call->arguments[0]);
    return CLI_OK;
}

static int run(const struct cli_call *call)
{
    const struct bench_values *values = call->values;
    struct session session;
    struct cr_config *config = NULL;
    struct cr_bench *bench = NULL;
    enum cr_status status;
    if (check(call) != CLI_OK)
        return CLI_USAGE;
    CR_GO(session_open(&session, &values->common));
    if (values->kernels) {
        status = bench_kernels(&session, call->arguments[0], (double)values->seconds, values->json);
        goto done;
    }
    CR_GO(read_config(&config, call, &session.err));
    struct cr_bench_options options = {.seconds = (double)values->seconds, .data = session.data};
    CR_GO(cr_bench_new(&bench, session.context, config, &options, &session.err));
    screen_clear(&session.screen);
    if (values->json)
        tell_json(call->arguments[0], bench);
    else
        tell(&session.screen, call->arguments[0], bench);
done:
    if (status != CR_OK)
        session_fail(&session);
    cr_bench_free(bench);
    cr_config_free(config);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {{.name = "FILE",
                                                 .type = CLI_FILE,
                                                 .optional = true,
                                                 .help = "a config file; with --kernels: a part of kernels' names"},
                                                {.name = "PATH=VALUE",
                                                 .type = CLI_TEXT,
                                                 .optional = true,
                                                 .many = true,
                                                 .help = "puts VALUE at PATH of the file: model[0].conv.filters=64"},
                                                {0}};

static const struct cli_option options[] = {{.name = "json",
                                             .type = CLI_SWITCH,
                                             .offset = offsetof(struct bench_values, json),
                                             .help = "one JSON object; seconds, bytes, operations a second"},
                                            {.name = "kernels",
                                             .type = CLI_SWITCH,
                                             .offset = offsetof(struct bench_values, kernels),
                                             .help = "instead of a network: every kernel, on shapes of known networks"},
                                            {.name = "batch",
                                             .value = "N",
                                             .type = CLI_NUMBER,
                                             .offset = offsetof(struct bench_values, batch),
                                             .min = 1,
                                             .max = 1 << 24,
                                             .help = "images a step (default: train.batch of the file)"},
                                            {.name = "seconds",
                                             .value = "S",
                                             .type = CLI_NUMBER,
                                             .offset = offsetof(struct bench_values, seconds),
                                             .max = 3600,
                                             .def = 4,
                                             .help = "to measure (default: 4); 0: a few runs"},
                                            CLI_THREADS,
                                            {0}};

const struct cli_command cmd_bench = {
    .name = "bench",
    .help = "tells how fast a network is, and where its time goes",
    .more =
        "Trains and answers for some seconds on made-up pictures of the data's shape; the data need not be there.\n"
        "Every time is the median of many runs. The table has a row for each kernel of a training step: its part\n"
        "of the time, operations and bytes a second. % of the peak is of the multiply-adds that this machine can\n"
        "do, measured in the same call.\n"
        "\n"
        "  cradle bench examples/mnist-lenet.yaml\n"
        "  cradle bench examples/cifar-resnet.yaml --threads 1 --batch 32 --json\n"
        "\n"
        "--kernels times each kernel, each way of it, for every instruction set that this machine has, against the\n"
        "plain loops (ref) and the peak:\n"
        "\n"
        "  cradle bench --kernels conv --seconds 60\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct bench_values),
    .run = run,
};
