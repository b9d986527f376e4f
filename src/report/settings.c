/*
 * The run's config: its text, and each of its values by path, in which runs can be compared.
 */
#include <stdlib.h>

#include "base/file.h"
#include "report/report.h"

enum { TEXT_MAX = 1 << 20 };

static void write_values(struct cr_json *json, const struct cr_node *node)
{
    if (node->kind == CR_NODE_SCALAR || !node->first) {
        cr_json_list(json, NULL);
        cr_json_text(json, NULL, node->path);
        cr_json_text(json, NULL,
                     node->kind == CR_NODE_SCALAR ? node->text
                     : node->kind == CR_NODE_NULL ? "null"
                                                  : "[]");
        cr_json_end(json);
    }
    for (const struct cr_node *child = node->first; child; child = child->next)
        write_values(json, child);
}

static enum cr_status write(struct cr_report *report, const char *path, struct cr_error *err)
{
    struct cr_json *json = &report->json;
    struct cr_config *config = NULL;
    char *text;
    size_t size;
    CR_TRY(cr_file_read(path, TEXT_MAX, &text, &size, err));
    enum cr_status status = cr_config_open(&config, path, err);
    if (status == CR_OK) {
        cr_json_bytes(json, "config", text, size);
        cr_json_list(json, "settings");
        write_values(json, cr_config_root(config));
        cr_json_end(json);
    }
    cr_config_free(config);
    free(text);
    return status;
}

enum cr_status cr_report_settings(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    char *path = cr_path_join(run->folder, "config.yaml");
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status = write(report, path, err);
    free(path);
    return status;
}
