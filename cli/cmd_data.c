/*
 * cradle data info SOURCE [--sheet FILE]
 * cradle data sheet FILE OUT [PATH=VALUE ...] [--count N]
 * cradle data get NAME [--into DIR] [--mirror URL]
 * cradle data pack SOURCE OUT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cradle/data.h>

#include "data_get.h"
#include "data_pack.h"
#include "data_sheet.h"
#include "data_source.h"

enum { ROWS = 10, ROWS_MAX = 1000, SHEET_COLUMNS = 20, ROWS_SHOWN = 100, BAR = 24 };

struct data_values {
    struct cli_common common;
    const char *sheet, *into, *mirror;
    int64_t count;
};

/* One part of the source; dataset NULL where it has none. */
struct part {
    const char *name;
    struct cr_dataset *dataset;
    struct cr_data_info *info;
};

static enum cr_status open_part(struct part *part, enum cr_part which, struct cr_config *config,
                                struct session *session)
{
    const struct cr_node *source = cr_node_get(cr_config_root(config), "source");
    enum cr_status status =
        cr_dataset_open(&part->dataset, session->context, config, source, which, &session->data, &session->err);
    if (status == CR_ERROR_UNSUPPORTED && which == CR_PART_TEST)
        return CR_OK;
    if (status != CR_OK)
        return status;
    return cr_data_info_new(&part->info, part->dataset, &session->err);
}

/* "images", or "rows" of a table. */
static const char *samples_of(const struct cr_dataset *dataset)
{
    return dataset->height * dataset->width == 1 && dataset->numbers ? "rows" : "images";
}

static void tell_spread(const struct part *part)
{
    const struct cr_data_info *info = part->info;
    bool numbers = part->dataset->numbers;
    double least = INFINITY, most = -INFINITY;
    for (int64_t c = 0; c < info->channels; c++) {
        least = fmin(least, info->spread[c].minimum);
        most = fmax(most, info->spread[c].maximum);
    }
    printf("       values %g to %g", least, most);
    if (strcmp(samples_of(part->dataset), "rows") == 0) {
        printf("\n");
        return;
    }
    printf("; of each channel%s:\n", numbers ? "" : ", scaled to 0..1");
    for (int64_t c = 0; c < info->channels; c++)
        printf("         mean %.4f, deviation %.4f\n", info->spread[c].mean, info->spread[c].deviation);
}

static void tell_part(const struct part *part)
{
    const struct cr_data_info *info = part->info;
    char one[256], other[256];
    if (!info) {
        printf("%-6s none\n", part->name);
        return;
    }
    printf("%-6s %lld %s\n", part->name, (long long)info->count, samples_of(part->dataset));
    tell_spread(part);
    if (info->duplicates == 0) {
        printf("       no duplicates\n");
        return;
    }
    part->dataset->describe(part->dataset, info->first_duplicate[0], one, sizeof one);
    part->dataset->describe(part->dataset, info->first_duplicate[1], other, sizeof other);
    char clean[2][256];
    text_clean(one, clean[0], sizeof clean[0]);
    text_clean(other, clean[1], sizeof clean[1]);
    printf("       %lld duplicate%s, %lld of them %s; the first: %s as %s\n", (long long)info->duplicates,
           info->duplicates == 1 ? "" : "s", (long long)info->conflicts,
           info->targets ? "with other targets" : "under another class", clean[1], clean[0]);
}

/* Smallest and largest class of the training part. */
static void tell_balance(const struct cr_data_info *info, const char *const *names, const char *what)
{
    int64_t least = 0, most = 0;
    char clean[2][256];
    for (int64_t c = 1; c < info->classes; c++) {
        least = info->per_class[c] < info->per_class[least] ? c : least;
        most = info->per_class[c] > info->per_class[most] ? c : most;
    }
    text_clean(names[least], clean[0], sizeof clean[0]);
    text_clean(names[most], clean[1], sizeof clean[1]);
    printf("\nThe largest class, %s, has %.2f times as many %s as the smallest, %s.\n", clean[1],
           (double)info->per_class[most] / (double)(info->per_class[least] ? info->per_class[least] : 1), what,
           clean[0]);
}

