/*
 * The flag that the signal handler sets: the one global variable of the program, for a handler is given nothing else.
 */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t came;

static void handle(int number)
{
    if (came)
        _exit(128 + number);
    came = number;
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int interrupt_signal(void)
{
    return came;
}
