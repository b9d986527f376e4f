/*
 * Sums about the mean so far, K: with s = sum (x - K) and q = sum (x - K)^2 over the new rows, n of them beside N,
 *
 *     mean = K + s / (N + n),  M2 += q - s^2 / (N + n)
 *
 * which is Chan's formula with one pass and no cancellation, as K is close to the mean; at first K is the first row.
 */
#include "kernels/simd/moments.h"
#include "kernels/simd/vector.h"

#include <math.h>

enum { CHAINS = 4 /* rows at once, each with sums of its own: hides the latency of an addition */ };

typedef int32_t choice __attribute__((vector_size(sizeof(vector))));

struct moments CR_NAME(moments_begin)(const struct cr_finish *finish, int64_t part, int64_t parts, int64_t channels)
{
    struct moments moments = {.channels = channels, .extremes = finish->extremes};
    if (!finish->moments)
        return moments;
    if (part == 0)
        *(struct cr_moments_head *)finish->moments = (struct cr_moments_head){.slots = parts};
    moments.slot = cr_moments_slot(finish->moments, part, channels, sizeof(float));
    for (int64_t k = 0; k < CR_MOMENTS_FIELDS * channels; k++)
        moments.slot[k] = 0;
    for (int64_t c = 0; c < channels; c++) {
        moments.slot[CR_MOMENTS_LEAST * channels + c] = INFINITY;
        moments.slot[CR_MOMENTS_MOST * channels + c] = -INFINITY;
    }
    return moments;
}

static inline vector choose(choice which, vector yes, vector no)
{
    return (vector)(((choice)yes & which) | ((choice)no & ~which));
}

struct sums {
    vector sum, squares, least, most, zeros;
};

static inline void take(struct sums *s, vector x, vector shift, bool extremes)
{
    vector distance = x - shift;
    s->sum += distance;
    s->squares += distance * distance;
    if (!extremes)
        return;
    s->least = choose(x < s->least, x, s->least);
    s->most = choose(x > s->most, x, s->most);
    s->zeros += choose(x == 0, (vector){0} + 1, (vector){0});
}

static inline void join(struct sums *s, const struct sums *with, bool extremes)
{
    s->sum += with->sum;
    s->squares += with->squares;
    if (!extremes)
        return;
    s->least = choose(with->least < s->least, with->least, s->least);
    s->most = choose(with->most > s->most, with->most, s->most);
    s->zeros += with->zeros;
}

/* LANES columns; `extremes` is a constant where this is inlined. */
INLINE void add_vector(const struct moments *m, const float *y, int64_t rows, int64_t stride, int64_t channel,
                       bool extremes)
{
    float *slot = m->slot + channel;
    float *mean = slot + CR_MOMENTS_MEAN * m->channels, *squares = slot + CR_MOMENTS_SQUARES * m->channels;
    float *least = slot + CR_MOMENTS_LEAST * m->channels, *most = slot + CR_MOMENTS_MOST * m->channels;
    float *zeros = slot + CR_MOMENTS_ZEROS * m->channels, total = *slot + (float)rows;
    vector shift = *slot > 0 ? load(mean) : load(y), none = {0};
    struct sums sums[CHAINS];
    UNROLLED
    for (int i = 0; i < CHAINS; i++)
        sums[i] = (struct sums){none, none, none + INFINITY, none - INFINITY, none};
    int64_t row = 0;
    for (; row + CHAINS <= rows; row += CHAINS) {
        UNROLLED
        for (int i = 0; i < CHAINS; i++)
            take(&sums[i], load(y + (row + i) * stride), shift, extremes);
    }
    for (; row < rows; row++)
        take(&sums[0], load(y + row * stride), shift, extremes);
    join(&sums[0], &sums[1], extremes);
    join(&sums[2], &sums[3], extremes);
    join(&sums[0], &sums[2], extremes);
    vector more = sums[0].squares - sums[0].sum * sums[0].sum / total;
    store(slot, none + total);
    store(mean, shift + sums[0].sum / total);
    store(squares, load(squares) + choose(more < 0, none, more));
    if (!extremes)
        return;
    store(least, choose(sums[0].least < load(least), sums[0].least, load(least)));
    store(most, choose(sums[0].most > load(most), sums[0].most, load(most)));
    store(zeros, load(zeros) + sums[0].zeros);
}

/* The same for one column, where fewer than LANES are left. */
static void add_column(const struct moments *m, const float *y, int64_t rows, int64_t stride, int64_t channel)
{
    float *slot = m->slot + channel;
    float *mean = slot + CR_MOMENTS_MEAN * m->channels, *squares = slot + CR_MOMENTS_SQUARES * m->channels;
    float *least = slot + CR_MOMENTS_LEAST * m->channels, *most = slot + CR_MOMENTS_MOST * m->channels;
    float *zeros = slot + CR_MOMENTS_ZEROS * m->channels, total = *slot + (float)rows;
    float shift = *slot > 0 ? *mean : *y, sum = 0, square = 0;
    for (int64_t row = 0; row < rows; row++) {
        float x = y[row * stride], distance = x - shift;
        sum += distance;
        square += distance * distance;
        *least = x < *least ? x : *least;
        *most = x > *most ? x : *most;
        *zeros += x == 0 ? 1 : 0;
    }
    float more = square - sum * sum / total;
    *slot = total;
    *mean = shift + sum / total;
    *squares += more < 0 ? 0 : more;
}

void CR_NAME(moments_add)(const struct moments *moments, const float *y, int64_t rows, int64_t stride, int64_t channel,
                          int64_t columns)
{
    if (!moments->slot || rows <= 0)
        return;
    int64_t column = 0;
    for (; column + LANES <= columns; column += LANES)
        if (moments->extremes)
            add_vector(moments, y + column, rows, stride, channel + column, true);
        else
            add_vector(moments, y + column, rows, stride, channel + column, false);
    for (; column < columns; column++)
        add_column(moments, y + column, rows, stride, channel + column);
}
