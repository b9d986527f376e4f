#include "doubts.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "screen.h"

enum { CLEAN = 256 };

static void tell_part(const struct cr_doubted *part, const char *what)
{
    if (part->count == 0)
        printf("  of the samples %s there are none\n", what);
    else if (!part->judged)
        printf("  the %lld %s: the network knows too little of them to judge (accuracy %.4f)\n", (long long)part->count,
               what, part->accuracy);
    else
        printf("  %lld of the %lld %s (%.1f %%)\n", (long long)part->doubted, (long long)part->count, what,
               100 * (double)part->doubted / (double)part->count);
}

/* How many cells of the screen a text takes without what would upset it. */
static int width_of(const char *text)
{
    char clean[CLEAN];
    text_clean(text, clean, sizeof clean);
    return text_width(clean);
}

static void cell(const char *text, int width)
{
    char clean[CLEAN];
    text_clean(text, clean, sizeof clean);
    printf("  %s%*s", clean, width - text_width(clean), "");
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

void doubts_tell(const struct cr_doubts *doubts, const struct cr_run *run)
{
    int name = width_of("sample"), label = width_of("label"), answer = width_of("seems to be");
    printf("\nlabels that are probably wrong\n");
    tell_part(&doubts->held_out, "that were held out");
    tell_part(&doubts->learned, "that it learned from");
    if (doubts->count == 0)
        return;
    for (int64_t i = 0; i < doubts->count; i++) {
        const struct cr_doubt *doubt = &doubts->list[i];
        name = larger(name, width_of(doubt->name));
        label = larger(label, width_of(run->class_names[doubt->label]));
        answer = larger(answer, width_of(run->class_names[doubt->answer]));
    }
    printf("\n");
    cell("sample", name);
    cell("label", label);
    printf("       p");
    cell("seems to be", answer);
    printf("       p\n");
    for (int64_t i = 0; i < doubts->count; i++) {
        const struct cr_doubt *doubt = &doubts->list[i];
        cell(doubt->name, name);
        cell(run->class_names[doubt->label], label);
        printf("  %.4f", doubt->p_label);
        cell(run->class_names[doubt->answer], answer);
        printf("  %.4f%s\n", doubt->p_answer, doubt->held_out ? "  held out" : "");
    }
}

static void part_json(const char *before, const struct cr_doubted *part)
{
    printf("%s{\"count\": %lld, \"judged\": %s, \"doubted\": %lld, \"accuracy\": ", before, (long long)part->count,
           part->judged ? "true" : "false", (long long)part->doubted);
    json_number(part->accuracy);
    printf("}");
}

void doubts_json(const char *before, const struct cr_doubts *doubts, const struct cr_run *run)
{
    printf("%s{", before);
    part_json("\"held_out\": ", &doubts->held_out);
    part_json(", \"learned\": ", &doubts->learned);
    printf(", \"samples\": [");
    for (int64_t i = 0; i < doubts->count; i++) {
        const struct cr_doubt *doubt = &doubts->list[i];
        printf("%s{\"index\": %lld, \"name\": ", i ? ",\n  " : "\n  ", (long long)doubt->index);
        json_text(doubt->name);
        printf(", \"held_out\": %s, \"label\": ", doubt->held_out ? "true" : "false");
        json_text(run->class_names[doubt->label]);
        printf(", \"label_probability\": ");
        json_number(doubt->p_label);
        printf(", \"answer\": ");
        json_text(run->class_names[doubt->answer]);
        printf(", \"answer_probability\": ");
        json_number(doubt->p_answer);
        printf("}");
    }
    printf("]}");
}
