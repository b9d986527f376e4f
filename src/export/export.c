/*
 * The registry of export formats, and what is the same for all of them.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "export/format.h"

static const struct cr_entry *const entries[] = {
#define CR_EXPORT(name) &cr_export_##name.entry,
#include "export/formats.def"
#undef CR_EXPORT
    NULL,
};

const struct cr_registry cr_exports = {.kind = "exports", .singular = "export format", .entries = entries};

void cr_export_say(struct cr_export_job *job, const char *name, const char *format, ...)
{
    struct cr_export_report *report = job->report;
    va_list arguments;
    assert(report->fact_count < CR_EXPORT_FACTS);
    struct cr_export_fact *fact = &report->facts[report->fact_count++];
    cr_text_format(fact->name, sizeof fact->name, "%s", name);
    va_start(arguments, format);
    cr_text_vformat(fact->text, sizeof fact->text, format, arguments);
    va_end(arguments);
}

static void set_verdict(struct cr_export_job *job, bool verified, const char *format, va_list arguments)
{
    job->report->verified = verified;
    cr_text_vformat(job->report->verdict, sizeof job->report->verdict, format, arguments);
}

void cr_export_verified(struct cr_export_job *job, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_verdict(job, true, format, arguments);
    va_end(arguments);
}

void cr_export_not_verified(struct cr_export_job *job, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_verdict(job, false, format, arguments);
    va_end(arguments);
}

/* ----------------------------------------------------------------------------------------------------------- the job
 */

static enum cr_status find_format(const struct cr_export_format **format, const char *name, struct cr_error *err)
{
    char known[256] = "";
    *format = (const struct cr_export_format *)cr_registry_find(&cr_exports, name); /* the entry is its first member */
    if (*format)
        return CR_OK;
    for (const struct cr_entry *const *entry = entries; *entry; entry++) {
        size_t used = strlen(known);
        cr_text_format(known + used, sizeof known - used, "%s%s", used ? ", " : "", (*entry)->name);
    }
    return cr_fail(err, CR_ERROR_ARGUMENT, "there is no export format %s; there are %s", name, known);
}

static enum cr_status check_options(const struct cr_export_format *format, const struct cr_export_options *options,
                                    struct cr_error *err)
{
    const struct {
        unsigned flag;
        bool set;
        const char *name;
    } uses[] = {{CR_EXPORT_TAKES_LAYOUT, options->layout != CR_EXPORT_OWN, "layout"},
                {CR_EXPORT_TAKES_INT8, options->int8, "int8"},
                {CR_EXPORT_TAKES_WEIGHTS, options->weights != NULL, "weights"}};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (uses[i].set && !(format->takes & uses[i].flag))
            return cr_fail(err, CR_ERROR_ARGUMENT, "the format %s has no option %s", format->entry.name, uses[i].name);
    return CR_OK;
}

/* A new string: the file that is asked for, or the format's own in the run's folder (beside the file that is a run). */
static enum cr_status find_out(char **out, const char *folder, const struct cr_export_format *format,
                               const struct cr_export_options *options, struct cr_error *err)
{
    if (options->out) {
        *out = cr_path_expand(options->out);
    } else {
        char *expanded = cr_path_expand(folder);
        if (expanded && cr_file_exists(expanded)) {
            char *slash = strrchr(expanded, '/');
            strcpy(slash ? slash + 1 : expanded, slash ? "" : ".");
        }
        *out = expanded ? cr_path_join(expanded, format->file) : NULL;
        free(expanded);
    }
    if (!*out)
        return cr_fail_memory(err);
    if (cr_folder_exists(*out))
        return cr_fail(err, CR_ERROR_EXISTS, "%s is a folder: name the file to write", *out);
    if (cr_file_exists(*out) && options->out && !options->overwrite)
        return cr_fail(err, CR_ERROR_EXISTS, "%s exists: name another file, or use --overwrite", *out);
    return CR_OK;
}

enum cr_status cr_export(struct cr_export_report *report, struct cr_context *context, const char *run,
                         const struct cr_export_options *options, struct cr_error *err)
{
    const struct cr_export_format *format;
    struct cr_export_job job = {.context = context, .folder = run, .options = options, .report = report};
    struct cr_run *opened = NULL;
    char *out = NULL;
    enum cr_status status;
    *report = (struct cr_export_report){0};
    CR_TRY(find_format(&format, options->format, err));
    CR_TRY(check_options(format, options, err));
    if (format->network)
        CR_TRY(cr_run_open(&opened, context, run, err));
    job.run = opened;
    CR_GO(find_out(&out, run, format, options, err));
    job.out = out;
    cr_text_format(report->out, sizeof report->out, "%s", out);
    CR_GO(format->save(&job, err));
    struct stat info;
    if (report->bytes == 0 && stat(out, &info) == 0)
        report->bytes = (int64_t)info.st_size;
done:
    cr_run_free(opened);
    free(out);
    return status;
}
