/* Attempts at Processing and Training steps: launch, follow, publish, stop; see drive.h. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/pipeline/drive.h"
#include "core/pipeline/drive_cache.h"
#include "core/pipeline/drive_runs.h"
#include "core/pipeline/names.h"

enum { TOKEN_CHARS = 12, ORPHAN_TELL_MS = 2000 };

static bool is_training(const struct driver *d, size_t index)
{
    return d->def.steps.at[index].type == STEP_TRAINING;
}

/* Name the attempt: what a recovery finds in its row gives the same names again. */
static void name_attempt(struct driver *d, size_t index, int n, const char *token)
{
    struct drive_step *s = &d->steps[index];
    const char *step = d->def.steps.at[index].name;
    CLEANUP(str_release) struct str name = STR_INIT;
    CLEANUP(str_release) struct str arn = STR_INIT;
    names_job(&name, d->row.id, step, token);
    names_arn(&arn, is_training(d, index) ? "training-job" : "processing-job", name.p);
    free(s->token);
    free(s->dir);
    free(s->job_name);
    free(s->job_arn);
    s->attempt = n;
    s->token = xstrdup(token);
    s->dir = workspace_attempt_dir(d->ws, d->row.id, step, n);
    s->job_name = str_detach(&name);
    s->job_arn = str_detach(&arn);
    s->is_attempt_shown = s->is_stop_sent = s->is_orphan_told = false;
    s->orphan_at_ms = 0;
}

static struct json *attempt_json(const struct driver *d, size_t index)
{
    struct json *j = drive_json(d, index);
    json_set_i64(j, "n", d->steps[index].attempt);
    return j;
}

/* The attempt and, unless it is tried again, its step have ended. */
struct ending {
    const char *attempt_status, *step_status;
    enum retry_class class;
    const struct attempt_exit *exit; /* NULL: never ran or lost */
    const char *reason;
};

static struct json *ended_json(const struct driver *d, size_t index, const struct ending *end)
{
    struct json *j = attempt_json(d, index);
    json_set_str(j, "status", end->attempt_status);
    if (end->reason && end->reason[0]) {
        json_set_str(j, "failure", end->reason);
    }
    if (end->exit) {
        if (end->exit->exit_code >= 0) {
            json_set_i64(j, "exit_code", end->exit->exit_code);
        }
        if (end->exit->signal > 0) {
            json_set_i64(j, "signal", end->exit->signal);
        }
        if (end->exit->started_wall_ms > 0) {
            json_set_i64(j, "started", end->exit->started_wall_ms);
        }
        json_set_i64(j, "ended", end->exit->ended_wall_ms);
    }
    return j;
}

static bool end_attempt(struct driver *d, size_t index, const struct ending *end,
                        const struct attempt_info *info)
{
    struct drive_step *s = &d->steps[index];
    drive_tail_close(s);
    struct json *j = ended_json(d, index, end);
    if (info && info->shim_pid) {
        json_set_i64(j, "shim_pid", info->shim_pid);
    }
    if (info && info->job_pid) {
        json_set_i64(j, "job_pid", info->job_pid);
    }
    if (!drive_open(d, EVENT_ATTEMPT_ENDED, j) || !drive_end_run(d, index, end->step_status)) {
        return false;
    }
    s->is_attempt_open = false;
    j = drive_try_again(d, index, end->class, end->reason);
    if (j) {
        return drive_event(d, EVENT_STEP_WAITS, j) && drive_commit(d);
    }
    const char *api_status =
        strcmp(end->step_status, "Succeeded") == 0 ? "Completed" : end->step_status;
    struct contract c = drive_contract(d, index);
    struct json *output = contract_describe(&c, api_status, end->exit, end->reason);
    bool is_good = strcmp(end->step_status, "Succeeded") == 0;
    if (!drive_final_metrics(d, index, output)) {
        json_free(output);
        return false;
    }
    return drive_end_step(d, index, end->step_status, is_good ? NULL : end->reason, output, true);
}

static enum retry_class class_of(const struct err *e)
{
    return e->code == ERR_NO_SPACE || e->code == ERR_IO ? CLASS_SERVICE_FAULT : CLASS_NONE;
}

static bool attempt_failed(struct driver *d, size_t index, enum retry_class class,
                           const char *reason)
{
    struct ending end = {"Failed", "Failed", class, NULL, reason};
    return end_attempt(d, index, &end, NULL);
}

