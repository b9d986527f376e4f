/*
 * What a file must tell so that it stands for a run, and what is read from it again.
 *
 *     config      the whole experiment as YAML
 *     layout      own or torch
 *     mean, deviation   of the input by channel, for PyTorch's layout: numbers with blanks between them
 *     and what every checkpoint tells (identity.h): height, width, channels, classes, numbers, targets; step, epoch
 *     temperature   of a calibrated run
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "experiment/identity.h"
#include "experiment/run.h"
#include "graph/graph.h"

static const char *const layouts[] = {[CR_LAYOUT_OWN] = "own", [CR_LAYOUT_TORCH] = "torch"};
static const char *const statistics[][2] = {{"mean", "input.mean"}, {"deviation", "input.deviation"}};

enum { MOST_PAIRS = CR_IDENTITY_PAIRS + 8, NUMBER_SIZE = 32 };

/* A parameter's numbers as text, NULL without memory. */
static char *write_numbers(struct cr_arena *arena, const struct cr_params *params, const char *name)
{
    const struct cr_param *param = cr_params_find(params, name);
    const float *numbers = cr_params_tensor(params, param).data;
    char *text = cr_arena_alloc(arena, (size_t)param->count * NUMBER_SIZE + 1), *end = text;
    for (int64_t i = 0; text && i < param->count; i++) {
        if (i > 0)
            *end++ = ' ';
        cr_text_from_float((double)numbers[i], end, NUMBER_SIZE);
        end += strlen(end);
    }
    return text;
}

static enum cr_status read_numbers(const struct cr_params *params, const char *name, const char *key, const char *text,
                                   const char *path, struct cr_error *err)
{
    const struct cr_param *param = cr_params_find(params, name);
    struct cr_tensor own = cr_params_tensor(params, param);
    for (int64_t i = 0; i < param->count; i++) {
        char word[NUMBER_SIZE];
        size_t length = strcspn(text, " ");
        double value = 0;
        if (length < sizeof word) {
            memcpy(word, text, length);
            word[length] = 0;
        }
        if (length >= sizeof word || !cr_text_float(word, &value) || !(value - value == 0))
            return cr_fail(err, CR_ERROR_FORMAT, "%s: %s is not %lld numbers", path, key, (long long)param->count);
        if (own.dtype == CR_F64)
            ((double *)own.data)[i] = value;
        else
            ((float *)own.data)[i] = (float)value;
        text += length + (text[length] == ' ');
    }
    return CR_OK;
}

static char *config_text(const struct cr_run *run, struct cr_arena *arena, struct cr_error *err)
{
    struct cr_sections sections;
    char *text = NULL, *kept = NULL;
    if (cr_sections_read(&sections, run->config, err) != CR_OK)
        return NULL;
    if (cr_sections_write(&sections, true, &text, err) == CR_OK) {
        kept = cr_arena_text(arena, text);
        if (!kept)
            cr_fail_memory(err);
    }
    free(text);
    cr_sections_free(&sections);
    return kept;
}

static enum cr_status add_identity(const struct cr_run *run, struct cr_arena *arena, struct cr_pair *pairs,
                                   int64_t *count, struct cr_error *err)
{
    const struct cr_told told = {.height = run->height,
                                 .width = run->width,
                                 .channels = run->channels,
                                 .classes = run->classes,
                                 .numbers = run->numbers,
                                 .targets = run->targets,
                                 .class_names = run->class_names};
    struct cr_identity identity;
    enum cr_status status = cr_identity_tell(&identity, &told, err);
    for (int i = 0; status == CR_OK && i < CR_IDENTITY_PAIRS; i++) {
        char *value = cr_arena_text(arena, identity.pairs[i].value);
        pairs[(*count)++] = (struct cr_pair){identity.pairs[i].key, value};
        status = value ? CR_OK : cr_fail_memory(err);
    }
    cr_identity_free(&identity);
    return status;
}

enum cr_status cr_run_pairs(const struct cr_run *run, enum cr_layout_kind layout, struct cr_arena *arena,
                            struct cr_pair **pairs, int64_t *count, struct cr_error *err)
{
    struct cr_pair *made = cr_arena_alloc(arena, MOST_PAIRS * sizeof *made);
    char *config = config_text(run, arena, err);
    char *step = cr_arena_format(arena, "%lld", (long long)run->step);
    char *epoch = cr_arena_format(arena, "%lld", (long long)run->epoch);
    *count = 0;
    if (!config)
        return err ? err->status : CR_ERROR_MEMORY;
    if (!made || !step || !epoch)
        return cr_fail_memory(err);
    CR_TRY(add_identity(run, arena, made, count, err));
    made[(*count)++] = (struct cr_pair){"config", config};
    made[(*count)++] = (struct cr_pair){"layout", layouts[layout]};
    made[(*count)++] = (struct cr_pair){"step", step};
    if (run->temperature != 1) {
        char *text = cr_arena_alloc(arena, NUMBER_SIZE);
        if (!text)
            return cr_fail_memory(err);
        cr_text_from_float(run->temperature, text, NUMBER_SIZE);
        made[(*count)++] = (struct cr_pair){"temperature", text};
    }
    made[(*count)++] = (struct cr_pair){"epoch", epoch};
    for (int i = 0; layout == CR_LAYOUT_TORCH && i < 2; i++) {
        char *text = write_numbers(arena, run->network->params, statistics[i][1]);
        if (!text)
            return cr_fail_memory(err);
        made[(*count)++] = (struct cr_pair){statistics[i][0], text};
    }
    *pairs = made;
    return CR_OK;
}

enum cr_status cr_run_read_temperature(const struct cr_safetensors *file, const char *path, double *temperature,
                                       struct cr_error *err)
{
    const char *text = cr_safetensors_get(file, "temperature");
    *temperature = 1;
    if (!text)
        return CR_OK;
    if (!cr_text_float(text, temperature) || !(*temperature > 0 && *temperature < 1e9))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: temperature is %s, expected a number above 0", path, text);
    return CR_OK;
}

enum cr_layout_kind cr_run_layout(const struct cr_safetensors *file)
{
    const char *layout = cr_safetensors_get(file, "layout"), *format = cr_safetensors_get(file, "format");
    bool own = layout ? strcmp(layout, layouts[CR_LAYOUT_OWN]) == 0 : format && strncmp(format, "cradle ", 7) == 0;
    return own ? CR_LAYOUT_OWN : CR_LAYOUT_TORCH;
}

enum cr_status cr_run_load_weights(struct cr_network *network, const struct cr_safetensors *file, const char *path,
                                   bool new_head, struct cr_error *err)
{
    struct cr_layout *layout;
    enum cr_layout_kind kind = cr_run_layout(file);
    CR_TRY(cr_layout_new(&layout, network, kind, err));
    enum cr_status status = cr_layout_load(layout, file, path, new_head, err);
    cr_layout_free(layout);
    for (int i = 0; status == CR_OK && kind == CR_LAYOUT_TORCH && i < 2; i++) {
        const char *text = cr_safetensors_get(file, statistics[i][0]);
        if (text)
            status = read_numbers(network->params, statistics[i][1], statistics[i][0], text, path, err);
    }
    return status;
}
