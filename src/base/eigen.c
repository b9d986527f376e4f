/*
 * Householder's reflections make the matrix tridiagonal, the implicit QL method makes that diagonal (Golub and Van
 * Loan, Matrix Computations, 4th edition, 8.3.1 and 8.3.3; the shifts are Wilkinson's). All that is long is the sum or
 * the rotation of whole rows, so that the compiler makes vectors of it.
 *
 *     A = Q T Q'        Q = H_0 H_1 ... H_n-3,  H_k = I - beta v v'
 */
#include "base/eigen.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 60, ROWS = 16, PANEL = 32, SWEEPS = 32 };

static double dot(const double *a, const double *b, int64_t n)
{
    double sums[8] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int lane = 0; lane < 8; lane++)
            sums[lane] += a[i + lane] * b[i + lane];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (int lane = 0; lane < 8; lane++)
        sum += sums[lane];
    return sum;
}

/* y += factor x */
static void add(double *restrict y, const double *restrict x, double factor, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += factor * x[i];
}

/* v and beta with (I - beta v v') x = (alpha, 0, ..., 0), v[0] = 1; x becomes v. */
static double reflector(double *x, int64_t n, double *alpha)
{
    double tail = dot(x + 1, x + 1, n - 1), head = x[0];
    *alpha = head;
    x[0] = 1;
    if (!(tail > 0))
        return 0;
    double norm = sqrt(head * head + tail);
    double first = head <= 0 ? head - norm : -tail / (head + norm);
    for (int64_t i = 1; i < n; i++)
        x[i] /= first;
    *alpha = norm;
    return 2 * first * first / (tail + first * first);
}

/*
 * The diagonal and what stands beside it; the reflectors are left in the rows of `a` right of the diagonal, their betas
 * in `betas`. `a` is whole. The part below row k becomes H A H = A - v w' - w v',  w = p - (beta p'v / 2) v,  p = beta
 * A v.
 */
static bool tridiagonalise(double *a, int64_t n, double *diagonal, double *beside, double *betas, double *w,
                           cr_eigen_progress *progress, void *user)
{
    for (int64_t k = 0; k + 1 < n; k++) {
        double *v = a + k * n + k + 1;
        int64_t m = n - k - 1;
        diagonal[k] = a[k * n + k];
        betas[k] = reflector(v, m, &beside[k]);
        if (betas[k] > 0) {
            for (int64_t i = 0; i < m; i++)
                w[i] = betas[k] * dot(a + (k + 1 + i) * n + k + 1, v, m);
            add(w, v, -betas[k] / 2 * dot(w, v, m), m);
            for (int64_t i = 0; i < m; i++) {
                double *row = a + (k + 1 + i) * n + k + 1;
                add(row, w, -v[i], m);
                add(row, v, -w[i], m);
            }
        }
        if (k % 16 == 0 && progress && !progress(user, 0.5 * (1 - pow((double)m / (double)n, 3))))
            return false;
    }
    diagonal[n - 1] = a[n * n - 1];
    return true;
}

/*
 * q = Q' from the reflectors, from the last to the first: the rows of Q' are the vectors' basis. Q' = Q' H: each row
 * loses beta (row v) v', whatever the others do; so a few rows that fit in the cache go through all reflectors.
 */
static void gather(const double *a, int64_t n, const double *betas, double *q)
{
    memset(q, 0, (size_t)(n * n) * sizeof *q);
    for (int64_t i = 0; i < n; i++)
        q[i * n + i] = 1;
    for (int64_t begin = 0; begin < n; begin += ROWS) {
        int64_t end = begin + ROWS < n ? begin + ROWS : n;
        for (int64_t k = end - 2; k >= 0; k--) {
            const double *v = a + k * n + k + 1;
            int64_t m = n - k - 1;
            for (int64_t i = begin > k ? begin : k + 1; betas[k] > 0 && i < end; i++)
                add(q + i * n + k + 1, v, -betas[k] * dot(q + i * n + k + 1, v, m), m);
        }
    }
}

/* Of rows i and i + 1. */
struct rotation {
    int64_t i;
    double c, s;
};

struct rotations {
    struct rotation *list;
    int64_t count, capacity;
};

/* Two rows x, y become (c x - s y, s x + c y). */
static void rotate(double *restrict x, double *restrict y, double c, double s, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        double kept = x[i];
        x[i] = c * kept - s * y[i];
        y[i] = s * kept + c * y[i];
    }
}

