/*
 * A trial as a run of another program: the command with the trial's values put in, run by the shell. What it prints
 * goes to the file `out` of the trial's folder, its errors to `err`. A line of JSON with "step" and "score" is a score
 * on the way; the last line is the score, a number or JSON with "score".
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/context.h"
#include "base/file.h"
#include "base/text.h"
#include "tune/study.h"

enum { LINE = 4096, NAME = 128, POLL_MS = 200, GRACE = 5 };
static const double beat_every = 20;

/* ----------------------------------------------------------------------------------------------------------- template
 */

/* The dimension of that name: where several have it, the one with a value; -1: none is called so. */
static int find_dimension(const struct cr_space *space, const char *word, const double *values)
{
    int found = -1;
    for (int d = 0; d < space->count; d++)
        if (cr_path_is_called(space->axes[d].dimension.name, word) && (found < 0 || !isnan(values[d])))
            found = d;
    return found;
}

/* `text` in single quotes where the shell would read more than a word in it. */
static void append_word(char **text, size_t *used, const char *word)
{
    bool plain = word[0] != 0;
    for (const char *c = word; *c && plain; c++)
        plain = isalnum((unsigned char)*c) || strchr("+-._:,/@%", *c);
    char *to = *text + *used;
    if (!plain)
        *to++ = '\'';
    for (const char *c = word; *c; c++) {
        if (*c == '\'') {
            memcpy(to, "'\\''", 4);
            to += 4;
        } else {
            *to++ = *c;
        }
    }
    if (!plain)
        *to++ = '\'';
    *to = 0;
    *used = (size_t)(to - *text);
}

enum cr_status cr_space_expand(const struct cr_space *space, const double *values, const char *command, char **expanded,
                               struct cr_error *err)
{
    /* every placeholder takes at least two letters, and a value, quoted, at most 4 NAME + 2 */
    size_t size = strlen(command) * (4 * NAME + 8) / 2 + 16, used = 0;
    char *text = malloc(size);
    *expanded = NULL;
    if (!text)
        return cr_fail_memory(err);
    for (const char *at = command; *at; at++) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        size_t length = end ? (size_t)(end - at - 1) : 0;
        bool is_name = end && length > 0 && length < NAME;
        for (size_t i = 0; i < length && is_name; i++)
            is_name = isalnum((unsigned char)at[1 + i]) || strchr("_.[]-", at[1 + i]);
        if (!is_name) { /* braces of the shell or of JSON stay */
            text[used++] = *at;
            continue;
        }
        char word[NAME], value[NAME] = "";
        memcpy(word, at + 1, length);
        word[length] = 0;
        int d = find_dimension(space, word, values);
        if (d < 0) {
            free(text);
            return cr_fail(err, CR_ERROR_ARGUMENT,
                           "the command has {%s}, and no search range is called so (the first is %s)", word,
                           space->axes[0].dimension.name);
        }
        if (!isnan(values[d]))
            cr_space_text(space, d, values[d], value, sizeof value);
        append_word(&text, &used, value);
        at = end;
    }
    text[used] = 0;
    *expanded = text;
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ process
 */

struct process {
    struct cr_study *study;
    const struct cr_study_command *command;
    int64_t number;
    pid_t id;
    int pipe, out;               /* what it prints, and the file that keeps it */
    char line[LINE], last[LINE]; /* the one that is being read; the last that was not empty */
    size_t used;
    bool pruned, stopped;
    double beaten;
};

static enum cr_status fail(struct cr_error *err, const char *what)
{
    return cr_fail(err, CR_ERROR_IO, "%s: %s", what, strerror(errno));
}

