/*
 * What several tests need: a folder to write into, files, a German locale, and the check of an error with its message.
 */
#ifndef CR_TESTS_SUPPORT_H
#define CR_TESTS_SUPPORT_H

#include <ftw.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <cradle/base.h>

/* A fresh folder; folder_remove removes it with all that is in it and frees its name. */
static inline char *folder_make(void)
{
    const char *base = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/cradle-test-XXXXXX", base && base[0] ? base : "/tmp");
    assert_non_null(mkdtemp(path));
    return strdup(path);
}

static inline int folder_remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static inline void folder_remove(char *folder)
{
    assert_int_equal(nftw(folder, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(folder);
}

/* FOLDER/NAME in a buffer of the caller. */
static inline const char *path_in(const char *folder, const char *name, char path[512])
{
    assert_in_range(snprintf(path, 512, "%s/%s", folder, name), 1, 511);
    return path;
}

static inline void file_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* The whole file and a 0 behind it; the caller frees. */
static inline char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(1, size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, file), size);
    fclose(file);
    return text;
}

static inline bool path_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* A locale with a comma in numbers, made in `folder` where the system has none. False: there is no way to get it. */
static inline bool locale_german(const char *folder)
{
    char command[1200], made[512];
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 '%s' 2>/dev/null",
                 path_in(folder, "de_DE.UTF-8", made));
        if (system(command) != 0)
            return false;
        setenv("LOCPATH", folder, 1);
        if (!setlocale(LC_ALL, "de_DE.UTF-8"))
            return false;
    }
    return strcmp(localeconv()->decimal_point, ",") == 0;
}

static inline void locale_back(void)
{
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
}

/* `call` uses a struct cr_error named `err`; it must fail with this status and exactly this message. */
#define expect_error(call, expected_status, expected_message) \
    do {                                                      \
        err = (struct cr_error){0};                           \
        enum cr_status status_ = (call);                      \
        assert_string_equal(err.message, expected_message);   \
        assert_int_equal(status_, expected_status);           \
        assert_int_equal(err.status, expected_status);        \
    } while (0)

/* `call` must succeed; the message of an unexpected error is shown. */
#define expect_ok(call)                                    \
    do {                                                   \
        err = (struct cr_error){0};                        \
        if ((call) != CR_OK)                               \
            fail_msg("unexpected error: %s", err.message); \
    } while (0)

#endif
