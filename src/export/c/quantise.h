/*
 * Numbers in 8 bits (Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-
 * Only Inference"): a value is scale (q - zero), q in -128..127, with one scale and zero for all of it, from the
 * smallest and the largest number that it has on samples of the training part. Weights are scale[f] q with zero 0 and a
 * scale for each output, sums are 32 bits.
 */
#ifndef CR_EXPORT_C_QUANTISE_H
#define CR_EXPORT_C_QUANTISE_H

#include "export/c/emit.h"
#include "export/samples.h"

struct cr_quantum {
    double scale;
    int zero;
};

/* Of every value of the program, from what the run makes of the samples. */
enum cr_status cr_quantise_values(struct cr_quantum *quanta, const struct cr_program *program,
                                  struct cr_context *context, const struct cr_samples *samples, struct cr_error *err);
int8_t cr_quantise(struct cr_quantum quantum, double x);

/* A product's weights in 8 bits and its biases in 32. */
struct cr_quantised {
    int8_t *weights; /* [stage->weights], in the order of cr_c_order */
    int32_t *biases; /* [outputs] */
    double *scales;  /* [outputs]: of the sums */
    int64_t outputs;
};
enum cr_status cr_quantise_product(struct cr_quantised *quantised, const struct cr_stage *stage, double x_scale,
                                   struct cr_arena *arena, struct cr_error *err);

/* x ratio is about x multiplier / 2^shift, multiplier below 2^31. */
void cr_quantise_ratio(double ratio, int32_t *multiplier, int8_t *shift);

/* f(x) of an activation stage. */
double cr_quantise_function(const struct cr_stage *stage, double x);

/* The body in 8 bits; an op that has no such form is named in the error. */
enum cr_status cr_c_source_int8(struct cr_c *c, const struct cr_quantum *quanta, struct cr_error *err);

#endif
