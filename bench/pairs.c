/*
 * pairs FILE [--a WORD]... [--b WORD]... - what a difference costs: two trainings of one config file in one process
 * take turns of some steps, and each pair of turns gives a ratio of times. Told are the median of the ratios and its
 * interval.
 *
 * Both turns of a pair meet the same machine, so that what else runs on it weighs on both; which comes first changes
 * from pair to pair. The first steps of a turn are not counted: the loader's ring fills, and the caches. Nor is
 * what lies between epochs. The interval is a bootstrap's (Efron 1979): the medians of 2,000 samples drawn
 * with replacement, without the lowest and the highest 2.5 %.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cradle/cradle.h>

#include "pairs/side.h"
#include "pairs/times.h"

enum { OK = 0, FAILURE = 1, USAGE = 2 };

struct options {
    const char *file, *keep;
    int pairs, steps, skip;
    double most; /* 0: none */
    bool json;
};

/* --------------------------------------------------------------------------------------------------------- measuring
 */

/* What is compared, in one line: the first of a file of kept pairs. */
static void describe(const struct options *options, const struct side *sides, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "# %s, %d steps", options->file, options->steps);
    for (int i = 0; i < 2; i++)
        for (int word = -1; word < sides[i].count && used < size; word++)
            used += (size_t)snprintf(text + used, size - used, " %s",
                                     word >= 0 ? sides[i].words[word]
                                     : i       ? "b:"
                                               : "a:");
}

static enum cr_status measure(const struct options *options, struct side *sides, struct times *times,
                              struct cr_error *err)
{
    for (int pair = 0; pair < options->pairs; pair++) {
        double seconds[2];
        for (int turn = 0; turn < 2; turn++) {
            int side = (pair + turn) % 2;
            CR_TRY(side_turn(&sides[side], options->skip, options->steps, &seconds[side], err));
        }
        CR_TRY(times_add(times, seconds, err));
    }
    return CR_OK;
}

static enum cr_status compare(const struct options *options, struct side *sides, struct times *times,
                              struct verdict *verdict, struct cr_error *err)
{
    char title[4096];
    describe(options, sides, title, sizeof title);
    if (options->keep)
        CR_TRY(times_read(times, options->keep, title, err));
    for (int i = 0; i < 2; i++)
        CR_TRY(side_open(&sides[i], options->file, err));
    CR_TRY(measure(options, sides, times, err));
    if (options->keep)
        CR_TRY(times_write(times, options->keep, title, err));
    return times_judge(times, verdict, err);
}

/* ----------------------------------------------------------------------------------------------------------- output */

static void tell(const struct options *options, const struct side *sides, const struct times *times,
                 const struct verdict *verdict)
{
    printf("%s: %d pairs of %d steps each\n", options->file, times->count, options->steps);
    for (int i = 0; i < 2; i++) {
        printf("  %c %10.3f ms a step, %d thread%s, %s", 'a' + i, 1e3 * verdict->seconds[i], sides[i].threads,
               sides[i].threads == 1 ? "" : "s", sides[i].cpu);
        for (int word = 0; word < sides[i].count; word++)
            printf("  %s", sides[i].words[word]);
        printf("\n");
    }
    printf("a takes %.4f times as long as b (95 %%: %.4f to %.4f)\n", verdict->ratio, verdict->low, verdict->high);
    if (options->most > 0)
        printf("%s: the upper end may be %.4f\n", verdict->high <= options->most ? "reached" : "missed", options->most);
}

static enum cr_status tell_json(const struct options *options, const struct side *sides, const struct times *times,
                                const struct verdict *verdict, struct cr_error *err)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "file", options->file);
    cJSON_AddNumberToObject(root, "pairs", times->count);
    cJSON_AddNumberToObject(root, "steps", options->steps);
    for (int i = 0; i < 2; i++) {
        cJSON *side = cJSON_AddObjectToObject(root, i ? "b" : "a");
        cJSON *words = cJSON_AddArrayToObject(side, "words");
        for (int word = 0; word < sides[i].count; word++)
            cJSON_AddItemToArray(words, cJSON_CreateString(sides[i].words[word]));
        cJSON_AddStringToObject(side, "cpu", sides[i].cpu);
        cJSON_AddNumberToObject(side, "threads", sides[i].threads);
        cJSON_AddNumberToObject(side, "seconds", verdict->seconds[i]);
    }
    cJSON_AddNumberToObject(root, "ratio", verdict->ratio);
    cJSON_AddNumberToObject(root, "low", verdict->low);
    cJSON_AddNumberToObject(root, "high", verdict->high);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text)
        return cr_fail_memory(err);
    puts(text);
    free(text);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------ command line
 */

