/* The job's output: from its pipe into the log file, whole up to the limit. See shim.h. */
#include <errno.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/os.h"
#include "core/executor/shim/shim.h"

enum {
    COPY_BYTES = 256 * 1024,
    COPY_TURNS = 16,
    NOTE_MS = 1000, /* one time a second, */
    NOTES_FINE = 10000,
    NOTE_COARSE_MS = 10000 /* and after some hours one in ten */
};

/* "BYTE MS": from there on it was written now. Only a help to whoever reads: no failure is told. */
static void note_time(struct log *l)
{
    struct err ignored;
    int64_t now_ms = clock_wall_ms(), past_ms = now_ms - l->noted_ms;
    if (l->times_fd < 0 || (l->notes && past_ms >= 0 &&
                            past_ms < (l->notes < NOTES_FINE ? NOTE_MS : NOTE_COARSE_MS))) {
        return;
    }
    struct str line = STR_INIT;
    uint64_t at = l->begins + l->written;
    str_addf(&line, "%llu %lld\n", (unsigned long long)at, (long long)now_ms);
    (void)!os_write_all(l->times_fd, sv_of(&line), "log.times", &ignored);
    str_release(&line);
    l->noted_ms = now_ms;
    l->notes++;
}

static void append(struct log *l, const char *p, size_t n)
{
    struct err e;
    if (!n) {
        return;
    }
    note_time(l);
    if (os_write_all(l->file_fd, (struct sv){p, n}, "log", &e)) {
        l->written += n;
        l->is_line_open = p[n - 1] != '\n';
    } else {
        l->is_truncated = true;
    }
}

static void say_limit(struct log *l)
{
    struct str line = STR_INIT;
    str_addf(&line, "%s[mlw] log limit of %llu bytes reached; the rest is not kept\n",
             l->is_line_open ? "\n" : "", (unsigned long long)l->limit);
    append(l, line.p, line.n);
    l->is_truncated = true;
    str_release(&line);
}

static void take(struct log *l, const char *p, size_t n)
{
    if (l->is_truncated) {
        return; /* drained, so that the job never waits for us */
    }
    size_t room = n;
    if (l->limit && l->written + n > l->limit) {
        room = (size_t)(l->limit - l->written);
    }
    append(l, p, room);
    if (room < n && !l->is_truncated) {
        say_limit(l);
    }
}

bool log_copy(struct log *l)
{
    static char buffer[COPY_BYTES];
    for (int turn = 0; turn < COPY_TURNS; turn++) {
        ssize_t n = read(l->pipe_fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 && errno == EAGAIN;
        }
        take(l, buffer, (size_t)n);
    }
    return true;
}
