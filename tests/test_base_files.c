/*
 * Files and folders: read whole, replaced whole or not at all, made, and found where the data lie.
 */
#include "base/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "support.h"

static void file_read_and_replace(void **state)
{
    (void)state;
    struct cr_error err;
    char path[512], other[512], message[1200], *data;
    size_t size;
    path_in(here.folder, "a.bin", path);
    expect_ok(cr_file_replace(path, "one\0two", 7, &err));
    expect_ok(cr_file_replace(path, "1\0002", 3, &err));
    expect_ok(cr_file_read(path, 3, &data, &size, &err));
    assert_int_equal(size, 3);
    assert_memory_equal(data, "1\0002", 4);
    free(data);
    assert_true(cr_file_exists(path));
    assert_false(cr_folder_exists(path) || cr_file_exists(here.folder) ||
                 path_exists(path_in(here.folder, "a.bin.tmp", other)));

    snprintf(message, sizeof message, "%s: has 3 bytes, more than the limit of 2", path);
    expect_error(cr_file_read(path, 2, &data, &size, &err), CR_ERROR_FORMAT, message);
    assert_null(data);
    snprintf(message, sizeof message, "%s: is a folder, not a file", here.folder);
    expect_error(cr_file_read(here.folder, 100, &data, &size, &err), CR_ERROR_IO, message);
    path_in(here.folder, "none/b", path);
    snprintf(message, sizeof message, "%s: cannot open: No such file or directory", path);
    expect_error(cr_file_read(path, 100, &data, &size, &err), CR_ERROR_IO, message);
    snprintf(message, sizeof message, "%s: cannot write: No such file or directory", path);
    expect_error(cr_file_replace(path, "x", 1, &err), CR_ERROR_IO, message);
    path_in(here.folder, "pipe", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(message, sizeof message, "%s: is not a regular file", path);
    expect_error(cr_file_read(path, 100, &data, &size, &err), CR_ERROR_IO, message);

    /* a stale temporary file is taken over; a folder in the way is left alone */
    file_write(path_in(here.folder, "c.tmp", other), "stale and long", 14);
    expect_ok(cr_file_replace(path_in(here.folder, "c", path), "c", 1, &err));
    assert_false(path_exists(other));
    snprintf(message, sizeof message, "%s: cannot write: Is a directory", here.folder);
    expect_error(cr_file_replace(here.folder, "x", 1, &err), CR_ERROR_IO, message);
    snprintf(other, sizeof other, "%s.tmp", here.folder);
    assert_false(path_exists(other));
}

/* A write that fails in the middle, as on a full disk: the limit on file sizes does it without one. */
static int replace_beyond_limit(const char *path)
{
    struct cr_error err = {0};
    char content[4096], message[1200];
    memset(content, 'x', sizeof content);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000});
    enum cr_status status = cr_file_replace(path, content, sizeof content, &err);
    snprintf(message, sizeof message, "%s: cannot write: File too large", path);
    return status == CR_ERROR_IO && strcmp(err.message, message) == 0 ? 0 : 1;
}

static void file_replace_fails_whole(void **state)
{
    (void)state;
    char path[512], temporary[512];
    file_write(path_in(here.folder, "best", path), "old", 3);
    pid_t child = fork();
    if (child == 0)
        _exit(replace_beyond_limit(path));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    char *text = file_text(path);
    assert_string_equal(text, "old");
    free(text);
    assert_false(path_exists(path_in(here.folder, "best.tmp", temporary)));
}

static void folders_and_paths(void **state)
{
    (void)state;
    struct cr_error err;
    char path[512], message[1200];
    path_in(here.folder, "a/b//c/", path);
    expect_ok(cr_folder_make(path, &err));
    expect_ok(cr_folder_make(path, &err));
    assert_true(cr_folder_exists(path));
    file_write(path_in(here.folder, "file", path), "", 0);
    path_in(here.folder, "file/below", path);
    snprintf(message, sizeof message, "%s: cannot make the folder: %s/file is a file", path, here.folder);
    expect_error(cr_folder_make(path, &err), CR_ERROR_IO, message);
    path_in(here.folder, "file", path);
    snprintf(message, sizeof message, "%s: cannot make the folder: %s is a file", path, path);
    expect_error(cr_folder_make(path, &err), CR_ERROR_IO, message);

    static const char *const joined[][3] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}};
    for (size_t i = 0; i < 4; i++) {
        char *text = cr_path_join(joined[i][0], joined[i][1]);
        assert_string_equal(text, joined[i][2]);
        free(text);
    }
    char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    setenv("HOME", "/home/me", 1);
    static const char *const expanded[][2] = {
        {"~/x", "/home/me/x"}, {"~", "/home/me"}, {"~you/x", "~you/x"}, {"a/~/b", "a/~/b"}};
    for (size_t i = 0; i < sizeof expanded / sizeof *expanded; i++) {
        char *text = cr_path_expand(expanded[i][0]);
        assert_string_equal(text, expanded[i][1]);
        free(text);
    }
    if (home)
        setenv("HOME", home, 1);
    else
        unsetenv("HOME");
    free(home);
}

static void data_is_found(void **state)
{
    (void)state;
    struct cr_error err;
    char path[512], list[1200], message[2400], *found;
    char *before = getenv("CRADLE_DATA") ? strdup(getenv("CRADLE_DATA")) : NULL;
    expect_ok(cr_folder_make(path_in(here.folder, "second/mnist", path), &err));
    file_write(path_in(here.folder, "second/digits.csv", path), "1", 1);
    snprintf(list, sizeof list, "%s/first::%s/second", here.folder, here.folder);
    setenv("CRADLE_DATA", list, 1);
    expect_ok(cr_data_find("mnist", &found, &err));
    assert_string_equal(found, path_in(here.folder, "second/mnist", path));
    free(found);
    expect_ok(cr_data_find("digits.csv", &found, &err));
    free(found);
    snprintf(message, sizeof message,
             "cifar10: not found in %s; set CRADLE_DATA to the folders that hold it, with : between", list);
    expect_error(cr_data_find("cifar10", &found, &err), CR_ERROR_IO, message);
    assert_null(found);
    unsetenv("CRADLE_DATA");
    expect_error(cr_data_find("no-such-data", &found, &err), CR_ERROR_IO,
                 "no-such-data: not found in build/data:../shared/data; set CRADLE_DATA to the folders that hold it, "
                 "with : between");
    if (before)
        setenv("CRADLE_DATA", before, 1);
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(file_read_and_replace),
        fixture_test(file_replace_fails_whole),
        fixture_test(folders_and_paths),
        fixture_test(data_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
