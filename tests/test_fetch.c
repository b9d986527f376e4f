/*
 * Downloads from a server on this machine (mirror.py): whole, resumed, cut off, wrong, from the second mirror; MD5; and
 * what is unpacked of archives.
 */
#include <zlib.h>

#include "support.h"

#include "base/md5.h"
#include "data/archive.h"
#include "data/fetch.h"

enum { SIZE = 300000 };

static struct cr_error err;
static char content[SIZE], right[33], path[512], part[520], address[64];
static FILE *server;

static void digest_of(const void *data, size_t size, char text[33])
{
    struct cr_md5 md5;
    cr_md5_begin(&md5);
    cr_md5_add(&md5, data, size);
    cr_md5_end(&md5, text);
}

static int set_up(void **state)
{
    char file[512], command[1200], port[16];
    int status = fixture_make(state);
    for (int i = 0; i < SIZE; i++)
        content[i] = (char)(i * 7 + i / 1000);
    digest_of(content, SIZE, right);
    file_write(path_in(here.folder, "served", file), content, SIZE);
    path_in(here.folder, "a.bin", path);
    snprintf(part, sizeof part, "%s.part", path);
    snprintf(command, sizeof command, "exec python3 '%s/tests/mirror.py' '%s' %d 2>/dev/null", getenv("CRADLE_SOURCE"),
             file, (int)getpid());
    server = popen(command, "r");
    if (server && fgets(port, sizeof port, server))
        snprintf(address, sizeof address, "http://127.0.0.1:%d", atoi(port));
    return status;
}

/* From these ways of the server, in turn. */
static enum cr_status fetch(const char *first, const char *second, const char *md5)
{
    static char urls[2][128];
    const char *mirrors[3] = {NULL};
    snprintf(urls[0], sizeof urls[0], "%s/%s/", address, first);
    mirrors[0] = urls[0];
    if (second) {
        snprintf(urls[1], sizeof urls[1], "%s/%s/", address, second);
        mirrors[1] = urls[1];
    }
    struct cr_fetch options = {.mirrors = mirrors, .name = "a.bin", .md5 = md5, .path = path};
    enum cr_status status = cr_fetch_file(&options, &err);
    if (status == CR_ERROR_UNSUPPORTED || !address[0]) {
        print_message("%s\n", address[0] ? err.message : "there is no python3");
        skip();
    }
    return status;
}

static void expect_file(void)
{
    char *text = file_text(path);
    assert_memory_equal(text, content, SIZE);
    assert_false(path_exists(part));
    free(text);
    unlink(path);
}

static void whole_and_from_the_second_mirror(void **state)
{
    (void)state;
    expect_ok(fetch("good", NULL, right));
    expect_ok(fetch("none", NULL, right)); /* it is there: nobody is asked */
    expect_file();
    expect_ok(fetch("none", "good", right));
    expect_file();
    expect_ok(fetch("wrong", "good", right));
    expect_file();
    expect_ok(fetch("good", NULL, NULL)); /* no digest is published */
    expect_file();
}

static void cut_off_and_resumed(void **state)
{
    (void)state;
    assert_int_equal(fetch("cut", NULL, right), CR_ERROR_IO);
    assert_non_null(strstr(err.message, "a.bin could not be fetched: http://"));
    assert_false(path_exists(path));
    struct stat info;
    assert_int_equal(stat(part, &info), 0);
    assert_int_equal(info.st_size, SIZE / 2);
    expect_ok(fetch("good", NULL, right));
    expect_file();
    /* one mirror goes on where another was cut off */
    expect_ok(fetch("cut", "good", right));
    expect_file();
    /* a server without ranges sends all again */
    file_write(part, content, 1000);
    expect_ok(fetch("plain", NULL, right));
    expect_file();
    /* nothing is missing but the rename */
    file_write(part, content, SIZE);
    expect_ok(fetch("good", NULL, right));
    expect_file();
    /* what is there is of something else: it is thrown away, and the next time all is fetched */
    file_write(part, "garbage", 7);
    assert_int_equal(fetch("good", NULL, right), CR_ERROR_IO);
    assert_false(path_exists(part));
    expect_ok(fetch("good", NULL, right));
    expect_file();
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    char reversed[SIZE], found[33], expected[600];
    for (int i = 0; i < SIZE; i++)
        reversed[i] = content[SIZE - 1 - i];
    digest_of(reversed, SIZE, found);
    assert_int_equal(fetch("none", "wrong", right), CR_ERROR_IO);
    snprintf(
        expected, sizeof expected,
        "a.bin could not be fetched: %s/none/a.bin: the server answers 404; %s/wrong/a.bin: has the MD5 digest %s, "
        "expected %s",
        address, address, found, right);
    assert_string_equal(err.message, expected);
    assert_false(path_exists(path));
    assert_false(path_exists(part));
}

