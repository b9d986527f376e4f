/*
 * Allocations, counted and made to fail: this header defines malloc and its family for the whole program, in front of
 * glibc's. One file of a program may include it. Under a sanitizer, which has a malloc of its own, with clang, whose
 * OpenMP allocates in every region, and without glibc it defines nothing, and alloc_available() is false: alloc_need()
 * skips the test then.
 *
 *     long before = alloc_count();  ...  assert_int_equal(alloc_count(), before);      no allocation in between
 *     alloc_each(work, user);                                                          every allocation fails once
 */
#ifndef CR_TESTS_ALLOC_H
#define CR_TESTS_ALLOC_H

#include <errno.h>
#include <stdatomic.h>

#include "support.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define ALLOC_COUNTED 1
#endif

static atomic_long alloc_calls, alloc_blocks, alloc_until_failure;
static atomic_bool alloc_has_failed;

/* Calls so far that asked for memory, of all threads. */
static inline long alloc_count(void)
{
    return atomic_load(&alloc_calls);
}

/* Blocks that are not yet freed. */
static inline long alloc_live(void)
{
    return atomic_load(&alloc_blocks);
}

/* The n-th call from now on fails, once; 0: none does. */
static inline void alloc_fail_at(long n)
{
    atomic_store(&alloc_has_failed, false);
    atomic_store(&alloc_until_failure, n);
}

/* Whether it did. */
static inline bool alloc_failed(void)
{
    return atomic_load(&alloc_has_failed);
}

#if defined(ALLOC_COUNTED)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

/* The shared libraries must find these too, also where the build hides symbols. */
#define ALLOC_EXPORT __attribute__((visibility("default")))

static inline bool alloc_available(void)
{
    return true;
}

static inline bool alloc_refused(void)
{
    atomic_fetch_add(&alloc_calls, 1);
    if (atomic_load(&alloc_until_failure) <= 0 || atomic_fetch_sub(&alloc_until_failure, 1) != 1)
        return false;
    atomic_store(&alloc_has_failed, true);
    errno = ENOMEM;
    return true;
}

static inline void *alloc_counted(void *block)
{
    if (block)
        atomic_fetch_add(&alloc_blocks, 1);
    return block;
}

ALLOC_EXPORT void *malloc(size_t size)
{
    return alloc_refused() ? NULL : alloc_counted(__libc_malloc(size));
}

ALLOC_EXPORT void *calloc(size_t count, size_t size)
{
    return alloc_refused() ? NULL : alloc_counted(__libc_calloc(count, size));
}

ALLOC_EXPORT void *realloc(void *block, size_t size)
{
    if (alloc_refused())
        return NULL;
    void *moved = __libc_realloc(block, size);
    if (block && size == 0)
        atomic_fetch_sub(&alloc_blocks, 1);
    return block ? moved : alloc_counted(moved);
}

ALLOC_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return alloc_refused() ? NULL : alloc_counted(__libc_memalign(alignment, size));
}

ALLOC_EXPORT void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

ALLOC_EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *made = aligned_alloc(alignment, size);
    if (made)
        *block = made;
    return made ? 0 : ENOMEM;
}

ALLOC_EXPORT void free(void *block)
{
    if (block)
        atomic_fetch_sub(&alloc_blocks, 1);
    __libc_free(block);
}

#else

static inline bool alloc_available(void)
{
    return false;
}

#endif

/* Skips the test where allocations can be neither counted nor made to fail. */
static inline void alloc_need(void)
{
    if (alloc_available())
        return;
    print_message("SKIP: allocations can be neither counted nor made to fail in this build\n");
    skip();
}

/*
 * Runs `work` with its first allocation failing, its second, ... until it is through without a failure. A run either
 * fails for memory or succeeds all the same, and leaves no block behind. Returns the number of allocations.
 */
static inline long alloc_each(enum cr_status (*work)(void *user, struct cr_error *err), void *user)
{
    for (long n = 1;; n++) {
        struct cr_error err = {0};
        long live = alloc_live();
        alloc_fail_at(n);
        enum cr_status status = work(user, &err);
        bool hit = alloc_failed();
        alloc_fail_at(0);
        if (alloc_live() != live)
            fail_msg("%ld blocks left behind where allocation %ld fails", alloc_live() - live, n);
        if (!hit) {
            if (status != CR_OK)
                fail_msg("unexpected error: %s", err.message);
            return n - 1;
        }
        if (status != CR_OK) {
            assert_string_equal(err.message, "out of memory");
            assert_int_equal(status, CR_ERROR_MEMORY);
        }
    }
}

#endif
