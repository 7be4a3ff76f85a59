/* mlw logs: an attempt's log, sanitised or raw, once or as it grows. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/cmd/cmd.h"
#include "core/loop/loop.h"
#include "core/store/execution.h"

enum { SLICE_BYTES = 256 * 1024, MAX_LINE_BYTES = 64 * 1024, POLL_MS = 100 };

struct target {
    char execution[EXECUTION_ID + 1];
    char *step; /* NULL: the newest attempt of any step */
    int64_t n;  /* 0: the newest */
};

static bool parse_target(struct store *st, const char *text, struct target *t, struct err *e)
{
    struct sv rest = sv_z(text), exec, step, n;
    sv_split(&rest, '/', &exec);
    CLEANUP(mem_free_ptr) char *id = sv_dup(exec);
    if (!execution_resolve(st, id, t->execution, e)) {
        return false;
    }
    if (sv_split(&rest, '/', &step)) {
        t->step = sv_dup(step);
    }
    if (sv_split(&rest, '/', &n) && !fmt_parse_i64(n, &t->n)) {
        return err_set(e, ERR_USAGE, "\"%s\" is not EXEC/STEP/N", text);
    }
    return true;
}

/* The attempt's folder (in the arena) and whether it has ended; NULL: none yet. */
static bool find(struct store *st, const struct target *t, struct arena *a, const char **ret_dir,
                 bool *ret_is_ended, struct err *e)
{
    struct attempt_rows rows;
    if (!execution_attempts(st, t->execution, a, &rows, e)) {
        return false;
    }
    *ret_dir = NULL;
    for (size_t i = 0; i < rows.n; i++) {
        const struct attempt_row *r = &rows.at[i];
        if ((!t->step || strcmp(r->step, t->step) == 0) && (!t->n || r->n == t->n)) {
            *ret_dir = r->dir;
            *ret_is_ended = r->ended_ms >= 0;
        }
    }
    return *ret_dir || err_set(e, ERR_NOT_FOUND, "execution %s has no attempt%s%s yet",
                               t->execution, t->step ? " at step " : "", t->step ? t->step : "");
}

struct reader {
    int fd;
    bool is_raw;
    struct str held; /* a line without its end yet */
};

static void print_lines(struct reader *r, bool is_end)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    size_t at = 0;
    while (at < r->held.n) {
        const char *lf = memchr(r->held.p + at, '\n', r->held.n - at);
        size_t n = lf ? (size_t)(lf - r->held.p) - at : r->held.n - at;
        if (!lf && !is_end && n < MAX_LINE_BYTES) {
            break;
        }
        struct sv line = {r->held.p + at, n};
        if (line.n && line.p[line.n - 1] == '\r') {
            line.n--;
        }
        utf8_strip_ansi(&out, line);
        str_addc(&out, '\n');
        at += n + (lf != NULL);
    }
    memmove(r->held.p, r->held.p + at, r->held.n - at);
    str_truncate(&r->held, r->held.n - at);
    cmd_out(sv_of(&out));
}

static bool read_on(struct reader *r, bool is_end, struct err *e)
{
    char *buf = xmalloc(SLICE_BYTES);
    ssize_t n;
    while ((n = read(r->fd, buf, SLICE_BYTES)) != 0) {
        if (n < 0 && errno != EINTR) {
            break;
        }
        if (n > 0 && r->is_raw) {
            cmd_out_raw((struct sv){buf, (size_t)n});
        } else if (n > 0) {
            str_add(&r->held, buf, (size_t)n);
            print_lines(r, false);
        }
    }
    free(buf);
    if (n < 0) {
        return err_sys(e, "could not read the log");
    }
    if (is_end && !r->is_raw) {
        print_lines(r, true);
    }
    return true;
}

static void interrupted(void *arg)
{
    *(bool *)arg = true;
}

/* Go on until the attempt has ended; what it wrote before its end is printed after it. */
static bool follow(struct store *st, const struct target *t, struct reader *r, struct err *e)
{
    struct loop *loop = loop_new();
    bool was_interrupted = false, is_ended = false, ok = true;
    struct loop_signal *sig = loop_signal_new(loop, SIGINT, interrupted, &was_interrupted);
    while (ok && !is_ended && !was_interrupted) {
        struct arena a;
        const char *dir;
        arena_init(&a, 0);
        ok = find(st, t, &a, &dir, &is_ended, e) && read_on(r, is_ended, e);
        arena_release(&a);
        if (ok && !is_ended) {
            loop_step(loop, POLL_MS);
        }
    }
    loop_signal_free(sig);
    loop_free(loop);
    return ok && (!was_interrupted || err_set(e, ERR_CANCELLED, "interrupted"));
}

static bool print_log(const struct cmd_line *line, struct store *st, struct target *t,
                      struct arena *a, struct err *e)
{
    const char *dir;
    bool is_ended;
    if (!parse_target(st, line->args.at[0], t, e) || !find(st, t, a, &dir, &is_ended, e)) {
        return false;
    }
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "log");
    struct reader r = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW),
                       .is_raw = cmd_has(line, "raw"),
                       .held = STR_INIT};
    if (r.fd < 0) {
        return errno == ENOENT || err_sys(e, "could not open %s", path);
    }
    bool ok = cmd_has(line, "follow") ? follow(st, t, &r, e) : read_on(&r, true, e);
    close(r.fd);
    str_release(&r.held);
    return ok;
}

int cmd_logs(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    struct target t = {0};
    struct arena a;
    if (!cmd_workspace(line, false, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    arena_init(&a, 0);
    bool ok = store_open(&ws, 0, &st, &e) && print_log(line, st, &t, &a, &e);
    free(t.step);
    store_close(st);
    workspace_release(&ws);
    arena_release(&a);
    return ok ? 0 : cmd_fail(line, &e);
}
