/*
 * A model card (Mitchell et al. 2019, "Model Cards for Model Reporting") as Markdown: what the network is, what it was
 * made of, how good it is on what it has not seen, where it fails, and places for what only its maker knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "experiment/sections.h"
#include "export/format.h"

struct card {
    FILE *file;
    const struct cr_run *run;
};

static void say(const struct card *card, const char *format, ...) CR_PRINTF(2, 3);
static void say(const struct card *card, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs(text, card->file);
}

static void say_model(const struct card *card)
{
    const struct cr_run *run = card->run;
    const struct cr_network *network = run->network;
    int64_t params = 0, flops = 0;
    for (int i = 0; i < network->layers; i++) {
        params += network->rows[i].params;
        flops += network->rows[i].flops;
    }
    say(card, "## Model\n\n| | |\n|---|---|\n");
    say(card, "| takes | pictures of %lldx%lld pixels, %lld channel%s (%s) |\n", (long long)run->height,
        (long long)run->width, (long long)run->channels, run->channels == 1 ? "" : "s",
        run->numbers ? "numbers" : "bytes, scaled inside");
    say(card, "| answers | %s of %lld: ",
        network->task == CR_TASK_CLASS     ? "one class"
        : network->task == CR_TASK_ANSWERS ? "yes or no to each"
                                           : "numbers",
        (long long)run->classes);
    for (int64_t c = 0; c < run->classes && c < 20; c++)
        say(card, "%s%s", c ? ", " : "", run->class_names[c]);
    say(card, "%s |\n", run->classes > 20 ? ", ..." : "");
    say(card, "| learned numbers | %lld |\n", (long long)params);
    say(card, "| work | %.3g million operations a picture |\n", (double)flops / 1e6);
    say(card, "| weights of | epoch %lld, step %lld, the best of its training |\n\n", (long long)run->epoch,
        (long long)run->step);
}

static enum cr_status say_recipe(const struct card *card, struct cr_error *err)
{
    struct cr_sections sections;
    char *text = NULL;
    CR_TRY(cr_sections_read(&sections, card->run->config, err));
    enum cr_status status = cr_sections_write(&sections, true, &text, err);
    if (status == CR_OK) {
        say(card, "## Data and recipe\n\n");
        say(card,
            "Trained by Cradle %s on `%s` (validation part: %.3g of it), with what stands here and nothing "
            "else:\n\n```yaml\n",
            cr_version(), sections.source.entry->name, sections.data.validation);
        fputs(text, card->file);
        say(card, "```\n\n");
    }
    free(text);
    cr_sections_free(&sections);
    return status;
}

static void say_worst(const struct card *card, const struct cr_test_result *result)
{
    int64_t worst = -1;
    for (int64_t c = 0; c < result->classes; c++)
        if (result->by_class[c].count > 0 && (worst < 0 || result->by_class[c].recall < result->by_class[worst].recall))
            worst = c;
    if (worst < 0)
        return;
    say(card, "- It is weakest on `%s`: %.1f %% of these are answered right", card->run->class_names[worst],
        100 * result->by_class[worst].recall);
    const int64_t *row = result->confusion + worst * result->classes;
    int64_t other = -1;
    for (int64_t c = 0; c < result->classes; c++)
        if (c != worst && row[c] > 0 && (other < 0 || row[c] > row[other]))
            other = c;
    if (other >= 0)
        say(card, ", most of the others as `%s`", card->run->class_names[other]);
    say(card, ".\n");
}

static void say_results(const struct card *card, const struct cr_test_result *result, const char *data, const char *why)
{
    say(card, "## Results\n\n");
    if (!result) {
        say(card, "Not measured: %s.\n\n", why);
        return;
    }
    say(card, "On %s's test part, %lld samples that no training has seen:\n\n| | |\n|---|---|\n", data,
        (long long)result->count);
    for (int i = 0; i < result->score_count; i++)
        say(card, "| %s | %.4f |\n", result->scores[i].metric, result->scores[i].value);
    if (result->right)
        say(card, "| right, 95 %% interval | %.4f to %.4f |\n", result->low, result->high);
    if (result->confusion)
        say(card, "| calibration error | %.4f |\n", result->calibration.error);
    say(card, "| loss | %.4f |\n", result->loss);
    say(card, "\n");
}

static void say_limits(const struct card *card, const struct cr_test_result *result)
{
    say(card, "## Limits\n\n");
    if (result && result->confusion)
        say_worst(card, result);
    say(card,
        "- It answers with one of its classes whatever it is shown, also pictures of something else.\n"
        "- The results hold for pictures made like those of the test part; others (cameras, light, sizes) have to "
        "be tested.\n"
        "- Pictures of another size are resized to %lldx%lld before they reach it.\n\n",
        (long long)card->run->height, (long long)card->run->width);
    say(card, "## Licence and use\n\n| | |\n|---|---|\n| licence of these weights | (to be filled in) |\n"
              "| licence of the data | (to be filled in) |\n| made by | (to be filled in) |\n"
              "| meant for | (to be filled in) |\n| not meant for | (to be filled in) |\n");
}

static enum cr_status write_all(FILE *file, struct cr_context *context, const struct cr_run *run, const char *name,
                                const struct cr_data_options *options, struct cr_error *err)
{
    const struct card card = {file, run};
    struct cr_dataset *data = NULL;
    struct cr_test_result *result = NULL;
    struct cr_error why = {0};
    const char *slash = strrchr(name, '/');
    enum cr_status status = cr_run_test_data(&data, context, run, options, &why);
    if (status == CR_OK)
        status = cr_test(&result, context, run, data, options, &why);
    if (status == CR_ERROR_STOPPED || status == CR_ERROR_MEMORY)
        CR_GO(cr_fail(err, status, "%s", why.message));
    say(&card, "# Model card: %s\n\n", slash && slash[1] ? slash + 1 : name);
    say_model(&card);
    CR_GO(say_recipe(&card, err));
    say_results(&card, result, data ? data->name : "", why.message);
    say_limits(&card, result);
done:
    cr_test_result_free(result);
    cr_dataset_free(data);
    return status;
}

enum cr_status cr_card_new(char **text, struct cr_context *context, const struct cr_run *run, const char *name,
                           const struct cr_data_options *options, struct cr_error *err)
{
    size_t size = 0;
    *text = NULL;
    FILE *file = open_memstream(text, &size);
    if (!file)
        return cr_fail_memory(err);
    enum cr_status status = write_all(file, context, run, name, options, err);
    if (fclose(file) != 0 && status == CR_OK)
        status = cr_fail_memory(err);
    if (status != CR_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

enum cr_status cr_card_write(const char *path, const char *text, struct cr_error *err)
{
    return cr_file_replace(path, text, strlen(text), err);
}

enum cr_status cr_card_find(const char **text, const struct cr_export_job *job, struct cr_arena *arena,
                            struct cr_error *err)
{
    enum { MOST = 1 << 20 };
    char *content = NULL, *folder = cr_path_expand(job->folder),
         *path = folder ? cr_path_join(folder, "card.md") : NULL;
    size_t size;
    enum cr_status status = path ? CR_OK : cr_fail_memory(err);
    *text = "";
    if (status == CR_OK && cr_file_exists(path))
        status = cr_file_read(path, MOST, &content, &size, err);
    if (content) {
        *text = cr_arena_text(arena, content);
        if (!*text)
            status = cr_fail_memory(err);
    }
    free(content);
    free(path);
    free(folder);
    return status;
}
