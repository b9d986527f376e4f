/*
 * Inside of the report: one run as it is read, and the parts of the page that are made from it.
 *
 * The page is web/dist/report.html; the library puts one JSON object into it. Every part is one member of a run in that
 * object. A part that cannot be made is left out and says why in the run's notes.
 */
#ifndef CR_REPORT_REPORT_H
#define CR_REPORT_REPORT_H

#include <cradle/report.h>

#include "base/arena.h"
#include "base/json.h"

enum { CR_REPORT_NOTES = 32 };

struct cr_report {
    struct cr_context *context;
    const struct cr_report_options *options;
    struct cr_json json;
    int64_t thinned; /* rows of a table of which two are kept; 1: all are kept */
};

/* What is NULL is not there: a note says why. */
struct cr_report_run {
    const char *folder;
    struct cr_arena *arena;
    struct cr_run_log *log;
    struct cr_run_summary summary;
    struct cr_run *run;
    struct cr_experiment *experiment; /* as it was before its first step, of which the next two are then a part */
    struct cr_dataset *dataset;       /* the training part of its data, and what of it is held out */
    struct cr_split *split;
    const char *notes[CR_REPORT_NOTES];
    int note_count;
};

/* A part that cannot be made returns CR_ERROR_UNSUPPORTED (there is no such thing here: nothing is said) or any other.
 */
typedef enum cr_status cr_report_part(struct cr_report *report, struct cr_report_run *run, struct cr_error *err);
cr_report_part cr_report_events;      /* start, end, findings, changes, checkpoints */
cr_report_part cr_report_confirm;     /* what the findings propose, tried */
cr_report_part cr_report_tables;      /* the numbers of steps and epochs */
cr_report_part cr_report_observation; /* what was seen inside the network */
cr_report_part cr_report_settings;    /* the config, as text and as paths with values */
cr_report_part cr_report_layers;      /* the network's layers */
cr_report_part cr_report_filters;     /* the first weights as pictures, and how they changed */
cr_report_part cr_report_evaluation;  /* confusion, classes, calibration, the worst answers */
cr_report_part cr_report_samples;     /* the first pictures of each class, and some as augmentation makes them */
cr_report_part cr_report_speed;       /* where a step's time goes */
cr_report_part cr_report_range;       /* the learning-rate range test */

/* Rows of a table that would make two out of so many, for a page of at most some 20 MB. */
int64_t cr_report_thinning(const struct cr_run_log *const *logs, int count);
/* Opens the object of a page's data, with what every page says of itself. */
void cr_report_begin(struct cr_report *report);
/* Puts the data into the page and replaces the file. */
enum cr_status cr_report_page(const char *path, const char *data, size_t size, struct cr_error *err);

#endif
