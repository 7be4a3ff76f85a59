/* The driver's loop: who leads, what is taken over, what happens in which order; see driver.h. */
#include "core/pipeline/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/job/instances.h"
#include "core/pipeline/drive.h"

enum { POLL_JOBS_MS = 100, POLL_IDLE_MS = 500 };

/* --- writing --- */

bool drive_give_up(struct driver *d)
{
    store_rollback(d->st);
    d->is_over = true;
    loop_stop(d->loop);
    return false;
}

bool drive_begin(struct driver *d)
{
    return execution_begin(d->st, d->row.id, d->epoch, &d->err) || drive_give_up(d);
}

bool drive_event(struct driver *d, enum event_type type, struct json *json)
{
    bool ok = !d->is_over && (store_event(d->st, d->row.id, type, d->row.actor, json, &d->err) ||
                              drive_give_up(d));
    json_free(json);
    return ok;
}

bool drive_commit(struct driver *d)
{
    return store_commit(d->st, &d->err) || drive_give_up(d);
}

bool drive_open(struct driver *d, enum event_type type, struct json *json)
{
    bool ok = drive_begin(d);
    return drive_event(d, type, json) && ok;
}

bool drive_record(struct driver *d, enum event_type type, struct json *json)
{
    return drive_open(d, type, json) && drive_commit(d);
}

struct json *drive_json(const struct driver *d, size_t index)
{
    struct json *j = json_new_object();
    json_set_str(j, "step", d->def.steps.at[index].name);
    return j;
}

void drive_note(struct driver *d, size_t index, const char *text)
{
    struct json *j = drive_json(d, index);
    json_set_str(j, "text", text);
    (void)!drive_record(d, EVENT_NOTE, j);
}

bool drive_gate(struct driver *d, const struct gate_row *g)
{
    d->is_news = true;
    return gate_add(d->st, g, &d->err) || drive_give_up(d);
}

/* Whoever is away is told. That it failed is said in driver.log and stops nothing. */
static void tell(struct driver *d)
{
    struct err e = ERR_INIT;
    d->is_news = false;
    if (!notify_look(&d->notify, d->ws, d->st, NULL, NULL, &e)) {
        (void)fprintf(stderr, "mlw drive: %s\n", e.msg);
    }
}

/* --- taking over --- */

static bool parse_text(const char *text, struct json **ret, const char *what, struct err *e)
{
    return json_parse(sv_z(text), ret, e) || err_wrap(e, "%s of the execution", what);
}

static bool load(struct driver *d, const char *execution, struct err *e)
{
    if (!execution_get(d->st, execution, &d->arena, &d->row, e) ||
        !parse_text(d->row.parameters, &d->parameters, "parameters", e) ||
        !parse_text(d->row.options, &d->options, "options", e) ||
        !config_load(d->ws->dir, &d->config, e)) {
        return false;
    }
    definition_parse(sv_z(d->row.definition), d->row.pipeline, true, &d->def);
    if (!definition_is_valid(&d->def)) {
        return err_set(e, ERR_CORRUPT, "the stored definition of %s is not valid: %s", execution,
                       d->def.problems.list.at[0].reason);
    }
    d->objects.root = d->ws->objects;
    d->execution_vars = drive_execution_vars(d->row.pipeline, d->row.id, d->row.started_ms);
    d->sandbox = z_eq(json_get_str(d->options, "sandbox"), "bwrap") ? SANDBOX_BWRAP : SANDBOX_NONE;
    d->retry_on_exit = (int)json_get_i64(d->options, "retry_on_exit", 0);
    const struct json *experiment = json_get(d->def.root, "PipelineExperimentConfig");
    struct err ignored;
    if (json_is(experiment, JSON_OBJECT) && !drive_bind(d, experiment, &d->experiment, &ignored)) {
        d->experiment = NULL;
    }
    return true;
}

/* What a job takes of the machine. A type that names no size takes none: --parallel alone limits
 * it; local_gpu has the GPUs to itself. */
static struct sched_tokens wants_of(const struct driver *d, const char *type)
{
    const struct instance_type *it = instance_find(type);
    if (it && it->cpus) {
        return (struct sched_tokens){it->cpus, it->memory_mib, it->gpus};
    }
    return (struct sched_tokens){0, 0, z_eq(type, "local_gpu") ? d->sched.machine.gpus : 0};
}

