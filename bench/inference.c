/*
 * inference RUN BATCH THREADS SECONDS - how fast a trained network answers: the median call of cr_predict with so many
 * pictures, as `cradle predict` makes it, in pictures a second, milliseconds, and MiB that the process had at most.
 * The pictures are made up and take turns, so that a call does not find its own in a cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cradle/cradle.h>

#include "base/context.h"

enum { TURNS = 12, WARM_UP = 10, LEAST = 5, MOST = 200000, MIB = 1 << 20 };

struct bench {
    struct cr_context *context;
    struct cr_run *run;
    struct cr_predictor *predictor;
    int64_t batch, size; /* bytes of a batch */
    uint8_t *pixels;     /* [TURNS][size] */
    float *outputs;
    double *seconds; /* [MOST] */
};

static enum cr_status open_bench(struct bench *bench, const char *path, int threads, struct cr_error *err)
{
    const struct cr_context_options options = {.threads = threads};
    CR_TRY(cr_context_new(&bench->context, &options, err));
    CR_TRY(cr_run_open(&bench->run, bench->context, path, err));
    if (bench->run->numbers)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: it is made for numbers; expected a network of pictures", path);
    CR_TRY(cr_predictor_new(&bench->predictor, bench->context, bench->run, bench->batch, err));
    bench->size = bench->batch * bench->run->height * bench->run->width * bench->run->channels;
    bench->pixels = malloc((size_t)(TURNS * bench->size));
    bench->outputs = malloc((size_t)(bench->batch * bench->run->classes) * sizeof *bench->outputs);
    bench->seconds = malloc(MOST * sizeof *bench->seconds);
    if (!bench->pixels || !bench->outputs || !bench->seconds)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < TURNS * bench->size; i++)
        bench->pixels[i] = (uint8_t)((uint64_t)i * 2654435761U >> 13);
    return CR_OK;
}

static void close_bench(struct bench *bench)
{
    cr_predictor_free(bench->predictor);
    cr_run_free(bench->run);
    cr_context_free(bench->context);
    free(bench->pixels);
    free(bench->outputs);
    free(bench->seconds);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median call of so many seconds. */
static enum cr_status measure(struct bench *bench, double seconds, double *median, struct cr_error *err)
{
    double began = cr_clock();
    int count = 0;
    for (int call = 0; count < MOST && (count < LEAST || cr_clock() - began < seconds); call++) {
        double start = cr_clock();
        CR_TRY(cr_predict(bench->predictor, bench->pixels + call % TURNS * bench->size, bench->batch, bench->outputs,
                          err));
        if (call >= WARM_UP)
            bench->seconds[count++] = cr_clock() - start;
    }
    qsort(bench->seconds, (size_t)count, sizeof *bench->seconds, by_value);
    *median = bench->seconds[count / 2];
    return CR_OK;
}

static double process_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024 / MIB;
}

int main(int argc, char **argv)
{
    struct bench bench = {.batch = argc == 5 ? atoll(argv[2]) : 0};
    struct cr_error err;
    double median;
    if (argc != 5 || bench.batch < 1 || atoi(argv[3]) < 1) {
        fputs("usage: inference RUN BATCH THREADS SECONDS\n", stderr);
        return 2;
    }
    enum cr_status status = open_bench(&bench, argv[1], atoi(argv[3]), &err);
    if (status == CR_OK)
        status = measure(&bench, atof(argv[4]), &median, &err);
    if (status == CR_OK)
        printf("%s %.1f %.4f %.0f\n", argv[1], (double)bench.batch / median, 1e3 * median, process_mib());
    else
        fprintf(stderr, "inference: %s\n", err.message);
    close_bench(&bench);
    return status == CR_OK ? 0 : 1;
}
