/*
 * Work on many items by several threads: each takes the next item from one counter.
 */
#include "data/thread.h"

#include <signal.h>
#include <stdatomic.h>

int cr_thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

struct work {
    int64_t count;
    cr_item_function *item;
    void *user;
    atomic_int_fast64_t next, done;
    atomic_bool stop;
    pthread_mutex_t lock; /* of what follows */
    int64_t failed;       /* the lowest item that failed, or count */
    enum cr_status status;
    struct cr_error error;
};

/* False where there is nothing left to do. */
static bool do_one(struct work *work)
{
    int64_t index = atomic_load(&work->stop) ? work->count : atomic_fetch_add(&work->next, 1);
    if (index >= work->count)
        return false;
    struct cr_error error;
    enum cr_status status = work->item(work->user, index, &error);
    if (status != CR_OK) {
        pthread_mutex_lock(&work->lock);
        if (index < work->failed) {
            work->failed = index;
            work->status = status;
            work->error = error;
        }
        pthread_mutex_unlock(&work->lock);
        atomic_store(&work->stop, true);
    }
    atomic_fetch_add(&work->done, 1);
    return true;
}

static void *run(void *argument)
{
    while (do_one(argument))
        ;
    return NULL;
}

enum cr_status cr_parallel(const struct cr_data_options *options, const char *what, int64_t count,
                           cr_item_function *item, void *user, struct cr_error *err)
{
    enum { THREADS_MAX = 256, ITEMS_A_CALL = 64 };
    struct work work = {.count = count, .item = item, .user = user, .failed = count};
    pthread_t threads[THREADS_MAX];
    int started = 0, wanted = options->workers < THREADS_MAX ? options->workers : THREADS_MAX;
    if (wanted >= count)
        wanted = (int)count - 1;
    pthread_mutex_init(&work.lock, NULL);
    /* Where the system has no more threads those that there are do the work. */
    while (started < wanted && cr_thread_start(&threads[started], run, &work) == 0)
        started++;
    bool stopped = false;
    for (int64_t calls = 0; do_one(&work); calls++)
        if (options->progress && calls % ITEMS_A_CALL == 0 &&
            !options->progress(options->progress_user, what, atomic_load(&work.done), count)) {
            stopped = true;
            atomic_store(&work.stop, true);
        }
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&work.lock);
    if (work.status != CR_OK) {
        if (err)
            *err = work.error;
        return work.status;
    }
    if (stopped)
        return cr_fail(err, CR_ERROR_STOPPED, "stopped while %s", what);
    if (options->progress)
        options->progress(options->progress_user, what, count, count);
    return CR_OK;
}