/* Where clouds and their kin keep a person's keys, below the home folder. */
static void hide_credentials(struct attempt_spec *spec)
{
    static const char *const places[] = {".aws",  ".ssh",    ".config/gcloud",  ".azure",
                                         ".kube", ".docker", ".gnupg",          ".netrc",
                                         ".boto", ".pypirc", ".git-credentials"};
    CLEANUP(mem_free_ptr) char *home = os_home_dir();
    for (size_t i = 0; home && i < ALEN(places); i++) {
        CLEANUP(mem_free_ptr) char *path = path_join(home, places[i]);
        words_add(&spec->hidden, path);
    }
}

static void fill_spec(struct driver *d, size_t index, struct attempt_spec *spec)
{
    const struct drive_step *s = &d->steps[index];
    attempt_spec_init(spec);
    spec->dir = xstrdup(s->dir);
    spec->token = xstrdup(s->token);
    spec->log_limit_bytes = d->config.executor_log_limit;
    hide_credentials(spec);
    CLEANUP(mem_free_ptr) char *dir = workspace_execution_dir(d->ws, d->row.id);
    spec->driver_lock = path_join(dir, "driver.lock");
    words_add(&spec->revive, os_self_exe());
    words_add(&spec->revive, "-C");
    words_add(&spec->revive, d->ws->dir);
    words_add(&spec->revive, "drive");
    words_add(&spec->revive, d->row.id);
}

/* Lay out the folder and start the shim; the attempt's row is committed, its lock is ours. */
static bool launch(struct driver *d, size_t index, int lock_fd)
{
    struct drive_step *s = &d->steps[index];
    struct err e = ERR_INIT;
    struct attempt_spec spec;
    fill_spec(d, index, &spec);
    struct contract c = drive_contract(d, index);
    bool is_prepared = contract_prepare(&c, &spec, &e);
    if (is_prepared && spec.is_network_isolated && spec.sandbox != SANDBOX_BWRAP) {
        drive_note(d, index,
                   "EnableNetworkIsolation is asked for, but without bubblewrap it "
                   "cannot be enforced: the job has the network");
    }
    pid_t shim;
    bool ok = is_prepared && executor_process.start(&spec, lock_fd, &shim, &e);
    if (!is_prepared) {
        close(lock_fd);
    }
    attempt_spec_release(&spec);
    if (!ok) {
        return attempt_failed(d, index, class_of(&e), e.msg);
    }
    s->is_attempt_open = true;
    drive_tail_open(d, index, 0);
    return true;
}

/* A new attempt: its row and its step's are one commit, then it is launched. */
static bool new_attempt(struct driver *d, size_t index, struct json *started)
{
    struct drive_step *s = &d->steps[index];
    char token[TOKEN_CHARS + 1];
    os_random_id(token, TOKEN_CHARS, false);
    name_attempt(d, index, s->attempt + 1, token);
    s->retry_at_ms = 0;
    struct err e = ERR_INIT;
    int lock_fd = -1;
    bool is_locked = executor_lock(s->dir, &lock_fd, &e);
    struct json *j = attempt_json(d, index);
    json_set_str(j, "token", s->token);
    json_set_str(j, "dir", s->dir);
    bool is_open = drive_open(d, EVENT_STEP_STARTED, started);
    if (!drive_event(d, EVENT_ATTEMPT_LAUNCHING, j) || !is_open || !drive_begin_run(d, index) ||
        !drive_commit(d)) {
        if (is_locked) {
            close(lock_fd);
        }
        return false;
    }
    s->is_attempt_open = true;
    return is_locked ? launch(d, index, lock_fd) : attempt_failed(d, index, class_of(&e), e.msg);
}

static struct json *started_json(const struct driver *d, size_t index, const char *why)
{
    struct json *j = drive_json(d, index);
    json_set(j, "arguments", json_clone(d->steps[index].arguments));
    if (d->steps[index].inputs) {
        json_set(j, "inputs", json_clone(d->steps[index].inputs));
    }
    if (why) {
        json_set_str(j, "why", why);
    }
    return j;
}

static const struct config_image *image_of(const struct driver *d, enum job_kind kind,
                                           const struct json *arguments)
{
    const char *uri = contract_image_uri(kind, arguments);
    return uri ? config_image_for(&d->config, uri) : NULL;
}

