/* QUERY_LOG and LOG_FIND. */
#include "core/hub/log.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/re.h"
#include "core/hub/hash.h"
#include "core/hub/hub.h"
#include "core/query/needle.h"

/* --- a subscription --- */

struct log {
    struct hub *hub;
    struct sub *sub;
    struct log_file file;
    struct log_times times;
    struct loop_watch *watch;
    char *attempt, *path;
    bool needs_target, is_ended, is_counted;
};

static void grown(void *arg)
{
    struct log *log = arg;
    log->sub->needs_work = true;
    hub_work_soon(log->hub);
}

static void begin(struct hub *hub, struct sub *sub)
{
    struct log *log = xcalloc(1, sizeof *log);
    log->hub = hub;
    log->sub = sub;
    log->needs_target = true;
    log_file_init(&log->file);
    log_times_init(&log->times);
    sub->state = log;
}

static void forget_file(struct log *log)
{
    if (log->watch) {
        loop_watch_free(log->watch);
        log->watch = NULL;
    }
    log_file_release(&log->file);
    log_times_release(&log->times);
    free(log->attempt);
    free(log->path);
    log->attempt = log->path = NULL;
    log->is_counted = false;
}

static void end(struct hub *hub, struct sub *sub)
{
    (void)hub;
    struct log *log = sub->state;
    forget_file(log);
    free(log);
}

/* Another attempt may be the newest now, or this one have ended. */
static void changed(struct hub *hub, struct sub *sub)
{
    (void)hub;
    struct log *log = sub->state;
    log->needs_target = true;
    sub->needs_work = true;
}

static void window(struct hub *hub, struct sub *sub, const struct query *before)
{
    (void)hub, (void)sub, (void)before;
}

static bool find_target(struct log *log, struct err *e)
{
    struct arena a;
    struct log_target target;
    arena_init(&a, 0);
    bool ok = log_target(log->hub->st, &log->hub->ws, log->sub->query.id ? log->sub->query.id : "",
                         &a, &target, e);
    if (ok) {
        if (!z_eq(log->attempt, target.attempt)) {
            forget_file(log);
            log->attempt = xstrdup(target.attempt);
            log->path = xstrdup(target.path);
        }
        log->is_ended = target.is_ended;
        log->needs_target = false;
    }
    arena_release(&a);
    return ok;
}

static bool open_file(struct log *log, struct err *e)
{
    struct err ignored;
    if (!log_file_open(&log->file, log->path, e)) {
        return false;
    }
    if (log->file.fd >= 0 && !log->watch && !log->is_ended) {
        log->watch = loop_watch_new(log->hub->loop, log->path, grown, log, &ignored);
    }
    return true;
}

struct copying {
    struct arena *arena;
    struct log *log;
    const char **at;
    int64_t *times_ms;
    size_t n;
    uint64_t hash;
    struct str text;
};

static bool copy_line(void *arg, uint64_t line, struct sv raw)
{
    (void)line;
    struct copying *c = arg;
    str_clear(&c->text);
    log_line_text(&c->text, raw);
    c->hash = hash_bytes(c->hash, c->text.p, c->text.n);
    c->times_ms[c->n] = log_times_of(&c->log->times, c->log->file.reading_at);
    c->at[c->n++] = arena_sv(c->arena, sv_of(&c->text));
    return true;
}

/* Where `since` begins, and when the last line was written. */
static bool add_times(struct log *log, struct log_lines *lines, struct err *e)
{
    const struct log_times *t = &log->times;
    int64_t since_ms = log->sub->query.since_ms;
    uint64_t byte = log_times_since(t, since_ms), from = since_ms ? lines->total : 0;
    if (since_ms && byte != UINT64_MAX && !log_file_line_at(&log->file, byte, &from, e)) {
        return false;
    }
    lines->first_ms = t->at.n ? t->at.at[0].ms : 0;
    lines->from = (size_t)from < lines->total ? (size_t)from : lines->total;
    lines->last_ms = t->at.n ? t->at.at[t->at.n - 1].ms : 0;
    return true;
}

static bool emit(struct hub *hub, struct sub *sub, struct log *log, struct err *e)
{
    const struct query *q = &sub->query;
    struct snapshot *s = snapshot_new(SNAPSHOT_LOG);
    struct log_lines *lines = arena_alloc(&s->arena, sizeof *lines);
    lines->total = (size_t)log_file_lines(&log->file);
    size_t n = q->n && q->n < lines->total ? q->n : lines->total;
    lines->first = q->is_tail                ? lines->total - n
                   : q->first < lines->total ? q->first
                                             : lines->total;
    lines->n = n < lines->total - lines->first ? n : lines->total - lines->first;
    lines->is_counted = log->is_counted;
    lines->is_ended = log->is_ended && log->is_counted;
    lines->attempt = arena_z(&s->arena, log->attempt);
    lines->path = arena_z(&s->arena, log->path);
    struct copying c = {.arena = &s->arena,
                        .log = log,
                        .times_ms = arena_alloc(&s->arena, (lines->n + 1) * sizeof *c.times_ms),
                        .at = arena_alloc(&s->arena, (lines->n + 1) * sizeof *c.at),
                        .hash = hash_u64(HASH_INIT, sub->generation),
                        .text = STR_INIT};
    log_times_read(&log->times, log->path);
    bool ok = log_file_read(&log->file, lines->first, lines->n, copy_line, &c, e) &&
              add_times(log, lines, e);
    str_release(&c.text);
    lines->n = c.n;
    lines->at = c.at;
    lines->times_ms = c.times_ms;
    s->log = lines;
    s->kind = KIND_JOB;
    s->as_of_ms = clock_wall_ms();
    if (!ok) {
        snapshot_unref(s);
        return false;
    }
    uint64_t h = hash_z(hash_u64(hash_u64(c.hash, lines->total), lines->first), lines->attempt);
    h = hash_u64(h, lines->from);
    hub_send_snapshot(hub, sub, s,
                      hash_u64(h, (uint64_t)lines->is_counted << 1 | (uint64_t)lines->is_ended));
    return true;
}

