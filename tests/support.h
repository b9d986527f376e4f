/*
 * What several tests need: a folder and a context of their own, files, a German locale, and the check of an error with
 * its message.
 */
#ifndef CR_TESTS_SUPPORT_H
#define CR_TESTS_SUPPORT_H

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

/*
 * What a test finds when it begins, in `here`: it is listed as fixture_test(NAME) instead of cmocka_unit_test(NAME),
 * and all is removed behind it, also where it fails. Tests that share one give the two functions to
 * cmocka_run_group_tests.
 */
struct fixture {
    struct cr_context *context; /* of two threads */
    char *folder;               /* empty */
    char log[8192]; /* what the context was told to log: a line each, warnings with "warning: " before them */
};

extern struct fixture here;

#define fixture_test(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_free)
int fixture_make(void **state);
int fixture_free(void **state);

/* here.folder/NAME. Valid until 64 more are asked for. */
const char *in_folder(const char *name);
/* Writes a text there. */
void put_text(const char *name, const char *text);

/* A fresh folder; folder_remove removes it with all that is in it and frees its name. */
char *folder_make(void);
void folder_remove(char *folder);

/* FOLDER/NAME in a buffer of the caller. */
const char *path_in(const char *folder, const char *name, char path[512]);
bool path_exists(const char *path);

void file_write(const char *path, const void *data, size_t size);
/* The whole file and a 0 behind it; the caller frees. */
char *file_text(const char *path);

/*
 * From here on a locale with a comma in numbers, made beside the tests' folders where the system has none; skips the
 * test where there is no way to get it. The end of the fixture sets back what was.
 */
void locale_german(void);
void locale_back(void);

/* As printf. Valid until the next. */
const char *message_of(const char *format, ...) CR_PRINTF(1, 2);

/* `call` uses a struct cr_error named `err`; it must fail with this status and exactly this message. */
#define expect_error(call, expected_status, expected_message) \
    do {                                                      \
        err = (struct cr_error){0};                           \
        enum cr_status status_ = (call);                      \
        assert_string_equal(err.message, expected_message);   \
        assert_int_equal(status_, expected_status);           \
        assert_int_equal(err.status, expected_status);        \
    } while (0)

/* As expect_error, with a printf format. */
#define expect_failure(call, expected_status, ...)          \
    do {                                                    \
        char expected_[2048];                               \
        snprintf(expected_, sizeof expected_, __VA_ARGS__); \
        expect_error(call, expected_status, expected_);     \
    } while (0)

/* `call` must succeed; the message of an unexpected error is shown. */
#define expect_ok(call)                                    \
    do {                                                   \
        err = (struct cr_error){0};                        \
        if ((call) != CR_OK)                               \
            fail_msg("unexpected error: %s", err.message); \
    } while (0)

#endif
