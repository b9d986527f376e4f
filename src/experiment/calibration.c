/*
 * {"temperature": 1.37, "step": 960}: the weights are those that were kept at that step.
 */
#include "experiment/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/file.h"
#include "base/text.h"

enum { SIZE_MOST = 4096 };

static enum cr_status read(struct cr_context *context, const char *path, int64_t step, double *temperature,
                           struct cr_error *err)
{
    char *text;
    size_t size;
    CR_TRY(cr_file_read(path, SIZE_MOST, &text, &size, err));
    cJSON *object = cJSON_ParseWithLength(text, size);
    free(text);
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, "temperature");
    const cJSON *of = cJSON_GetObjectItemCaseSensitive(object, "step");
    bool sound = cJSON_IsNumber(value) && cJSON_IsNumber(of) && value->valuedouble > 0 && isfinite(value->valuedouble);
    if (sound && of->valuedouble == (double)step)
        *temperature = value->valuedouble;
    else if (sound)
        cr_log(context, CR_LOG_WARNING,
               "%s is of the weights of step %.0f, and the best are now those of step %lld: it is not used; calibrate "
               "again",
               path, of->valuedouble, (long long)step);
    cJSON_Delete(object);
    return sound ? CR_OK
                 : cr_fail(err, CR_ERROR_FORMAT,
                           "%s: expected {\"temperature\": T, \"step\": N}; remove it, or calibrate again", path);
}

enum cr_status cr_calibration_read(struct cr_context *context, const char *folder, int64_t step, double *temperature,
                                   struct cr_error *err)
{
    *temperature = 1;
    char *path = cr_path_join(folder, "calibration.json");
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status = cr_file_exists(path) ? read(context, path, step, temperature, err) : CR_OK;
    free(path);
    return status;
}

enum cr_status cr_calibration_write(const char *folder, int64_t step, double temperature, struct cr_error *err)
{
    char text[96], number[32];
    char *path = cr_path_join(folder, "calibration.json");
    if (!path)
        return cr_fail_memory(err);
    cr_text_from_float(temperature, number, sizeof number);
    int size = cr_text_format(text, sizeof text, "{\"temperature\": %s, \"step\": %lld}\n", number, (long long)step);
    enum cr_status status = cr_file_replace(path, text, (size_t)size, err);
    free(path);
    return status;
}
