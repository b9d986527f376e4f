#include "experiment/init_from.h"

#include <stdlib.h>

#include "base/file.h"
#include "experiment/run.h"
#include "train/checkpoint.h"

struct init_from {
    const char *path;
    int head;
};

enum { KEEP, NEW };

static const struct cr_name heads[] = {{"keep", KEEP}, {"new", NEW}, {0}};

static const struct cr_option options[] = {
    CR_STRING("path", struct init_from, path, .help = "the folder of a run, or a safetensors file"),
    CR_CHOICE("head", struct init_from, head, .def = KEEP, .names = heads,
              .help = "of the last layer with weights: kept, or drawn anew (for other classes)"),
    {0},
};

static enum cr_status load(struct cr_network *network, const char *name, bool new_head, struct cr_error *err)
{
    enum cr_status status;
    struct cr_safetensors *file = NULL;
    char *path = NULL, *expanded = cr_path_expand(name);
    if (!expanded)
        CR_GO(cr_fail_memory(err));
    if (cr_folder_exists(expanded))
        CR_GO(cr_run_find_weights(expanded, &path, err));
    CR_GO(cr_checkpoint_open_any(&file, path ? path : expanded, err));
    CR_GO(cr_run_load_weights(network, file, path ? path : expanded, new_head, err));
    network->uncalibrated = 0;
done:
    cr_safetensors_free(file);
    free(path);
    free(expanded);
    return status;
}

enum cr_status cr_init_from(struct cr_network *network, struct cr_config *config, const struct cr_node *node,
                            struct cr_error *err)
{
    struct init_from values;
    struct cr_error why;
    if (!node)
        return CR_OK;
    CR_TRY(cr_bind(config, options, node, &values, err));
    enum cr_status status = load(network, values.path, values.head == NEW, &why);
    if (status == CR_OK)
        return CR_OK;
    cr_node_fail(node, err, "%s", why.message);
    if (err)
        err->status = status;
    return status;
}
