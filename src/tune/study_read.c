/*
 * A study without its config file. Its space is put together from what is stored: the dimensions that Cradle noted with
 * the study, in the order of the config file, then those of the trials. Where ranges were changed on the way, the
 * dimension holds all of them.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tune/distribution.h"
#include "tune/study.h"

struct builder {
    struct cr_space *space;
    const char *last[CR_SPACE_MOST]; /* the distribution that was put in last: most trials have the same */
    struct cr_error *err;
};

static enum cr_status put(struct builder *b, const char *name, const char *distribution)
{
    struct cr_space *space = b->space;
    int d = 0;
    while (d < space->count && strcmp(space->axes[d].dimension.name, name) != 0)
        d++;
    if (d == CR_SPACE_MOST)
        return cr_fail(b->err, CR_ERROR_FORMAT, "more than %d dimensions", CR_SPACE_MOST);
    struct cr_dimension *dimension = &space->axes[d].dimension;
    if (d == space->count) {
        *dimension = (struct cr_dimension){
            .name = cr_arena_text(space->arena, name), .low = 1, .high = 0, .parent = -1, .branch = -1};
        if (!dimension->name)
            return cr_fail_memory(b->err);
        space->count++;
    } else if (strcmp(b->last[d], distribution) == 0) {
        return CR_OK;
    }
    if (!(b->last[d] = cr_arena_text(space->arena, distribution)))
        return cr_fail_memory(b->err);
    return cr_distribution_join(space->arena, dimension, distribution, b->err);
}

/* {"train.batch": {"name": "IntDistribution", ...}, ...} */
static enum cr_status put_noted(struct builder *b, const char *noted)
{
    enum cr_status status = CR_OK;
    const cJSON *item;
    cJSON *json = cJSON_Parse(noted);
    cJSON_ArrayForEach(item, json)
    {
        char *text = cJSON_PrintUnformatted(item);
        status = text ? put(b, item->string, text) : cr_fail_memory(b->err);
        cJSON_free(text);
        if (status != CR_OK)
            break;
    }
    cJSON_Delete(json);
    return status;
}

static enum cr_status build(struct cr_space *space, struct cr_store *store, struct cr_error *err)
{
    struct builder b = {.space = space, .err = err};
    struct cr_stored_trial *trials;
    int64_t count;
    const char *noted;
    CR_TRY(cr_store_get(store, space->arena, cr_study_space_key, &noted, err));
    if (noted)
        CR_TRY(put_noted(&b, noted));
    CR_TRY(cr_store_load(store, space->arena, &trials, &count, err));
    for (int64_t i = 0; i < count; i++)
        for (int64_t v = 0; v < trials[i].value_count; v++)
            CR_TRY(put(&b, trials[i].values[v].name, trials[i].values[v].distribution));
    return CR_OK;
}

static enum cr_status make_space(struct cr_space **space, struct cr_store *store, const char *file,
                                 struct cr_error *err)
{
    struct cr_error why = {0};
    struct cr_space *made = calloc(1, sizeof *made);
    *space = made;
    if (!made || !(made->arena = cr_arena_new()) ||
        !(made->axes = cr_arena_alloc(made->arena, CR_SPACE_MOST * sizeof *made->axes)))
        return cr_fail_memory(err);
    enum cr_status status = build(made, store, &why);
    /* Messages about the database have its name; those about what lies in it do not. */
    bool named = strncmp(why.message, file, strlen(file)) == 0;
    return status == CR_OK ? CR_OK : cr_fail(err, status, "%s%s%s", named ? "" : file, named ? "" : ": ", why.message);
}

enum cr_status cr_study_read(struct cr_study **study, const char *file, const char *name, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    *study = NULL;
    struct cr_study *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    CR_GO(cr_store_read(&made->store, file, name, err));
    CR_GO(make_space(&made->read_space, made->store, file, err));
    made->space = made->read_space;
    CR_GO(cr_store_commit(made->store, err));
    *study = made;
    made = NULL;
done:
    cr_study_free(made);
    return status;
}
