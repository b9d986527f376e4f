/*
 * Threads of the data folder: workers that decode. (The kernels have theirs from OpenMP.)
 */
#ifndef CR_DATA_THREAD_H
#define CR_DATA_THREAD_H

#include <cradle/data.h>

#include <pthread.h>

/* pthread_create with every signal blocked in the new thread: a signal is the business of the program's own threads. */
int cr_thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

/* Does item `index`. Called by several threads at once. A failure ends the whole work early. */
typedef enum cr_status cr_item_function(void *user, int64_t index, struct cr_error *err);

/*
 * Does items 0..count-1 with options->workers threads beside the calling one, which alone calls options->progress.
 * Items are begun in order. Returns the failure of the lowest item that failed, or CR_ERROR_STOPPED.
 */
enum cr_status cr_parallel(const struct cr_data_options *options, const char *what, int64_t count,
                           cr_item_function *item, void *user, struct cr_error *err);

#endif