static void set_wants(struct driver *d, size_t index, const struct json *arguments)
{
    enum step_type type = d->def.steps.at[index].type;
    struct sched_step *node = &d->sched.steps[index];
    node->is_job = type == STEP_PROCESSING || type == STEP_TRAINING;
    if (!node->is_job) {
        return;
    }
    enum job_kind kind = type == STEP_TRAINING ? JOB_TRAINING : JOB_PROCESSING;
    node->wants = wants_of(d, contract_instance_type(kind, arguments));
}

/* What a job will ask for, before it starts: its instance type hangs on parameters alone. */
static void plan_tokens(struct driver *d)
{
    int parallel = (int)json_get_i64(d->options, "parallel", 0);
    sched_init(&d->sched, &d->def, sched_machine(), parallel);
    for (size_t i = 0; i < d->def.steps.n; i++) {
        const struct json *arguments = d->def.steps.at[i].arguments;
        struct json *cluster = NULL;
        struct err ignored;
        bool is_processing = d->def.steps.at[i].type == STEP_PROCESSING;
        const char *key = is_processing ? "ProcessingResources" : "ResourceConfig";
        struct json *shape = json_new_object();
        if (json_get(arguments, key) &&
            drive_bind(d, json_get(arguments, key), &cluster, &ignored)) {
            json_set(shape, key, cluster);
        }
        set_wants(d, i, shape);
        json_free(shape);
    }
}

static void take_over_step(struct driver *d, size_t index, const struct step_row *row)
{
    static const struct {
        const char *word;
        enum sched_state state;
    } states[] = {{"waiting", SCHED_WAITING},
                  {"skipped", SCHED_SKIPPED},
                  {"Succeeded", SCHED_SUCCEEDED},
                  {"Failed", SCHED_FAILED},
                  {"Stopped", SCHED_STOPPED}};
    struct drive_step *s = &d->steps[index];
    struct sched_step *node = &d->sched.steps[index];
    struct err ignored;
    node->state = SCHED_RUNNING;
    for (size_t i = 0; i < ALEN(states); i++) {
        if (strcmp(states[i].word, row->status) == 0) {
            node->state = states[i].state;
        }
    }
    node->took_if = z_eq(row->outcome, "True");
    s->attempt = (int)row->attempts;
    s->gate = xstrdup(row->gate);
    s->run = xstrdup(row->run);
    s->is_stop_sent = strcmp(row->status, "Stopping") == 0;
    if ((row->output && !json_parse(sv_z(row->output), &s->output, &ignored)) ||
        (row->arguments && !json_parse(sv_z(row->arguments), &s->arguments, &ignored))) {
        s->output = s->arguments = NULL;
    }
}

static bool take_over(struct driver *d, struct err *e)
{
    struct step_rows rows;
    struct attempt_rows attempts;
    if (!execution_steps(d->st, d->row.id, &d->arena, &rows, e) ||
        !execution_attempts(d->st, d->row.id, &d->arena, &attempts, e)) {
        return false;
    }
    plan_tokens(d);
    d->steps = xcalloc(d->def.steps.n + 1, sizeof *d->steps);
    for (size_t i = 0; i < rows.n; i++) {
        size_t index = definition_find_step(&d->def, rows.at[i].name);
        if (index == DEFINITION_NONE) {
            return err_set(e, ERR_CORRUPT, "step %s is not in the definition", rows.at[i].name);
        }
        take_over_step(d, index, &rows.at[i]);
        for (size_t k = 0; k < attempts.n; k++) {
            const struct attempt_row *a = &attempts.at[k];
            bool is_newest = a->n == rows.at[i].attempts && z_eq(a->step, rows.at[i].name);
            if (d->sched.steps[index].state == SCHED_RUNNING && is_newest &&
                !drive_recover_job(d, index, a, rows.at[i].log_offset, e)) {
                return false;
            }
        }
    }
    d->is_stopping = d->sched.is_stopping = strcmp(d->row.status, "Stopping") == 0;
    notify_init(&d->notify, KIND_EXECUTION, d->row.id);
    d->is_news = true; /* the one before may have had no time to tell */
    return true;
}

