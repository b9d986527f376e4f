#include "tune/owner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double most_silence = 120;

static void machine(char text[65])
{
    memset(text, 0, 65);
    if (gethostname(text, 64) != 0 || !text[0])
        strcpy(text, "localhost");
    for (char *c = text; *c; c++)
        if (*c == '"' || *c == '\\' || *c == ' ' || (unsigned char)*c < 32)
            *c = '-';
}

/* When a process began, in ticks of the system: field 22 of Linux' /proc/PID/stat; 0 elsewhere. */
static long long began(long process)
{
    char path[48], text[1024];
    long long ticks = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    char *field = strrchr(text, ')'); /* the name may hold anything; field 3 stands behind it */
    for (int i = 2; field && i < 22; i++)
        field = strchr(field + 1, ' ');
    if (field)
        ticks = strtoll(field, NULL, 10);
    return ticks;
}

void cr_owner_name(char text[CR_OWNER_SIZE])
{
    char name[65];
    machine(name);
    snprintf(text, CR_OWNER_SIZE, "\"%s %ld %lld\"", name, (long)getpid(), began((long)getpid()));
}

static bool is_here(const char *owner, long *process, long long *start)
{
    char name[65], other[65];
    machine(name);
    return owner && sscanf(owner, "\"%64s %ld %lld\"", other, process, start) == 3 && strcmp(name, other) == 0;
}

bool cr_owner_is_dead(const char *owner, double silence)
{
    long process;
    long long start;
    if (!is_here(owner, &process, &start)) /* one of Optuna without heartbeats is left alone */
        return silence > most_silence;
    if (kill((pid_t)process, 0) != 0 && errno == ESRCH)
        return true;
    return start != 0 && began(process) != start;
}

long cr_owner_process(const char *owner)
{
    long process;
    long long start;
    return is_here(owner, &process, &start) ? process : 0;
}
