/*
 * A run's folder, and the lock that one process at a time holds on it.
 */
#ifndef CR_EXPERIMENT_RUN_FOLDER_H
#define CR_EXPERIMENT_RUN_FOLDER_H

#include <cradle/base.h>

struct cr_run_folder {
    char *path;
    int lock; /* an open file */
};

/* Fails with CR_ERROR_EXISTS where something is there. */
enum cr_status cr_run_folder_check(const char *path, struct cr_error *err);
/* Makes it, with config.yaml inside from the first instant on, and locks it. */
enum cr_status cr_run_folder_make(struct cr_run_folder **folder, const char *path, const char *config,
                                  struct cr_error *err);
/* Locks one that is there, or fails with CR_ERROR_BUSY. */
enum cr_status cr_run_folder_open(struct cr_run_folder **folder, const char *path, struct cr_error *err);
/* The message where `path` is no run: why, and the folder that was probably meant where there is none. */
enum cr_status cr_run_folder_fail(const char *path, const char *why, struct cr_error *err);
/* The message where another config is given than the run's own. */
enum cr_status cr_run_folder_fail_differs(const char *path, struct cr_error *err);
void cr_run_folder_free(struct cr_run_folder *folder);

#endif
