#include "tune/minimize.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "tune/matrix.h"

enum { MEMORY = 6, HALVINGS = 12 };

struct memory {
    int count; /* pairs held, the oldest first */
    double step[MEMORY][CR_MINIMIZE_MOST], change[MEMORY][CR_MINIMIZE_MOST], curvature[MEMORY]; /* s, y, s y */
};

static void remember(struct memory *m, int n, const double *step, const double *change)
{
    double curvature = cr_dot(step, change, n);
    if (!(curvature > 1e-12 * cr_dot(change, change, n)))
        return;
    if (m->count == MEMORY) {
        memmove(m->step, m->step + 1, sizeof m->step - sizeof *m->step);
        memmove(m->change, m->change + 1, sizeof m->change - sizeof *m->change);
        memmove(m->curvature, m->curvature + 1, sizeof m->curvature - sizeof *m->curvature);
        m->count--;
    }
    memcpy(m->step[m->count], step, (size_t)n * sizeof *step);
    memcpy(m->change[m->count], change, (size_t)n * sizeof *change);
    m->curvature[m->count++] = curvature;
}

/* direction = -H gradient by the two loops; without memory a step of length at most 0.1. */
static void descend(const struct memory *m, int n, const double *gradient, double *direction)
{
    double weight[MEMORY];
    for (int i = 0; i < n; i++)
        direction[i] = -gradient[i];
    if (m->count == 0) {
        double length = sqrt(cr_dot(direction, direction, n));
        for (int i = 0; i < n && length > 0.1; i++)
            direction[i] *= 0.1 / length;
        return;
    }
    for (int k = m->count - 1; k >= 0; k--) {
        weight[k] = cr_dot(m->step[k], direction, n) / m->curvature[k];
        cr_add_scaled(direction, -weight[k], m->change[k], n);
    }
    int last = m->count - 1;
    double scale = m->curvature[last] / cr_dot(m->change[last], m->change[last], n);
    for (int i = 0; i < n; i++)
        direction[i] *= scale;
    for (int k = 0; k < m->count; k++)
        cr_add_scaled(direction, weight[k] - cr_dot(m->change[k], direction, n) / m->curvature[k], m->step[k], n);
}

/* Coordinates that lie at a wall and would go through it are held. */
static void hold(int n, const double *x, const double *low, const double *high, const double *gradient, double *held)
{
    for (int i = 0; i < n; i++) {
        bool wall = (x[i] <= low[i] && gradient[i] > 0) || (x[i] >= high[i] && gradient[i] < 0);
        held[i] = wall ? 0 : gradient[i];
    }
}

double cr_minimize(cr_minimize_function *function, void *user, int n, double *x, const double *low, const double *high,
                   int iterations)
{
    struct memory m = {0};
    double gradient[CR_MINIMIZE_MOST], held[CR_MINIMIZE_MOST], direction[CR_MINIMIZE_MOST];
    double next[CR_MINIMIZE_MOST], next_gradient[CR_MINIMIZE_MOST], step[CR_MINIMIZE_MOST];
    double value = function(user, x, gradient);
    for (int k = 0; k < iterations; k++) {
        hold(n, x, low, high, gradient, held);
        if (cr_dot(held, held, n) < 1e-14)
            break;
        descend(&m, n, held, direction);
        double length = 1, next_value = (double)INFINITY;
        bool found = false;
        for (int half = 0; half < HALVINGS && !found; half++, length /= 2) {
            for (int i = 0; i < n; i++) {
                next[i] = fmin(fmax(x[i] + length * direction[i], low[i]), high[i]);
                step[i] = next[i] - x[i];
            }
            double slope = cr_dot(step, gradient, n);
            if (!(slope < 0))
                break;
            next_value = function(user, next, next_gradient);
            found = next_value <= value + 1e-4 * slope;
        }
        if (!found && m.count > 0) { /* the memory misleads: once more along the gradient */
            m.count = 0;
            continue;
        }
        if (!found)
            break;
        bool done = value - next_value < 1e-9 * (1 + fabs(value));
        for (int i = 0; i < n; i++)
            direction[i] = next_gradient[i] - gradient[i];
        remember(&m, n, step, direction);
        memcpy(x, next, (size_t)n * sizeof *x);
        memcpy(gradient, next_gradient, (size_t)n * sizeof *gradient);
        value = next_value;
        if (done)
            break;
    }
    return value;
}
