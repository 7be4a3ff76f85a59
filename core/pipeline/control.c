/* Stop, retry, decide, and drivers for all; starting is start.c. See control.h. */
#include "core/pipeline/control.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/config/config.h"
#include "core/executor/logout.h"
#include "core/pipeline/check.h"
#include "core/pipeline/parameters.h"
#include "core/store/gates.h"
#include "core/store/journal.h"

bool control_is_driven(const struct workspace *ws, const char *execution)
{
    CLEANUP(mem_free_ptr) char *dir = workspace_execution_dir(ws, execution);
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "driver.lock");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool is_held = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return is_held;
}

char *control_last_words(const struct workspace *ws, const char *execution)
{
    CLEANUP(mem_free_ptr) char *dir = workspace_execution_dir(ws, execution);
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "driver.log");
    CLEANUP(str_release) struct str clean = STR_INIT;
    char end[1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    off_t from = size > (off_t)sizeof end ? size - (off_t)sizeof end : 0;
    ssize_t n = size > 0 ? pread(fd, end, sizeof end, from) : 0;
    if (fd >= 0) {
        close(fd);
    }
    struct sv rest = sv_trim((struct sv){end, n > 0 ? (size_t)n : 0}), line = {0};
    while (sv_split(&rest, '\n', &line)) {
    }
    utf8_sanitize(&clean, line);
    return clean.n ? str_detach(&clean) : NULL;
}

/* No signal is delivered to the child: the handlers are those of the screen, which would hear of
 * it by the pipe that both have. */