static bool work(struct hub *hub, struct sub *sub, int64_t deadline_us)
{
    struct log *log = sub->state;
    struct err e;
    bool is_at_end = false;
    bool ok = (!log->needs_target || find_target(log, &e)) && open_file(log, &e) &&
              log_file_count(&log->file, deadline_us, &is_at_end, &e);
    if (ok) {
        log->is_counted = is_at_end;
        ok = emit(hub, sub, log, &e);
    }
    if (!ok) {
        hub_send_error(hub, sub, &e);
        return false;
    }
    /* nobody tells that it grows, or that it is there at last: look again */
    bool is_blind = !log->watch && !log->is_ended;
    sub->not_before_ms = is_at_end && is_blind ? clock_mono_ms() + NET_MS : 0;
    return !is_at_end || is_blind;
}

const struct sub_type log_type = {
    .begin = begin, .changed = changed, .window = window, .work = work, .end = end};

/* --- a search --- */

struct search {
    struct log_file file;
    char *path;
    struct arena arena;
    struct needle needle;
    struct re *re;     /* NULL: the needle */
    uint64_t from, at; /* first line looked at; next one */
    bool is_backward;
    int64_t found, deadline_us;
    bool is_over;
    struct str text;
};

static void search_free(void *state)
{
    struct search *s = state;
    log_file_release(&s->file);
    re_free(s->re);
    arena_release(&s->arena);
    str_release(&s->text);
    free(s->path);
    free(s);
}

static bool is_match(struct search *s, struct sv raw)
{
    struct sv text = raw;
    size_t n;
    if (raw.n && memchr(raw.p, 0x1B, raw.n)) {
        str_clear(&s->text);
        log_line_text(&s->text, raw);
        text = sv_of(&s->text);
    }
    return s->re ? re_match(s->re, text, 0, NULL, 0) == 1
                 : needle_find(&s->needle, text, 0, &n) != SIZE_MAX;
}

/* Forward the first match counts, backward the last one up to where the search began. */
static bool search_line(void *arg, uint64_t line, struct sv raw)
{
    struct search *s = arg;
    if (s->is_backward && line > s->from) {
        s->is_over = true;
        return false;
    }
    if (is_match(s, raw)) {
        s->found = (int64_t)line;
        s->is_over = !s->is_backward;
    }
    s->at = line + 1;
    return !s->is_over && clock_mono_us() < s->deadline_us;
}

static void reply_found(struct hub *hub, uint64_t request, int64_t line)
{
    struct ev ev = {.type = EV_REPLY, .id = request, .ok = true, .at = line};
    hub_send(hub, &ev);
}

static bool search_step(struct hub *hub, struct task *task, int64_t deadline_us)
{
    struct search *s = task->state;
    struct err e;
    bool is_at_end = false;
    s->deadline_us = deadline_us;
    bool ok = log_file_open(&s->file, s->path, &e) &&
              log_file_count(&s->file, deadline_us, &is_at_end, &e);
    if (ok && !is_at_end && s->at >= s->file.lines) {
        return true;
    }
    ok = ok && log_file_read(&s->file, s->at, UINT64_MAX, search_line, s, &e);
    if (!ok) {
        hub_reply(hub, task->request, &e, NULL, NULL);
        return false;
    }
    if (!s->is_over && (!is_at_end || s->at < log_file_lines(&s->file))) {
        return true;
    }
    reply_found(hub, task->request, s->found);
    return false;
}

/* "/regex/" or a plain text; without a capital, case does not matter. */
static bool search_pattern(struct search *s, const char *text, struct err *e)
{
    struct sv v = sv_z(text);
    if (v.n == 0) {
        return err_set(e, ERR_USAGE, "what is to be looked for?");
    }
    if (v.n < 3 || v.p[0] != '/' || v.p[v.n - 1] != '/') {
        needle_init(&s->needle, v, &s->arena);
        return true;
    }
    v = (struct sv){v.p + 1, v.n - 2};
    bool has_capital = false;
    for (size_t i = 0; i < v.n; i++) {
        has_capital |= v.p[i] >= 'A' && v.p[i] <= 'Z';
    }
    s->re = re_new(v, has_capital ? 0 : RE_CASELESS, e);
    return s->re != NULL;
}

void log_find(struct hub *hub, uint64_t id, struct req *req)
{
    struct err e;
    struct log_target target;
    struct search *s = xcalloc(1, sizeof *s);
    log_file_init(&s->file);
    arena_init(&s->arena, 0);
    str_init(&s->text);
    s->found = -1;
    s->is_backward = req->is_backward;
    s->from = req->at;
    s->at = req->is_backward ? 0 : req->at;
    if (!search_pattern(s, req->text, &e) ||
        !log_target(hub->st, &hub->ws, req->id ? req->id : "", &s->arena, &target, &e)) {
        hub_reply(hub, id, &e, NULL, NULL);
        search_free(s);
        return;
    }
    s->path = xstrdup(target.path);
    struct task *task = xcalloc(1, sizeof *task);
    *task = (struct task){id, s, search_step, search_free};
    hub_task(hub, task);
}
