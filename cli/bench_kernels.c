/*
 * Rows of kernels, columns of instruction sets, each with the machine's peak above it.
 */
#include "bench_kernels.h"

#include <stdio.h>
#include <string.h>

#include <cradle/kernels.h>

#include "json.h"

enum { NAME = 44, SHAPE = 20 };

struct table {
    const struct screen *screen;
    bool json;
    int threads;
    double peaks[CR_CPUS_MAX]; /* of the instruction sets that the machine has, but for the plain loops */
    int64_t rows;
};

/* ------------------------------------------------------------------------------------------------------------- text */

static void begin_text(const struct table *table)
{
    printf("%d thread%s. GFLOP/s and %% of the peak, where a plan would take it with a *; elsewhere GB/s\n\n",
           table->threads, table->threads == 1 ? "" : "s");
    printf("%s%-*s %-*s %8s", screen_bold(table->screen), NAME, "kernel", SHAPE, "shape", "ref");
    for (int i = 0, cpu = 1; cr_cpu_names()[cpu]; cpu++)
        if (cr_cpu_available(cr_cpu_names()[cpu]))
            printf("  %8s %5.0f", cr_cpu_names()[cpu], table->peaks[i++] / 1e9);
    printf("  %6s%s\n", "to ref", screen_plain(table->screen));
}

static void tell_text(const struct table *table, const struct cr_kernel_row *row)
{
    char name[80];
    double best = 0;
    snprintf(name, sizeof name, "%s%s%s", row->kernel, row->way[0] ? ", " : "", row->way);
    printf("%-*s %-*s %8.1f", NAME, name, SHAPE, row->shape, row->ref / 1e9);
    for (int i = 0; i < row->cpus; i++) {
        const struct cr_kernel_rate *rate = &row->rates[i];
        printf("  %8.1f", rate->rate / 1e9);
        if (row->product)
            printf(" %3.0f%%%c", 100 * rate->rate / table->peaks[i], rate->chosen ? '*' : ' ');
        else
            printf(" %5s", "");
        best = rate->rate > 0 ? rate->rate : best;
    }
    printf("  %6.1f\n", best / row->ref);
    fflush(stdout);
}

/* ------------------------------------------------------------------------------------------------------------- JSON */

static void number(const char *before, double value)
{
    printf("%s", before);
    json_number(value);
}

static void begin_json(const struct table *table)
{
    printf("{\"threads\": %d, \"peaks\": {", table->threads);
    for (int i = 0, cpu = 1; cr_cpu_names()[cpu]; cpu++)
        if (cr_cpu_available(cr_cpu_names()[cpu])) {
            printf("%s\"%s\": ", i ? ", " : "", cr_cpu_names()[cpu]);
            json_number(table->peaks[i++]);
        }
    printf("},\n \"rows\": [");
}

static void tell_json(const struct table *table, const struct cr_kernel_row *row)
{
    printf("%s\n  {\"kernel\": \"%s\", \"way\": \"%s\", \"shape\": ", table->rows ? "," : "", row->kernel, row->way);
    json_text(row->shape);
    printf(", \"product\": %s", row->product ? "true" : "false");
    number(", \"ref\": ", row->ref);
    for (int i = 0; i < row->cpus; i++) {
        printf(", \"%s\": {", row->rates[i].cpu);
        number("\"rate\": ", row->rates[i].rate);
        printf(", \"chosen\": %s}", row->rates[i].chosen ? "true" : "false");
    }
    printf("}");
}

/* ------------------------------------------------------------------------------------------------------ the contract
 */

/* The head comes with the first row: where no kernel has the name, nothing is printed. */
static void tell(void *user, const struct cr_kernel_row *row)
{
    struct table *table = user;
    if (table->rows == 0)
        (table->json ? begin_json : begin_text)(table);
    (table->json ? tell_json : tell_text)(table, row);
    table->rows++;
}

enum cr_status bench_kernels(struct session *session, const char *part, double seconds, bool json)
{
    struct table table = {.screen = &session->screen, .json = json, .threads = cr_context_threads(session->context)};
    int cpus = 0;
    struct cr_kernel_bench_options options = {.kernel = part, .seconds = seconds};
    for (int cpu = 1; cr_cpu_names()[cpu]; cpu++)
        if (cr_cpu_available(cr_cpu_names()[cpu]))
            table.peaks[cpus++] = cr_cpu_peak(cr_cpu_names()[cpu], table.threads);
    CR_TRY(cr_kernel_bench(session->context, &options, tell, &table, &session->err));
    if (json)
        printf("]}\n");
    return CR_OK;
}