static pid_t fork_blocked(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    int sys = errno;
    if (child != 0) {
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    errno = sys;
    return child;
}

/* What came so far was meant for the screen and its terminal. */
static void unblock_afresh(void)
{
    sigset_t none;
    for (int sig = 1; sig < NSIG; sig++) {
        struct sigaction sa;
        if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler != SIG_IGN) {
            (void)signal(sig, SIG_IGN); /* forgets what is pending */
            (void)signal(sig, SIG_DFL);
        }
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the grandchild: no terminal, no descriptors of ours; what it says goes to driver.log. */
static _Noreturn void become_driver(char *const *argv, const char *log)
{
    setsid();
    unblock_afresh();
    int null = open("/dev/null", O_RDWR);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(null, STDIN_FILENO);
    dup2(out >= 0 ? out : null, STDOUT_FILENO);
    dup2(out >= 0 ? out : null, STDERR_FILENO);
    close_range(3, ~0U, 0);
    os_fault_point("exec");
    execv(argv[0], argv);
    _exit(127);
}

bool control_ensure(const struct workspace *ws, const char *execution, struct err *e)
{
    if (control_is_driven(ws, execution)) {
        return true;
    }
    CLEANUP(mem_free_ptr) char *dir = workspace_execution_dir(ws, execution);
    CLEANUP(mem_free_ptr) char *log = path_join(dir, "driver.log");
    const char *self = os_self_exe();
    if (!os_mkdirs(dir, e)) {
        return false;
    }
    if (!self[0]) {
        return err_set(e, ERR_IO, "could not start a driver: /proc/self/exe cannot be read");
    }
    struct words argv = {0};
    const char *const own[] = {self, "-C", ws->dir, "drive", execution};
    logout_wrap(&argv);
    for (size_t i = 0; i < ALEN(own); i++) {
        words_add(&argv, own[i]);
    }
    os_fault_point("fork");
    pid_t child = fork_blocked();
    if (child == 0) {
        if (fork() == 0) {
            become_driver(argv.at, log);
        }
        _exit(0);
    }
    int sys = errno;
    words_release(&argv);
    if (child < 0) {
        errno = sys;
        return err_sys(e, "could not start a driver for execution %s", execution);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    return true;
}

bool control_ensure_all(const struct workspace *ws, struct store *st, size_t *ret_n, struct err *e)
{
    struct arena a;
    arena_init(&a, 0);
    const char **ids;
    size_t n = 0;
    bool ok = execution_unfinished(st, &a, &ids, &n, e);
    *ret_n = n;
    for (size_t i = 0; ok && i < n; i++) {
        ok = control_ensure(ws, ids[i], e);
    }
    arena_release(&a);
    return ok;
}

static bool is_ended(const char *status)
{
    return strcmp(status, "Executing") != 0 && strcmp(status, "Stopping") != 0;
}

bool control_stop(const struct workspace *ws, struct store *st, const char *execution,
                  char **ret_ended, struct err *e)
{
    struct arena a;
    arena_init(&a, 0);
    const char *status = NULL;
    bool ok = execution_status(st, execution, &a, &status, NULL, e);
    if (ok && !is_ended(status)) {
        ok = store_begin(st, e) && execution_ask(st, execution, "stop", store_actor(), e) &&
             store_commit(st, e) && control_ensure(ws, execution, e);
        store_rollback(st);
    } else if (ok) {
        *ret_ended = xstrdup(status);
    }
    arena_release(&a);
    return ok;
}

/* What a retry runs again: everything that did not succeed. */
static struct json *steps_to_reset(struct store *st, const char *execution, struct arena *a,
                                   struct err *e)
{
    struct step_rows rows;
    if (!execution_steps(st, execution, a, &rows, e)) {
        return NULL;
    }
    struct json *j = json_new_object();
    struct json *names = json_set(j, "steps", json_new_array());
    for (size_t i = 0; i < rows.n; i++) {
        if (strcmp(rows.at[i].status, "Succeeded") != 0) {
            json_push(names, json_new_str(rows.at[i].name));
        }
    }
    return j;
}

static bool retry(struct store *st, const char *execution, struct arena *a, struct err *e)
{
    const char *status;
    if (!store_begin(st, e) || !execution_status(st, execution, a, &status, NULL, e)) {
        return false;
    }
    if (!is_ended(status) || strcmp(status, "Succeeded") == 0) {
        err_set(e, ERR_REFUSED, "execution %s is %s: there is nothing to retry", execution, status);
        return err_hint(e, is_ended(status) ? "mlw run starts a new execution"
                                            : "mlw stop ends it first");
    }
    struct json *j = steps_to_reset(st, execution, a, e);
    /* a stop that came when it was over does not stop what begins now */
    bool ok = j && execution_forget_requests(st, execution, e) &&
              store_event(st, execution, EVENT_EXECUTION_RETRIED, store_actor(), j, e) &&
              store_commit(st, e);
    json_free(j);
    return ok;
}

bool control_retry(const struct workspace *ws, struct store *st, const char *execution,
                   struct err *e)
{
    struct arena a;
    struct config config;
    if (!config_load(ws->dir, &config, e)) {
        return false; /* no driver could go on with it */
    }
    config_release(&config);
    arena_init(&a, 0);
    bool ok = retry(st, execution, &a, e);
    store_rollback(st);
    arena_release(&a);
    return ok && control_ensure(ws, execution, e);
}

/* Put what was given for one declared output into `typed`, as the type that it declares. */
static bool take_output(const char *step, const struct json *declared, const struct json *outputs,
                        struct json *typed, struct err *e)
{
    const char *name = json_get_str(declared, "OutputName");
    const char *word = json_get_str(declared, "OutputType");
    const char *text = json_get_str(outputs, name);
    if (!text) {
        return err_set(e, ERR_USAGE, "step %s declares the output %s: give it with --output %s=…",
                       step, name, name);
    }
    struct json *value = parameter_value(parameter_type_of(word), text);
    if (!value) {
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(text));
        return err_set(e, ERR_USAGE, "the output %s of step %s is of type %s; \"%s\" is not", name,
                       step, word, q);
    }
    json_set(typed, name, value);
    return true;
}

/* The outputs that a Callback step declares, out of the texts that were given: all of them, and no
 * others. `typed` is an object. */
static bool take_outputs(struct store *st, const struct gate_row *g, const struct json *outputs,
                         struct json *typed, struct arena *a, struct err *e)
{
    struct execution_row row;
    if (!execution_get(st, g->execution, a, &row, e)) {
        return false;
    }
    struct definition def = {0};
    definition_parse(sv_z(row.definition), row.pipeline, true, &def);
    size_t index = definition_find_step(&def, g->step);
    const struct json *declared =
        index == DEFINITION_NONE ? NULL : json_get(def.steps.at[index].json, "OutputParameters");
    bool ok = true;
    json_each (o, declared) {
        ok = ok && take_output(g->step, o, outputs, typed, e);
    }
    json_each (given, outputs) {
        if (ok && !json_get(typed, json_key(given))) {
            ok = err_set(e, ERR_USAGE, "step %s declares no output %s", g->step, json_key(given));
        }
    }
    definition_release(&def);
    return ok;
}

static bool decide(struct store *st, const char *token, bool is_approved, const char *reason,
                   const struct json *outputs, struct gate_row *g, struct arena *a, struct err *e)
{
    if (!gate_get(st, token, a, g, e)) {
        return false;
    }
    if (!is_approved && (!reason || !reason[0])) {
        return err_set(e, ERR_USAGE, "rejecting %s needs a reason", g->subject);
    }
    bool is_callback = strcmp(g->kind, "Callback") == 0;
    bool is_waiting = strcmp(g->state, "Waiting") == 0;
    if (outputs && json_size(outputs) && !is_callback) {
        return err_set(e, ERR_USAGE, "an approval of %s takes no outputs", g->subject);
    }
    struct json *typed = json_new_object();
    bool is_taken =
        !is_waiting || !is_approved || !is_callback || take_outputs(st, g, outputs, typed, a, e);
    bool ok = is_taken && store_begin(st, e) &&
              gate_decide(st, token, is_approved, reason, json_size(typed) ? typed : NULL,
                          store_actor(), e) &&
              store_commit(st, e);
    json_free(typed);
    return ok;
}

bool control_decide(const struct workspace *ws, struct store *st, const char *token,
                    bool is_approved, const char *reason, const struct json *outputs, struct err *e)
{
    struct arena a;
    arena_init(&a, 0);
    struct gate_row g = {0};
    bool ok = decide(st, token, is_approved, reason, outputs, &g, &a, e);
    store_rollback(st);
    if (ok && strcmp(g.kind, "Callback") == 0) {
        ok = control_ensure(ws, g.execution, e);
    }
    arena_release(&a);
    return ok;
}
