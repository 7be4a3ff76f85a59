/* Metrics and progress out of an attempt's log, at committed offsets; see drive.h.
 *
 * Lines are taken whole; one of more than 64 KiB is cut into pieces. Points and the offset they
 * were read up to are one commit, so a driver that takes over reads nothing twice. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/re.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"
#include "core/pipeline/drive.h"

enum { LINE_BYTES = 64 * 1024, SLICE_BYTES = 1024 * 1024, MAX_MATCHES = 1000 };

struct metric {
    char *name;
    struct re *re;
    int64_t next_step;
    bool is_reported; /* that it matched without a number */
    VEC(struct point) fresh;
};

struct log_tail {
    int fd;
    int64_t offset; /* committed */
    VEC(struct metric) metrics;
    struct str progress;
    double fraction;
    struct re *progress_re; /* "N/M" with a word before it, where no [progress] is set */
};

static void add_metrics(struct driver *d, size_t index, struct log_tail *t)
{
    const struct json *spec = json_get(d->steps[index].arguments, "AlgorithmSpecification");
    json_each (def, json_get(spec, "MetricDefinitions")) {
        const char *name = json_get_str(def, "Name"), *regex = json_get_str(def, "Regex");
        struct err e = ERR_INIT;
        struct re *re = name && regex ? re_new(sv_z(regex), 0, &e) : NULL;
        if (re) {
            struct metric m = {.name = xstrdup(name), .re = re};
            vec_push(&t->metrics, m);
        } else if (name && regex) {
            CLEANUP(mem_free_ptr) char *text = xasprintf("metric %s: %s", name, e.msg);
            drive_note(d, index, text);
        }
    }
}

/* The index of the next point continues what is in the store. */
static void continue_steps(struct driver *d, size_t index, struct log_tail *t)
{
    struct run_row run;
    struct series_keys keys = {0};
    struct err ignored;
    if (!d->steps[index].run || !run_get(d->st, d->steps[index].run, &d->arena, &run, &ignored) ||
        !run_series_keys(d->st, run.id, &d->arena, &keys, &ignored)) {
        return;
    }
    for (size_t i = 0; i < t->metrics.n; i++) {
        for (size_t k = 0; k < keys.n; k++) {
            if (z_eq(t->metrics.at[i].name, keys.at[k].key)) {
                t->metrics.at[i].next_step = keys.at[k].n;
            }
        }
    }
}

void drive_tail_open(struct driver *d, size_t index, int64_t offset)
{
    struct drive_step *s = &d->steps[index];
    struct err ignored;
    drive_tail_close(s);
    struct log_tail *t = xcalloc(1, sizeof *t);
    t->fd = -1;
    t->offset = offset;
    str_init(&t->progress);
    if (!d->config.progress.n) {
        t->progress_re = re_new(
            SV("(?:\\b([A-Za-z]{2,12})[ :=]+)?(?<![\\d/.-])(\\d{1,9})/(\\d{1,9})(?![\\d/.-])"), 0,
            &ignored);
    }
    add_metrics(d, index, t);
    continue_steps(d, index, t);
    s->tail = t;
}

void drive_tail_close(struct drive_step *s)
{
    struct log_tail *t = s->tail;
    if (!t) {
        return;
    }
    for (size_t i = 0; i < t->metrics.n; i++) {
        free(t->metrics.at[i].name);
        re_free(t->metrics.at[i].re);
        vec_release(&t->metrics.at[i].fresh);
    }
    vec_release(&t->metrics);
    re_free(t->progress_re);
    str_release(&t->progress);
    if (t->fd >= 0) {
        close(t->fd);
    }
    free(t);
    s->tail = NULL;
}

static void match_metric(struct driver *d, size_t index, struct metric *m, struct sv line)
{
    size_t from = 0;
    for (int i = 0; i < MAX_MATCHES && from <= line.n; i++) {
        struct sv groups[2] = {{0}};
        if (re_match(m->re, line, from, groups, ALEN(groups)) != 1) {
            return;
        }
        double value;
        struct sv number = sv_trim(groups[1].p ? groups[1] : groups[0]);
        if (fmt_parse_double(number, &value)) {
            struct point p = {m->next_step++, (double)clock_wall_ms(), value};
            vec_push(&m->fresh, p);
        } else if (!m->is_reported) {
            m->is_reported = true;
            CLEANUP(mem_free_ptr)
            char *text = xasprintf(
                "metric %s: its regex matched without a number; no value was stored", m->name);
            drive_note(d, index, text);
        }
        size_t end = (size_t)(groups[0].p - line.p) + groups[0].n;
        from = end > from ? end : from + 1;
    }
}

