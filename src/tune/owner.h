/*
 * Who runs a trial: a process of a machine, told apart from a later process of the same number by when it began.
 */
#ifndef CR_TUNE_OWNER_H
#define CR_TUNE_OWNER_H

#include <stdbool.h>
#include <stddef.h>

enum { CR_OWNER_SIZE = 160 };

/* This process, as a JSON string: "\"host 4711 123456\"". */
void cr_owner_name(char text[CR_OWNER_SIZE]);
/*
 * Whether the owner can no longer be at work: its process on this machine is gone, or it is of another machine and has
 * been silent for longer than two minutes. `silence` in seconds; NaN: never heard of.
 */
bool cr_owner_is_dead(const char *owner, double silence);
/* The number of its process where that is one of this machine, else 0. */
long cr_owner_process(const char *owner);

#endif
