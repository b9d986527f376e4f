/*
 * Text, sections, arrays, memory.
 */
#include "export/c/emit.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "graph/plan.h"

extern const unsigned char cr_embedded_float_c_in[], cr_embedded_int8_c_in[];

enum { LINE = 512, NUMBERS_A_LINE = 8, INT8S_A_LINE = 24 };

static void add(FILE *file, const char *format, va_list arguments)
{
    char text[LINE];
    cr_text_vformat(text, sizeof text, format, arguments);
    fputs(text, file);
}

void cr_c_say(struct cr_c *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(c->body, format, arguments);
    va_end(arguments);
}

/* --------------------------------------------------------------------------------------------------------- sections */

static const char *find_section(const char *name, const char **end)
{
    static const unsigned char *const templates[] = {cr_embedded_float_c_in, cr_embedded_int8_c_in};
    char line[96];
    size_t length = (size_t)cr_text_format(line, sizeof line, "//== %s", name);
    *end = NULL;
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        for (const char *at = strstr((const char *)templates[i], "//== "); at; at = strstr(at + 1, "//== "))
            if (strncmp(at, line, length) == 0 && (at[length] == ' ' || at[length] == '\n')) {
                *end = strstr(at + 1, "//== ");
                return at;
            }
    return NULL;
}

static void add_libm(struct cr_c *c, const char *word, size_t length)
{
    char name[32];
    cr_text_format(name, sizeof name, "%.*s", (int)length, word);
    if (!strstr(c->libm, name)) {
        size_t used = strlen(c->libm);
        cr_text_format(c->libm + used, sizeof c->libm - used, "%s%s", used ? ", " : "", name);
    }
}

/* The words behind the section's name: what it needs. */
static void need_words(struct cr_c *c, const char *line)
{
    const char *end = strchr(line, '\n'), *word = strchr(line + strlen("//== "), ' ');
    while (word && word < end) {
        char name[48];
        size_t length = strcspn(++word, " \n");
        cr_text_format(name, sizeof name, "%.*s", (int)length, word);
        if (strncmp(name, "libm:", 5) == 0)
            add_libm(c, word + 5, length - 5);
        else
            cr_c_need(c, name);
        word = strchr(word, ' ');
    }
}

void cr_c_need(struct cr_c *c, const char *section)
{
    const char *end, *begin = find_section(section, &end);
    assert(begin && end && c->sections < CR_C_SECTIONS); /* of our own */
    for (int i = 0; i < c->sections; i++)
        if (c->written[i] == begin)
            return;
    c->written[c->sections++] = begin;
    need_words(c, begin);
    const char *text = strchr(begin, '\n') + 1;
    fwrite(text, 1, (size_t)(end - text), c->tools);
}

/* ----------------------------------------------------------------------------------------------------------- arrays */

static void begin_array(struct cr_c *c, const char *type, const char *name, int64_t count, size_t size)
{
    cr_c_say(c, "static const %s %s[%lld] = {", type, name, (long long)count);
    c->constants += (size_t)count * size;
}

static void add_number(struct cr_c *c, int64_t index, int a_line, const char *number)
{
    fprintf(c->body, "%s%s,", index % a_line == 0 ? "\n    " : " ", number);
}

const char *cr_c_float(double value, char text[40])
{
    cr_text_format(text, 38, "%.9g", value);
    return strcat(text, strpbrk(text, ".e") ? "f" : ".0f");
}

void cr_c_floats(struct cr_c *c, const char *name, const float *numbers, int64_t count)
{
    char text[40];
    begin_array(c, "float", name, count, sizeof *numbers);
    for (int64_t i = 0; i < count; i++) {
        add_number(c, i, NUMBERS_A_LINE, cr_c_float((double)numbers[i], text));
    }
    cr_c_say(c, "\n};\n");
}

void cr_c_int8s(struct cr_c *c, const char *name, const int8_t *numbers, int64_t count)
{
    char text[8];
    begin_array(c, "int8_t", name, count, sizeof *numbers);
    for (int64_t i = 0; i < count; i++) {
        cr_text_format(text, sizeof text, "%d", numbers[i]);
        add_number(c, i, INT8S_A_LINE, text);
    }
    cr_c_say(c, "\n};\n");
}

void cr_c_int32s(struct cr_c *c, const char *name, const int32_t *numbers, int64_t count)
{
    char text[16];
    begin_array(c, "int32_t", name, count, sizeof *numbers);
    for (int64_t i = 0; i < count; i++) {
        cr_text_format(text, sizeof text, "%lld", (long long)numbers[i]);
        add_number(c, i, NUMBERS_A_LINE, text);
    }
    cr_c_say(c, "\n};\n");
}

enum cr_status cr_c_weights(struct cr_c *c, const char *name, const void *numbers, int64_t count, struct cr_error *err)
{
    size_t size = (size_t)count * (c->int8 ? 1 : sizeof(float));
    if (!c->job->options->weights) {
        if (c->int8)
            cr_c_int8s(c, name, numbers, count);
        else
            cr_c_floats(c, name, numbers, count);
        return CR_OK;
    }
    unsigned char *grown = realloc(c->weights, c->weights_size + size + 1);
    if (!grown)
        return cr_fail_memory(err);
    c->weights = grown;
    memcpy(grown + c->weights_size, numbers, size);
    cr_c_say(c, "#define %s (weights + %zu)\n", name, c->weights_size / (c->int8 ? 1 : sizeof(float)));
    c->weights_size += size;
    return CR_OK;
}