static void set_progress(struct log_tail *t, struct sv word, double done, double whole)
{
    if (!(whole > 1) || done < 0 || done > whole) {
        return;
    }
    str_clear(&t->progress);
    utf8_sanitize(&t->progress, word);
    str_addf(&t->progress, "%s%.0f of %.0f", word.n ? " " : "", done, whole);
    t->fraction = done / whole;
}

static void match_progress(struct driver *d, struct log_tail *t, struct sv line)
{
    struct sv g[4] = {{0}};
    double done, whole;
    if (t->progress_re && re_match(t->progress_re, line, 0, g, ALEN(g)) == 1 &&
        fmt_parse_double(g[2], &done) && fmt_parse_double(g[3], &whole)) {
        set_progress(t, g[1], done, whole);
    }
    for (size_t i = 0; i < d->config.progress.n; i++) {
        if (re_match(d->config.progress.at[i].re, line, 0, g, 3) == 1 && g[1].p &&
            fmt_parse_double(g[1], &done)) {
            bool has_whole = g[2].p && fmt_parse_double(g[2], &whole);
            set_progress(t, (struct sv){NULL, 0}, done, has_whole ? whole : 100);
            return;
        }
    }
}

static void take_line(struct driver *d, size_t index, struct sv line)
{
    struct log_tail *t = d->steps[index].tail;
    for (size_t i = 0; i < t->metrics.n; i++) {
        match_metric(d, index, &t->metrics.at[i], line);
    }
    match_progress(d, t, line);
}

/* Bytes of whole lines at the front of `v`; all of it at the end or when a line is too long. */
static size_t take_lines(struct driver *d, size_t index, struct sv v, bool is_end)
{
    size_t done = 0;
    while (done < v.n) {
        struct sv rest = {v.p + done, v.n - done};
        const char *lf = memchr(rest.p, '\n', rest.n);
        size_t n = lf ? (size_t)(lf - rest.p) : rest.n;
        if (!lf && !is_end && n < LINE_BYTES) {
            break;
        }
        if (n > LINE_BYTES) {
            n = LINE_BYTES;
            lf = NULL;
        }
        take_line(d, index, (struct sv){rest.p, n});
        done += n + (lf != NULL);
    }
    return done;
}

static bool save(struct driver *d, size_t index, int64_t offset)
{
    struct drive_step *s = &d->steps[index];
    struct log_tail *t = s->tail;
    bool has_points = false;
    for (size_t i = 0; i < t->metrics.n; i++) {
        has_points |= t->metrics.at[i].fresh.n > 0;
    }
    t->offset = offset;
    if (!has_points && !t->progress.n) {
        return true; /* nothing to keep: reading these lines again changes nothing */
    }
    store_set_durable(d->st, false);
    bool ok = drive_begin(d);
    for (size_t i = 0; ok && i < t->metrics.n; i++) {
        struct metric *m = &t->metrics.at[i];
        ok = !s->run || run_log(d->st, s->run, m->name, m->fresh.at, m->fresh.n, &d->err) ||
             drive_give_up(d);
        vec_clear(&m->fresh);
    }
    const char *step = d->def.steps.at[index].name;
    ok = ok && (!t->progress.n ||
                execution_progress(d->st, d->row.id, step, t->progress.p, t->fraction, &d->err) ||
                drive_give_up(d));
    ok = ok &&
         (execution_log_offset(d->st, d->row.id, step, offset, &d->err) || drive_give_up(d)) &&
         drive_commit(d);
    str_clear(&t->progress);
    store_set_durable(d->st, true);
    return ok;
}

bool drive_tail_read(struct driver *d, size_t index, bool is_end)
{
    struct log_tail *t = d->steps[index].tail;
    if (!t) {
        return true;
    }
    if (t->fd < 0) {
        CLEANUP(mem_free_ptr) char *path = path_join(d->steps[index].dir, "log");
        t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (t->fd < 0) {
            return true; /* it does not exist before the job has begun */
        }
    }
    char *buf = xmalloc(SLICE_BYTES);
    bool ok = true;
    for (;;) {
        ssize_t n = pread(t->fd, buf, SLICE_BYTES, t->offset);
        if (n <= 0) {
            break;
        }
        size_t done = take_lines(d, index, (struct sv){buf, (size_t)n}, is_end && n < SLICE_BYTES);
        ok = done == 0 || save(d, index, t->offset + (int64_t)done);
        if (!ok || done == 0 || (!is_end && n < SLICE_BYTES)) {
            break;
        }
    }
    free(buf);
    return ok;
}
