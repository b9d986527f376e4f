#include "tune/matrix.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 4 };

double cr_dot(const double *restrict a, const double *restrict b, int n)
{
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
        s0 += a[i] * b[i];
        s1 += a[i + 1] * b[i + 1];
        s2 += a[i + 2] * b[i + 2];
        s3 += a[i + 3] * b[i + 3];
    }
    for (; i < n; i++)
        s0 += a[i] * b[i];
    return (s0 + s1) + (s2 + s3);
}

void cr_add_scaled(double *restrict a, double factor, const double *restrict b, int n)
{
    for (int i = 0; i < n; i++)
        a[i] += factor * b[i];
}

/* a += f[0] r[0] + ... + f[3] r[3], one pass over a instead of four. */
static void add_four(double *restrict a, const double f[BLOCK], const double *const r[BLOCK], int n)
{
    const double *restrict r0 = r[0], *restrict r1 = r[1], *restrict r2 = r[2], *restrict r3 = r[3];
    double f0 = f[0], f1 = f[1], f2 = f[2], f3 = f[3];
    for (int i = 0; i < n; i++)
        a[i] += (f0 * r0[i] + f1 * r1[i]) + (f2 * r2[i] + f3 * r3[i]);
}

/* Rows [from, to) of U, once all rows above `from` have been taken away from them. */
static bool factor_rows(double *a, int n, int from, int to)
{
    for (int k = from; k < to; k++) {
        double *row = a + (long)k * n;
        for (int j = from; j < k; j++)
            cr_add_scaled(row + k, -a[(long)j * n + k], a + (long)j * n + k, n - k);
        if (!(row[k] > 0))
            return false;
        double scale = 1 / sqrt(row[k]);
        for (int j = k; j < n; j++)
            row[j] *= scale;
    }
    return true;
}

bool cr_cholesky(double *a, int n)
{
    for (int k = 0; k < n; k += BLOCK) {
        int end = k + BLOCK < n ? k + BLOCK : n;
        if (!factor_rows(a, n, k, end))
            return false;
        for (int i = end; i < n; i++) { /* only after a whole block */
            double factors[BLOCK];
            const double *rows[BLOCK];
            for (int b = 0; b < BLOCK; b++) {
                factors[b] = -a[(long)(k + b) * n + i];
                rows[b] = a + (long)(k + b) * n + i;
            }
            add_four(a + (long)i * n + i, factors, rows, n - i);
        }
    }
    return true;
}

void cr_triangle_invert(const double *u, double *w, int n)
{
    memset(w, 0, (size_t)n * (size_t)n * sizeof *w);
    for (int i = 0; i < n; i++) {
        double *row = w + (long)i * n, scale = 1 / u[(long)i * n + i];
        int j = 0;
        for (; j + BLOCK <= i; j += BLOCK) {
            double factors[BLOCK];
            const double *rows[BLOCK];
            for (int b = 0; b < BLOCK; b++) {
                factors[b] = -u[(long)(j + b) * n + i];
                rows[b] = w + (long)(j + b) * n;
            }
            add_four(row, factors, rows, j + BLOCK);
        }
        for (; j < i; j++)
            cr_add_scaled(row, -u[(long)j * n + i], w + (long)j * n, j + 1);
        for (j = 0; j < i; j++)
            row[j] *= scale;
        row[i] = scale;
    }
}

void cr_triangle_square(const double *w, double *inverse, int n)
{
    memset(inverse, 0, (size_t)n * (size_t)n * sizeof *inverse);
    int i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
        for (int a = 0; a < i + BLOCK; a++) {
            double factors[BLOCK];
            const double *rows[BLOCK];
            for (int b = 0; b < BLOCK; b++) {
                factors[b] = w[(long)(i + b) * n + a];
                rows[b] = w + (long)(i + b) * n + a;
            }
            add_four(inverse + (long)a * n + a, factors, rows, i + BLOCK - a);
        }
    for (; i < n; i++)
        for (int a = 0; a <= i; a++)
            cr_add_scaled(inverse + (long)a * n + a, w[(long)i * n + a], w + (long)i * n + a, i + 1 - a);
}
