/*
 * What was logged, as an event file for TensorBoard: the same that `train.tensorboard: true` writes during a training,
 * but for the pictures of the first weights: of these, only those that were kept are still there.
 */
#include <stdlib.h>

#include "base/file.h"
#include "export/format.h"
#include "train/tensorboard.h"

struct state {
    struct cr_tensorboard board;
    struct cr_file_writer *writer;
};

static enum cr_status write_records(struct state *state, struct cr_error *err)
{
    struct cr_proto *records = &state->board.records;
    enum cr_status status = cr_file_writer_write(state->writer, records->data, records->size, err);
    records->size = 0;
    return status;
}

static enum cr_status add(void *user, const struct cr_event *event, struct cr_error *err)
{
    struct state *state = user;
    CR_TRY(cr_tensorboard_add(&state->board, event, err));
    return write_records(state, err);
}

/* A run that was killed before its first epoch has no weights; its numbers are there. */
static enum cr_status add_filters(struct state *state, const struct cr_export_job *job, struct cr_error *err)
{
    struct cr_run *run;
    struct cr_error why = {0};
    enum cr_status status = cr_run_open(&run, job->context, job->folder, &why);
    if (status == CR_ERROR_MEMORY)
        return cr_fail_memory(err);
    if (status != CR_OK) {
        cr_log(job->context, CR_LOG_WARNING, "the filters: left out: %s", why.message);
        return CR_OK;
    }
    status = run->numbers ? CR_OK : cr_tensorboard_filters(&state->board, run->network, run->step, err);
    cr_run_free(run);
    return status == CR_OK ? write_records(state, err) : status;
}

static enum cr_status save(struct cr_export_job *job, struct cr_error *err)
{
    struct state state = {0};
    enum cr_status status;
    char *log = cr_path_join(job->folder, "events.jsonl");
    if (!log)
        return cr_fail_memory(err);
    if (cr_file_exists(job->out) && !job->options->overwrite)
        CR_GO(cr_fail(err, CR_ERROR_EXISTS,
                      "%s exists, from the training or from an export: --overwrite makes it anew, with the first "
                      "weights of the best epoch alone",
                      job->out));
    CR_GO(cr_file_writer_open(&state.writer, job->out, err));
    cr_tensorboard_begin(&state.board);
    CR_GO(cr_event_log_read(log, add, &state, err));
    CR_GO(add_filters(&state, job, err));
    status = cr_file_writer_commit(state.writer, err);
    state.writer = NULL;
    if (status == CR_OK)
        cr_export_say(job, "events", "%lld scalars, %lld histograms, %lld pictures", (long long)state.board.scalars,
                      (long long)state.board.histograms, (long long)state.board.images);
done:
    cr_file_writer_cancel(state.writer);
    cr_proto_free(&state.board.records);
    free(log);
    return status;
}

const struct cr_export_format cr_export_tensorboard = {
    .entry = {.name = "tensorboard", .help = "what was logged, as an event file that TensorBoard shows"},
    .file = CR_TENSORBOARD_FILE,
    .save = save,
};
