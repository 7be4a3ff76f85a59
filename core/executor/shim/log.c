/* The job's output: from its pipe into the log file, whole up to the limit. See shim.h. */
#include <errno.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/executor/shim/shim.h"

enum { COPY_BYTES = 256 * 1024, COPY_TURNS = 16 };

static void append(struct log *l, const char *p, size_t n)
{
    struct err e;
    if (!n) {
        return;
    }
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
