/*
 * Writing C: text that grows, arrays of numbers, the functions that a network needs, and where its values lie.
 *
 * The functions are sections of a template (c/float.c.in, c/int8.c.in): "//== NAME" and what it needs, either other
 * sections or "libm:FUNCTION"; a section is written once, and after what it needs.
 */
#ifndef CR_EXPORT_C_EMIT_H
#define CR_EXPORT_C_EMIT_H

#include <stdio.h>

#include "export/format.h"
#include "export/program.h"

enum { CR_C_SECTIONS = 64, CR_C_NAME = 64 };

struct cr_c {
    const struct cr_export_job *job;
    const struct cr_program *program;
    char name[CR_C_NAME]; /* prefix of all names that others see */
    bool bytes;           /* the input is bytes, not floats */
    bool int8;
    FILE *body;  /* arrays and the function that predicts */
    FILE *tools; /* sections of the templates */
    char *body_text, *tools_text;
    size_t body_size, tools_size;
    const char *written[CR_C_SECTIONS]; /* sections that stand in `tools` */
    int sections;
    char libm[128];         /* functions of libm that are called, with ", " between them */
    size_t *offsets;        /* [program->values]: of each in the memory, in numbers; of the probabilities: none */
    size_t memory;          /* numbers of the memory */
    size_t constants;       /* bytes of all arrays */
    unsigned char *weights; /* what goes to --weights FILE; NULL: weights are arrays */
    size_t weights_size;
};

enum cr_status cr_c_open(struct cr_c *c, const struct cr_export_job *job, const struct cr_program *program, bool int8,
                         struct cr_error *err);
void cr_c_close(struct cr_c *c);

/* printf to the body, with a dot in numbers. */
void cr_c_say(struct cr_c *c, const char *format, ...) CR_PRINTF(2, 3);
/* A number as C: "0.1f". */
const char *cr_c_float(double value, char text[40]);
/* Puts a section, and what it needs, among the tools. */
void cr_c_need(struct cr_c *c, const char *section);
/* `static const float NAME[] = {...};` and so on; counted in `constants`. */
void cr_c_floats(struct cr_c *c, const char *name, const float *numbers, int64_t count);
void cr_c_int8s(struct cr_c *c, const char *name, const int8_t *numbers, int64_t count);
void cr_c_int32s(struct cr_c *c, const char *name, const int32_t *numbers, int64_t count);
/* The same, or where weights go to a file of their own: there, and `NAME` is a pointer into it. */
enum cr_status cr_c_weights(struct cr_c *c, const char *name, const void *numbers, int64_t count, struct cr_error *err);
/* A value's place in the memory, as C: "m + 64"; of the probabilities their argument. */
const char *cr_c_place(const struct cr_c *c, int value, char text[32]);
/* `static const struct window NAME = {...}` for the stage. */
void cr_c_window(struct cr_c *c, const char *name, const struct cr_stage *stage);

/* The float weights of a stage as the C functions read them: outputs first. */
float *cr_c_order(const struct cr_stage *stage, struct cr_arena *arena);

/* The body: of numbers, or of int8 (c/int8.c). */
enum cr_status cr_c_source(struct cr_c *c, struct cr_error *err);

/* "a/model.h" for "a/model.c": a new string; NULL where that is no name of a C source, or without memory. */
char *cr_c_header_path(const char *source);
/* Writes the source, the header beside it, and the file of weights. */
enum cr_status cr_c_write(struct cr_c *c, struct cr_error *err);

/*
 * Compiles what was written with the system's C compiler and has it answer the samples: probabilities [count][classes].
 * CR_ERROR_UNSUPPORTED where there is no compiler.
 */
struct cr_samples;
enum cr_status cr_c_answer(const struct cr_c *c, const struct cr_samples *samples, float *probabilities,
                           struct cr_error *err);

#endif
