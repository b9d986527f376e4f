/*
 * The threads of a parallel region: how the parts of a phase are handed out, and the barrier behind it.
 *
 * Each thread has a share of consecutive parts, the same from step to step, so that it finds their numbers in its own
 * cache. Who is through helps the others. At the barrier a thread spins for some microseconds and then gives its
 * processor away at each look: on a machine that is busy with other work, whoever is waited for may need just that
 * processor. (The barrier of an OpenMP library spins for milliseconds there, or sleeps at once and wakes late.)
 */
#ifndef CR_GRAPH_TEAM_H
#define CR_GRAPH_TEAM_H

#include <stdint.h>

#include <cradle/base.h>

struct cr_team;

struct cr_team *cr_team_new(int threads); /* NULL without memory */
void cr_team_free(struct cr_team *team);

/* Thread `thread` of `threads` begins a phase of `parts` parts. All threads call it, in every phase. */
void cr_team_begin(struct cr_team *team, int thread, int threads, int64_t parts);
/* The next part for this thread, or -1: none is left to begin. */
int64_t cr_team_take(struct cr_team *team, int thread, int threads);
/* Returns when all threads are here. */
void cr_team_wait(struct cr_team *team, int threads);

#endif
