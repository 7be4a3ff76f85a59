/* Counting and reading lines of a file; see log.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/hub/log.h"

enum { BLOCK_BYTES = 256 * 1024 };

/* --- which file --- */

static bool parse_id(struct store *st, const char *id, char *ret_execution, char **ret_step,
                     int64_t *ret_n, struct err *e)
{
    struct sv rest = sv_z(id), execution, step, n;
    sv_split(&rest, '/', &execution);
    CLEANUP(mem_free_ptr) char *prefix = sv_dup(execution);
    *ret_step = NULL;
    *ret_n = 0;
    if (!execution_resolve(st, prefix, ret_execution, e)) {
        return false;
    }
    if (sv_split(&rest, '/', &step)) {
        *ret_step = sv_dup(step);
    }
    bool is_odd = *ret_step && !(*ret_step)[0]; /* "EXEC/" */
    if (is_odd || (sv_split(&rest, '/', &n) && (!fmt_parse_i64(n, ret_n) || *ret_n < 1))) {
        return err_set(e, ERR_USAGE, "\"%s\" is not EXEC[/STEP[/N]]", id);
    }
    return true;
}

bool log_target(struct store *st, const struct workspace *ws, const char *id, struct arena *a,
                struct log_target *ret, struct err *e)
{
    char execution[EXECUTION_ID + 1];
    CLEANUP(mem_free_ptr) char *step = NULL;
    int64_t n;
    struct attempt_rows rows;
    const struct attempt_row *found = NULL;
    if (!parse_id(st, id, execution, &step, &n, e) ||
        !execution_attempts(st, execution, a, &rows, e)) {
        return false;
    }
    for (size_t i = 0; i < rows.n; i++) {
        const struct attempt_row *r = &rows.at[i];
        if ((!step || strcmp(r->step, step) == 0) && (!n || r->n == n)) {
            found = r;
        }
    }
    if (!found && n) {
        return err_set(e, ERR_NOT_FOUND, "step %s of execution %s has no attempt %lld", step,
                       execution, (long long)n);
    }
    if (!found) {
        return err_set(e, ERR_NOT_FOUND, "execution %s has no attempt%s%s yet", execution,
                       step ? " at step " : "", step ? step : "");
    }
    CLEANUP(mem_free_ptr) char *dir = path_join(ws->dir, found->dir);
    ret->attempt = arena_f(a, "%s/%s/%lld", execution, found->step, (long long)found->n);
    ret->path = arena_f(a, "%s/log", dir);
    ret->is_ended = found->ended_ms >= 0;
    return true;
}

/* --- counting --- */

void log_file_init(struct log_file *f)
{
    *f = (struct log_file){.fd = -1};
}

void log_file_release(struct log_file *f)
{
    if (f->fd >= 0) {
        close(f->fd);
    }
    free(f->path);
    free(f->block);
    vec_release(&f->index);
    log_file_init(f);
}

bool log_file_open(struct log_file *f, const char *path, struct err *e)
{
    struct stat st;
    if (f->fd >= 0) {
        return true;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT || err_sys(e, "could not open %s", path);
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_INVALID, "%s is not a file", path);
    }
    f->fd = fd;
    f->path = xstrdup(path);
    f->block = xmalloc(BLOCK_BYTES);
    vec_push(&f->index, ((struct log_place){0, 0}));
    return true;
}

static void restart(struct log_file *f)
{
    f->lines = f->scanned = f->begins = 0;
    f->index.n = 1;
}

static void end_line(struct log_file *f, uint64_t next)
{
    f->lines++;
    f->begins = next;
    const struct log_place *last = &f->index.at[f->index.n - 1];
    if (f->lines - last->line >= LOG_INDEX_LINES || next - last->at >= LOG_INDEX_BYTES) {
        struct log_place place = {f->lines, next};
        vec_push(&f->index, place);
    }
}

/* Where the line that began at `begins` ends in p[0..n), which lies at `at` in the file: the
 * number of bytes up to there, its line feed included; 0 when it does not. */
static size_t line_end(const char *p, size_t n, uint64_t at, uint64_t begins)
{
    uint64_t left = begins + LOG_LINE_BYTES - at;
    size_t look = left < n ? (size_t)left : n;
    const char *lf = memchr(p, '\n', look);
    if (lf) {
        return (size_t)(lf - p) + 1;
    }
    return left <= n ? look : 0;
}