static void tell_classes(const struct screen *screen, const struct part *train, const struct part *test)
{
    const struct cr_data_info *info = train->info;
    const char *const *names = train->dataset->class_names;
    int64_t shown = info->classes < ROWS_SHOWN ? info->classes : ROWS_SHOWN, most = 1;
    int width = (int)strlen("class");
    for (int64_t c = 0; c < info->classes; c++)
        most = info->per_class[c] > most ? info->per_class[c] : most;
    for (int64_t c = 0; c < shown; c++)
        width = text_width(names[c]) > width ? text_width(names[c]) : width;
    printf("\n%-*s  %8s%s\n", width, "class", "train", test->info ? "      test" : "");
    for (int64_t c = 0; c < shown; c++) {
        char clean[256], bar[256];
        text_clean(names[c], clean, sizeof clean);
        int cells = (int)((BAR * info->per_class[c] + most - 1) / most);
        screen_bar(screen, 1, cells, bar, sizeof bar);
        printf("%s%*s  %8lld", clean, width - text_width(clean), "", (long long)info->per_class[c]);
        if (test->info && c < test->info->classes)
            printf("  %8lld", (long long)test->info->per_class[c]);
        printf("  %s\n", bar);
    }
    if (shown < info->classes)
        printf("... and %lld more classes\n", (long long)(info->classes - shown));
    tell_balance(info, names, samples_of(train->dataset));
}

/* A line for each of `count` columns of numbers; names may be NULL: "1", "2", ... */
static void tell_columns(const char *what, const char *const *names, const struct cr_data_spread *spread, int64_t count)
{
    int64_t shown = count < ROWS_SHOWN ? count : ROWS_SHOWN;
    int width = (int)strlen(what);
    char clean[256];
    for (int64_t c = 0; names && c < shown; c++)
        width = text_width(names[c]) > width ? text_width(names[c]) : width;
    printf("\n%-*s  %12s  %12s  %12s  %12s\n", width, what, "mean", "deviation", "least", "most");
    for (int64_t c = 0; c < shown; c++) {
        if (names)
            text_clean(names[c], clean, sizeof clean);
        else
            snprintf(clean, sizeof clean, "%lld", (long long)c + 1);
        printf("%s%*s  %12.6g  %12.6g  %12.6g  %12.6g\n", clean, width - text_width(clean), "", spread[c].mean,
               spread[c].deviation, spread[c].minimum, spread[c].maximum);
    }
    if (shown < count)
        printf("... and %lld more\n", (long long)(count - shown));
}

/* What is to be learned, and the columns of a table, of the training part. */
static void tell_learned(const struct screen *screen, const struct part *train, const struct part *test)
{
    const struct cr_dataset *dataset = train->dataset;
    if (strcmp(samples_of(dataset), "rows") == 0)
        tell_columns("column", dataset->columns, train->info->spread, dataset->channels);
    if (train->info->targets)
        tell_columns("target", dataset->class_names, train->info->targets, dataset->classes);
    else
        tell_classes(screen, train, test);
}

static enum cr_status tell(struct session *session, const struct data_values *values, struct cr_config *config,
                           struct part parts[2])
{
    CR_TRY(open_part(&parts[0], CR_PART_TRAIN, config, session));
    CR_TRY(open_part(&parts[1], CR_PART_TEST, config, session));
    if (values->sheet)
        CR_TRY(cr_data_sheet(parts[0].dataset, SHEET_COLUMNS, values->sheet, &session->err));
    const struct cr_data_info *info = parts[0].info;
    char name[256];
    text_clean(parts[0].dataset->name, name, sizeof name);
    screen_clear(&session->screen);
    if (strcmp(samples_of(parts[0].dataset), "rows") == 0)
        printf("%s: %lld column%s", name, (long long)info->channels, info->channels == 1 ? "" : "s");
    else
        printf("%s: %lldx%lldx%lld", name, (long long)info->height, (long long)info->width, (long long)info->channels);
    printf(", %lld %s\n\n", (long long)info->classes,
           info->targets ? (info->classes == 1 ? "target" : "targets") : "classes");
    tell_part(&parts[0]);
    tell_part(&parts[1]);
    tell_learned(&session->screen, &parts[0], &parts[1]);
    if (values->sheet)
        printf("\nThe first images of each class: %s\n", values->sheet);
    return CR_OK;
}

