/*
 * dropout: a dropout that leaves next to nothing. Usual is 0.5 of dense layers and 0.2 of inputs at most (Srivastava et
 * al. 2014, section 7.3); beyond `most` the noise is larger than what comes through.
 */
#include <string.h>

#include "babysit/check.h"
#include "base/text.h"

static const double most = 0.8;

static bool is_dropout(const struct cr_node *node)
{
    return node->key && strcmp(node->key, "dropout") == 0;
}

/* The number itself, `dropout: 0.9` or `dropout: {rate: 0.9}`; NULL where there is none. */
static const struct cr_node *number_of(const struct cr_node *node, double *value)
{
    const struct cr_node *number = node->kind == CR_NODE_MAP ? node->first : node;
    bool found = number && number->kind == CR_NODE_SCALAR && cr_text_float(number->text, value);
    return found ? number : NULL;
}

static void gather(const struct cr_exam *exam, const struct cr_node *number, double value, int count,
                   struct cr_finding *finding)
{
    char to[16];
    if (count == 0) {
        *finding = cr_exam_finding(exam, CR_WARNING);
        cr_say(finding->symptom, "%s:%d:%d: a dropout of %g leaves next to nothing", number->file, number->line,
               number->column, value);
        cr_say(finding->evidence, "%.3g of 100 numbers come through, %.3g times as large", 100 * (1 - value),
               1 / (1 - value));
        cr_say(finding->causes[0],
               "the dropout is too strong: it is the share that is dropped, not the share that is kept");
        cr_say(finding->remedy, "0.2 to 0.5");
    }
    cr_text_format(to, sizeof to, "%.2g", 1 - value < 0.5 ? 1 - value : 0.5);
    cr_finding_replace(finding, number->path, number->text, to);
}

/* How many there are, those that are too strong gathered. */
static int look_at(const struct cr_exam *exam, const struct cr_node *node, int *faults, struct cr_finding *finding)
{
    double value = 0;
    int count = 0;
    const struct cr_node *number = is_dropout(node) ? number_of(node, &value) : NULL;
    if (number && value > most && value < 1)
        gather(exam, number, value, (*faults)++, finding);
    for (const struct cr_node *child = node->first; child; child = child->next)
        count += look_at(exam, child, faults, finding);
    return count + (number != NULL);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    struct cr_finding finding = {.path = ""};
    int faults = 0, count = look_at(exam, exam->experiment->sections.layers, &faults, &finding);
    (void)err;
    if (count == 0)
        cr_exam_skip(exam, "there is no dropout");
    else if (faults == 0)
        cr_exam_pass(exam, "%d of them, none above %g", count, most);
    else
        cr_exam_find(exam, &finding);
    return CR_OK;
}

const struct cr_check cr_check_dropout = {
    .entry = {.name = "dropout", .help = "dropout leaves something to learn from"},
    .preflight = preflight,
};
