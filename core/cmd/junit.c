/* The JUnit report of an execution; see junit.h. */
#include "core/cmd/junit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"

/* --- XML --- */

static bool is_xml(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code <= 0xD7FF) ||
           (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

/* At most max_bytes of text between tags or, where ends of lines must be kept, in quotes. */
static void add_text(struct str *out, struct sv text, size_t max_bytes)
{
    struct sv rest = text;
    while (rest.n && text.n - rest.n < max_bytes) {
        uint32_t code = utf8_next(&rest);
        if (code == '&') {
            str_addz(out, "&amp;");
        } else if (code == '<') {
            str_addz(out, "&lt;");
        } else if (code == '>') {
            str_addz(out, "&gt;");
        } else if (code == '"') {
            str_addz(out, "&quot;");
        } else if (code == '\r') {
            str_addz(out, "&#13;");
        } else {
            utf8_encode(out, is_xml(code) ? code : 0xFFFD);
        }
    }
    if (rest.n) {
        str_addz(out, "…");
    }
}

static void add_attribute(struct str *out, const char *name, const char *text)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, sv_z(text)); /* an attribute is one line */
    str_addf(out, " %s=\"", name);
    add_text(out, sv_of(&clean), JUNIT_REASON_BYTES);
    str_addc(out, '"');
}

static void add_seconds(struct str *out, int64_t from_ms, int64_t to_ms)
{
    int64_t ms = from_ms > 0 && to_ms > from_ms ? to_ms - from_ms : 0;
    str_addf(out, " time=\"%lld.%03lld\"", (long long)(ms / 1000), (long long)(ms % 1000));
}

/* --- the report --- */

enum verdict { VERDICT_PASSED, VERDICT_FAILED, VERDICT_ERROR, VERDICT_SKIPPED, VERDICT_COUNT };

static enum verdict verdict_of(const struct step_row *s)
{
    static const struct {
        const char *status;
        enum verdict verdict;
    } table[] = {{"Succeeded", VERDICT_PASSED},
                 {"Failed", VERDICT_FAILED},
                 {"skipped", VERDICT_SKIPPED},
                 {"waiting", VERDICT_SKIPPED}};
    for (size_t i = 0; i < ALEN(table); i++) {
        if (z_eq(table[i].status, s->status)) {
            return table[i].verdict;
        }
    }
    return s->started_ms > 0 ? VERDICT_ERROR : VERDICT_SKIPPED; /* Stopped, or still at it */
}

static const char *reason_of(const struct step_row *s, enum verdict verdict)
{
    if (s->failure) {
        return s->failure;
    }
    if (verdict == VERDICT_ERROR) {
        return z_eq(s->status, "Stopped") ? "stopped" : "had not ended when this was written";
    }
    return s->why ? s->why : z_eq(s->status, "skipped") ? "its branch was not taken" : "not begun";
}

static void print_case(struct str *out, const struct execution_row *x, const struct junit_step *s,
                       int64_t now_ms)
{
    static const char *const elements[VERDICT_COUNT] = {
        [VERDICT_FAILED] = "failure", [VERDICT_ERROR] = "error", [VERDICT_SKIPPED] = "skipped"};
    enum verdict verdict = verdict_of(s->row);
    str_addz(out, "    <testcase");
    add_attribute(out, "name", s->row->name);
    add_attribute(out, "classname", x->pipeline);
    add_seconds(out, s->row->started_ms, s->row->ended_ms ? s->row->ended_ms : now_ms);
    if (verdict == VERDICT_PASSED) {
        str_addz(out, "/>\n");
        return;
    }
    const char *reason = reason_of(s->row, verdict);
    str_addf(out, ">\n      <%s", elements[verdict]);
    add_attribute(out, "message", reason);
    if (verdict == VERDICT_SKIPPED) {
        str_addz(out, "/>\n    </testcase>\n");
        return;
    }
    add_attribute(out, "type", s->row->type);
    str_addc(out, '>');
    add_text(out, sv_z(reason), JUNIT_REASON_BYTES);
    str_addf(out, "</%s>\n", elements[verdict]);
    if (s->log) {
        str_addz(out, "      <system-out>");
        add_text(out, sv_z(s->log), SIZE_MAX);
        str_addz(out, "</system-out>\n");
    }
    str_addz(out, "    </testcase>\n");
}

static void add_counts(struct str *out, const struct junit_step *steps, size_t n)
{
    size_t counts[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < n; i++) {
        counts[verdict_of(steps[i].row)]++;
    }
    str_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", n,
             counts[VERDICT_FAILED], counts[VERDICT_ERROR], counts[VERDICT_SKIPPED]);
}

static void print_property(struct str *out, const char *name, const char *value)
{
    str_addz(out, "      <property");
    add_attribute(out, "name", name);
    add_attribute(out, "value", value);
    str_addz(out, "/>\n");
}

