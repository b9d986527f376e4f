/*
 * Class folders: the names of the classes and the pictures under them.
 */
#ifndef CR_DATA_TREE_H
#define CR_DATA_TREE_H

#include <cradle/data.h>

#include "base/arena.h"

struct cr_tree_file {
    const char *path;
    int32_t label;
};

struct cr_tree {
    struct cr_arena *arena;
    const char *root; /* the folder of the class folders */
    int64_t classes;
    const char **class_names; /* sorted by bytes */
    int64_t count, capacity;
    struct cr_tree_file *files; /* class by class, each sorted by path */
    int64_t others;             /* files that are no pictures */
    int64_t unreadable_kinds;   /* pictures of kinds that are not read, by name: GIF, WebP, ... */
    const char *one_unreadable; /* the first of them */
};

/*
 * Finds the pictures of a part. `path` holds the class folders, or train/ and test/ that do; `test` is the folder of
 * the test part where `path` has none ("": not given). The classes are those of the training part, whichever part is
 * asked.
 */
enum cr_status cr_tree_new(struct cr_tree *tree, const char *path, const char *test, enum cr_part part,
                           const struct cr_context *context, struct cr_error *err);
/* All pictures under a folder, whatever its folders mean: no classes, and label 0. None is an error. */
enum cr_status cr_tree_all(struct cr_tree *tree, const char *path, struct cr_error *err);
void cr_tree_free(struct cr_tree *tree);
size_t cr_tree_root_length(const struct cr_tree *tree); /* of each path, with the slash behind the root */

#endif
