/*
 * The interval is a bootstrap's (Efron 1979): the medians of 2,000 samples of the ratios, each drawn with replacement,
 * without the lowest and the highest 2.5 %.
 */
#include "pairs/times.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { RESAMPLES = 2000, CUT = RESAMPLES / 40 };

enum cr_status times_add(struct times *times, const double *pair, struct cr_error *err)
{
    double(*more)[2] = realloc(times->pair, (size_t)(times->count + 1) * sizeof *more);
    if (!more)
        return cr_fail_memory(err);
    times->pair = more;
    memcpy(times->pair[times->count++], pair, sizeof *more);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------ kept in files
 */

static enum cr_status read_lines(struct times *times, FILE *file, const char *path, const char *title,
                                 struct cr_error *err)
{
    char line[8192];
    double pair[2];
    if (!fgets(line, sizeof line, file) || (line[strcspn(line, "\n")] = 0, strcmp(line, title) != 0))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: holds pairs of something else: its first line should be '%s'", path,
                       title);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%lf %lf", &pair[0], &pair[1]) != 2 || !(pair[0] > 0) || !(pair[1] > 0))
            return cr_fail(err, CR_ERROR_FORMAT, "%s:%d: expected two times in seconds", path, times->count + 2);
        CR_TRY(times_add(times, pair, err));
    }
    return CR_OK;
}

enum cr_status times_read(struct times *times, const char *path, const char *title, struct cr_error *err)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return errno == ENOENT ? CR_OK : cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", path, strerror(errno));
    enum cr_status status = read_lines(times, file, path, title, err);
    fclose(file);
    return status;
}

enum cr_status times_write(const struct times *times, const char *path, const char *title, struct cr_error *err)
{
    char part[4096];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: the name is too long", path);
    FILE *file = fopen(part, "w");
    if (!file)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", part, strerror(errno));
    fprintf(file, "%s\n", title);
    for (int i = 0; i < times->count; i++)
        fprintf(file, "%.9f %.9f\n", times->pair[i][0], times->pair[i][1]);
    bool written = ferror(file) == 0;
    if (fclose(file) != 0 || !written || rename(part, path) != 0)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", path, strerror(errno));
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------- statistics */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Puts them in order. */
static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The medians of samples of the ratios, in order. */
static void resample(const double *ratios, int count, double *drawn, double *medians)
{
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 0, 0);
    for (int sample = 0; sample < RESAMPLES; sample++) {
        for (int i = 0; i < count; i++)
            drawn[i] = ratios[cr_random_below(&random, (uint64_t)count)];
        medians[sample] = median(drawn, count);
    }
    qsort(medians, RESAMPLES, sizeof *medians, by_size);
}

enum cr_status times_judge(const struct times *times, struct verdict *verdict, struct cr_error *err)
{
    int count = times->count;
    double *ratios = malloc((2 * (size_t)count + RESAMPLES) * sizeof *ratios);
    if (!ratios)
        return cr_fail_memory(err);
    double *drawn = ratios + count, *medians = drawn + count;
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < count; i++)
            drawn[i] = times->pair[i][side];
        verdict->seconds[side] = median(drawn, count);
    }
    for (int i = 0; i < count; i++)
        ratios[i] = times->pair[i][0] / times->pair[i][1];
    resample(ratios, count, drawn, medians);
    verdict->ratio = median(ratios, count);
    verdict->low = medians[CUT];
    verdict->high = medians[RESAMPLES - 1 - CUT];
    free(ratios);
    return CR_OK;
}
