/*
 * cradle data pack SOURCE OUT [PATH=VALUE ...]
 */
#include "data_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cradle/data.h>

#include "data_source.h"

enum { SOURCE_AT = 1, OUT_AT, VALUES_AT };

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Of a config file: what its data.source says; it stays a part of *config. */
static enum cr_status read_source(struct cr_config **config, const struct cr_node **source, const struct cli_call *call,
                                  struct cr_error *err)
{
    const char *from = call->arguments[SOURCE_AT];
    if (!is_file(from)) {
        if (call->count > VALUES_AT)
            return cr_fail(err, CR_ERROR_ARGUMENT, "%s: values are changed of a config file, and %s is none",
                           call->arguments[VALUES_AT], from);
        CR_TRY(data_source_read(config, from, err));
        *source = cr_node_get(cr_config_root(*config), "source");
        return CR_OK;
    }
    CR_TRY(cr_config_open(config, from, err));
    for (int i = VALUES_AT; i < call->count; i++)
        CR_TRY(cr_config_set(*config, call->arguments[i], err));
    const struct cr_node *data = cr_node_get(cr_config_root(*config), "data");
    *source = data ? cr_node_get(data, "source") : NULL;
    return CR_OK;
}

/* Writes OUT/train.pack or OUT/test.pack; `*count` stays 0 where the source has no such part. */
static enum cr_status pack_part(struct session *session, struct cr_config *config, const struct cr_node *source,
                                enum cr_part part, const char *out, int64_t *count)
{
    struct cr_dataset *dataset;
    enum cr_status status =
        cr_dataset_open(&dataset, session->context, config, source, part, &session->data, &session->err);
    if (status == CR_ERROR_UNSUPPORTED && part == CR_PART_TEST)
        return CR_OK;
    if (status != CR_OK)
        return status;
    char file[4096];
    int length = snprintf(file, sizeof file, "%s/%s.pack", out, part == CR_PART_TEST ? "test" : "train");
    status = length < (int)sizeof file ? cr_dataset_pack(dataset, file, &session->data, &session->err)
                                       : cr_fail(&session->err, CR_ERROR_ARGUMENT, "the path of OUT is too long");
    if (status == CR_OK)
        *count = dataset->count;
    cr_dataset_free(dataset);
    return status;
}

enum cr_status data_pack(struct session *session, const struct cli_call *call)
{
    const char *out = call->arguments[OUT_AT];
    const struct cr_node *source = NULL;
    struct cr_config *config = NULL;
    int64_t train = 0, test = 0;
    char clean[4096];
    enum cr_status status;
    CR_GO(read_source(&config, &source, call, &session->err));
    if (mkdir(out, 0777) != 0 && !cli_is_folder(out))
        CR_GO(cr_fail(&session->err, CR_ERROR_IO, "%s: cannot make the folder", out));
    CR_GO(pack_part(session, config, source, CR_PART_TRAIN, out, &train));
    CR_GO(pack_part(session, config, source, CR_PART_TEST, out, &test));
    screen_clear(&session->screen);
    text_clean(out, clean, sizeof clean);
    printf("# %lld samples to train, %lld to test\ndata:\n  source: {pack: '%s'}\n", (long long)train, (long long)test,
           clean);
done:
    cr_config_free(config);
    return status;
}
