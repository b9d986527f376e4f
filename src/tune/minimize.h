/*
 * The minimum of a smooth function inside a box: L-BFGS (Liu and Nocedal 1989) on the coordinates that are free, steps
 * projected back into the box, halved until they descend (Armijo).
 */
#ifndef CR_TUNE_MINIMIZE_H
#define CR_TUNE_MINIMIZE_H

enum { CR_MINIMIZE_MOST = 260 }; /* coordinates */

/* The value at x [n], and its gradient; not finite: a place to which no step leads. */
typedef double cr_minimize_function(void *user, const double *x, double *gradient);
/* Moves x, which lies in [low, high], downhill; returns the value there. */
double cr_minimize(cr_minimize_function *function, void *user, int n, double *x, const double *low, const double *high,
                   int iterations);

#endif
