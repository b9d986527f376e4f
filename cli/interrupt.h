/*
 * SIGINT (Ctrl-C) and SIGTERM: the first asks to stop at the end of the step, the second ends the program at once.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

void interrupt_watch(void);
int interrupt_signal(void); /* the one that came, 0: none */

#endif