/* What must hold before anything is launched: values, image, contract. */
static bool resolve(struct driver *d, size_t index, struct err *e)
{
    struct drive_step *s = &d->steps[index];
    struct json *arguments = NULL;
    if (!drive_bind_arguments(d, index, &arguments, e)) {
        return false;
    }
    json_free(s->arguments);
    s->arguments = arguments;
    enum job_kind kind = is_training(d, index) ? JOB_TRAINING : JOB_PROCESSING;
    s->image = image_of(d, kind, arguments);
    struct contract c = drive_contract(d, index);
    c.job_name = c.arn = c.attempt_dir = "-"; /* not named yet: only the arguments are looked at */
    return contract_check(&c, e);
}

static bool fail_unlaunched(struct driver *d, size_t index, const char *why)
{
    return drive_open(d, EVENT_STEP_STARTED, drive_json(d, index)) &&
           drive_end_step(d, index, "Failed", why, NULL, true);
}

bool drive_start_job(struct driver *d, size_t index)
{
    struct err e = ERR_INIT;
    d->sched.steps[index].state = SCHED_RUNNING;
    if (!resolve(d, index, &e)) {
        return fail_unlaunched(d, index, e.msg);
    }
    struct cache_look cache = {0};
    if (!drive_cache_look(d, index, &cache, &e)) {
        return d->is_over ? false : fail_unlaunched(d, index, e.msg);
    }
    (void)drive_inputs(d, index, cache.attributes);
    struct json *started = started_json(d, index, cache.why);
    drive_cache_describe(&cache, started);
    bool ok;
    if (cache.hit) {
        ok = drive_open(d, EVENT_STEP_STARTED, started) && drive_cache_take(d, index, &cache);
    } else {
        ok = new_attempt(d, index, started);
    }
    cache_look_release(&cache);
    return ok;
}

/* --- following --- */

/* Exit 0: the outputs go into the store, and only then has the step succeeded. */
static bool end_good(struct driver *d, size_t index, const struct attempt_look *look)
{
    struct contract c = drive_contract(d, index);
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str message = STR_INIT;
    if (!contract_exit_message(&c, &message, &e) || !contract_publish(&c, &e)) {
        CLEANUP(str_release) struct str reason = STR_INIT;
        str_addf(&reason, "%s", e.msg);
        struct ending end = {"Failed", "Failed", class_of(&e), &look->exit, reason.p};
        return end_attempt(d, index, &end, &look->info);
    }
    struct ending end = {"Succeeded", "Succeeded", CLASS_NONE, &look->exit,
                         message.n ? message.p : NULL};
    return end_attempt(d, index, &end, &look->info);
}

static bool end_by_exit(struct driver *d, size_t index, const struct attempt_look *look)
{
    if (look->exit.reason == EXIT_EXITED && look->exit.exit_code == 0) {
        return end_good(d, index, look);
    }
    static const struct {
        const char *attempt, *step;
        enum retry_class class;
    } ends[EXIT_REASON_COUNT] = {
        [EXIT_EXITED] = {"Failed", "Failed", CLASS_ALGORITHM_ERROR},
        [EXIT_SIGNALED] = {"Failed", "Failed", CLASS_ALGORITHM_ERROR},
        [EXIT_TIMEOUT] = {"Failed", "Failed", CLASS_NONE},
        [EXIT_STOPPED] = {"Stopped", "Stopped", CLASS_NONE},
        [EXIT_LAUNCH_FAILED] = {"Failed", "Failed", CLASS_NONE},
    };
    struct contract c = drive_contract(d, index);
    CLEANUP(str_release) struct str reason = STR_INIT;
    contract_failure_reason(&c, &look->exit, &reason);
    struct ending end = {ends[look->exit.reason].attempt, ends[look->exit.reason].step,
                         ends[look->exit.reason].class, &look->exit, reason.p};
    return end_attempt(d, index, &end, &look->info);
}

static bool show_running(struct driver *d, size_t index, const struct attempt_info *info)
{
    struct drive_step *s = &d->steps[index];
    if (s->is_attempt_shown || !info->job_pid) {
        return true;
    }
    struct json *j = attempt_json(d, index);
    json_set_i64(j, "shim_pid", info->shim_pid);
    json_set_i64(j, "job_pid", info->job_pid);
    if (info->started_wall_ms > 0) {
        json_set_i64(j, "started", info->started_wall_ms);
    }
    struct contract c = drive_contract(d, index);
    struct json *k = drive_json(d, index);
    json_set(k, "output", contract_describe(&c, "InProgress", NULL, NULL));
    if (s->run) {
        json_set_str(k, "run", s->run);
    }
    s->is_attempt_shown = true;
    bool is_open = drive_open(d, EVENT_ATTEMPT_EXECUTING, j);
    return drive_event(d, EVENT_STEP_EXECUTING, k) && is_open && drive_commit(d);
}

