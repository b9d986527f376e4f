/*
 * Which samples an epoch holds, and in which order.
 */
#ifndef CR_DATA_LINEUP_H
#define CR_DATA_LINEUP_H

#include <cradle/data.h>

struct cr_lineup;

/* `indices` is copied; the dataset must live as long. */
enum cr_status cr_lineup_new(struct cr_lineup **lineup, const struct cr_dataset *dataset, const int64_t *indices,
                             int64_t count, const struct cr_loader_options *options, struct cr_error *err);
void cr_lineup_free(struct cr_lineup *lineup);
int64_t cr_lineup_count(const struct cr_lineup *lineup); /* samples in an epoch, the same in each */
/* order[cr_lineup_count()], a function of the seed and the epoch alone. Allocates nothing. */
void cr_lineup_order(struct cr_lineup *lineup, int64_t epoch, int64_t *order);

#endif
