/*
 * The fingerprint is FNV-1a (Fowler, Noll, Vo) of the config with every default, but for where the data lie, and of
 * what is known of the data: their shape, classes, labels and the statistics of their pixels; and of a teacher its
 * weights. Pictures may be moved to
 * another place, and the run goes on; other pictures are another experiment.
 */
#include "experiment/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"
#include "train/checkpoint.h"

enum { SIDE_MAX = 1 << 24, CLASSES_MAX = 1 << 24 };

static uint64_t add(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t add_data(uint64_t hash, const struct cr_dataset *dataset)
{
    const int64_t sizes[] = {dataset->count, dataset->height, dataset->width, dataset->channels, dataset->classes};
    hash = add(hash, sizes, sizeof sizes);
    for (int64_t i = 0; i < dataset->classes; i++)
        hash = add(hash, dataset->class_names[i], strlen(dataset->class_names[i]) + 1);
    size_t count = (size_t)dataset->count;
    if (dataset->labels)
        return add(hash, dataset->labels, count * sizeof *dataset->labels);
    return add(hash, dataset->targets, count * (size_t)dataset->classes * sizeof *dataset->targets);
}

static enum cr_status set_fingerprint(struct cr_identity *identity, const struct cr_sections *sections,
                                      const struct cr_dataset *dataset, const struct cr_statistics *statistics,
                                      const struct cr_teacher *teacher, struct cr_error *err)
{
    char *text;
    size_t moments = statistics->mean ? (size_t)statistics->count * sizeof(double) : 0;
    size_t whitening = (size_t)(dataset->height * dataset->width * dataset->channels * statistics->outputs);
    CR_TRY(cr_sections_write(sections, false, &text, err));
    uint64_t hash = add(UINT64_C(0xcbf29ce484222325), text, strlen(text));
    free(text);
    hash = add_data(hash, dataset);
    hash = add(hash, statistics->mean, moments);
    hash = add(hash, statistics->deviation, moments);
    hash = add(hash, statistics->whitening, whitening * sizeof(double));
    hash = cr_teacher_hash(teacher, hash, add);
    cr_text_format(identity->fingerprint, sizeof identity->fingerprint, "%016llx", (unsigned long long)hash);
    return CR_OK;
}

static enum cr_status set_pairs(struct cr_identity *identity, const struct cr_told *told, struct cr_error *err)
{
    static const char *const keys[] = {"height", "width", "channels"};
    const int64_t sides[] = {told->height, told->width, told->channels};
    for (int i = 0; i < 3; i++) {
        cr_text_format(identity->numbers[i], sizeof identity->numbers[i], "%lld", (long long)sides[i]);
        identity->pairs[i] = (struct cr_pair){keys[i], identity->numbers[i]};
    }
    cJSON *names = cJSON_CreateStringArray(told->class_names, (int)told->classes);
    identity->classes = names ? cJSON_PrintUnformatted(names) : NULL;
    cJSON_Delete(names);
    if (!identity->classes)
        return cr_fail_memory(err);
    identity->pairs[3] = (struct cr_pair){"classes", identity->classes};
    identity->pairs[4] = (struct cr_pair){"numbers", told->numbers ? "true" : "false"};
    identity->pairs[5] = (struct cr_pair){"targets", told->targets ? "true" : "false"};
    return CR_OK;
}

enum cr_status cr_identity_new(struct cr_identity *identity, const struct cr_sections *sections,
                               const struct cr_dataset *dataset, const struct cr_statistics *statistics,
                               const struct cr_teacher *teacher, struct cr_error *err)
{
    const struct cr_told told = {.height = dataset->height,
                                 .width = dataset->width,
                                 .channels = dataset->channels,
                                 .classes = dataset->classes,
                                 .numbers = dataset->numbers,
                                 .targets = dataset->targets != NULL,
                                 .class_names = dataset->class_names};
    *identity = (struct cr_identity){0};
    CR_TRY(set_fingerprint(identity, sections, dataset, statistics, teacher, err));
    return set_pairs(identity, &told, err);
}

enum cr_status cr_identity_tell(struct cr_identity *identity, const struct cr_told *told, struct cr_error *err)
{
    *identity = (struct cr_identity){0};
    return set_pairs(identity, told, err);
}

void cr_identity_free(struct cr_identity *identity)
{
    cJSON_free(identity->classes);
    *identity = (struct cr_identity){0};
}

/* ---------------------------------------------------------------------------------------------------------- reading */

static enum cr_status copy_names(struct cr_told *told, struct cr_arena *arena, const cJSON *list, const char *path,
                                 struct cr_error *err)
{
    told->classes = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (told->classes < 1 || told->classes > CLASSES_MAX)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: classes is no JSON list of names", path);
    const char **names = cr_arena_alloc(arena, (size_t)told->classes * sizeof *names);
    if (!names)
        return cr_fail_memory(err);
    int64_t i = 0;
    for (const cJSON *item = list->child; item; item = item->next) {
        if (!cJSON_IsString(item))
            return cr_fail(err, CR_ERROR_FORMAT, "%s: classes is no JSON list of names", path);
        names[i] = cr_arena_text(arena, item->valuestring);
        if (!names[i++])
            return cr_fail_memory(err);
    }
    told->class_names = names;
    return CR_OK;
}

static bool is_true(const struct cr_safetensors *file, const char *key)
{
    const char *value = cr_safetensors_get(file, key);
    return value && strcmp(value, "true") == 0;
}

enum cr_status cr_identity_read(struct cr_told *told, struct cr_arena *arena, const struct cr_safetensors *file,
                                const char *path, struct cr_error *err)
{
    CR_TRY(cr_checkpoint_int(file, path, "height", 1, SIDE_MAX, &told->height, err));
    CR_TRY(cr_checkpoint_int(file, path, "width", 1, SIDE_MAX, &told->width, err));
    CR_TRY(cr_checkpoint_int(file, path, "channels", 1, SIDE_MAX, &told->channels, err));
    const char *text = cr_safetensors_get(file, "classes");
    told->numbers = is_true(file, "numbers");
    told->targets = is_true(file, "targets");
    errno = 0;
    cJSON *list = text ? cJSON_Parse(text) : NULL;
    if (!list && errno == ENOMEM)
        return cr_fail_memory(err);
    enum cr_status status = copy_names(told, arena, list, path, err);
    cJSON_Delete(list);
    return status;
}
