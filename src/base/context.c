/*
 * The context: what would otherwise be global. It holds the number of threads, the wish for an instruction set, the log
 * callback and the allocator of large blocks. Which instruction sets this machine has is known to src/kernels alone;
 * here the words are checked.
 */
#include "base/context.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/text.h"

enum { MOST_THREADS = 1024, BLOCK_ALIGNMENT = 64 };

static const char *const cpu_words[] = {"ref", "baseline", "avx2", "avx512", "neon", NULL};

static const char *const conv_words[] = {"auto", "direct", "winograd", "lanes", NULL};

struct cr_context {
    struct cr_context_options options;
    const char *conv; /* NULL: auto */
};

static int default_threads(void)
{
    /* OMP_NUM_THREADS may be a list, one number for each level of nesting. */
    const char *wish = getenv("OMP_NUM_THREADS");
    char first[16];
    int64_t threads;
    if (wish && strcspn(wish, ",") < sizeof first) {
        cr_text_format(first, sizeof first, "%.*s", (int)strcspn(wish, ","), wish);
        if (cr_text_int(first, &threads) && threads >= 1 && threads <= MOST_THREADS)
            return (int)threads;
    }
#ifdef _OPENMP
    threads = omp_get_num_procs();
#else
    threads = sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : (int)threads;
}

/* Replaces the wish by the word of the list, which outlives the caller's string. */
static enum cr_status check_cpu(const char **cpu, struct cr_error *err)
{
    const char *origin = "cpu", *wish = *cpu;
    if (!wish) {
        origin = "CRADLE_CPU";
        wish = getenv("CRADLE_CPU");
    }
    *cpu = NULL;
    if (!wish || !wish[0])
        return CR_OK;
    for (const char *const *word = cpu_words; *word; word++)
        if (strcmp(*word, wish) == 0) {
            *cpu = *word;
            return CR_OK;
        }
    const char *nearest = cr_nearest_word(wish, cpu_words);
    return cr_fail(err, CR_ERROR_ARGUMENT, "%s=%s: unknown instruction set%s%s%s (ref, baseline, avx2, avx512, neon)",
                   origin, wish, nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

/* The wish for a way of convolutions; NULL: none. */
static enum cr_status check_conv(const char **conv, struct cr_error *err)
{
    const char *wish = getenv("CRADLE_CONV");
    *conv = NULL;
    if (!wish || !wish[0] || strcmp(wish, conv_words[0]) == 0)
        return CR_OK;
    for (const char *const *word = conv_words; *word; word++)
        if (strcmp(*word, wish) == 0) {
            *conv = *word;
            return CR_OK;
        }
    const char *nearest = cr_nearest_word(wish, conv_words);
    return cr_fail(err, CR_ERROR_ARGUMENT, "CRADLE_CONV=%s: unknown way%s%s%s (auto, direct, winograd, lanes)", wish,
                   nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

enum cr_status cr_context_new(struct cr_context **context, const struct cr_context_options *options,
                              struct cr_error *err)
{
    struct cr_context_options chosen = options ? *options : (struct cr_context_options){0};
    *context = NULL;
    if (chosen.threads < 0 || chosen.threads > MOST_THREADS)
        return cr_fail(err, CR_ERROR_ARGUMENT, "threads=%d is out of range (0..%d; 0: as many as the machine has)",
                       chosen.threads, MOST_THREADS);
    if (!chosen.allocate != !chosen.release)
        return cr_fail(err, CR_ERROR_ARGUMENT, "an allocator needs both functions: allocate and release");
    const char *conv;
    CR_TRY(check_cpu(&chosen.cpu, err));
    CR_TRY(check_conv(&conv, err));
    if (chosen.threads == 0)
        chosen.threads = default_threads();
    *context = malloc(sizeof **context);
    if (!*context)
        return cr_fail_memory(err);
    (*context)->options = chosen;
    (*context)->conv = conv;
    return CR_OK;
}

void cr_context_free(struct cr_context *context)
{
    free(context);
}

int cr_context_threads(const struct cr_context *context)
{
    return context->options.threads;
}

const char *cr_context_conv(const struct cr_context *context)
{
    return context->conv;
}

const char *cr_context_cpu(const struct cr_context *context)
{
    return context->options.cpu;
}

void cr_log(const struct cr_context *context, enum cr_log_level level, const char *format, ...)
{
    if (!context || !context->options.log)
        return;
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(message, sizeof message, format, arguments);
    va_end(arguments);
    context->options.log(context->options.log_user, level, message);
}

void *cr_block_alloc(const struct cr_context *context, size_t size)
{
    if (size > SIZE_MAX - BLOCK_ALIGNMENT)
        return NULL;
    size = (size + BLOCK_ALIGNMENT - 1) / BLOCK_ALIGNMENT * BLOCK_ALIGNMENT;
    if (size == 0)
        size = BLOCK_ALIGNMENT;
    if (context->options.allocate)
        return context->options.allocate(context->options.allocate_user, size);
    return aligned_alloc(BLOCK_ALIGNMENT, size);
}

void cr_block_free(const struct cr_context *context, void *block)
{
    if (!block)
        return;
    if (context->options.release)
        context->options.release(context->options.allocate_user, block);
    else
        free(block);
}
