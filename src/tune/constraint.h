/*
 * Constraints between the values of a space, as the section `tune` of a config file has them:
 *
 *     tune:
 *       constraints:
 *         - model[0].dense >= model[2].dense
 *         - 0.1 <= lr * batch / 32 <= 10
 *
 *     constraint = sum (("<=" | "<" | ">=" | ">") sum)+     in a row: each holds for the two sides of it
 *     sum        = product (("+" | "-") product)*
 *     product    = factor (("*" | "/") factor)*
 *     factor     = number | name | "(" sum ")" | "-" factor
 *
 * A name is a path, or the end of one behind a dot where only one value is called so: of a range, of a choice of
 * numbers, or of a number that stands in the file. It may hold hyphens, so a minus needs a space before it. A
 * comparison with a value that is not there, because another branch was chosen, holds.
 */
#ifndef CR_TUNE_CONSTRAINT_H
#define CR_TUNE_CONSTRAINT_H

#include "tune/space.h"

enum { CR_CONSTRAINT_DEPTH = 32 }; /* parentheses and signs in each other */

enum cr_term_kind {
    CR_TERM_NUMBER,
    CR_TERM_VALUE,
    CR_TERM_ADD,
    CR_TERM_SUBTRACT,
    CR_TERM_MULTIPLY,
    CR_TERM_DIVIDE,
    CR_TERM_NEGATE,
    CR_TERM_LESS_EQUAL, /* a comparison leaves its right side for the next one */
    CR_TERM_LESS,
    CR_TERM_GREATER_EQUAL,
    CR_TERM_GREATER,
};

struct cr_term {
    enum cr_term_kind kind;
    double number;
    int dimension;
    const double *numbers; /* of a choice: what its labels say; NaN: no number */
};

struct cr_constraint {
    const char *text;
    const struct cr_node *node;
    struct cr_term *terms; /* [count], in the order of a stack machine: a b <= */
    int count;
};

/* Reads the section `tune` (NULL: there is none) into the space, whose dimensions are complete. */
enum cr_status cr_constraints_read(struct cr_space *space, const struct cr_node *section, struct cr_error *err);
/* By how much a point breaks them; 0: not at all. `first` (may be NULL) is the first that is broken, or NULL. */
double cr_constraints_broken(const struct cr_space *space, const double *values, const struct cr_constraint **first);

#endif
