/*
 * An epoch is filled, then ordered.
 *
 * Filled: every sample once. With `oversample` r each class comes at least r times as often as the largest one: of a
 * class of n that is to come m times, every sample comes floor(m / n) times, and m mod n of them, others in each epoch,
 * once more.
 *
 * Ordered, where it is shuffled at all:
 *     shuffle      any order is as likely as any other
 *     stratified   every stretch of the epoch, and so every batch, holds the classes in their proportions: the j-th of
 * a class's n samples, in an order drawn anew, stands at the share (j + u) / n of the epoch, with u of 0..1 drawn for
 * the class balanced     every batch holds the classes equally often: rounds of one sample of each class, in an order
 * drawn for the round. A class goes through all of its samples, in an order drawn anew each time, before one comes
 * again. The epoch is as long as it would be; not every sample of a large class comes.
 */
#include "data/lineup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

struct cr_lineup {
    const struct cr_dataset *dataset;
    struct cr_loader_options options;
    int64_t given, count; /* samples; in an epoch */
    int64_t *indices;     /* [given], as they were given */
    /* Where classes matter; else NULL. */
    int64_t *members; /* [given]: the indices class by class, shuffled within each when an epoch needs it */
    int64_t *start;   /* [classes + 1]: of each class in `members` */
    int64_t *wanted;  /* [classes]: how often each comes in an epoch */
    int64_t *next;    /* [classes], counters of the making */
    int64_t *round;   /* [classes], the classes there are */
    double *place;    /* [classes]: where in the epoch, 0..1, the next of each is to stand */
};

static bool needs_classes(const struct cr_loader_options *options)
{
    return options->oversample > 0 || (options->shuffle && options->sampling != CR_SAMPLING_SHUFFLE);
}

/* -------------------------------------------------------------------------------------------------------------- made
 */

static enum cr_status check(const struct cr_dataset *dataset, const struct cr_loader_options *options,
                            struct cr_error *err)
{
    if (!(options->oversample >= 0 && options->oversample <= 1))
        return cr_fail(err, CR_ERROR_ARGUMENT, "oversample %g: expected 0..1", options->oversample);
    if (needs_classes(options) && !dataset->labels)
        return cr_fail(err, CR_ERROR_CONFIG,
                       "data.sampling and data.oversample go by classes, and %s has rows of targets instead",
                       dataset->name);
    if (options->oversample > 0 && options->sampling == CR_SAMPLING_BALANCED)
        return cr_fail(err, CR_ERROR_CONFIG,
                       "data.oversample has no effect with data.sampling=balanced, which draws all classes equally "
                       "often: set one of them");
    return CR_OK;
}

static int64_t size_of(const struct cr_lineup *lineup, int64_t c)
{
    return lineup->start[c + 1] - lineup->start[c];
}

/* Members class by class, each in the order in which they were given. */
static void sort_by_class(struct cr_lineup *lineup)
{
    const int32_t *labels = lineup->dataset->labels;
    int64_t classes = lineup->dataset->classes;
    memset(lineup->start, 0, (size_t)(classes + 1) * sizeof *lineup->start);
    for (int64_t i = 0; i < lineup->given; i++)
        lineup->start[labels[lineup->indices[i]] + 1]++;
    for (int64_t c = 0; c < classes; c++)
        lineup->start[c + 1] += lineup->start[c];
    memcpy(lineup->next, lineup->start, (size_t)classes * sizeof *lineup->next);
    for (int64_t i = 0; i < lineup->given; i++)
        lineup->members[lineup->next[labels[lineup->indices[i]]]++] = lineup->indices[i];
}

static void set_wanted(struct cr_lineup *lineup)
{
    int64_t classes = lineup->dataset->classes, most = 0;
    for (int64_t c = 0; c < classes; c++)
        most = size_of(lineup, c) > most ? size_of(lineup, c) : most;
    int64_t least = (int64_t)ceil(lineup->options.oversample * (double)most);
    lineup->count = 0;
    for (int64_t c = 0; c < classes; c++) {
        int64_t size = size_of(lineup, c);
        lineup->wanted[c] = size > 0 && size < least ? least : size;
        lineup->count += lineup->wanted[c];
    }
}

static enum cr_status make_classes(struct cr_lineup *lineup, struct cr_error *err)
{
    size_t classes = (size_t)lineup->dataset->classes;
    lineup->members = malloc((size_t)lineup->given * sizeof *lineup->members);
    lineup->start = malloc((classes + 1) * sizeof *lineup->start);
    lineup->wanted = malloc(classes * sizeof *lineup->wanted);
    lineup->next = malloc(classes * sizeof *lineup->next);
    lineup->round = malloc(classes * sizeof *lineup->round);
    lineup->place = malloc(classes * sizeof *lineup->place);
    if (!lineup->members || !lineup->start || !lineup->wanted || !lineup->next || !lineup->round || !lineup->place)
        return cr_fail_memory(err);
    sort_by_class(lineup);
    set_wanted(lineup);
    return CR_OK;
}

