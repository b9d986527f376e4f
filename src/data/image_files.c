/*
 * The pictures under a folder as a plain list: a view of the tree that found them.
 */
#include <stdlib.h>

#include "data/tree.h"

struct files {
    struct cr_image_files public; /* first: a list is one of these */
    struct cr_tree tree;          /* owns the paths */
};

enum cr_status cr_image_files_new(struct cr_image_files **files, const char *folder, struct cr_error *err)
{
    *files = NULL;
    struct files *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    enum cr_status status;
    CR_GO(cr_tree_all(&made->tree, folder, err));
    const char **paths = cr_arena_alloc(made->tree.arena, (size_t)made->tree.count * sizeof *paths);
    if (!paths)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < made->tree.count; i++)
        paths[i] = made->tree.files[i].path;
    made->public.count = made->tree.count;
    made->public.paths = paths;
    *files = &made->public;
    made = NULL;
done:
    cr_image_files_free(made ? &made->public : NULL);
    return status;
}

void cr_image_files_free(struct cr_image_files *files)
{
    struct files *own = (struct files *)files; /* its first member */
    if (!files)
        return;
    cr_tree_free(&own->tree);
    free(own);
}