static int run_info(const struct cli_call *call)
{
    const struct data_values *values = call->values;
    struct session session;
    struct cr_config *config = NULL;
    struct part parts[2] = {{.name = "train"}, {.name = "test"}};
    enum cr_status status;
    CR_GO(session_open(&session, &values->common));
    CR_GO(data_source_read(&config, call->arguments[1], &session.err));
    CR_GO(tell(&session, values, config, parts));
done:
    if (status != CR_OK)
        session_fail(&session);
    for (int i = 0; i < 2; i++) {
        cr_data_info_free(parts[i].info);
        cr_dataset_free(parts[i].dataset);
    }
    cr_config_free(config);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

/* sheet, get or pack. */
static int run_work(const struct cli_call *call)
{
    const struct data_values *values = call->values;
    const char *what = call->arguments[0];
    struct session session;
    enum cr_status status = session_open(&session, &values->common);
    if (status == CR_OK)
        status = strcmp(what, "get") == 0    ? data_get(&session, call->arguments[1], values->into, values->mirror)
                 : strcmp(what, "pack") == 0 ? data_pack(&session, call)
                                             : data_sheet(&session, call, values->count ? values->count : ROWS);
    if (status != CR_OK)
        session_fail(&session);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

/* Options and arguments that another action has. */
static int check_use(const struct cli_call *call)
{
    const struct data_values *values = call->values;
    const char *what = call->arguments[0];
    bool info = strcmp(what, "info") == 0, get = strcmp(what, "get") == 0, sheet = strcmp(what, "sheet") == 0;
    if ((values->into || values->mirror) && !get)
        return cli_usage_fail(call->command, "--into and --mirror are of data get");
    if (values->sheet && !info)
        return cli_usage_fail(call->command, "--sheet is of data info");
    if (values->count && !sheet)
        return cli_usage_fail(call->command, "--count is of data sheet");
    if ((info || get) && call->count > 2)
        return cli_usage_fail(call->command, "unexpected argument %s", call->arguments[2]);
    if (!info && !get && call->count < 3)
        return cli_usage_fail(call->command, "OUT is missing: the %s", sheet ? "PNG file to write" : "folder to make");
    return CLI_OK;
}

static int run(const struct cli_call *call)
{
    int result = check_use(call);
    if (result != CLI_OK)
        return result;
    return strcmp(call->arguments[0], "info") == 0 ? run_info(call) : run_work(call);
}

static const char *action(int index)
{
    static const char *const words[] = {"info", "sheet", "get", "pack", NULL};
    return words[index];
}

static const struct cli_argument arguments[] = {
    {.name = "ACTION",
     .type = CLI_WORD,
     .word = action,
     .what = "action",
     .help = "info: what the data hold; sheet: a picture of what a config's network will see; get: fetch a known set; "
             "pack: decode a source once"},
    {.name = "SOURCE",
     .type = CLI_FOLDER,
     .word = data_format_word,
     .cases = (const struct cli_case[]){{"sheet", CLI_FILE, NULL}, {"get", CLI_WORD, data_set_word}, {0}},
     .help = "digits, mnist, cifar10; a folder of class folders; or as in a file: '{folder: {path: cats, size: 32}}'; "
             "of sheet: a config file; of get: a known set; of pack: any of these but the last"},
    {.name = "OUT",
     .type = CLI_FILE,
     .cases = (const struct cli_case[]){{"pack", CLI_FOLDER, NULL}, {0}},
     .optional = true,
     .help = "of sheet: the PNG file to write; of pack: the folder"},
    {.name = "PATH=VALUE",
     .type = CLI_TEXT,
     .optional = true,
     .many = true,
     .help = "of sheet and pack: changes a value of the config file: 'data.augment=[flip, crop: 4]'"},
    {0}};

static const struct cli_option options[] = {{.name = "sheet",
                                             .value = "FILE",
                                             .type = CLI_FILE,
                                             .offset = offsetof(struct data_values, sheet),
                                             .help = "of info: also a contact sheet as PNG: a row a class"},
                                            {.name = "count",
                                             .value = "N",
                                             .type = CLI_NUMBER,
                                             .offset = offsetof(struct data_values, count),
                                             .min = 1,
                                             .max = ROWS_MAX,
                                             .help = "of sheet: pictures, a row each (default: 10)"},
                                            {.name = "into",
                                             .value = "DIR",
                                             .type = CLI_FOLDER,
                                             .offset = offsetof(struct data_values, into),
                                             .help = "of get: where the set's folder goes (default: CRADLE_DATA's "
                                                     "first, else build/data)"},
                                            {.name = "mirror",
                                             .value = "URL",
                                             .type = CLI_TEXT,
                                             .offset = offsetof(struct data_values, mirror),
                                             .help = "of get: address of a folder that has the files, instead of those "
                                                     "known"},
                                            CLI_THREADS,
                                            CLI_WORKERS,
                                            {0}};

const struct cli_command cmd_data = {
    .name = "data",
    .help = "looks at data before a network does, fetches and packs them",
    .more =
        "info tells counts, sizes, balance of the classes, mean and deviation, duplicates. sheet draws training\n"
        "pictures as they are and as data.augment makes them in nine epochs. get fetches mnist, fashion-mnist,\n"
        "kmnist, cifar10 or cifar100 and prints the section to use. pack writes what a source or a config's source\n"
        "decodes to, ready to be mapped, and prints the section that uses it; large folders of pictures get such a\n"
        "cache by themselves.\n"
        "\n"
        "  cradle data info digits\n"
        "  cradle data info ~/pictures --sheet sheet.png\n"
        "  cradle data sheet examples/cifar-fast.yaml sheet.png --count 20\n"
        "  cradle data get fashion-mnist --into ~/data\n"
        "  cradle data pack '{folder: {path: ~/pictures, size: 128}}' packed\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct data_values),
    .run = run,
};