static enum cr_status make(struct cr_lineup *lineup, const int64_t *indices, struct cr_error *err)
{
    lineup->indices = malloc((size_t)lineup->given * sizeof *lineup->indices);
    if (!lineup->indices)
        return cr_fail_memory(err);
    memcpy(lineup->indices, indices, (size_t)lineup->given * sizeof *indices);
    return needs_classes(&lineup->options) ? make_classes(lineup, err) : CR_OK;
}

enum cr_status cr_lineup_new(struct cr_lineup **lineup, const struct cr_dataset *dataset, const int64_t *indices,
                             int64_t count, const struct cr_loader_options *options, struct cr_error *err)
{
    *lineup = NULL;
    CR_TRY(check(dataset, options, err));
    struct cr_lineup *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->dataset = dataset;
    made->options = *options;
    made->given = made->count = count;
    enum cr_status status = make(made, indices, err);
    if (status == CR_OK)
        *lineup = made;
    else
        cr_lineup_free(made);
    return status;
}

void cr_lineup_free(struct cr_lineup *lineup)
{
    if (!lineup)
        return;
    free(lineup->indices);
    free(lineup->members);
    free(lineup->start);
    free(lineup->wanted);
    free(lineup->next);
    free(lineup->round);
    free(lineup->place);
    free(lineup);
}

int64_t cr_lineup_count(const struct cr_lineup *lineup)
{
    return lineup->count;
}

/* ------------------------------------------------------------------------------------------------------------- filled
 */

/* The samples as they were given, then what of each class comes again. */
static void fill(struct cr_lineup *lineup, struct cr_random *random, int64_t *order)
{
    memcpy(order, lineup->indices, (size_t)lineup->given * sizeof *order);
    order += lineup->given;
    for (int64_t c = 0; lineup->options.oversample > 0 && c < lineup->dataset->classes; c++) {
        int64_t *members = lineup->members + lineup->start[c], size = size_of(lineup, c);
        int64_t more = lineup->wanted[c] - size;
        if (more > 0)
            cr_random_shuffle(random, members, size);
        for (int64_t i = 0; i < more; i++)
            *order++ = members[i % size];
    }
}

/* ------------------------------------------------------------------------------------------------------------ ordered
 */

/* The class's next sample; its members are shuffled before the first and whenever all have come. */
static int64_t deal(struct cr_lineup *lineup, struct cr_random *random, int64_t c)
{
    if (lineup->next[c] == lineup->start[c])
        cr_random_shuffle(random, lineup->members + lineup->start[c], size_of(lineup, c));
    int64_t index = lineup->members[lineup->next[c]++];
    if (lineup->next[c] == lineup->start[c + 1])
        lineup->next[c] = lineup->start[c];
    return index;
}

static void stratify(struct cr_lineup *lineup, struct cr_random *random, int64_t *order)
{
    int64_t classes = lineup->dataset->classes;
    for (int64_t c = 0; c < classes; c++) {
        lineup->next[c] = lineup->start[c];
        lineup->place[c] = cr_random_uniform(random) / (double)lineup->wanted[c];
        if (lineup->wanted[c] == 0)
            lineup->place[c] = INFINITY;
    }
    for (int64_t i = 0; i < lineup->count; i++) {
        int64_t first = 0;
        for (int64_t c = 1; c < classes; c++)
            first = lineup->place[c] < lineup->place[first] ? c : first;
        order[i] = deal(lineup, random, first);
        lineup->place[first] += 1 / (double)lineup->wanted[first];
    }
}

static void balance(struct cr_lineup *lineup, struct cr_random *random, int64_t *order)
{
    int64_t there = 0;
    for (int64_t c = 0; c < lineup->dataset->classes; c++) {
        lineup->next[c] = lineup->start[c];
        if (size_of(lineup, c) > 0)
            lineup->round[there++] = c;
    }
    for (int64_t i = 0; i < lineup->count; i++) {
        if (i % there == 0)
            cr_random_shuffle(random, lineup->round, there);
        order[i] = deal(lineup, random, lineup->round[i % there]);
    }
}

void cr_lineup_order(struct cr_lineup *lineup, int64_t epoch, int64_t *order)
{
    struct cr_random random = cr_random_at(lineup->options.seed, CR_RANDOM_SHUFFLE, (uint64_t)epoch, 0);
    int sampling = lineup->options.shuffle ? lineup->options.sampling : CR_SAMPLING_SHUFFLE;
    if (lineup->members)
        sort_by_class(lineup); /* as at the beginning: an epoch does not depend on those before it */
    if (sampling == CR_SAMPLING_STRATIFIED) {
        stratify(lineup, &random, order);
    } else if (sampling == CR_SAMPLING_BALANCED) {
        balance(lineup, &random, order);
    } else {
        fill(lineup, &random, order);
        if (lineup->options.shuffle)
            cr_random_shuffle(&random, order, lineup->count);
    }
}
