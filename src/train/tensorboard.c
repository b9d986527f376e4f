/*
 * An event becomes one record: its time, its step, and a summary of all its values.
 */
#include "train/tensorboard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "train/filters.h"
#include "train/records.h"
#include "train/scalars.h"
#include "train/trainer.h"

enum { EVENT_TIME = 1, EVENT_STEP = 2, EVENT_VERSION = 3, EVENT_SUMMARY = 5 };
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_IMAGE = 4, VALUE_HISTOGRAM = 5 };
enum { IMAGE_HEIGHT = 1, IMAGE_WIDTH, IMAGE_COLOURS, IMAGE_ENCODED };
enum { HISTO_MIN = 1, HISTO_MAX, HISTO_NUM, HISTO_SUM, HISTO_SQUARES, HISTO_LIMITS, HISTO_COUNTS };
enum { FILTERS_MAX = 256, TAG_SIZE = 256 };

struct summary {
    struct cr_proto message;
    struct cr_tensorboard *board;
};

/* ------------------------------------------------------------------------------------------------------------- values
 */

static enum cr_status add_scalar(void *user, const char *name, double number, struct cr_error *err)
{
    struct summary *summary = user;
    struct cr_proto value = {0};
    (void)err;
    cr_proto_text(&value, VALUE_TAG, name);
    cr_proto_float(&value, VALUE_SIMPLE, (float)number);
    cr_proto_message(&summary->message, SUMMARY_VALUE, &value);
    summary->board->scalars++;
    return CR_OK;
}

/* The lower edge of a bin; that of the one behind it is the upper one (struct cr_histogram). */
static double edge(const struct cr_histogram *histogram, int bin)
{
    enum { ZERO = CR_HISTOGRAM_BINS / 2 };
    if (histogram->low < histogram->high)
        return histogram->low + (histogram->high - histogram->low) * bin / CR_HISTOGRAM_BINS;
    return bin <= ZERO ? -ldexp(1, ZERO - bin - 24) : ldexp(1, bin - ZERO - 25);
}

/*
 * A bin's count stands with its upper limit; an empty one in front gives the first its lower limit. The numbers
 * themselves are gone: sums are of the bins' middles.
 */
static void add_histogram(struct summary *summary, const char *group, const char *name,
                          const struct cr_histogram *histogram)
{
    struct cr_proto value = {0}, histo = {0};
    double limits[CR_HISTOGRAM_BINS + 1], counts[CR_HISTOGRAM_BINS + 1], num = 0, sum = 0, squares = 0;
    char tag[TAG_SIZE];
    size_t used = 0;
    int first = 0, last = CR_HISTOGRAM_BINS;
    while (first < last && histogram->bins[first] == 0)
        first++;
    while (last > first && histogram->bins[last - 1] == 0)
        last--;
    if (first == last)
        return;
    limits[used] = edge(histogram, first);
    counts[used++] = 0;
    for (int b = first; b < last; b++) {
        double count = (double)histogram->bins[b], middle = (edge(histogram, b) + edge(histogram, b + 1)) / 2;
        limits[used] = edge(histogram, b + 1);
        counts[used++] = count;
        num += count;
        sum += count * middle;
        squares += count * middle * middle;
    }
    cr_proto_double(&histo, HISTO_MIN, limits[0]);
    cr_proto_double(&histo, HISTO_MAX, limits[used - 1]);
    cr_proto_double(&histo, HISTO_NUM, num);
    cr_proto_double(&histo, HISTO_SUM, sum);
    cr_proto_double(&histo, HISTO_SQUARES, squares);
    cr_proto_doubles(&histo, HISTO_LIMITS, limits, used);
    cr_proto_doubles(&histo, HISTO_COUNTS, counts, used);
    cr_text_format(tag, sizeof tag, "%s/%s", group, name);
    cr_proto_text(&value, VALUE_TAG, tag);
    cr_proto_message(&value, VALUE_HISTOGRAM, &histo);
    cr_proto_message(&summary->message, SUMMARY_VALUE, &value);
    summary->board->histograms++;
}

static void add_histograms(struct summary *summary, const struct cr_observation *observation)
{
    for (int i = 0; i < observation->parameters; i++)
        if (observation->weights[i].decays)
            add_histogram(summary, "gradients", observation->weights[i].name, &observation->weights[i].spread);
    for (int i = 0; i < observation->activations; i++)
        add_histogram(summary, "activations", observation->units[i].layer, &observation->units[i].spread);
}

static enum cr_status add_filters(struct summary *summary, const struct cr_network *network, struct cr_error *err)
{
    struct cr_proto value = {0}, image = {0};
    struct cr_filters filters;
    char tag[TAG_SIZE];
    void *png;
    size_t size;
    int64_t height, width;
    if (!cr_filters_find(&filters, network))
        return CR_OK;
    CR_TRY(cr_filters_png(&filters, FILTERS_MAX, &png, &size, &height, &width, err));
    cr_proto_int(&image, IMAGE_HEIGHT, height);
    cr_proto_int(&image, IMAGE_WIDTH, width);
    cr_proto_int(&image, IMAGE_COLOURS, filters.channels);
    cr_proto_bytes(&image, IMAGE_ENCODED, png, size);
    free(png);
    cr_text_format(tag, sizeof tag, "filters/%s", filters.name);
    cr_proto_text(&value, VALUE_TAG, tag);
    cr_proto_message(&value, VALUE_IMAGE, &image);
    cr_proto_message(&summary->message, SUMMARY_VALUE, &value);
    summary->board->images++;
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------- events
 */

static enum cr_status add_record(struct summary *summary, int64_t step, struct cr_error *err)
{
    struct cr_tensorboard *board = summary->board;
    struct cr_proto record = {0};
    if (summary->message.size > 0) {
        cr_proto_double(&record, EVENT_TIME, board->last);
        cr_proto_int(&record, EVENT_STEP, step);
        cr_proto_message(&record, EVENT_SUMMARY, &summary->message);
        cr_records_add(&board->records, &record);
    }
    cr_proto_free(&summary->message);
    return board->records.failed ? cr_fail_memory(err) : CR_OK;
}

void cr_tensorboard_begin(struct cr_tensorboard *board)
{
    struct cr_proto record = {0};
    cr_proto_double(&record, EVENT_TIME, 0);
    cr_proto_text(&record, EVENT_VERSION, "brain.Event:2");
    cr_records_add(&board->records, &record);
}

enum cr_status cr_tensorboard_add(struct cr_tensorboard *board, const struct cr_event *event, struct cr_error *err)
{
    struct summary summary = {.board = board};
    enum cr_status status;
    if (event->kind == CR_EVENT_START)
        board->before = board->last;
    board->last = board->before + event->seconds;
    CR_GO(cr_scalars_visit(event, add_scalar, &summary, err));
    if (event->kind == CR_EVENT_OBSERVE && event->observation)
        add_histograms(&summary, event->observation);
    if (event->kind == CR_EVENT_EPOCH && event->trainer)
        CR_GO(add_filters(&summary, event->trainer->options.network, err));
    status = add_record(&summary, event->step, err);
done:
    cr_proto_free(&summary.message);
    return status;
}

enum cr_status cr_tensorboard_filters(struct cr_tensorboard *board, const struct cr_network *network, int64_t step,
                                      struct cr_error *err)
{
    struct summary summary = {.board = board};
    enum cr_status status = add_filters(&summary, network, err);
    return status == CR_OK ? add_record(&summary, step, err) : status;
}