/* The shim is gone, and something that its job started is not: there is no second attempt beside
 * it. What is not surely ours is not killed, so this may last; a stop need not wait for it. */
static bool wait_for_orphans(struct driver *d, size_t index, const struct attempt_look *look)
{
    struct drive_step *s = &d->steps[index];
    int64_t now = clock_mono_ms();
    s->orphan_at_ms = s->orphan_at_ms ? s->orphan_at_ms : now;
    if (now - s->orphan_at_ms < ORPHAN_TELL_MS) {
        return true;
    }
    if (d->is_stopping) {
        struct ending end = {"Interrupted", "Stopped", CLASS_NONE, NULL,
                             "the job's supervisor was killed; processes it started still run"};
        return end_attempt(d, index, &end, &look->info);
    }
    if (!s->is_orphan_told) {
        s->is_orphan_told = true;
        CLEANUP(mem_free_ptr)
        char *text = xasprintf("attempt %d was interrupted, but processes that it started still "
                               "run (they hold %s/job.lock); it is tried again when they ended",
                               s->attempt, s->dir);
        drive_note(d, index, text);
    }
    return !d->is_over;
}

static bool follow(struct driver *d, size_t index, struct attempt_look *look)
{
    switch (look->state) {
    case ATTEMPT_RUNNING:
        return show_running(d, index, &look->info) && drive_tail_read(d, index, false);
    case ATTEMPT_ENDED:
        return drive_tail_read(d, index, true) && end_by_exit(d, index, look);
    case ATTEMPT_NOT_LAUNCHED: {
        int fd = look->lock_fd;
        look->lock_fd = -1;
        return launch(d, index, fd);
    }
    case ATTEMPT_LOST: {
        struct ending end = {"Interrupted", "Failed", CLASS_INTERNAL_ERROR, NULL,
                             "SageMaker.JOB_INTERNAL_ERROR: the job was interrupted (its shim was "
                             "killed, or the machine went down)"};
        return drive_tail_read(d, index, true) && end_attempt(d, index, &end, &look->info);
    }
    case ATTEMPT_ORPHANED:
        return wait_for_orphans(d, index, look);
    case ATTEMPT_STATE_COUNT:
        break;
    }
    return true;
}

bool drive_poll_job(struct driver *d, size_t index)
{
    struct drive_step *s = &d->steps[index];
    if (!s->is_attempt_open) {
        if (d->is_stopping) {
            return drive_end_step(d, index, "Stopped", "stopped before its next attempt", NULL,
                                  false);
        }
        return s->retry_at_ms > clock_mono_ms() ||
               new_attempt(d, index, started_json(d, index, NULL));
    }
    struct err e = ERR_INIT;
    struct attempt_look look;
    if (!executor_process.look(s->dir, &look, &e)) {
        return attempt_failed(d, index, CLASS_NONE, e.msg);
    }
    bool ok = follow(d, index, &look);
    attempt_look_release(&look);
    return ok;
}

bool drive_recover_job(struct driver *d, size_t index, const struct attempt_row *row,
                       int64_t log_offset, struct err *e)
{
    struct drive_step *s = &d->steps[index];
    name_attempt(d, index, (int)row->n, row->token);
    enum job_kind kind = is_training(d, index) ? JOB_TRAINING : JOB_PROCESSING;
    s->image = image_of(d, kind, s->arguments);
    s->is_attempt_open = row->ended_ms < 0;
    s->is_attempt_shown = strcmp(row->status, "Executing") == 0;
    if (s->is_attempt_open) {
        drive_resume_run(d, index);
        drive_tail_open(d, index, log_offset);
    }
    return drive_recover_retries(d, index, e);
}

bool drive_stop_job(struct driver *d, size_t index)
{
    struct drive_step *s = &d->steps[index];
    if (!s->is_attempt_open || s->is_stop_sent) {
        return true;
    }
    s->is_stop_sent = true;
    struct err e = ERR_INIT;
    if (!executor_process.stop(s->dir, &e)) {
        drive_note(d, index, e.msg);
    }
    return drive_record(d, EVENT_STEP_STOPPING, drive_json(d, index));
}
