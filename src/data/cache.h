/*
 * The cache of decoded pictures: a pack for each folder and size, in CRADLE_CACHE (default: cradle/ in XDG_CACHE_HOME,
 * else ~/.cache/cradle; `off`: none).
 *
 * It is made where decoding costs more than reading the pack, as the numbers and sizes of the files say, and never the
 * clock. It is used as long as every file has the name, size and time that it had, else made anew. The folder of caches
 * holds no more than a limit: the packs whose last use lies longest ago go first.
 */
#ifndef CR_DATA_CACHE_H
#define CR_DATA_CACHE_H

#include "data/pack.h"
#include "data/tree.h"

struct cr_cache {
    char *path;   /* of the pack; NULL: none is to be used or made */
    char key[33]; /* of all that the pack depends on */
    uint64_t bytes;
};

/* `side` and `channels` of the pictures; `limit` in MiB, 0: none. To be freed, also after a failure. */
enum cr_status cr_cache_find(struct cr_cache *cache, const struct cr_tree *tree, int64_t side, int64_t channels,
                             int64_t limit, struct cr_error *err);
void cr_cache_free(struct cr_cache *cache);

/* The pack, where there is one of these very files; else *dataset is NULL, and a note tells of one that is damaged. */
enum cr_status cr_cache_open(struct cr_dataset **dataset, const struct cr_cache *cache,
                             const struct cr_data_options *options, const struct cr_context *context,
                             struct cr_error *err);
/* Makes room for it and begins it; *writer is NULL where it is not to be made now, and a note tells why. */
enum cr_status cr_cache_begin(struct cr_pack_writer **writer, const struct cr_cache *cache, int64_t limit,
                              const struct cr_context *context, struct cr_error *err);

#endif
