/* When what was written; see log.h. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/hub/log.h"

enum { READ_BYTES = 64 * 1024, FILE_BYTES_MAX = 32 * 1024 * 1024, LINE_BYTES_MAX = 64 };

void log_times_init(struct log_times *t)
{
    *t = (struct log_times){.fd = -1, .rest = STR_INIT};
}

void log_times_release(struct log_times *t)
{
    if (t->fd >= 0) {
        close(t->fd);
    }
    vec_release(&t->at);
    str_release(&t->rest);
    log_times_init(t);
}

static bool open_beside(struct log_times *t, const char *log_path)
{
    struct stat st;
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s.times", log_path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        fd = -1;
    }
    t->fd = fd;
    return fd >= 0;
}

/* "BYTE MS"; what goes backwards, as a clock that was set does, counts as the time before it. */
static void take(struct log_times *t, struct sv line)
{
    struct sv rest = line, byte;
    struct log_time one;
    int64_t at = 0;
    if (!sv_split(&rest, ' ', &byte) || !fmt_parse_i64(byte, &at) ||
        !fmt_parse_i64(rest, &one.ms) || at < 0 || one.ms <= 0) {
        return;
    }
    one.at = (uint64_t)at;
    if (t->at.n) {
        const struct log_time *last = &t->at.at[t->at.n - 1];
        one.at = one.at > last->at ? one.at : last->at;
        one.ms = one.ms > last->ms ? one.ms : last->ms;
    }
    vec_push(&t->at, one);
}

/* Whole lines; what is left is the beginning of one. */
static void take_lines(struct log_times *t)
{
    struct sv rest = sv_of(&t->rest), line;
    size_t lf;
    while ((lf = sv_find(rest, SV("\n"))) != SIZE_MAX) {
        line = (struct sv){rest.p, lf};
        take(t, line);
        rest = (struct sv){rest.p + lf + 1, rest.n - lf - 1};
    }
    CLEANUP(str_release) struct str left = STR_INIT;
    str_addsv(&left, rest.n <= LINE_BYTES_MAX ? rest : (struct sv){"", 0});
    str_clear(&t->rest);
    str_addsv(&t->rest, sv_of(&left));
}

void log_times_read(struct log_times *t, const char *log_path)
{
    CLEANUP(mem_free_ptr) char *block = NULL;
    ssize_t n = 1;
    if (t->fd < 0 && !open_beside(t, log_path)) {
        return;
    }
    block = xmalloc(READ_BYTES);
    while (n > 0 && t->read < FILE_BYTES_MAX) {
        n = pread(t->fd, block, READ_BYTES, (off_t)t->read);
        if (n > 0) {
            str_add(&t->rest, block, (size_t)n);
            take_lines(t);
            t->read += (uint64_t)n;
        }
    }
}

/* The first one whose byte (ms 0) or time is beyond what is given. */
static size_t beyond(const struct log_times *t, uint64_t byte, int64_t ms)
{
    size_t lo = 0, hi = t->at.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        bool is_beyond = ms ? t->at.at[mid].ms >= ms : t->at.at[mid].at > byte;
        lo = is_beyond ? lo : mid + 1;
        hi = is_beyond ? mid : hi;
    }
    return lo;
}

int64_t log_times_of(const struct log_times *t, uint64_t byte)
{
    size_t i = beyond(t, byte, 0);
    return i > 0 ? t->at.at[i - 1].ms : 0;
}

uint64_t log_times_since(const struct log_times *t, int64_t ms)
{
    size_t i = beyond(t, 0, ms);
    return i < t->at.n ? t->at.at[i].at : UINT64_MAX;
}
