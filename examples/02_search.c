/*
 * A search by ask and tell: Cradle proposes, your program evaluates whatever it likes. Here: how long to roast coffee.
 *
 *     cc 02_search.c $(pkg-config --cflags --libs cradle) && ./a.out
 *
 * With .file = "study.db" the study is kept and goes on the next time, and several such programs may share it.
 */
#include <stdio.h>

#include <cradle/cradle.h>

static const char ranges[] = "minutes: !uniform [5, 20]\n"
                             "grind: !log [0.1, 2]\n"
                             "bean: !choice [arabica, robusta]\n";

/* How far from perfect. */
static double taste(const double *values)
{
    double minutes = values[0] - 12.5 - values[2], grind = values[1] / 0.6 - 1;
    return minutes * minutes / 10 + grind * grind + (values[2] == 1 ? 0.3 : 0);
}

int main(void)
{
    struct cr_error err;
    struct cr_config *config = NULL;
    struct cr_space *space = NULL;
    struct cr_study *study = NULL;
    const struct cr_study_trial *trial, *trials, *best;
    struct cr_study_options options = {.trials = 30, .seed = 1};
    int64_t count;
    enum cr_status status;
    CR_GO(cr_config_parse(&config, ranges, "ranges", &err));
    CR_GO(cr_space_new(&space, config, &err));
    CR_GO(cr_study_open(&study, space, &options, &err));
    for (;;) {
        CR_GO(cr_study_ask(study, &trial, &err));
        if (!trial)
            break;
        CR_GO(cr_study_tell(study, trial->number, CR_TRIAL_COMPLETE, taste(trial->values), NULL, &err));
    }
    CR_GO(cr_study_trials(study, &trials, &count, &err));
    best = cr_study_best(study, trials, count);
    printf("Best of %lld: %.4g, found as number %lld\n", (long long)count, best->score, (long long)best->number);
    for (int i = 0; i < cr_space_count(space); i++) {
        char text[64];
        cr_space_text(space, i, best->values[i], text, sizeof text);
        printf("  %-8s %s\n", cr_space_dimension(space, i)->name, text);
    }
done:
    if (status != CR_OK)
        fprintf(stderr, "%s\n", err.message);
    cr_study_free(study);
    cr_space_free(space);
    cr_config_free(config);
    return status == CR_OK ? 0 : 1;
}