float *cr_c_order(const struct cr_stage *stage, struct cr_arena *arena)
{
    float *made = cr_arena_alloc(arena, (size_t)stage->weights * sizeof *made);
    bool last = stage->kind == CR_STAGE_CONV || stage->kind == CR_STAGE_DENSE;
    int64_t outputs = last ? stage->y.channels : 1, inputs = stage->weights / outputs;
    for (int64_t o = 0; made && o < outputs; o++)
        for (int64_t i = 0; i < inputs; i++)
            made[o * inputs + i] = stage->weight[i * outputs + o];
    return made;
}

void cr_c_window(struct cr_c *c, const char *name, const struct cr_stage *stage)
{
    struct cr_sides x = stage->x, y = stage->y;
    int64_t kernel_height = stage->kernel_height, kernel_width = stage->kernel_width, groups = stage->groups;
    if (stage->kind == CR_STAGE_DENSE) /* a convolution of a picture of one pixel */
        x = (struct cr_sides){1, 1, cr_sides_count(x)};
    if (stage->kind == CR_STAGE_AFFINE)
        groups = x.channels;
    if (stage->kind == CR_STAGE_DENSE || stage->kind == CR_STAGE_AFFINE)
        kernel_height = kernel_width = 1;
    cr_c_need(c, "window");
    cr_c_say(
        c,
        "static const struct window %s = {%lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld};\n",
        name, (long long)x.height, (long long)x.width, (long long)x.channels, (long long)y.height, (long long)y.width,
        (long long)y.channels, (long long)kernel_height, (long long)kernel_width,
        (long long)(stage->stride > 0 ? stage->stride : 1), (long long)stage->top, (long long)stage->left,
        (long long)(groups > 0 ? groups : 1));
}

/* ----------------------------------------------------------------------------------------------------------- memory */

static int64_t count_of(const struct cr_program *program, int value)
{
    return cr_shape_count(program->graph_value[value]->shape);
}

/* A stage is a tick; a value lives from the stage that makes it to the last that reads it. */
static enum cr_status place_values(struct cr_c *c, struct cr_error *err)
{
    const struct cr_program *program = c->program;
    struct cr_buffers buffers = {0};
    size_t number = c->int8 ? 1 : sizeof(float), total = 0;
    enum cr_status status = CR_OK;
    c->offsets = calloc((size_t)program->values + 1, sizeof *c->offsets);
    int *buffer = calloc((size_t)program->values + 1, sizeof *buffer);
    if (!c->offsets || !buffer)
        CR_GO(cr_fail_memory(err));
    for (int i = 0; i < program->count; i++) {
        const struct cr_stage *stage = &program->stages[i];
        for (int j = 0; j < 2; j++)
            if (stage->in[j] >= 0)
                cr_buffers_use(&buffers, buffer[stage->in[j]], i);
        bool outside = stage->out == program->probabilities && (!c->int8 || stage->out != program->logits);
        size_t size = outside ? 0 : (size_t)count_of(program, stage->out) * number;
        buffer[stage->out] = cr_buffers_add(&buffers, size, i);
        if (buffer[stage->out] == CR_NO_BUFFER)
            CR_GO(cr_fail_memory(err));
    }
    CR_GO(cr_buffers_place(&buffers, &total, err));
    for (int i = 0; i < program->values; i++)
        c->offsets[i] = buffers.items[buffer[i]].offset / number;
    c->memory = total / number;
done:
    free(buffer);
    free(buffers.items);
    return status;
}

const char *cr_c_place(const struct cr_c *c, int value, char text[32])
{
    bool outside = value == c->program->probabilities && (!c->int8 || value != c->program->logits);
    if (outside)
        return strcpy(text, "probabilities");
    cr_text_format(text, 32, "m + %zu", c->offsets[value]);
    return text;
}

/* ---------------------------------------------------------------------------------------------------- open and close
 */

/* The file's name without folder and ending, as an identifier. */
static void set_name(struct cr_c *c, const char *path)
{
    const char *slash = strrchr(path, '/'), *from = slash ? slash + 1 : path;
    size_t length = strcspn(from, ".");
    cr_text_format(c->name, sizeof c->name, "%s%.*s", isdigit((unsigned char)*from) ? "model_" : "",
                   (int)(length < 40 ? length : 40), from);
    for (char *letter = c->name; *letter; letter++)
        if (!isalnum((unsigned char)*letter))
            *letter = '_';
    if (!c->name[0])
        cr_text_format(c->name, sizeof c->name, "model");
}

enum cr_status cr_c_open(struct cr_c *c, const struct cr_export_job *job, const struct cr_program *program, bool int8,
                         struct cr_error *err)
{
    *c = (struct cr_c){.job = job, .program = program, .int8 = int8, .bytes = !job->run->numbers};
    set_name(c, job->out);
    c->body = open_memstream(&c->body_text, &c->body_size);
    c->tools = open_memstream(&c->tools_text, &c->tools_size);
    if (!c->body || !c->tools)
        return cr_fail_memory(err);
    return place_values(c, err);
}

void cr_c_close(struct cr_c *c)
{
    if (c->body)
        fclose(c->body);
    if (c->tools)
        fclose(c->tools);
    free(c->body_text);
    free(c->tools_text);
    free(c->offsets);
    free(c->weights);
    *c = (struct cr_c){0};
}
