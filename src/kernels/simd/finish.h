/*
 * What products do to each number before they store it, and to the numbers that they have just stored (struct
 * cr_finish). What is an instruction or two is done in registers; activations but relu are loops over rows in the
 * nearest cache, by finish_rows.
 */
#ifndef CR_KERNELS_SIMD_FINISH_H
#define CR_KERNELS_SIMD_FINISH_H

#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

typedef int32_t lanes __attribute__((vector_size(sizeof(vector))));

/* of <= 0 ? 0 : value */
static inline vector select_positive(vector of, vector value)
{
    return (vector)((lanes)value & ~(lanes)(of <= 0));
}

static inline bool is_relu_at_most(struct cr_curve curve)
{
    return curve.kind == CR_ACTIVATION_none || curve.kind == CR_ACTIVATION_relu;
}

static inline bool finish_changes(const struct cr_finish *f)
{
    return f->scale || f->bias || f->residual || f->before || f->curve.kind || f->back.kind;
}

/* Whether the activations are left to finish_rows. */
static inline bool finish_is_late(const struct cr_finish *f)
{
    return f->before || !is_relu_at_most(f->curve) || !is_relu_at_most(f->back);
}

/* LANES numbers of channel `column` on, which go to number `at` of the array. */
static inline vector finish_vector(const struct cr_finish *f, int64_t column, int64_t at, vector value)
{
    if (f->scale)
        value *= load((const float *)f->scale + column);
    if (f->bias)
        value += load((const float *)f->bias + column);
    if (f->residual)
        value += load((const float *)f->residual + at);
    if (finish_is_late(f))
        return value;
    if (f->curve.kind == CR_ACTIVATION_relu)
        value = select_positive(value, value);
    if (f->back.kind == CR_ACTIVATION_relu)
        value = select_positive(load((const float *)f->of + at), value);
    return value;
}

/* The same for one number, where fewer than LANES are left. */
static inline float finish_number(const struct cr_finish *f, int64_t column, int64_t at, float value)
{
    if (f->scale)
        value *= ((const float *)f->scale)[column];
    if (f->bias)
        value += ((const float *)f->bias)[column];
    if (f->residual)
        value += ((const float *)f->residual)[at];
    if (finish_is_late(f))
        return value;
    if (f->curve.kind == CR_ACTIVATION_relu)
        value = value <= 0 ? 0 : value;
    if (f->back.kind == CR_ACTIVATION_relu)
        value = ((const float *)f->of)[at] <= 0 ? 0 : value;
    return value;
}

/* Stores `columns` numbers to y, whose first column is `column`: what is in `sums`, and where `add` is set what was in
 * y. */
static inline void finish_store(const struct cr_finish *f, float *y, const float *origin, int64_t column,
                                const float *sums, int64_t columns, bool add)
{
    int64_t at = y - origin, c = 0;
    for (; c + LANES <= columns; c += LANES) {
        vector value = add ? load(y + c) + load(sums + c) : load(sums + c);
        store(y + c, finish_vector(f, column + c, at + c, value));
    }
    for (; c < columns; c++)
        y[c] = finish_number(f, column + c, at + c, add ? y[c] + sums[c] : sums[c]);
}

/* What is left to do to rows of y that have been stored, `stride` numbers apart; `origin` is the array that y is in. */
void CR_NAME(finish_rows)(const struct cr_finish *f, float *y, const float *origin, int64_t rows, int64_t stride,
                          int64_t columns);

/* to = dy taken back through the activation whose result (or input) is `of`. */
void CR_NAME(finish_back)(struct cr_curve curve, float *to, const float *of, const float *dy, int64_t count);

#endif
