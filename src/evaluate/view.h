/*
 * Test-time augmentation: a view is a kind of change to a picture that leaves its class as it is. Each kind is one file
 * under views/ that ends in one const struct cr_view, and one line in views.def.
 */
#ifndef CR_EVALUATE_VIEW_H
#define CR_EVALUATE_VIEW_H

#include <cradle/evaluate.h>

struct cr_view {
    struct cr_entry entry;
    int count; /* pictures that it makes of one */
    /* Where in a picture of this size the pixel at *row, *column of picture `which` of them comes from: inside of it.
     */
    void (*from)(int which, int64_t height, int64_t width, int64_t *row, int64_t *column);
};

/* What is shown of a dataset: number `view` of the pictures that are made of each of its own, 0 being that itself. */
struct cr_view_dataset {
    struct cr_dataset dataset; /* first; needs no cr_dataset_free */
    const struct cr_dataset *of;
    const struct cr_tta *tta;
    int view;
};

/* `dataset` must live as long. */
void cr_tta_dataset(struct cr_view_dataset *shown, const struct cr_tta *tta, int view,
                    const struct cr_dataset *dataset);

#endif
