#include "inputs.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static const char standard_input[] = "standard input";
/* Larger ones are no photographs, and no lists of them. */
static const size_t content_limit = (size_t)512 << 20;

struct inputs_block {
    struct inputs_block *next;
    void *memory;
};

/* ----------------------------------------------------------------------------------------------------------- the list
 */

static enum cr_status add(struct inputs *inputs, const struct input *input, const char *name, const char *fault,
                          struct cr_error *err)
{
    if (inputs->count == inputs->capacity) {
        int64_t capacity = inputs->capacity ? 2 * inputs->capacity : 64;
        struct input *items = realloc(inputs->items, (size_t)capacity * sizeof *items);
        if (!items)
            return cr_fail_memory(err);
        inputs->items = items;
        inputs->capacity = capacity;
    }
    struct input *place = &inputs->items[inputs->count];
    *place = *input;
    place->name = strdup(name);
    place->fault = fault ? strdup(fault) : NULL;
    if (place->name && (place->fault || !fault)) {
        inputs->count++;
        return CR_OK;
    }
    free(place->name);
    return cr_fail_memory(err);
}

static enum cr_status add_file(struct inputs *inputs, const char *file, struct cr_error *err)
{
    return add(inputs, &(struct input){.size = 0}, file, NULL, err);
}

/* It is told with the answers, in its turn; memory that ran out is not. */
static enum cr_status add_fault(struct inputs *inputs, const char *name, const struct cr_error *fault,
                                struct cr_error *err)
{
    if (fault->status != CR_ERROR_MEMORY)
        return add(inputs, &(struct input){.size = 0}, name, fault->message, err);
    *err = *fault;
    return CR_ERROR_MEMORY;
}

/* Takes `memory` over, also where it fails. */
static enum cr_status keep(struct inputs *inputs, void *memory, struct cr_error *err)
{
    struct inputs_block *block = malloc(sizeof *block);
    if (!block) {
        free(memory);
        return cr_fail_memory(err);
    }
    *block = (struct inputs_block){inputs->blocks, memory};
    inputs->blocks = block;
    return CR_OK;
}

void inputs_free(struct inputs *inputs)
{
    for (int64_t i = 0; i < inputs->count; i++) {
        free(inputs->items[i].name);
        free(inputs->items[i].fault);
    }
    free(inputs->items);
    while (inputs->blocks) {
        struct inputs_block *block = inputs->blocks;
        inputs->blocks = block->next;
        free(block->memory);
        free(block);
    }
}

/* -------------------------------------------------------------------------------------------------------------- arrays
 */

/* Takes the samples over. */
static enum cr_status add_samples(struct inputs *inputs, const char *name, void *samples, int64_t count,
                                  struct cr_error *err)
{
    const struct cr_run *run = inputs->run;
    size_t size = (size_t)(run->height * run->width * run->channels) * (run->numbers ? sizeof(float) : 1);
    CR_TRY(keep(inputs, samples, err));
    for (int64_t i = 0; i < count; i++) {
        char place[4096];
        struct input input = {.bytes = (const uint8_t *)samples + (size_t)i * size};
        snprintf(place, sizeof place, "%s[%lld]", name, (long long)i);
        CR_TRY(add(inputs, &input, place, NULL, err));
    }
    return CR_OK;
}

static enum cr_status add_array(struct inputs *inputs, const char *file, struct cr_error *err)
{
    const struct cr_run *run = inputs->run;
    struct cr_error fault;
    int64_t count;
    void *samples;
    if (cr_samples_load(file, run->height, run->width, run->channels, run->numbers, &samples, &count, &fault) != CR_OK)
        return add_fault(inputs, file, &fault, err);
    return add_samples(inputs, file, samples, count, err);
}

/* ------------------------------------------------------------------------------------------------------ standard input
 */

/* All of a stream, with a 0 behind it; the caller frees it. */
static enum cr_status read_all(FILE *stream, const char *name, char **content, size_t *size, struct cr_error *err)
{
    size_t capacity = 1 << 16;
    *size = 0;
    *content = malloc(capacity + 1);
    while (*content) {
        *size += fread(*content + *size, 1, capacity - *size, stream);
        (*content)[*size] = 0;
        if (*size < capacity && !ferror(stream))
            return CR_OK;
        bool broken = ferror(stream) != 0;
        if (broken || capacity >= content_limit) {
            free(*content);
            *content = NULL;
            return broken ? cr_fail(err, CR_ERROR_IO, "%s: cannot read: %s", name, strerror(errno))
                          : cr_fail(err, CR_ERROR_FORMAT, "%s: more than %zu MiB", name, content_limit >> 20);
        }
        char *larger = realloc(*content, 2 * capacity + 1);
        if (!larger)
            free(*content);
        *content = larger;
        capacity *= 2;
    }
    return cr_fail_memory(err);
}

