/*
 * The sequence of Sobol (1967): points that fill the unit cube more evenly than random ones. Direction numbers of Joe
 * and Kuo (2008, "new-joe-kuo-6"), scrambled as Owen (1995) by the hash of Laine and Karras (2011) as Burley gives it
 * (2020, Practical hash-based Owen scrambling): every point stays evenly distributed by itself.
 */
#ifndef CR_TUNE_SOBOL_H
#define CR_TUNE_SOBOL_H

#include <stdint.h>

enum { CR_SOBOL_MOST = 21 }; /* dimensions */

/* Coordinate `dimension` of point `index`, as 32 bits behind the point. */
uint32_t cr_sobol(uint32_t index, int dimension);
/* The same scrambled, 0..1, the ends excluded. */
double cr_sobol_scrambled(uint32_t index, int dimension, uint64_t seed);

#endif
