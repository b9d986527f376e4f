/*
 * What `cradle data pack` wrote: train.pack and, where the source has a test part, test.pack in one folder.
 */
#include "data/format.h"

#include <stdlib.h>

#include "base/file.h"
#include "data/pack.h"

struct pack_values {
    const char *path;
};

static enum cr_status open_part(struct cr_dataset **dataset, const struct cr_format_call *call, const char *folder,
                                struct cr_error *err)
{
    bool test = call->part == CR_PART_TEST;
    char *path = cr_path_join(folder, test ? "test.pack" : "train.pack");
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status;
    if (!cr_folder_exists(folder))
        CR_GO(cr_fail(err, CR_ERROR_IO, "%s: is no folder, expected one that `cradle data pack` made", folder));
    if (test && !cr_file_exists(path))
        CR_GO(cr_part_missing(err, folder, "what it was packed from has none"));
    status = cr_pack_open(dataset, path, NULL, &call->options, err);
done:
    free(path);
    return status;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct pack_values *values = call->values;
    char *folder = cr_path_expand(values->path);
    if (!folder)
        return cr_fail_memory(err);
    enum cr_status status = open_part(dataset, call, folder, err);
    free(folder);
    return status;
}

static const struct cr_option options[] = {
    CR_STRING("path", struct pack_values, path, .help = "folder of train.pack and test.pack"),
    {0},
};

const struct cr_format cr_format_pack = {
    .entry = {.name = "pack",
              .help = "decoded samples of any source, as `cradle data pack` wrote them",
              .options = options},
    .open = open,
};
