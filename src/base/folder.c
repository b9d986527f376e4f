#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool is_folder(const char *parent, const char *name)
{
    char *path = cr_path_join(parent, name);
    bool is = path && cr_folder_exists(path);
    free(path);
    return is;
}

enum cr_status cr_folder_list(struct cr_arena *arena, const char *path, const char *const **names, int *count,
                              struct cr_error *err)
{
    struct dirent **entries;
    char *expanded = cr_path_expand(path);
    int found = expanded ? scandir(expanded, &entries, is_shown, versionsort) : -1;
    *count = 0;
    if (found < 0) {
        free(expanded);
        return !expanded || errno == ENOMEM ? cr_fail_memory(err)
                                            : cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", path, strerror(errno));
    }
    const char **kept = cr_arena_alloc(arena, ((size_t)found + 1) * sizeof *kept);
    bool complete = kept != NULL;
    for (int i = 0; i < found; i++) {
        if (complete && is_folder(expanded, entries[i]->d_name))
            complete = (kept[(*count)++] = cr_arena_text(arena, entries[i]->d_name)) != NULL;
        free(entries[i]);
    }
    free(entries);
    free(expanded);
    *names = kept;
    return complete ? CR_OK : cr_fail_memory(err);
}

char *cr_folder_nearest(const char *path)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    char *parent = strndup(path, begin), *name = strndup(path + begin, end - begin), *nearest = NULL;
    struct cr_arena *arena = cr_arena_new();
    const char *const *names, *word;
    int count;
    if (parent && name && arena && cr_folder_list(arena, begin ? parent : ".", &names, &count, NULL) == CR_OK &&
        (word = cr_nearest_word(name, names)))
        nearest = cr_path_join(parent, word);
    cr_arena_free(arena);
    free(parent);
    free(name);
    return nearest;
}
