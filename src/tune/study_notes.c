/*
 * What is noted with a study in its file, beside the trials: its space, and what trials are trained on.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"
#include "tune/constraint.h"
#include "tune/distribution.h"
#include "tune/study.h"

const char cr_study_space_key[] = "cradle:space";
static const char constraints_key[] = "cradle:constraints";
static const char validation_key[] = "cradle:validation", folds_key[] = "cradle:folds";

/* ------------------------------------------------------------------------------------------------------------- space
 */

/* Every dimension by name, for people who look into the file, and to see whether the study is ours. */
static enum cr_status note_dimensions(struct cr_study *study, struct cr_arena *arena, struct cr_error *err)
{
    const char *text = "{";
    for (int d = 0; d < study->space->count && text; d++) {
        const struct cr_dimension *dimension = &study->space->axes[d].dimension;
        const char *distribution = cr_distribution_text(arena, dimension);
        text = distribution
                   ? cr_arena_format(arena, "%s%s\"%s\": %s", text, d ? ", " : "", dimension->name, distribution)
                   : NULL;
    }
    text = text ? cr_arena_format(arena, "%s}", text) : NULL;
    return text ? cr_store_set(study->store, cr_study_space_key, text, err) : cr_fail_memory(err);
}

/* The constraints as they were written, for people and programs that look into the file: a list of texts in JSON. */
static enum cr_status note_constraints(struct cr_study *study, struct cr_error *err)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; list && i < study->space->constraint_count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(study->space->constraints[i].text));
    char *text = list ? cJSON_PrintUnformatted(list) : NULL;
    enum cr_status status = text ? cr_store_set(study->store, constraints_key, text, err) : cr_fail_memory(err);
    cJSON_free(text);
    cJSON_Delete(list);
    return status;
}

enum cr_status cr_study_note_space(struct cr_study *study, struct cr_arena *arena, struct cr_error *err)
{
    CR_TRY(note_dimensions(study, arena, err));
    return note_constraints(study, err);
}

/* ----------------------------------------------------------------------------------------------------------- training
 */

/* A whole number that was noted with the study; 0: none. */
static int64_t noted(struct cr_study *study, const char *key)
{
    const char *text = NULL;
    int64_t number = 0;
    struct cr_arena *arena = cr_arena_new();
    if (arena && cr_store_get(study->store, arena, key, &text, NULL) == CR_OK && text)
        cr_text_int(text, &number);
    cr_arena_free(arena);
    return number;
}

static enum cr_status note(struct cr_study *study, const char *key, int64_t number, struct cr_error *err)
{
    char text[32];
    if (noted(study, key) == number)
        return CR_OK;
    cr_text_format(text, sizeof text, "%lld", (long long)number);
    return cr_store_set(study->store, key, text, err);
}

int64_t cr_study_validation(struct cr_study *study)
{
    return noted(study, validation_key);
}

int64_t cr_study_folds(struct cr_study *study)
{
    return noted(study, folds_key);
}

enum cr_status cr_study_note_validation(struct cr_study *study, int64_t samples, int64_t folds, struct cr_error *err)
{
    CR_TRY(note(study, validation_key, samples, err));
    return note(study, folds_key, folds, err);
}

const char *cr_study_score_name(struct cr_study *study)
{
    return cr_study_validation(study) == 0 ? "score"
           : cr_study_maximizes(study)     ? "validation accuracy"
                                           : "validation loss";
}