/* --- the turn --- */

static bool consume_requests(struct driver *d)
{
    struct request_row r;
    while (execution_asked(d->st, d->row.id, &d->arena, &r, &d->err)) {
        if (!r.id) {
            return true;
        }
        bool is_stop = strcmp(r.kind, "stop") == 0 && !d->is_stopping;
        if (!drive_begin(d) ||
            (is_stop && !drive_event(d, EVENT_EXECUTION_STOPPING, json_new_object())) ||
            !(execution_answered(d->st, r.id, &d->err) || drive_give_up(d)) || !drive_commit(d)) {
            return false;
        }
        if (is_stop) {
            d->is_stopping = d->sched.is_stopping = true;
        }
    }
    return drive_give_up(d);
}

static bool poll_jobs(struct driver *d)
{
    for (size_t i = 0; i < d->def.steps.n; i++) {
        if (d->sched.steps[i].state == SCHED_RUNNING && d->sched.steps[i].is_job) {
            if (d->is_stopping && !drive_stop_job(d, i)) {
                return false;
            }
            if (!drive_poll_job(d, i)) {
                return false;
            }
        }
    }
    return true;
}

static bool skip_steps(struct driver *d)
{
    size_t *indices, n;
    if (!sched_skip(&d->sched, &indices, &n)) {
        free(indices);
        return true;
    }
    struct json *j = json_new_object();
    struct json *names = json_set(j, "steps", json_new_array());
    for (size_t i = 0; i < n; i++) {
        json_push(names, json_new_str(d->def.steps.at[indices[i]].name));
    }
    json_set_str(j, "why", "its branch was not taken");
    free(indices);
    return drive_record(d, EVENT_STEPS_SKIPPED, j);
}

static void say_too_big(struct driver *d, size_t index)
{
    const struct sched_tokens *w = &d->sched.steps[index].wants, *m = &d->sched.machine;
    if (d->sched.steps[index].is_job && sched_is_too_big(&d->sched, w)) {
        CLEANUP(mem_free_ptr)
        char *text = xasprintf(
            "asks for %d cores, %d MiB, %d GPUs; this machine has %d, %d, %d: it gets the whole "
            "machine and runs alone",
            w->cpus, w->memory_mib, w->gpus, m->cpus, m->memory_mib, m->gpus);
        drive_note(d, index, text);
    }
}

static bool start_ready(struct driver *d)
{
    for (;;) {
        size_t index = sched_next(&d->sched);
        if (index == DEFINITION_NONE) {
            return true;
        }
        say_too_big(d, index);
        if (d->is_over || !drive_start_step(d, index) || !skip_steps(d)) {
            return false;
        }
    }
}

/* The first failure in topological order, as the execution's reason. */
static char *failure_of(struct driver *d)
{
    struct step_rows rows;
    struct err e;
    if (execution_steps(d->st, d->row.id, &d->arena, &rows, &e)) {
        for (size_t i = 0; i < rows.n; i++) {
            if (strcmp(rows.at[i].status, "Failed") == 0) {
                return xasprintf("step %s: %s", rows.at[i].name,
                                 rows.at[i].failure ? rows.at[i].failure : "failed");
            }
        }
    }
    return NULL;
}

static bool finish(struct driver *d)
{
    struct json *j = json_new_object();
    CLEANUP(mem_free_ptr) char *failure = failure_of(d);
    bool was_stopped = false;
    for (size_t i = 0; i < d->def.steps.n; i++) {
        was_stopped |= d->sched.steps[i].state == SCHED_STOPPED;
    }
    bool is_bad = sched_has_failed(&d->sched);
    json_set_str(j, "status",
                 d->is_stopping          ? "Stopped"
                 : is_bad || was_stopped ? "Failed"
                                         : "Succeeded");
    if (failure && is_bad) {
        json_set_str(j, "failure", failure);
    }
    if (!drive_record(d, EVENT_EXECUTION_ENDED, j)) {
        return false;
    }
    d->is_over = d->is_news = true;
    loop_stop(d->loop);
    return true;
}