void junit_print(struct str *out, const struct execution_row *x, const struct junit_step *steps,
                 size_t n, int64_t now_ms)
{
    int64_t end_ms = x->ended_ms ? x->ended_ms : now_ms;
    CLEANUP(str_release) struct str started = STR_INIT;
    clock_rfc3339(&started, x->started_ms);
    str_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mlw\"");
    add_counts(out, steps, n);
    add_seconds(out, x->started_ms, end_ms);
    str_addz(out, ">\n  <testsuite");
    add_attribute(out, "name", x->pipeline);
    add_counts(out, steps, n);
    add_seconds(out, x->started_ms, end_ms);
    add_attribute(out, "timestamp", started.p);
    str_addz(out, ">\n    <properties>\n");
    print_property(out, "execution", x->id);
    print_property(out, "status", x->status);
    print_property(out, "actor", x->actor);
    str_addz(out, "    </properties>\n");
    for (size_t i = 0; i < n; i++) {
        print_case(out, x, &steps[i], now_ms);
    }
    if (x->failure) {
        str_addz(out, "    <system-err>");
        add_text(out, sv_z(x->failure), JUNIT_REASON_BYTES);
        str_addz(out, "</system-err>\n");
    }
    str_addz(out, "  </testsuite>\n</testsuites>\n");
}

/* --- of the store and the logs --- */

static void add_line(struct str *out, struct sv line)
{
    bool is_long = line.n > JUNIT_LINE_BYTES;
    line.n = is_long ? JUNIT_LINE_BYTES : line.n;
    utf8_strip_ansi(out, line);
    str_addz(out, is_long ? "…\n" : "\n");
}

/* The last lines of an attempt's log, in the arena; NULL where there is none. */
static const char *log_end(const char *dir, struct arena *a)
{
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "log");
    CLEANUP(str_release) struct str text = STR_INIT;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    off_t from = size > JUNIT_LOG_BYTES ? size - JUNIT_LOG_BYTES : 0;
    char *bytes = xmalloc(JUNIT_LOG_BYTES);
    ssize_t n = size > 0 ? pread(fd, bytes, JUNIT_LOG_BYTES, from) : 0;
    if (fd >= 0) {
        close(fd);
    }
    struct sv rest = {bytes, n > 0 ? (size_t)n : 0}, line;
    const char *first_end = from && rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
    if (first_end) { /* a line that begins before what was read */
        rest.n -= (size_t)(first_end + 1 - rest.p);
        rest.p = first_end + 1;
    }
    while (rest.n && sv_split(&rest, '\n', &line)) {
        add_line(&text, line);
    }
    free(bytes);
    return text.n ? arena_z(a, text.p) : NULL;
}

static const char *log_of(const struct step_row *s, const struct attempt_rows *attempts,
                          struct arena *a)
{
    enum verdict verdict = verdict_of(s);
    if (verdict != VERDICT_FAILED && verdict != VERDICT_ERROR) {
        return NULL;
    }
    for (size_t i = attempts->n; i-- > 0;) {
        const struct attempt_row *at = &attempts->at[i];
        if (at->n == s->attempts && z_eq(at->step, s->name)) {
            return log_end(at->dir, a);
        }
    }
    return NULL;
}

bool junit_write(struct store *st, const char *execution, const char *path, struct err *e)
{
    struct arena a;
    struct execution_row x;
    struct step_rows rows;
    struct attempt_rows attempts;
    CLEANUP(str_release) struct str out = STR_INIT;
    arena_init(&a, 0);
    bool ok = execution_get(st, execution, &a, &x, e) &&
              execution_steps(st, execution, &a, &rows, e) &&
              execution_attempts(st, execution, &a, &attempts, e);
    if (ok) {
        struct junit_step *steps = xcalloc(rows.n + 1, sizeof *steps);
        for (size_t i = 0; i < rows.n; i++) {
            steps[i] = (struct junit_step){&rows.at[i], log_of(&rows.at[i], &attempts, &a)};
        }
        junit_print(&out, &x, steps, rows.n, clock_wall_ms());
        free(steps);
        ok = os_write_file(path, sv_of(&out), e);
    }
    arena_release(&a);
    return ok || err_wrap(e, "could not write the report of execution %s", execution);
}

/* Is there room for a file beside it? Made and removed, since only that tells. */
static bool probe_dir(const char *path, struct err *e)
{
    CLEANUP(mem_free_ptr) char *probe = xasprintf("%s.probe.XXXXXX", path);
    int fd = mkostemp(probe, O_CLOEXEC);
    if (fd < 0) {
        return err_sys(e, "could not write %s", path);
    }
    close(fd);
    unlink(probe);
    return true;
}

bool junit_probe(const char *file, char **ret_path, struct err *e)
{
    struct stat st;
    char *path;
    bool ok;
    if (lstat(file, &st) != 0) {
        path = xstrdup(file);
        ok = errno == ENOENT || err_sys(e, "could not write %s", file);
        ok = ok && (path_base(file)[0] || err_set(e, ERR_IO, "could not write \"%s\"", file));
    } else {
        path = os_real_path(file, e);
        ok = path && stat(path, &st) == 0 &&
             (S_ISREG(st.st_mode) ||
              err_set(e, ERR_IO, "could not write %s: it is not a regular file", file)) &&
             (access(path, W_OK) == 0 || err_sys(e, "could not write %s", file));
    }
    ok = ok && probe_dir(path, e);
    if (!ok) {
        e->code = ERR_IO; /* whatever the reason: a file that cannot be written */
        err_hint(e, "nothing was started; --junit names a file to write at the end");
        free(path);
        return false;
    }
    *ret_path = path;
    return true;
}