/* RFC 1321, A.5, and every length around the ends of blocks against the same bytes added singly. */
static void md5(void **state)
{
    (void)state;
    char text[33];
    digest_of("", 0, text);
    assert_string_equal(text, "d41d8cd98f00b204e9800998ecf8427e");
    digest_of("abc", 3, text);
    assert_string_equal(text, "900150983cd24fb0d6963f7d28e17f72");
    digest_of("12345678901234567890123456789012345678901234567890123456789012345678901234567890", 80, text);
    assert_string_equal(text, "57edf4a22be3c955ac49da2e2107b67a");
    for (size_t size = 0; size < 200; size++) {
        struct cr_md5 singly;
        char other[33];
        cr_md5_begin(&singly);
        for (size_t i = 0; i < size; i++)
            cr_md5_add(&singly, content + i, 1);
        cr_md5_end(&singly, other);
        digest_of(content, size, text);
        assert_string_equal(text, other);
    }
}

static void tar_add(gzFile file, const char *name, char kind, const char *text)
{
    char block[512] = {0};
    snprintf(block, 100, "%s", name);
    snprintf(block + 124, 12, "%011o", (unsigned)strlen(text));
    block[156] = kind;
    gzwrite(file, block, sizeof block);
    memset(block, 0, sizeof block);
    memcpy(block, text, strlen(text));
    if (text[0])
        gzwrite(file, block, sizeof block);
}

static void archives(void **state)
{
    (void)state;
    char tar[512], into[512], name[512], block[1024] = {0};
    gzFile file = gzopen(path_in(here.folder, "a.tar.gz", tar), "wb");
    tar_add(file, "set/", '5', "");
    tar_add(file, "set/one.bin", '0', "first");
    tar_add(file, "set/readme.html", '0', "left out");
    tar_add(file, "../../../outside.bin", '0', "second");
    tar_add(file, "set/names.txt", 0, "a b");
    tar_add(file, "set/link.bin", '2', "");
    gzwrite(file, block, sizeof block);
    gzclose(file);
    path_in(here.folder, "into", into);
    mkdir(into, 0777);
    expect_ok(cr_archive_unpack(tar, ".bin", into, &err));
    static const char *const expected[][2] = {{"one.bin", "first"}, {"outside.bin", "second"}, {"names.txt", "a b"}};
    for (int i = 0; i < 3; i++) {
        char *text = file_text(path_in(into, expected[i][0], name));
        assert_string_equal(text, expected[i][1]);
        free(text);
    }
    assert_false(path_exists(path_in(into, "link.bin", name)));
    assert_false(path_exists(path_in(into, "readme.html", name)));
    assert_int_equal(truncate(tar, 100), 0);
    char message[600];
    snprintf(message, sizeof message, "%s: damaged or cut off: remove it and fetch it again", tar);
    expect_error(cr_archive_unpack(tar, ".bin", into, &err), CR_ERROR_FORMAT, message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_from_the_second_mirror),
        cmocka_unit_test(cut_off_and_resumed),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(md5),
        cmocka_unit_test(archives),
    };
    return cmocka_run_group_tests(tests, set_up, fixture_free);
}