bool log_file_count(struct log_file *f, int64_t deadline_us, bool *ret_at_end, struct err *e)
{
    struct stat st;
    *ret_at_end = true;
    if (f->fd < 0) {
        return true;
    }
    if (fstat(f->fd, &st) == 0 && (uint64_t)st.st_size < f->scanned) {
        restart(f);
    }
    for (;;) {
        ssize_t n = pread(f->fd, f->block, BLOCK_BYTES, (off_t)f->scanned);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_sys(e, "could not read %s", f->path);
        }
        if (n == 0) {
            return true;
        }
        for (size_t i = 0, len; i < (size_t)n; i += len) {
            len = line_end(f->block + i, (size_t)n - i, f->scanned + i, f->begins);
            if (len == 0) {
                break;
            }
            end_line(f, f->scanned + i + len);
        }
        f->scanned += (uint64_t)n;
        if (clock_mono_us() >= deadline_us) {
            *ret_at_end = false;
            return true;
        }
    }
}

uint64_t log_file_lines(const struct log_file *f)
{
    return f->lines + (f->scanned > f->begins);
}

/* --- reading --- */

/* The last place at or before a line, or (line UINT64_MAX) a byte. */
static struct log_place place_before(const struct log_file *f, uint64_t line, uint64_t byte)
{
    size_t lo = 0, hi = f->index.n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (f->index.at[mid].line <= line && f->index.at[mid].at <= byte) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return f->index.at[lo];
}

static struct sv without_end(const char *p, size_t n)
{
    n -= n && p[n - 1] == '\n';
    n -= n && p[n - 1] == '\r';
    return (struct sv){p, n};
}

/* What is read of a file, line by line. */
struct reading {
    struct log_file *file;
    struct log_place place; /* the next line */
    uint64_t first, end;
    bool (*fn)(void *arg, uint64_t line, struct sv text);
    void *arg;
    bool is_over;
};

/* The lines of the block that lies at the place. */
static void read_block(struct reading *r, size_t have)
{
    const char *p = r->file->block;
    for (size_t used = 0, len; r->place.line < r->end && used < have; used += len) {
        len = line_end(p + used, have - used, r->place.at, r->place.at);
        bool is_last = len == 0 && r->place.at + (have - used) >= r->file->scanned;
        if (len == 0 && !is_last) {
            return;
        }
        len = len ? len : have - used;
        r->file->reading_at = r->place.at;
        if (r->place.line >= r->first &&
            !r->fn(r->arg, r->place.line, without_end(p + used, len))) {
            r->is_over = true;
            return;
        }
        r->place.line++;
        r->place.at += len;
    }
}

bool log_file_read(struct log_file *f, uint64_t first, uint64_t n,
                   bool (*fn)(void *arg, uint64_t line, struct sv text), void *arg, struct err *e)
{
    uint64_t known = log_file_lines(f);
    if (f->fd < 0 || first >= known || n == 0) {
        return true;
    }
    struct reading r = {f,     place_before(f, first, UINT64_MAX),
                        first, n > known - first ? known : first + n,
                        fn,    arg,
                        false};
    while (r.place.line < r.end && !r.is_over) {
        ssize_t got = pread(f->fd, f->block, BLOCK_BYTES, (off_t)r.place.at);
        if (got < 0 && errno != EINTR) {
            return err_sys(e, "could not read %s", f->path);
        }
        uint64_t before = r.place.at;
        read_block(&r, got > 0 ? (size_t)got : 0);
        if (got >= 0 && r.place.at == before) {
            break; /* the file is shorter than it was */
        }
    }
    return true;
}

struct seeking {
    const struct log_file *file;
    uint64_t byte, line;
};

static bool is_before(void *arg, uint64_t line, struct sv text)
{
    struct seeking *s = arg;
    (void)text;
    s->line = line;
    if (s->file->reading_at >= s->byte) {
        return false;
    }
    s->line++;
    return true;
}

bool log_file_line_at(struct log_file *f, uint64_t byte, uint64_t *ret_line, struct err *e)
{
    uint64_t all = log_file_lines(f);
    uint64_t from = f->index.n ? place_before(f, UINT64_MAX, byte).line : 0;
    struct seeking s = {f, byte, from < all ? from : all};
    if (!log_file_read(f, from, UINT64_MAX, is_before, &s, e)) {
        return false;
    }
    *ret_line = s.line;
    return true;
}

void log_line_text(struct str *out, struct sv raw)
{
    size_t before = out->n;
    /* sequences take room that is not shown */
    bool is_long = raw.n > 4 * LOG_SHOWN_BYTES;
    raw.n = is_long ? 4 * LOG_SHOWN_BYTES : raw.n;
    utf8_strip_ansi(out, raw);
    if (out->n - before <= LOG_SHOWN_BYTES && !is_long) {
        return;
    }
    size_t n = before + LOG_SHOWN_BYTES < out->n ? before + LOG_SHOWN_BYTES : out->n;
    while (n > before && n < out->n && ((unsigned char)out->p[n] & 0xC0) == 0x80) {
        n--;
    }
    str_truncate(out, n);
    str_addz(out, "…");
}
