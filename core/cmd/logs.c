/* mlw logs: an attempt's log, sanitised or raw, once or as it grows. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/cmd/cmd.h"
#include "core/hub/log.h"
#include "core/loop/loop.h"

enum { SLICE_BYTES = 256 * 1024, MAX_LINE_BYTES = 64 * 1024, POLL_MS = 100 };

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

/* Go on until this attempt has ended; what it wrote before its end is printed after it. */
static bool follow(struct store *st, const struct workspace *ws, const char *attempt,
                   struct reader *r, struct err *e)
{
    struct loop *loop = loop_new();
    bool was_interrupted = false, is_ended = false, ok = true;
    struct loop_signal *sig = loop_signal_new(loop, SIGINT, interrupted, &was_interrupted);
    while (ok && !is_ended && !was_interrupted) {
        struct arena a;
        struct log_target target = {0};
        arena_init(&a, 0);
        ok = log_target(st, ws, attempt, &a, &target, e) && read_on(r, target.is_ended, e);
        is_ended = target.is_ended;
        arena_release(&a);
        if (ok && !is_ended) {
            loop_step(loop, POLL_MS);
        }
    }
    loop_signal_free(sig);
    loop_free(loop);
    return ok && (!was_interrupted || err_set(e, ERR_CANCELLED, "interrupted"));
}

static bool print_log(const struct cmd_line *line, struct store *st, const struct workspace *ws,
                      struct arena *a, struct err *e)
{
    struct log_target target;
    if (!log_target(st, ws, line->args.at[0], a, &target, e)) {
        return false;
    }
    struct reader r = {.fd = open(target.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW),
                       .is_raw = cmd_has(line, "raw"),
                       .held = STR_INIT};
    if (r.fd < 0) {
        return errno == ENOENT || err_sys(e, "could not open %s", target.path);
    }
    bool ok =
        cmd_has(line, "follow") ? follow(st, ws, target.attempt, &r, e) : read_on(&r, true, e);
    close(r.fd);
    str_release(&r.held);
    return ok;
}

int cmd_logs(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    struct arena a;
    if (!cmd_workspace(line, false, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    arena_init(&a, 0);
    unsigned flags = cmd_has(line, "follow") ? 0 : STORE_BRIEF;
    bool ok = store_open(&ws, flags, &st, &e) && print_log(line, st, &ws, &a, &e);
    store_close(st);
    workspace_release(&ws);
    arena_release(&a);
    return ok ? 0 : cmd_fail(line, &e);
}