static void help(FILE *out)
{
    fprintf(
        out,
        "pairs FILE [--a WORD]... [--b WORD]... [--pairs N] [--steps N] [--skip N] [--keep FILE] [--most X] [--json]\n"
        "\n"
        "Two trainings of a config file take turns; how much longer does a step of a take than one of b?\n"
        "\n"
        "  --a WORD      of one side, as often as wanted; --b of the other:\n"
        "                PATH=VALUE     changes the config, as behind `cradle train`\n"
        "                workers=N      threads that load (default 2)\n"
        "                threads=N      threads that compute (default: all)\n"
        "                loader=off     steps alone, on a dozen batches in memory: no loader, no events\n"
        "                NAME=VALUE     a variable of the environment in capitals, such as CRADLE_CPU=avx2\n"
        "  --pairs N     of turns (default 200)\n"
        "  --steps N     of a turn that count (default 5)\n"
        "  --skip N      steps of a turn before them (default 3)\n"
        "  --keep FILE   adds the pairs to those in FILE, and judges them all\n"
        "  --most X      tells whether the upper end of the interval is at most X; if not, exit status 1\n"
        "  --json        one JSON object\n");
}

static int number(const char *name, const char *text, long least)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text && !*end && value >= least && value <= 1000000)
        return (int)value;
    fprintf(stderr, "pairs: %s %s: expected a whole number of %ld or more\n", name, text, least);
    exit(USAGE);
}

static double positive(const char *name, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (*text && !*end && value > 0 && isfinite(value))
        return value;
    fprintf(stderr, "pairs: %s %s: expected a number above 0\n", name, text);
    exit(USAGE);
}

static void parse(int argc, char **argv, struct options *options, struct side *sides)
{
    static const struct option table[] = {
        {"a", required_argument, NULL, 'a'},     {"b", required_argument, NULL, 'b'},
        {"pairs", required_argument, NULL, 'p'}, {"steps", required_argument, NULL, 's'},
        {"skip", required_argument, NULL, 'k'},  {"keep", required_argument, NULL, 'f'},
        {"most", required_argument, NULL, 'm'},  {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    int letter;
    while ((letter = getopt_long(argc, argv, "h", table, NULL)) != -1) {
        switch (letter) {
        case 'a':
        case 'b':
            if (!side_add(&sides[letter - 'a'], optarg)) {
                fprintf(stderr, "pairs: --%c %s: expected NAME=VALUE, at most %d of them\n", letter, optarg,
                        SIDE_WORDS);
                exit(USAGE);
            }
            break;
        case 'p':
            options->pairs = number("--pairs", optarg, 1);
            break;
        case 's':
            options->steps = number("--steps", optarg, 1);
            break;
        case 'k':
            options->skip = number("--skip", optarg, 1);
            break;
        case 'f':
            options->keep = optarg;
            break;
        case 'm':
            options->most = positive("--most", optarg);
            break;
        case 'j':
            options->json = true;
            break;
        case 'h':
            help(stdout);
            exit(OK);
        default:
            exit(USAGE);
        }
    }
    if (argc - optind != 1) {
        help(stderr);
        exit(USAGE);
    }
    options->file = argv[optind];
}

int main(int argc, char **argv)
{
    struct options options = {.pairs = 200, .steps = 5, .skip = 3};
    struct side sides[2] = {0};
    struct times times = {0};
    struct verdict verdict = {0};
    struct cr_error err;
    parse(argc, argv, &options, sides);
    enum cr_status status = compare(&options, sides, &times, &verdict, &err);
    if (status == CR_OK && options.json)
        status = tell_json(&options, sides, &times, &verdict, &err);
    else if (status == CR_OK)
        tell(&options, sides, &times, &verdict);
    for (int i = 0; i < 2; i++)
        side_close(&sides[i]);
    free(times.pair);
    if (status != CR_OK)
        fprintf(stderr, "pairs: %s\n", err.message);
    return status == CR_OK && (options.most == 0 || verdict.high <= options.most) ? OK : FAILURE;
}
