/*
 * Smoothing by a bell curve.
 */
#ifndef CR_DATA_GAUSS_H
#define CR_DATA_GAUSS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of `scratch` for a plane of this size and a sigma up to that. */
size_t cr_gauss_scratch(int64_t height, int64_t width, double sigma);
enum cr_gauss_outside { CR_GAUSS_EDGE, CR_GAUSS_ZERO };
/*
 * Smooths x[height][width] in place, rows and columns after each other; sigma > 0 in pixels; what is outside is like
 * the edge, or 0. `step` is the distance between neighbours in a row, in numbers. Returns the sum of the squares of the
 * weights along one direction: by this factor it lowers the deviation of noise.
 */
double cr_gauss_smooth(float *x, int64_t height, int64_t width, int64_t step, double sigma,
                       enum cr_gauss_outside outside, void *scratch);

#endif
