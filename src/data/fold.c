/*
 * The parts of k-fold cross-validation.
 */
#include "data/split.h"

#include <stdlib.h>

enum { DRAW = 1 }; /* tells the shuffles from those of `validation`, which are draw 0 */

enum cr_status cr_draw_fold(uint8_t *mark, uint8_t from, uint8_t to, const int32_t *labels, int64_t count,
                            int64_t classes, int64_t fold, int64_t folds, uint64_t seed, struct cr_error *err)
{
    int64_t *members = malloc((size_t)count * sizeof *members), dealt = 0;
    if (!members)
        return cr_fail_memory(err);
    for (int64_t c = 0; c < classes; c++) {
        int64_t found = 0;
        for (int64_t i = 0; i < count; i++)
            if (mark[i] == from && (labels ? labels[i] : 0) == c)
                members[found++] = i;
        struct cr_random random = cr_random_at(seed, CR_RANDOM_SPLIT, DRAW, (uint64_t)c);
        cr_random_shuffle(&random, members, found);
        for (int64_t i = 0; i < found; i++, dealt++)
            if (dealt % folds == fold)
                mark[members[i]] = to;
    }
    free(members);
    return CR_OK;
}
