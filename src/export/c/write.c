/*
 * The files: NAME.c with everything, NAME.h with what is called, and where it is asked for a file of weights.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "export/c/emit.h"
#include "export/samples.h"

/* Upper case, for macros. */
static void set_upper(const struct cr_c *c, char upper[CR_C_NAME])
{
    for (size_t i = 0; i < CR_C_NAME; i++)
        upper[i] = (char)(c->name[i] >= 'a' && c->name[i] <= 'z' ? c->name[i] - 'a' + 'A' : c->name[i]);
}

static const char *input_type(const struct cr_c *c)
{
    return c->bytes ? "unsigned char" : "float";
}

static const char *memory_type(const struct cr_c *c)
{
    return c->int8 ? "signed char" : "float";
}

/* The argument in front of the pixels, where the weights lie in a file. */
static const char *weights_argument(const struct cr_c *c)
{
    if (!c->job->options->weights)
        return "";
    return c->int8 ? "const signed char *weights, " : "const float *weights, ";
}

/* A network that reconstructs its input has no classes. */
static bool has_names(const struct cr_run *run)
{
    return !run->network->target;
}

static void say_header(const struct cr_c *c, FILE *file)
{
    const struct cr_run *run = c->job->run;
    const char *weights = weights_argument(c);
    char upper[CR_C_NAME];
    set_upper(c, upper);
    fprintf(file,
            "/*\n * %s: a network that Cradle %s trained and exported.\n *\n"
            " *     %s pixels[%lld]; height, width, channels, as they are in a picture\n"
            " *     float probabilities[%lld];\n *     %s_predict(%spixels, probabilities);\n",
            c->name, cr_version(), input_type(c), (long long)(run->height * run->width * run->channels),
            (long long)cr_samples_outputs(run), c->name, weights[0] ? "weights, " : "");
    if (weights[0])
        fprintf(file, " *\n * `weights` is what %s holds: %zu bytes, aligned for %s.\n", "the file of weights",
                c->weights_size, c->int8 ? "anything" : "float");
    fprintf(file, " */\n#ifndef %s_H\n#define %s_H\n\n", upper, upper);
    fprintf(file, "#define %s_HEIGHT   %lld\n#define %s_WIDTH    %lld\n#define %s_CHANNELS %lld\n#define %s_%s  %lld\n",
            upper, (long long)run->height, upper, (long long)run->width, upper, (long long)run->channels, upper,
            has_names(run) ? "CLASSES" : "OUTPUTS", (long long)cr_samples_outputs(run));
    fprintf(file, "#define %s_MEMORY   %zu /* %ss that a prediction works in */\n\n", upper, c->memory, memory_type(c));
    if (has_names(run))
        fprintf(file, "extern const char *const %s_classes[%s_CLASSES];\n\n", c->name, upper);
    fprintf(file, "/* %s; works in memory of its own, so by one thread at a time. */\n",
            has_names(run) ? "The probability of each class" : "The numbers that are to be those of the input");
    fprintf(file, "void %s_predict(%sconst %s *pixels, float *probabilities);\n", c->name, weights, input_type(c));
    fprintf(file, "/* The same in memory[%s_MEMORY] of the caller: by as many threads as have one. */\n", upper);
    fprintf(file, "void %s_predict_in(%sconst %s *pixels, float *probabilities, %s *memory);\n\n#endif\n", c->name,
            weights, input_type(c), memory_type(c));
}

static void say_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (const unsigned char *letter = (const unsigned char *)text; *letter; letter++) {
        if (*letter == '"' || *letter == '\\')
            fprintf(file, "\\%c", *letter);
        else if (*letter < 0x20 || *letter == '?' || *letter > 0x7e)
            fprintf(file, "\\%03o", *letter);
        else
            fputc(*letter, file);
    }
    fputc('"', file);
}

static void say_names(const struct cr_c *c, FILE *file, const char *upper)
{
    const struct cr_run *run = c->job->run;
    fprintf(file, "const char *const %s_classes[%s_CLASSES] = {", c->name, upper);
    for (int64_t i = 0; i < run->classes; i++) {
        fputs(i ? ", " : "", file);
        say_string(file, run->class_names[i]);
    }
    fprintf(file, "};\n\n");
}

static void say_source(struct cr_c *c, FILE *file, const char *header)
{
    const struct cr_run *run = c->job->run;
    const char *weights = weights_argument(c);
    char upper[CR_C_NAME];
    set_upper(c, upper);
    fprintf(file,
            "/*\n * C99. Nothing is allocated; of other libraries it needs %s%s.\n * Memory: %zu bytes; constants: %zu "
            "bytes.\n */\n#include \"%s\"\n\n",
            c->libm[0] ? "libm: " : "none", c->libm, c->memory * (c->int8 ? 1 : sizeof(float)), c->constants, header);
    if (c->int8)
        fprintf(file, "#include <stdint.h>\n");
    if (c->libm[0])
        fprintf(file, "#include <math.h>\n");
    fprintf(file, "%s#define INPUT_TYPE %s\n\n", c->int8 || c->libm[0] ? "\n" : "", input_type(c));
    if (has_names(run))
        say_names(c, file, upper);
    fwrite(c->tools_text, 1, c->tools_size, file);
    fwrite(c->body_text, 1, c->body_size, file);
    fprintf(file, "\nvoid %s_predict(%sconst INPUT_TYPE *pixels, float *probabilities)\n{\n", c->name, weights);
    fprintf(file, "    static %s memory[%s_MEMORY];\n    %s_predict_in(%spixels, probabilities, memory);\n}\n",
            memory_type(c), upper, c->name, weights[0] ? "weights, " : "");
}

/* What `say` writes, put at `path`. */
static enum cr_status write_text(struct cr_c *c, const char *path, const char *header, struct cr_error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return cr_fail_memory(err);
    if (header)
        say_source(c, file, header);
    else
        say_header(c, file);
    enum cr_status status = fclose(file) == 0 ? cr_file_replace(path, text, size, err) : cr_fail_memory(err);
    c->job->report->bytes += (int64_t)size;
    free(text);
    return status;
}

char *cr_c_header_path(const char *source)
{
    size_t length = strlen(source);
    char *path = length > 2 && strcmp(source + length - 2, ".c") == 0 ? strdup(source) : NULL;
    if (path)
        path[length - 1] = 'h';
    return path;
}

enum cr_status cr_c_write(struct cr_c *c, struct cr_error *err)
{
    char *header = cr_c_header_path(c->job->out);
    if (fflush(c->body) != 0 || fflush(c->tools) != 0 || !header) {
        free(header);
        return cr_fail_memory(err);
    }
    const char *slash = strrchr(header, '/');
    enum cr_status status = write_text(c, header, NULL, err);
    if (status == CR_OK)
        status = write_text(c, c->job->out, slash ? slash + 1 : header, err);
    if (status == CR_OK && c->job->options->weights) {
        status = cr_file_replace(c->job->options->weights, c->weights, c->weights_size, err);
        c->job->report->bytes += (int64_t)c->weights_size;
    }
    free(header);
    return status;
}
