/* `started`, attempt.json and exit.json, in the current folder. See shim.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/utf8.h"
#include "core/executor/shim/shim.h"

enum { RETRY_MS = 1000 };

static void add_text(struct str *out, const char *key, const char *z)
{
    CLEANUP(str_release) struct str valid = STR_INIT;
    utf8_make_valid(&valid, sv_z(z));
    str_addf(out, ",\"%s\":", key);
    json_quote(sv_of(&valid), out);
}

static void add_number(struct str *out, const char *key, int64_t x)
{
    str_addf(out, ",\"%s\":%lld", key, (long long)x);
}

/* Whole or not at all within this boot; exit.json alone outlives a power failure. */
static bool write_fast(const char *name, const struct str *text, struct err *e)
{
    CLEANUP(mem_free_ptr) char *tmp = xasprintf("%s.tmp", name);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_sys(e, "could not make %s", tmp);
    }
    bool ok = os_write_all(fd, sv_of(text), tmp, e);
    close(fd);
    if (ok) {
        os_fault_point("rename");
        ok = rename(tmp, name) == 0 || err_sys(e, "could not put %s into place", name);
    }
    return ok;
}

static void add_shim(struct str *out)
{
    pid_t pid = getpid();
    add_number(out, "shim_pid", pid);
    add_number(out, "shim_start", (int64_t)os_process_start(pid));
    add_text(out, "boot_id", clock_boot_id());
}

bool files_started(struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "{\"format\":%d", SPEC_FORMAT);
    add_shim(&text);
    str_addz(&text, "}\n");
    return write_fast("started", &text, e);
}

bool files_attempt(const char *token, pid_t job, int64_t started_wall_ms, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "{\"format\":%d", SPEC_FORMAT);
    add_text(&text, "token", token);
    add_shim(&text);
    add_number(&text, "job_pid", job);
    add_number(&text, "job_start", (int64_t)os_process_start(job));
    add_number(&text, "started_wall_ms", started_wall_ms);
    str_addz(&text, "}\n");
    return write_fast("attempt.json", &text, e);
}

bool files_exit(const char *token, const struct ending *end, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    bool has_exited = end->has_status && WIFEXITED(end->status);
    bool has_signal = end->has_status && WIFSIGNALED(end->status);
    str_addf(&text, "{\"format\":%d", SPEC_FORMAT);
    add_text(&text, "token", token);
    add_text(&text, "reason", end->reason);
    add_number(&text, "exit_code", has_exited ? WEXITSTATUS(end->status) : -1);
    add_number(&text, "signal", has_signal ? WTERMSIG(end->status) : 0);
    add_number(&text, "started_wall_ms", end->started_wall_ms);
    add_number(&text, "ended_wall_ms", end->ended_wall_ms);
    add_number(&text, "user_us", end->user_us);
    add_number(&text, "system_us", end->system_us);
    add_number(&text, "max_rss_kib", end->max_rss_kib);
    str_addf(&text, ",\"is_log_truncated\":%s", end->is_log_truncated ? "true" : "false");
    if (end->message) {
        add_text(&text, "message", end->message);
    }
    str_addz(&text, "}\n");
    while (!os_write_file("exit.json", sv_of(&text), e)) {
        if (e->code != ERR_NO_SPACE) {
            return false;
        }
        (void)poll(NULL, 0, RETRY_MS);
    }
    return true;
}
