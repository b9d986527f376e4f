#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH = 4352 };

enum cr_status folder_make(const char *path, struct cr_error *err)
{
    char part[PATH];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part; (slash = strchr(slash + 1, '/'));) {
        *slash = 0;
        mkdir(part, 0777);
        *slash = '/';
    }
    if (mkdir(part, 0777) == 0 || errno == EEXIST)
        return CR_OK;
    return cr_fail(err, CR_ERROR_IO, "%s: cannot make the folder: %s", path, strerror(errno));
}
