/*
 * See team.h. A share is one 64-bit word, next part << 32 | end, so that its owner sets it and anyone takes from it in
 * one atomic step. A share that is used up, of this phase or of the last, gives nothing.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "graph/team.h"

enum { SPINS = 400, LINE = 64 };

struct share {
    _Alignas(LINE) _Atomic uint64_t range;
};

struct cr_team {
    _Alignas(LINE) atomic_int waiting;
    _Alignas(LINE) atomic_uint phase;
    struct share shares[];
};

struct cr_team *cr_team_new(int threads)
{
    size_t size = sizeof(struct cr_team) + (size_t)threads * sizeof(struct share);
    struct cr_team *team = aligned_alloc(LINE, (size + LINE - 1) / LINE * LINE);

    if (team == NULL)
        return NULL;
    atomic_init(&team->waiting, 0);
    atomic_init(&team->phase, 0);
    for (int i = 0; i < threads; i++)
        atomic_init(&team->shares[i].range, 0);
    return team;
}

void cr_team_free(struct cr_team *team)
{
    free(team);
}

void cr_team_begin(struct cr_team *team, int thread, int threads, int64_t parts)
{
    uint64_t begin = (uint64_t)(parts * thread / threads), end = (uint64_t)(parts * (thread + 1) / threads);

    atomic_store_explicit(&team->shares[thread].range, begin << 32 | end, memory_order_relaxed);
}

static int64_t take(struct share *share)
{
    uint64_t range = atomic_load_explicit(&share->range, memory_order_relaxed);

    if (range >> 32 >= (range & UINT32_MAX))
        return -1;
    range = atomic_fetch_add_explicit(&share->range, (uint64_t)1 << 32, memory_order_relaxed);
    return range >> 32 < (range & UINT32_MAX) ? (int64_t)(range >> 32) : -1;
}

int64_t cr_team_take(struct cr_team *team, int thread, int threads)
{
    for (int i = 0; i < threads; i++) {
        int64_t part = take(&team->shares[(thread + i) % threads]);
        if (part >= 0)
            return part;
    }
    return -1;
}

static void pause_once(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void cr_team_wait(struct cr_team *team, int threads)
{
    unsigned phase = atomic_load_explicit(&team->phase, memory_order_relaxed);

    if (atomic_fetch_add_explicit(&team->waiting, 1, memory_order_acq_rel) == threads - 1) {
        atomic_store_explicit(&team->waiting, 0, memory_order_relaxed);
        atomic_store_explicit(&team->phase, phase + 1, memory_order_release);
        return;
    }
    for (int spins = 0; atomic_load_explicit(&team->phase, memory_order_acquire) == phase; spins++) {
        if (spins < SPINS)
            pause_once();
        else
            sched_yield();
    }
}
