/*
 * Has an exported source answer samples: a main of ten lines is put beside it in a folder of its own, compiled with the
 * system's C compiler (CC, else cc) and run with the samples as its input.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "export/c/emit.h"
#include "export/samples.h"

extern char **environ;

enum { MOST_OUTPUT = 1 << 30 };

static const char main_text[] = "#include <stdio.h>\n#include <stdlib.h>\n#include \"%s\"\n"
                                "static %s weights[%zu];\n"
                                "int main(int count, char **words)\n{\n"
                                "    static %s pixels[%lld];\n    static float probabilities[%lld];\n"
                                "    FILE *file = count > 1 ? fopen(words[1], \"rb\") : NULL;\n"
                                "    if (count > 1 && (!file || fread(weights, 1, sizeof weights, file) < %zu))\n"
                                "        return 1;\n"
                                "    while (fread(pixels, sizeof pixels, 1, stdin) == 1) {\n"
                                "        %s_predict(%spixels, probabilities);\n"
                                "        if (fwrite(probabilities, sizeof probabilities, 1, stdout) != 1)\n"
                                "            return 1;\n    }\n    return weights[0] != weights[0];\n}\n";

/* Runs a program; its input and output are files where they are named. */
static enum cr_status spawn(const char *const *words, const char *input, const char *output, struct cr_error *err)
{
    posix_spawn_file_actions_t actions;
    pid_t process;
    int result, status = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return cr_fail_memory(err);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input ? input : "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output ? output : "/dev/null",
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    result = posix_spawnp(&process, words[0], &actions, NULL, (char *const *)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (result == ENOENT || result == EACCES)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there is no C compiler %s", words[0]);
    if (result != 0)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot run: %s", words[0], strerror(result));
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return cr_fail(err, CR_ERROR_IO, "%s: cannot wait for it: %s", words[0], strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there is no C compiler %s", words[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s failed on the exported source", words[0]);
    return CR_OK;
}

struct paths {
    char *source, *header, *weights; /* absolute, of what was exported */
    char *main, *program, *input, *output;
};

static enum cr_status set_paths(struct paths *paths, const struct cr_c *c, const char *folder, struct cr_error *err)
{
    const char *weights = c->job->options->weights;
    paths->source = realpath(c->job->out, NULL);
    paths->header = paths->source ? cr_c_header_path(paths->source) : NULL;
    paths->weights = weights ? realpath(weights, NULL) : NULL;
    paths->main = cr_path_join(folder, "main.c");
    paths->program = cr_path_join(folder, "program");
    paths->input = cr_path_join(folder, "input");
    paths->output = cr_path_join(folder, "output");
    bool all = paths->source && paths->header && (!weights || paths->weights) && paths->main && paths->program &&
               paths->input && paths->output;
    return all ? CR_OK : cr_fail_memory(err);
}

static void free_paths(struct paths *paths)
{
    char *const all[] = {paths->main, paths->program, paths->input, paths->output};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i])
            unlink(all[i]);
        free(all[i]);
    }
    free(paths->source);
    free(paths->header);
    free(paths->weights);
}

static enum cr_status write_main(const struct cr_c *c, const struct paths *paths, struct cr_error *err)
{
    const struct cr_run *run = c->job->run;
    const char *number = c->int8 ? "signed char" : "float";
    size_t room = strlen(paths->header) + 4096;
    char *text = malloc(room);
    if (!text)
        return cr_fail_memory(err);
    int length =
        cr_text_format(text, room, main_text, paths->header, number, c->weights_size / (c->int8 ? 1 : 4) + 1,
                       c->bytes ? "unsigned char" : "float", (long long)(run->height * run->width * run->channels),
                       (long long)cr_samples_outputs(run), c->weights_size, c->name, paths->weights ? "weights, " : "");
    enum cr_status status = cr_file_replace(paths->main, text, (size_t)length, err);
    free(text);
    return status;
}

static enum cr_status answer_in(const struct cr_c *c, const struct cr_samples *samples, const struct paths *paths,
                                float *probabilities, struct cr_error *err)
{
    const char *compiler = getenv("CC");
    const char *const compile[] = {compiler && compiler[0] && !strchr(compiler, ' ') ? compiler : "cc",
                                   "-std=c99",
                                   "-O2",
                                   "-w",
                                   "-o",
                                   paths->program,
                                   paths->main,
                                   paths->source,
                                   "-lm",
                                   NULL};
    const char *const run[] = {paths->program, paths->weights, NULL};
    size_t wanted = (size_t)(samples->count * cr_samples_outputs(c->job->run)) * sizeof *probabilities, size;
    char *answers;
    CR_TRY(write_main(c, paths, err));
    CR_TRY(cr_file_replace(paths->input, samples->pixels, (size_t)samples->count * samples->size, err));
    CR_TRY(spawn(compile, NULL, NULL, err));
    CR_TRY(spawn(run, paths->input, paths->output, err));
    CR_TRY(cr_file_read(paths->output, MOST_OUTPUT, &answers, &size, err));
    bool whole = size == wanted;
    if (whole)
        memcpy(probabilities, answers, wanted);
    free(answers);
    return whole ? CR_OK
                 : cr_fail(err, CR_ERROR_FORMAT, "%s: compiled, it answers with %zu bytes, expected %zu", c->job->out,
                           size, wanted);
}

enum cr_status cr_c_answer(const struct cr_c *c, const struct cr_samples *samples, float *probabilities,
                           struct cr_error *err)
{
    const char *base = getenv("TMPDIR");
    char folder[512];
    struct paths paths = {0};
    cr_text_format(folder, sizeof folder, "%s/cradle-export-XXXXXX", base && base[0] ? base : "/tmp");
    if (!mkdtemp(folder))
        return cr_fail(err, CR_ERROR_IO, "%s: cannot make a folder: %s", folder, strerror(errno));
    enum cr_status status = set_paths(&paths, c, folder, err);
    if (status == CR_OK)
        status = answer_in(c, samples, &paths, probabilities, err);
    free_paths(&paths);
    rmdir(folder);
    return status;
}
