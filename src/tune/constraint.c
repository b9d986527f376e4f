#include "tune/constraint.h"

#include <math.h>

enum { STACK = 3 * (CR_CONSTRAINT_DEPTH + 1) + 1 }; /* of each nesting: the left of a comparison, a sum, a product */

static double combine(enum cr_term_kind kind, double a, double b)
{
    return kind == CR_TERM_ADD ? a + b : kind == CR_TERM_SUBTRACT ? a - b : kind == CR_TERM_MULTIPLY ? a * b : a / b;
}

static bool breaks(enum cr_term_kind kind, double a, double b) /* NaN breaks nothing */
{
    return kind == CR_TERM_LESS_EQUAL      ? a > b
           : kind == CR_TERM_LESS          ? a >= b
           : kind == CR_TERM_GREATER_EQUAL ? a < b
                                           : a <= b;
}

/* By how much, relative to their sizes; never 0. */
static double gap(double a, double b)
{
    double relative = fabs(a - b) / (fabs(a) + fabs(b));
    return 1e-6 + (isfinite(relative) ? relative : 1);
}

static double broken_by(const struct cr_constraint *constraint, const double *values)
{
    double stack[STACK], broken = 0;
    int top = -1;
    for (int i = 0; i < constraint->count; i++) {
        const struct cr_term *term = &constraint->terms[i];
        if (term->kind == CR_TERM_NUMBER) {
            stack[++top] = term->number;
        } else if (term->kind == CR_TERM_VALUE) {
            double value = values[term->dimension];
            stack[++top] = term->numbers && !isnan(value) ? term->numbers[(int)value] : value;
        } else if (term->kind == CR_TERM_NEGATE) {
            stack[top] = -stack[top];
        } else if (term->kind < CR_TERM_NEGATE) {
            top--;
            stack[top] = combine(term->kind, stack[top], stack[top + 1]);
        } else {
            top--;
            broken += breaks(term->kind, stack[top], stack[top + 1]) ? gap(stack[top], stack[top + 1]) : 0;
            stack[top] = stack[top + 1];
        }
    }
    return broken;
}

double cr_constraints_broken(const struct cr_space *space, const double *values, const struct cr_constraint **first)
{
    double broken = 0;
    if (first)
        *first = NULL;
    for (int i = 0; i < space->constraint_count; i++) {
        double here = broken_by(&space->constraints[i], values);
        if (here > 0 && first && !*first)
            *first = &space->constraints[i];
        broken += here;
    }
    return broken;
}

bool cr_space_allows(const struct cr_space *space, const double *values, const char **broken)
{
    const struct cr_constraint *first = NULL;
    bool allowed = space->constraint_count == 0 || cr_constraints_broken(space, values, &first) == 0;
    if (broken)
        *broken = allowed ? NULL : first->text;
    return allowed;
}

const char *cr_space_constraint(const struct cr_space *space, int index)
{
    return index < space->constraint_count ? space->constraints[index].text : NULL;
}