static enum cr_status add_content(struct inputs *inputs, char *content, size_t size, struct cr_error *err)
{
    const struct cr_run *run = inputs->run;
    struct cr_error fault;
    int64_t count;
    void *samples;
    if (size < 6 || memcmp(content, "\x93NUMPY", 6) != 0) {
        struct input input = {.bytes = (const uint8_t *)content, .size = size};
        CR_TRY(keep(inputs, content, err));
        return add(inputs, &input, standard_input, size ? NULL : "standard input: is empty", err);
    }
    enum cr_status status = cr_samples_load_memory(content, size, standard_input, run->height, run->width,
                                                   run->channels, run->numbers, &samples, &count, &fault);
    free(content);
    return status == CR_OK ? add_samples(inputs, standard_input, samples, count, err)
                           : add_fault(inputs, standard_input, &fault, err);
}

static enum cr_status add_standard_input(struct inputs *inputs, struct cr_error *err)
{
    char *content;
    size_t size;
    struct cr_error fault;
    if (read_all(stdin, standard_input, &content, &size, &fault) != CR_OK)
        return add_fault(inputs, standard_input, &fault, err);
    return add_content(inputs, content, size, err);
}

/* --------------------------------------------------------------------------------------------------------------- words
 */

static enum cr_status add_folder(struct inputs *inputs, const char *folder, struct cr_error *err)
{
    struct cr_image_files *files;
    struct cr_error fault;
    if (cr_image_files_new(&files, folder, &fault) != CR_OK)
        return add_fault(inputs, folder, &fault, err);
    enum cr_status status = CR_OK;
    for (int64_t i = 0; status == CR_OK && i < files->count; i++)
        status = add_file(inputs, files->paths[i], err);
    cr_image_files_free(files);
    return status;
}

static bool ends_with(const char *word, const char *end)
{
    size_t length = strlen(word), ending = strlen(end);
    return length > ending && strcmp(word + length - ending, end) == 0;
}

/* A name that is no pattern, or that there is a file of. */
static enum cr_status add_path(struct inputs *inputs, const char *path, struct cr_error *err)
{
    if (cli_is_folder(path))
        return add_folder(inputs, path, err);
    return ends_with(path, ".npy") ? add_array(inputs, path, err) : add_file(inputs, path, err);
}

static enum cr_status add_pattern(struct inputs *inputs, const char *pattern, struct cr_error *err)
{
    glob_t found;
    int code = glob(pattern, 0, NULL, &found);
    if (code == GLOB_NOSPACE)
        return cr_fail_memory(err);
    if (code != 0) {
        struct cr_error fault;
        cr_fail(&fault, CR_ERROR_IO, "%s: no file is called like this", pattern);
        return add_fault(inputs, pattern, &fault, err);
    }
    enum cr_status status = CR_OK;
    for (size_t i = 0; status == CR_OK && i < found.gl_pathc; i++)
        status = add_path(inputs, found.gl_pathv[i], err);
    globfree(&found);
    return status;
}

static enum cr_status add_word(struct inputs *inputs, const char *word, struct cr_error *err)
{
    bool pattern = strpbrk(word, "*?[") != NULL && access(word, F_OK) != 0;
    return pattern ? add_pattern(inputs, word, err) : add_path(inputs, word, err);
}

enum cr_status inputs_add(struct inputs *inputs, const char *word, struct cr_error *err)
{
    return strcmp(word, "-") == 0 ? add_standard_input(inputs, err) : add_word(inputs, word, err);
}

static enum cr_status read_list(const char *file, char **text, size_t *size, struct cr_error *err)
{
    if (strcmp(file, "-") == 0)
        return read_all(stdin, standard_input, text, size, err);
    FILE *stream = fopen(file, "rb");
    if (!stream)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", file, strerror(errno));
    enum cr_status status = read_all(stream, file, text, size, err);
    fclose(stream);
    return status;
}

enum cr_status inputs_add_list(struct inputs *inputs, const char *file, struct cr_error *err)
{
    char *text, *rest, *line;
    size_t size;
    CR_TRY(read_list(file, &text, &size, err));
    enum cr_status status = CR_OK;
    for (line = strtok_r(text, "\r\n", &rest); status == CR_OK && line; line = strtok_r(NULL, "\r\n", &rest))
        status = add_word(inputs, line, err);
    free(text);
    return status;
}

/* ------------------------------------------------------------------------------------------------------------- loading
 */

enum cr_status input_load(const struct input *input, const struct cr_run *run, uint8_t *pixels, struct cr_error *err)
{
    size_t numbers = (size_t)(run->height * run->width * run->channels);
    if (input->fault)
        return cr_fail(err, CR_ERROR_FORMAT, "%s", input->fault);
    if (input->bytes && input->size == 0) {
        memcpy(pixels, input->bytes, numbers * (run->numbers ? sizeof(float) : 1));
        return CR_OK;
    }
    if (run->numbers)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "%s: the network was trained on rows of numbers, and has no use for pictures: give it an array "
                       "(.npy), or --test N",
                       input->name);
    if (input->bytes)
        return cr_image_load_memory(input->bytes, input->size, input->name, run->height, run->width, run->channels,
                                    pixels, err);
    return cr_image_load(input->name, run->height, run->width, run->channels, pixels, err);
}
