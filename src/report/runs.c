/*
 * The runs that are meant where folders are named.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/folder.h"
#include "report/report.h"

struct list {
    struct cr_run_list public; /* first: a cr_run_list is one of these */
    struct cr_arena *arena;
    const char **folders;
    int room;
};

static bool has(const char *folder, const char *name)
{
    char *path = cr_path_join(folder, name);
    bool has = path && cr_file_exists(path);
    free(path);
    return has;
}

/* Whatever a report can be made of. */
static bool is_run(const char *folder)
{
    return has(folder, "config.yaml") || has(folder, "events.jsonl");
}

static enum cr_status add(struct list *list, const char *folder, struct cr_error *err)
{
    if (list->public.count == list->room) {
        int room = 2 * list->room + 16;
        const char **grown = realloc(list->folders, (size_t)room * sizeof *grown);
        if (!grown)
            return cr_fail_memory(err);
        list->public.folders = list->folders = grown;
        list->room = room;
    }
    const char *copy = cr_arena_text(list->arena, folder);
    if (!copy)
        return cr_fail_memory(err);
    list->folders[list->public.count++] = copy;
    return CR_OK;
}

/* Nothing is added where there is no run in it. */
static enum cr_status add_inside(struct list *list, const char *folder, struct cr_error *err)
{
    const char *const *names;
    int count;
    CR_TRY(cr_folder_list(list->arena, folder, &names, &count, err));
    for (int i = 0; i < count; i++) {
        char *path = cr_path_join(folder, names[i]);
        enum cr_status status = !path ? cr_fail_memory(err) : is_run(path) ? add(list, path, err) : CR_OK;
        free(path);
        CR_TRY(status);
    }
    return CR_OK;
}

static enum cr_status add_all(struct list *list, const char *const *paths, int count, struct cr_error *err)
{
    if (!list->arena)
        return cr_fail_memory(err);
    for (int i = 0; i < count; i++) {
        int before = list->public.count;
        if (!is_run(paths[i]) && cr_folder_exists(paths[i]))
            CR_TRY(add_inside(list, paths[i], err));
        if (list->public.count == before)
            CR_TRY(add(list, paths[i], err));
    }
    return CR_OK;
}

enum cr_status cr_run_list_new(struct cr_run_list **list, const char *const *paths, int count, struct cr_error *err)
{
    *list = NULL;
    struct list *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->arena = cr_arena_new();
    enum cr_status status = add_all(made, paths, count, err);
    if (status == CR_OK)
        *list = &made->public;
    else
        cr_run_list_free(&made->public);
    return status;
}

void cr_run_list_free(struct cr_run_list *list)
{
    struct list *own = (struct list *)list;
    if (!list)
        return;
    cr_arena_free(own->arena);
    free(own->folders);
    free(own);
}