/* Those of many sweeps on a few columns at a time, which stay in the cache; each number sees them in their order. */
static void turn(double *q, int64_t n, struct rotations *rotations)
{
    for (int64_t begin = 0; begin < n; begin += PANEL) {
        int64_t columns = begin + PANEL < n ? PANEL : n - begin;
        for (int64_t r = 0; r < rotations->count; r++) {
            const struct rotation *rotation = &rotations->list[r];
            double *x = q + rotation->i * n + begin;
            rotate(x, x + n, rotation->c, rotation->s, columns);
        }
    }
    rotations->count = 0;
}

/* One sweep of implicit QL on rows low..high, chasing the bulge from below; at most n rotations. */
static void sweep(double *d, double *e, int64_t low, int64_t high, struct rotations *rotations)
{
    double g = (d[low + 1] - d[low]) / (2 * e[low]), r = hypot(g, 1);
    double s = 1, c = 1, p = 0;
    g = d[high] - d[low] + e[low] / (g + copysign(r, g));
    for (int64_t i = high - 1; i >= low; i--) {
        double f = s * e[i], b = c * e[i];
        r = hypot(f, g);
        e[i + 1] = r;
        if (!(r > 0)) { /* the matrix falls apart here */
            d[i + 1] -= p;
            e[high] = 0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotations->list[rotations->count++] = (struct rotation){i, c, s};
    }
    d[low] -= p;
    e[low] = g;
    e[high] = 0;
}

static enum cr_status diagonalise(double *d, double *e, int64_t n, double *q, struct rotations *rotations,
                                  cr_eigen_progress *progress, void *user, struct cr_error *err)
{
    e[n - 1] = 0;
    for (int64_t low = 0; low < n; low++) {
        for (int tries = 0;; tries++) {
            int64_t high = low;
            while (high + 1 < n && fabs(e[high]) > DBL_EPSILON * (fabs(d[high]) + fabs(d[high + 1])))
                high++;
            if (high == low)
                break;
            if (tries == TRIES)
                return cr_fail(err, CR_ERROR_FORMAT, "the covariance has no eigenvalues that can be found");
            if (rotations->count + n > rotations->capacity)
                turn(q, n, rotations);
            sweep(d, e, low, high, rotations);
        }
        if (low % 16 == 0 && progress && !progress(user, 0.5 + 0.5 * (double)low / (double)n))
            return cr_fail(err, CR_ERROR_STOPPED, "stopped while finding eigenvalues");
    }
    turn(q, n, rotations);
    return CR_OK;
}

/* Rows to `out` by descending value, each with its largest number positive. */
static void sort(const double *d, const double *q, int64_t n, double *values, double *out, int64_t *order)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t at = i;
        for (; at > 0 && d[order[at - 1]] < d[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (int64_t i = 0; i < n; i++) {
        const double *row = q + order[i] * n;
        int64_t largest = 0;
        for (int64_t j = 1; j < n; j++)
            largest = fabs(row[j]) > fabs(row[largest]) ? j : largest;
        double sign = row[largest] < 0 ? -1 : 1;
        values[i] = d[order[i]];
        for (int64_t j = 0; j < n; j++)
            out[i * n + j] = sign * row[j];
    }
}

enum cr_status cr_eigen_symmetric(double *a, int64_t n, double *values, cr_eigen_progress *progress, void *user,
                                  struct cr_error *err)
{
    enum cr_status status = CR_OK;
    size_t row = (size_t)n * sizeof *a;
    double *q = malloc(row * (size_t)n), *d = malloc(row), *e = malloc(row), *betas = malloc(row), *w = malloc(row);
    int64_t *order = malloc((size_t)n * sizeof *order);
    struct rotations rotations = {.capacity = SWEEPS * n};
    rotations.list = malloc((size_t)rotations.capacity * sizeof *rotations.list);
    if (!q || !d || !e || !betas || !w || !order || !rotations.list)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++)
            a[j * n + i] = a[i * n + j];
    if (!tridiagonalise(a, n, d, e, betas, w, progress, user))
        CR_GO(cr_fail(err, CR_ERROR_STOPPED, "stopped while finding eigenvalues"));
    gather(a, n, betas, q);
    CR_GO(diagonalise(d, e, n, q, &rotations, progress, user, err));
    sort(d, q, n, values, a, order);
done:
    free(rotations.list);
    free(q);
    free(d);
    free(e);
    free(betas);
    free(w);
    free(order);
    return status;
}
