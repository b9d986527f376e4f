/*
 * Files of numbers that other programs made, frozen in tests/fixtures by the scripts of tests/peers.
 */
#ifndef CR_TESTS_FROZEN_H
#define CR_TESTS_FROZEN_H

#include "support.h"

#include "graph/safetensors.h"

static inline struct cr_safetensors *frozen_open(const char *name)
{
    struct cr_safetensors *file;
    struct cr_error err;
    char path[1024];
    const char *source = getenv("CRADLE_SOURCE");
    if (!source)
        fail_msg("set CRADLE_SOURCE to the folder that holds tests/, as ctest does");
    snprintf(path, sizeof path, "%s/tests/fixtures/%s.safetensors", source, name);
    expect_ok(cr_safetensors_open(&file, path, &err));
    return file;
}

/* The tensor whose name the format gives; it must be there. */
static inline const struct cr_tensor *frozen_find(const struct cr_safetensors *file, const char *format, ...)
    CR_PRINTF(2, 3);

static inline const struct cr_tensor *frozen_find(const struct cr_safetensors *file, const char *format, ...)
{
    char path[192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    const struct cr_tensor *tensor = cr_safetensors_find(file, path);
    if (!tensor)
        fail_msg("the frozen file has no %s", path);
    return tensor;
}

/* Of every entry there is a tensor whose name begins with the entry's and a colon, or is it. */
static inline void frozen_expect_all(const struct cr_safetensors *file, const struct cr_registry *registry)
{
    for (int i = 0; registry->entries[i]; i++) {
        const char *name = registry->entries[i]->name;
        bool found = false;
        for (int64_t k = 0; k < cr_safetensors_count(file) && !found; k++) {
            const char *tensor = cr_safetensors_at(file, k)->name;
            size_t length = strlen(name);
            found = strncmp(tensor, name, length) == 0 && (!tensor[length] || strchr(":/ ", tensor[length]));
        }
        if (!found)
            fail_msg("nothing is frozen of the %s %s", registry->singular, name);
    }
}

static inline double frozen_at(const struct cr_tensor *tensor, int64_t index)
{
    return tensor->dtype == CR_F64 ? ((const double *)tensor->data)[index]
                                   : (double)((const float *)tensor->data)[index];
}

static inline void frozen_put(enum cr_dtype dtype, void *array, int64_t index, double value)
{
    if (dtype == CR_F64)
        ((double *)array)[index] = value;
    else
        ((float *)array)[index] = (float)value;
}

#endif
