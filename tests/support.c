/*
 * See support.h.
 */
#include "support.h"

#include <ftw.h>

struct fixture here;

/* --------------------------------------------------------------------------------------------------------- fixture */

static void keep_log(void *user, enum cr_log_level level, const char *message)
{
    (void)user;
    size_t used = strlen(here.log);
    snprintf(here.log + used, sizeof here.log - used, "%s%s\n", level == CR_LOG_WARNING ? "warning: " : "", message);
}

int fixture_make(void **state)
{
    struct cr_error err;
    (void)state;
    here = (struct fixture){.folder = folder_make()};
    return cr_context_new(&here.context, &(struct cr_context_options){.threads = 2, .log = keep_log}, &err);
}

int fixture_free(void **state)
{
    (void)state;
    locale_back();
    cr_context_free(here.context);
    folder_remove(here.folder);
    return 0;
}

const char *in_folder(const char *name)
{
    static char paths[64][512];
    static int next;
    next = (next + 1) % 64;
    return path_in(here.folder, name, paths[next]);
}

void put_text(const char *name, const char *text)
{
    file_write(in_folder(name), text, strlen(text));
}

/* ----------------------------------------------------------------------------------------------- folders and files */

char *folder_make(void)
{
    const char *base = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/cradle-test-XXXXXX", base && base[0] ? base : "/tmp");
    assert_non_null(mkdtemp(path));
    return strdup(path);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

void folder_remove(char *folder)
{
    assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(folder);
}

const char *path_in(const char *folder, const char *name, char path[512])
{
    assert_in_range(snprintf(path, 512, "%s/%s", folder, name), 1, 511);
    return path;
}

bool path_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

void file_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

char *file_text(const char *path)
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

/* --------------------------------------------------------------------------------------------- locale and messages */

static bool german_is_set(void)
{
    return setlocale(LC_ALL, "de_DE.UTF-8") && strcmp(localeconv()->decimal_point, ",") == 0;
}

/*
 * The locale in a folder that the tests of a build share, as localedef takes seconds. It is made under another name:
 * many may make it at once.
 */
static bool german_make(const char *folder)
{
    char path[512], made[600], command[1200];
    if (path_exists(path_in(folder, "de_DE.UTF-8", path)))
        return true;
    snprintf(made, sizeof made, "%s.%d", path, (int)getpid());
    snprintf(command, sizeof command, "mkdir -p '%s' && localedef -i de_DE -f UTF-8 '%s' 2>/dev/null", folder, made);
    if (system(command) != 0)
        return false;
    if (rename(made, path) != 0)
        folder_remove(strdup(made));
    return path_exists(path);
}

void locale_german(void)
{
    const char *build = getenv("CRADLE_BUILD");
    const char *folder = build ? message_of("%s/scratch/locale", build) : here.folder;
    if (german_is_set())
        return;
    if (german_make(folder)) {
        setenv("LOCPATH", folder, 1);
        if (german_is_set())
            return;
    }
    print_message("SKIP: no German locale here, and localedef cannot make one\n");
    skip();
}

void locale_back(void)
{
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
}

const char *message_of(const char *format, ...)
{
    static char message[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return message;
}
