/*
 * tests.jsonl in a run's folder: one JSON object a line, for each test what was tested and what came out. A test part
 * is known again by what should be answered there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include <cradle/evaluate.h>

#include "base/file.h"
#include "base/text.h"

enum { SIZE_MOST = 1 << 26 };

/* Lines of the file with this truth. One that is no JSON was cut off by a full disk, and counts for nothing. */
static enum cr_status count(const char *path, const char *truth, int64_t *times, struct cr_error *err)
{
    char *text;
    size_t size;
    *times = 0;
    if (!cr_file_exists(path))
        return CR_OK;
    CR_TRY(cr_file_read(path, SIZE_MOST, &text, &size, err));
    for (char *rest, *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        cJSON *object = cJSON_Parse(line);
        const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "truth"));
        *times += found && strcmp(found, truth) == 0;
        cJSON_Delete(object);
    }
    free(text);
    return CR_OK;
}

static enum cr_status append(const char *path, const char *line, struct cr_error *err)
{
    size_t size = strlen(line);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    bool done = file >= 0 && write(file, line, size) == (ssize_t)size;
    int code = errno;
    if (file >= 0)
        done = close(file) == 0 && done;
    return done ? CR_OK : cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", path, strerror(code));
}

static char *make_line(const struct cr_dataset *dataset, const struct cr_test_result *result, const char *truth)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "data", dataset->name);
    cJSON_AddStringToObject(object, "truth", truth);
    cJSON_AddNumberToObject(object, "count", (double)result->count);
    for (int i = 0; i < result->score_count; i++)
        cJSON_AddNumberToObject(object, result->scores[i].metric, result->scores[i].value);
    char *text = cJSON_PrintUnformatted(object), *line = NULL;
    size_t size = text ? strlen(text) + 2 : 0;
    if (text && (line = malloc(size)))
        cr_text_format(line, size, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(object);
    return line;
}

enum cr_status cr_test_record(const char *folder, const struct cr_dataset *dataset, const struct cr_test_result *result,
                              int64_t *times, struct cr_error *err)
{
    char truth[20];
    cr_text_format(truth, sizeof truth, "%016" PRIx64, result->truth);
    *times = 0;
    if (cr_file_exists(folder)) /* that stands for a run, and keeps no count */
        return CR_OK;
    char *joined = cr_path_join(folder, "tests.jsonl"), *path = joined ? cr_path_expand(joined) : NULL;
    char *line = make_line(dataset, result, truth);
    enum cr_status status;
    if (!path || !line)
        CR_GO(cr_fail_memory(err));
    CR_GO(count(path, truth, times, err));
    CR_GO(append(path, line, err));
    ++*times;
done:
    free(joined);
    free(path);
    free(line);
    return status;
}