/* A process group of its own, so that all of it can be ended. */
static enum cr_status spawn(struct process *p, const char *command, const char *folder, struct cr_error *err)
{
    int ends[2];
    char *out = cr_path_join(folder, "out"), *errors = cr_path_join(folder, "err");
    enum cr_status status = !out || !errors ? cr_fail_memory(err) : CR_OK;
    if (status == CR_OK)
        status = cr_folder_make(folder, err);
    p->out = status == CR_OK ? open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    int file = p->out >= 0 ? open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    if (status == CR_OK && (file < 0 || pipe2(ends, O_CLOEXEC) != 0))
        status = fail(err, folder);
    if (status == CR_OK && (p->id = fork()) == 0) {
        setpgid(0, 0);
        dup2(ends[1], STDOUT_FILENO);
        dup2(file, STDERR_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(126);
    }
    if (status == CR_OK) {
        if (p->id < 0)
            status = fail(err, "cannot start the command");
        close(ends[1]);
        p->pipe = ends[0];
    }
    if (file >= 0)
        close(file);
    free(out);
    free(errors);
    return status;
}

static double score_of(const cJSON *json)
{
    const cJSON *score = cJSON_IsNumber(json) ? json : cJSON_GetObjectItemCaseSensitive(json, "score");
    return cJSON_IsNumber(score) ? score->valuedouble : (double)NAN;
}

static enum cr_status take_line(struct process *p, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    bool prune = false;
    p->line[p->used] = 0;
    while (p->used > 0 && isspace((unsigned char)p->line[p->used - 1]))
        p->line[--p->used] = 0;
    if (p->used > 0)
        memcpy(p->last, p->line, p->used + 1);
    p->used = 0;
    if (p->line[0] != '{')
        return CR_OK;
    cJSON *json = cJSON_Parse(p->line);
    const cJSON *step = cJSON_GetObjectItemCaseSensitive(json, "step");
    if (cJSON_IsNumber(step) && !isnan(score_of(json)))
        status = cr_study_report(p->study, p->number, (int64_t)step->valuedouble, score_of(json), &prune, err);
    cJSON_Delete(json);
    p->pruned = p->pruned || prune;
    return status;
}

/* What there is to read; `open` is false at the end. */
static enum cr_status take_output(struct process *p, bool *is_open, struct cr_error *err)
{
    char buffer[LINE];
    ssize_t count = read(p->pipe, buffer, sizeof buffer);
    *is_open = count > 0 || (count < 0 && errno == EINTR);
    if (count > 0 && write(p->out, buffer, (size_t)count) != count)
        return fail(err, "cannot keep what the command prints");
    for (ssize_t i = 0; i < count; i++) {
        if (buffer[i] == '\n')
            CR_TRY(take_line(p, err));
        else if (p->used + 1 < sizeof p->line)
            p->line[p->used++] = buffer[i];
    }
    if (!*is_open && p->used > 0)
        return take_line(p, err);
    return CR_OK;
}

static enum cr_status follow(struct process *p, struct cr_error *err)
{
    bool is_open = true;
    while (is_open && !p->pruned && !p->stopped) {
        struct pollfd waiting = {.fd = p->pipe, .events = POLLIN};
        if (poll(&waiting, 1, POLL_MS) > 0)
            CR_TRY(take_output(p, &is_open, err));
        p->stopped = p->command->stop && p->command->stop(p->command->user);
        if (cr_clock() - p->beaten > beat_every) {
            p->beaten = cr_clock();
            CR_TRY(cr_study_beat(p->study, p->number, err));
        }
    }
    return CR_OK;
}

/* Its exit status; one that does not end in time is killed. */
static int end(struct process *p, bool now)
{
    int status = 0;
    double begun = cr_clock();
    if (now)
        kill(-p->id, SIGTERM);
    while (waitpid(p->id, &status, now ? WNOHANG : 0) == 0) {
        if (cr_clock() - begun > GRACE)
            kill(-p->id, SIGKILL);
        usleep(20000);
    }
    return status;
}

/* ---------------------------------------------------------------------------------------------------------- the end */

/* The last line of a file, for causes. */
static void last_line(const char *folder, const char *name, char *text, size_t size)
{
    char *path = cr_path_join(folder, name), *data = NULL;
    size_t length = 0;
    text[0] = 0;
    if (path && cr_file_read(path, SIZE_MAX / 2, &data, &length, NULL) == CR_OK) {
        while (length > 0 && isspace((unsigned char)data[length - 1]))
            data[--length] = 0;
        const char *line = strrchr(data, '\n');
        cr_text_format(text, size, "%s", line ? line + 1 : data);
    }
    free(path);
    free(data);
}

static enum cr_status tell(const struct process *p, int status, const char *folder, struct cr_error *err)
{
    char cause[400], line[256];
    double score = (double)NAN;
    cJSON *json = cJSON_Parse(p->last);
    score = score_of(json);
    cJSON_Delete(json);
    if (p->pruned)
        return cr_study_tell(p->study, p->number, CR_TRIAL_PRUNED, score, NULL, err);
    last_line(folder, "err", line, sizeof line);
    /* the shell's words for a command that is not there, or is no program: no trial is to blame, and this one is given
     * out again */
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127))
        return cr_fail(err, CR_ERROR_ARGUMENT, "the command %s: %s",
                       WEXITSTATUS(status) == 127 ? "was not found" : "cannot be run", line);
    if (WIFSIGNALED(status))
        cr_text_format(cause, sizeof cause, "crashed (signal %d)%s%s", WTERMSIG(status), line[0] ? ": " : "", line);
    else if (WEXITSTATUS(status) != 0)
        cr_text_format(cause, sizeof cause, "exit status %d%s%s", WEXITSTATUS(status), line[0] ? ": " : "", line);
    else if (!p->last[0])
        cr_text_format(cause, sizeof cause, "it printed no score");
    else if (isnan(score))
        cr_text_format(cause, sizeof cause, "the last line is no score: \"%.*s\"", cr_text_fit(p->last, 120), p->last);
    else
        return cr_study_tell(p->study, p->number, CR_TRIAL_COMPLETE, score, NULL, err);
    return cr_study_tell(p->study, p->number, CR_TRIAL_FAILED, score, cause, err);
}

enum cr_status cr_study_run_command(struct cr_study *study, int64_t number, const struct cr_study_command *command,
                                    struct cr_error *err)
{
    enum cr_status status;
    struct process p = {.study = study, .command = command, .number = number, .pipe = -1, .out = -1};
    char name[24], *folder = NULL, *text = NULL;
    if (number < 0 || number >= study->asked.count)
        return cr_fail(err, CR_ERROR_ARGUMENT, "trial %lld was not asked for", (long long)number);
    cr_text_format(name, sizeof name, "%04lld", (long long)number);
    folder = cr_path_join(command->folder, name);
    if (!folder)
        return cr_fail_memory(err);
    p.beaten = cr_clock();
    CR_GO(cr_space_expand(study->space, study->asked.trials[number].values, command->command, &text, err));
    CR_GO(spawn(&p, text, folder, err));
    status = follow(&p, err);
    int ended = end(&p, status != CR_OK || p.pruned || p.stopped);
    if (status == CR_OK && p.stopped)
        status = cr_fail(err, CR_ERROR_STOPPED, "stopped in trial %lld", (long long)number);
    if (status == CR_OK)
        status = tell(&p, ended, folder, err);
done:
    if (p.pipe >= 0)
        close(p.pipe);
    if (p.out >= 0)
        close(p.out);
    free(folder);
    free(text);
    return status;
}