static void go_on(struct driver *d)
{
    if (d->is_over || !consume_requests(d) || !poll_jobs(d) || !drive_check_gates(d) ||
        !skip_steps(d) || !start_ready(d)) {
        return;
    }
    if (sched_is_over(&d->sched) && !finish(d)) {
        return;
    }
    bool has_jobs = false;
    for (size_t i = 0; i < d->def.steps.n; i++) {
        has_jobs |= d->sched.steps[i].state == SCHED_RUNNING && d->sched.steps[i].is_job;
    }
    if (!d->is_over) {
        loop_timer_start(d->timer, has_jobs ? POLL_JOBS_MS : POLL_IDLE_MS, 0);
    }
}

static void turn(void *arg)
{
    struct driver *d = arg;
    go_on(d);
    if (d->is_news && d->err.code == ERR_NONE) {
        tell(d);
    }
}

static void on_wake(void *arg)
{
    struct driver *d = arg;
    int64_t version = store_data_version(d->st);
    if (version != d->data_version) {
        d->data_version = version;
        turn(d);
    }
}

static void on_child(void *arg)
{
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    turn(arg);
}

static void run_loop(struct driver *d)
{
    struct err ignored;
    d->timer = loop_timer_new(d->loop, turn, d);
    d->child = loop_signal_new(d->loop, SIGCHLD, on_child, d);
    d->wake = loop_watch_new(d->loop, store_wake_path(d->st), on_wake, d, &ignored);
    loop_timer_start(d->timer, 0, 0);
    while (!d->is_over) {
        loop_step(d->loop, -1);
    }
    loop_timer_free(d->timer);
    loop_signal_free(d->child);
    loop_watch_free(d->wake);
}

/* --- leadership --- */

/* The lock of the execution with this process's pid in it; -1 when another holds it. */
static bool take_lock(const struct workspace *ws, const char *execution, int *ret_fd, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = workspace_execution_dir(ws, execution);
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "driver.lock");
    if (!os_mkdirs(dir, e)) {
        return false;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_sys(e, "could not open %s", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        *ret_fd = -1;
        return true;
    }
    char pid[32];
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n) {
        err_sys(e, "could not write %s", path);
        close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}

static void release(struct driver *d)
{
    for (size_t i = 0; d->steps && i < d->def.steps.n; i++) {
        struct drive_step *s = &d->steps[i];
        drive_tail_close(s);
        json_free(s->arguments);
        json_free(s->output);
        json_free(s->inputs);
        char *texts[] = {s->run, s->gate, s->dir, s->token, s->job_name, s->job_arn};
        for (size_t t = 0; t < ALEN(texts); t++) {
            free(texts[t]);
        }
    }
    free(d->steps);
    notify_release(&d->notify);
    sched_release(&d->sched);
    json_free(d->parameters);
    json_free(d->options);
    json_free(d->execution_vars);
    json_free(d->experiment);
    definition_release(&d->def);
    config_release(&d->config);
    loop_free(d->loop);
    store_close(d->st);
    arena_release(&d->arena);
}

static bool drive(struct driver *d, const char *execution, struct err *e)
{
    const char *status;
    if (!store_open(d->ws, 0, &d->st, e) ||
        !execution_status(d->st, execution, &d->arena, &status, NULL, e)) {
        return false;
    }
    bool is_ended = strcmp(status, "Executing") != 0 && strcmp(status, "Stopping") != 0;
    if (is_ended) {
        return true;
    }
    if (!execution_raise_epoch(d->st, execution, &d->epoch, e) || !load(d, execution, e) ||
        !take_over(d, e)) {
        return false;
    }
    run_loop(d);
    if (d->err.code != ERR_NONE && d->err.code != ERR_REFUSED) {
        *e = d->err;
        return err_wrap(e, "execution %s is not driven any more", execution);
    }
    return true;
}

bool driver_run(const struct workspace *ws, const char *execution, struct err *e)
{
    int lock_fd = -1;
    if (!take_lock(ws, execution, &lock_fd, e)) {
        return false;
    }
    if (lock_fd < 0) {
        return true;
    }
    struct driver d = {.ws = ws, .lock_fd = lock_fd, .err = ERR_INIT};
    arena_init(&d.arena, 0);
    d.loop = loop_new();
    bool ok = drive(&d, execution, e);
    release(&d);
    close(lock_fd);
    return ok;
}
