/*
 * Smoothing by a bell curve.
 */
#ifndef CR_DATA_GAUSS_H
#define CR_DATA_GAUSS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of `scratch` for a plane of this size and a sigma up to that. */
size_t cr_gauss_scratch(int64_t height, int64_t width, double sigma);
/*
 * Smooths x[height][width] in place, rows and columns after each other; sigma > 0 in pixels; what is outside is like
 * the edge. `step` is the distance between neighbours in a row, in numbers. Returns the sum of the squares of the
 * weights along one direction: by this factor it lowers the deviation of noise.
 */
double cr_gauss_smooth(float *x, int64_t height, int64_t width, int64_t step, double sigma, void *scratch);

#endif
