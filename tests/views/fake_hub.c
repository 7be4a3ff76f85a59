#include "tests/views/fake_hub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tests/views/fake_text.h"
#include "tests/views/golden.h"
#include "views/reasons.h"

enum { SERIES_MAX = 40 };

/* one thing that is there */
struct thing {
    enum query_type type;
    enum kind kind;
    char *id;
    struct snapshot *snapshot; /* all but logs */
    char *lines, *attempt;     /* logs */
    size_t made;               /* a log of so many lines "line N" */
    bool is_ended;
};

struct sub {
    uint64_t id;
    bool is_open;
    struct query q;
    char *qid, *ids, *filter, *sort, *key, *select;
};

struct sent {
    uint64_t id;
    struct req req;
    bool is_cancelled;
};

struct hub {
    uint64_t next;
    VEC(struct thing) things;
    VEC(struct sub) subs;
    VEC(struct sent) sent;
    VEC(struct ev) events;
    bool is_behind;
};

/* --- serving --- */

static void event_push(struct hub *hub, uint64_t sub, struct snapshot *s)
{
    struct ev ev = {.type = EV_SNAPSHOT, .id = sub, .snapshot = s};
    vec_push(&hub->events, ev);
}

static bool fits(const struct thing *t, const struct query *q)
{
    bool has_kind = t->type == QUERY_ROWS || t->type == QUERY_DOC;
    return t->type == q->type && (!has_kind || t->kind == q->kind) &&
           (!t->id || z_eq(t->id, q->id));
}

static void row_copy(struct snapshot *to, const struct row *from, struct row *ret)
{
    size_t n = kinds[to->kind].field_count;
    struct value *cells = arena_copy(&to->arena, from->cells, n * sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        cells[i].text =
            cells[i].type == VALUE_TEXT ? arena_z(&to->arena, cells[i].text) : cells[i].text;
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct named_list *list = &from->families[f];
        struct named_value *at = arena_copy(&to->arena, list->at, list->n * sizeof *at);
        for (size_t i = 0; i < list->n; i++) {
            at[i].key = arena_z(&to->arena, at[i].key);
            if (at[i].value.type == VALUE_TEXT) {
                at[i].value.text = arena_z(&to->arena, at[i].value.text);
            }
        }
        ret->families[f] = (struct named_list){at, list->n};
    }
    ret->cells = cells;
    ret->id = row_text(ret, 0);
}

/* The rows that a query names, in its order; what is not there is said. */
static struct snapshot *rows_pick(const struct snapshot *s, const char *ids)
{
    struct snapshot *to = snapshot_new(SNAPSHOT_ROWS);
    struct sv rest = sv_z(ids), id;
    size_t lines = 1;
    for (const char *p = ids; *p; p++) {
        lines += *p == '\n';
    }
    struct row *rows = arena_alloc(&to->arena, lines * sizeof *rows);
    to->kind = s->kind;
    to->as_of_ms = s->as_of_ms;
    while (rest.n && sv_split(&rest, '\n', &id)) {
        size_t i = 0;
        while (i < s->n && !sv_eqz(id, s->rows[i].id)) {
            i++;
        }
        if (i < s->n) {
            row_copy(to, &s->rows[i], &rows[to->n++]);
        } else {
            (void)err_set(&to->err, ERR_NOT_FOUND, "no %s \"%.*s\"", kinds[s->kind].singular,
                          (int)id.n, id.p);
        }
    }
    to->rows = rows;
    to->matched = to->n;
    to->total = to->loaded = s->n;
    return to;
}

static struct snapshot *answer(const struct thing *t, const struct query *q)
{
    if (!t->snapshot) {
        struct fake_log log = {t->lines, t->attempt, t->made, t->is_ended};
        return fake_log_cut(&log, q);
    }
    bool is_picked = q->ids && t->snapshot->type == SNAPSHOT_ROWS;
    return is_picked ? rows_pick(t->snapshot, q->ids) : snapshot_ref(t->snapshot);
}

static void serve(struct hub *hub, const struct sub *sub)
{
    for (size_t i = 0; sub->is_open && !hub->is_behind && i < hub->things.n; i++) {
        struct thing *t = &hub->things.at[i];
        if (fits(t, &sub->q)) {
            if (t->type == QUERY_ROWS) {
                t->snapshot->filter = arena_z(&t->snapshot->arena, sub->q.filter);
                t->snapshot->sort = arena_z(&t->snapshot->arena, sub->q.sort);
            }
            event_push(hub, sub->id, answer(t, &sub->q));
            return;
        }
    }
}

static void thing_release(struct thing *t)
{
    snapshot_unref(t->snapshot);
    free(t->id);
    free(t->lines);
    free(t->attempt);
}

static void thing_set(struct hub *hub, struct thing t)
{
    size_t i = 0;
    for (; i < hub->things.n; i++) {
        const struct thing *old = &hub->things.at[i];
        if (old->type == t.type && old->kind == t.kind && z_eq(old->id, t.id)) {
            thing_release(&hub->things.at[i]);
            hub->things.at[i] = t;
            break;
        }
    }
    if (i == hub->things.n) {
        vec_push(&hub->things, t);
    }
    for (size_t k = 0; k < hub->subs.n; k++) {
        if (fits(&t, &hub->subs.at[k].q)) {
            serve(hub, &hub->subs.at[k]);
        }
    }
}

void fake_rows(struct fake *f, enum kind kind, const char *id, const char *table)
{
    thing_set(f->hub, (struct thing){QUERY_ROWS, kind, xstrdup(id),
                                     .snapshot = fake_rows_parse(kind, sv_z(table))});
}

void fake_counts(struct fake *f, enum kind kind, const char *id, size_t matched, size_t total)
{
    for (size_t i = 0; i < f->hub->things.n; i++) {
        struct thing *t = &f->hub->things.at[i];
        if (t->type == QUERY_ROWS && t->kind == kind && z_eq(t->id, id)) {
            t->snapshot->matched = matched;
            t->snapshot->total = t->snapshot->loaded = total;
        }
    }
}

void fake_behind(struct fake *f, bool is_behind)
{
    f->hub->is_behind = is_behind;
    for (size_t i = 0; i < f->hub->subs.n; i++) {
        serve(f->hub, &f->hub->subs.at[i]);
    }
}

void fake_doc(struct fake *f, enum kind kind, const char *id, const char *json)
{
    fake_doc_progress(f, kind, id, json, 0, 0);
}

void fake_doc_progress(struct fake *f, enum kind kind, const char *id, const char *json,
                       size_t loaded, size_t total)
{
    struct snapshot *s = snapshot_new(SNAPSHOT_DOC);
    struct json *doc = NULL;
    struct err e = ERR_INIT;
    if (!json_parse(sv_z(json), &doc, &e)) {
        fail_msg("fake_doc: %s", e.msg);
    }
    s->doc = doc;
    s->loaded = loaded;
    s->total = total;
    s->kind = kind;
    s->as_of_ms = FAKE_NOW_MS;
    thing_set(f->hub, (struct thing){QUERY_DOC, kind, xstrdup(id), .snapshot = s});
}

void fake_log(struct fake *f, const char *id, const char *attempt, const char *lines, bool is_ended)
{
    thing_set(f->hub, (struct thing){.type = QUERY_LOG,
                                     .id = xstrdup(id),
                                     .lines = xstrdup(lines),
                                     .attempt = xstrdup(attempt),
                                     .is_ended = is_ended});
}

void fake_long_log(struct fake *f, const char *id, const char *attempt, size_t n, bool is_ended)
{
    thing_set(f->hub, (struct thing){.type = QUERY_LOG,
                                     .id = xstrdup(id),
                                     .made = n,
                                     .attempt = xstrdup(attempt),
                                     .is_ended = is_ended});
}

void fake_series(struct fake *f, const char *run, const char *text)
{
    struct snapshot *s = snapshot_new(SNAPSHOT_SERIES);
    struct sv rest = sv_z(text), line;
    struct series *at = arena_alloc(&s->arena, SERIES_MAX * sizeof *at);
    const char *id = arena_z(&s->arena, run);
    while (sv_split(&rest, '\n', &line)) {
        if (sv_trim(line).n && s->series_count < SERIES_MAX) {
            fake_series_parse(s, sv_trim(line), id, &at[s->series_count++]);
        }
    }
    s->series = at;
    s->as_of_ms = FAKE_NOW_MS;
    thing_set(f->hub, (struct thing){.type = QUERY_SERIES, .id = xstrdup(run), .snapshot = s});
}

void fake_failure(struct fake *f, enum query_type type, enum kind kind, const char *id,
                  enum err_code code, const char *msg)
{
    struct snapshot *s = snapshot_new(SNAPSHOT_ERROR);
    (void)err_set(&s->err, code, "%s", msg);
    s->kind = kind;
    s->as_of_ms = FAKE_NOW_MS;
    thing_set(f->hub, (struct thing){type, kind, xstrdup(id), .snapshot = s});
}

/* --- core/mlw.h --- */

static void query_take(struct sub *s, const struct query *q)
{
    char *old[] = {s->qid, s->ids, s->filter, s->sort, s->key, s->select};
    s->qid = xstrdup(s->is_open ? s->q.id : q->id);
    s->ids = xstrdup(s->is_open ? s->q.ids : q->ids);
    s->filter = xstrdup(q->filter);
    s->sort = xstrdup(q->sort);
    s->key = xstrdup(q->key);
    s->select = xstrdup(q->select);
    enum query_type type = s->q.type;
    enum kind kind = s->q.kind;
    s->q = *q;
    if (s->is_open) { /* of a subscription that stands these stay */
        s->q.type = type;
        s->q.kind = kind;
    }
    s->q.id = s->qid;
    s->q.ids = s->ids;
    s->q.filter = s->filter;
    s->q.sort = s->sort;
    s->q.key = s->key;
    s->q.select = s->select;
    for (size_t i = 0; i < ALEN(old); i++) {
        free(old[i]);
    }
}

static struct sub *sub_find(struct hub *hub, uint64_t id)
{
    for (size_t i = 0; i < hub->subs.n; i++) {
        if (hub->subs.at[i].id == id && hub->subs.at[i].is_open) {
            return &hub->subs.at[i];
        }
    }
    return NULL;
}

struct hub *hub_new(const struct hub_options *options, int *ret_wake_fd, struct err *e)
{
    struct hub *hub = xcalloc(1, sizeof *hub);
    (void)options;
    (void)e;
    hub->next = 1;
    *ret_wake_fd = -1;
    return hub;
}

void hub_free(struct hub *hub)
{
    for (size_t i = 0; i < hub->things.n; i++) {
        thing_release(&hub->things.at[i]);
    }
    for (size_t i = 0; i < hub->subs.n; i++) {
        struct sub *s = &hub->subs.at[i];
        char *own[] = {s->qid, s->ids, s->filter, s->sort, s->key, s->select};
        for (size_t k = 0; k < ALEN(own); k++) {
            free(own[k]);
        }
    }
    for (size_t i = 0; i < hub->sent.n; i++) {
        req_release(&hub->sent.at[i].req);
    }
    for (size_t i = 0; i < hub->events.n; i++) {
        ev_release(&hub->events.at[i]);
    }
    vec_release(&hub->things);
    vec_release(&hub->subs);
    vec_release(&hub->sent);
    vec_release(&hub->events);
    free(hub);
}

uint64_t hub_request(struct hub *hub, struct req *req)
{
    struct sent sent = {hub->next++, *req, false};
    vec_push(&hub->sent, sent);
    *req = (struct req){0};
    return sent.id;
}

void hub_cancel(struct hub *hub, uint64_t request)
{
    for (size_t i = 0; i < hub->sent.n; i++) {
        hub->sent.at[i].is_cancelled |= hub->sent.at[i].id == request;
    }
}

uint64_t hub_subscribe(struct hub *hub, const struct query *query)
{
    struct sub s = {.id = hub->next++};
    query_take(&s, query);
    s.is_open = true;
    vec_push(&hub->subs, s);
    serve(hub, &s);
    return s.id;
}

void hub_window(struct hub *hub, uint64_t subscription, const struct query *query)
{
    struct sub *s = sub_find(hub, subscription);
    if (!s) {
        fail_msg("hub_window of a subscription that is not open");
        return;
    }
    query_take(s, query);
    serve(hub, s);
}

void hub_unsubscribe(struct hub *hub, uint64_t subscription)
{
    struct sub *s = sub_find(hub, subscription);
    if (!s) {
        fail_msg("hub_unsubscribe of a subscription that is not open");
        return;
    }
    s->is_open = false;
}

bool hub_next_event(struct hub *hub, struct ev *ret_ev)
{
    if (hub->events.n == 0) {
        return false;
    }
    *ret_ev = hub->events.at[0];
    vec_remove(&hub->events, 0);
    return true;
}

void hub_step(struct hub *hub, int timeout_ms)
{
    (void)hub;
    (void)timeout_ms;
}

/* --- the app --- */

static void *next_event(void *arg)
{
    struct fake *f = arg;
    return hub_next_event(f->hub, &f->ev) ? &f->ev : NULL;
}

static void free_event(void *arg, void *ev)
{
    (void)arg;
    ev_release(ev);
}

struct fake *fake_new_with(struct app_config config)
{
    struct fake *f = xcalloc(1, sizeof *f);
    struct err e = ERR_INIT;
    int fd;
    f->hub = hub_new(NULL, &fd, &e);
    f->env.hub = f->hub;
    config.wake_fd = -1;
    config.text_reasons = reasons[REASONS_text];
    config.world = config.world ? config.world : &f->env;
    config.theme = config.theme ? config.theme : "dark";
    config.arg = config.arg ? config.arg : f;
    config.next_event = config.next_event ? config.next_event : next_event;
    config.free_event = config.free_event ? config.free_event : free_event;
    f->app = app_new(&config, &e);
    if (!f->app) {
        fail_msg("app_new: %s", e.msg);
    }
    f->now_ms = FAKE_NOW_MS;
    app_connection(f->app, "● live", ROLE_NORMAL);
    app_advance(f->app, f->now_ms);
    return f;
}

struct fake *fake_new(int w, int h, bool is_ascii)
{
    return fake_new_with((struct app_config){.w = w, .h = h, .is_ascii = is_ascii});
}

void fake_free(struct fake *f)
{
    app_free(f->app);
    size_t open = fake_subscription_count(f);
    if (open) {
        fail_msg("%zu subscriptions are still open after the app is gone", open);
    }
    hub_free(f->hub);
    free(f);
}

void fake_open(struct fake *f, const struct view_ops *ops, const char *id)
{
    struct err e = ERR_INIT;
    if (!app_open(f->app, ops, &(struct route){.id = id}, &e)) {
        fail_msg("%s %s did not open: %s", ops->name, id ? id : "", e.msg);
    }
    fake_settle(f);
}

void fake_settle(struct fake *f)
{
    do {
        app_paint(f->app);
        assert_int_equal(app_canvas(f->app)->outside, 0);
    } while (app_drain(f->app));
}

void fake_pass(struct fake *f, int64_t ms)
{
    f->now_ms += ms;
    app_advance(f->app, f->now_ms);
    fake_settle(f);
}

void fake_keys(struct fake *f, const char *names)
{
    struct sv rest = sv_z(names);
    while (rest.n) {
        size_t end = rest.p[0] == '<' ? sv_find(rest, SV(">")) : 0;
        size_t n = end == SIZE_MAX ? 1 : end + 1;
        CLEANUP(mem_free_ptr) char *one = sv_dup((struct sv){rest.p, n});
        fake_pass(f, 100);
        app_keys(f->app, one);
        fake_settle(f);
        rest = (struct sv){rest.p + n, rest.n - n};
    }
}

const struct req *fake_request(const struct fake *f, size_t i)
{
    return i < f->hub->sent.n ? &f->hub->sent.at[i].req : NULL;
}

size_t fake_request_count(const struct fake *f)
{
    return f->hub->sent.n;
}

void fake_reply(struct fake *f, size_t i, bool ok, const char *text, int64_t at)
{
    struct ev ev = {.type = EV_REPLY, .id = f->hub->sent.at[i].id, .ok = ok, .at = at};
    if (ok) {
        ev.text = xstrdup(text);
        ev.reply_id = xstrdup(f->hub->sent.at[i].req.id);
    } else {
        (void)err_set(&ev.err, ERR_REFUSED, "%s", text ? text : "refused");
    }
    vec_push(&f->hub->events, ev);
    fake_settle(f);
}

void fake_answer(struct fake *f, size_t i, const char *json)
{
    struct ev ev = {.type = EV_REPLY, .id = f->hub->sent.at[i].id, .ok = true, .at = -1};
    struct err e = ERR_INIT;
    if (!json_parse(sv_z(json), &ev.doc, &e)) {
        fail_msg("fake_answer: %s", e.msg);
    }
    vec_push(&f->hub->events, ev);
    fake_settle(f);
}

bool fake_is_cancelled(const struct fake *f, size_t i)
{
    return f->hub->sent.at[i].is_cancelled;
}

const struct query *fake_query(const struct fake *f, enum query_type type, enum kind kind, size_t i)
{
    for (size_t k = 0; k < f->hub->subs.n; k++) {
        const struct sub *s = &f->hub->subs.at[k];
        bool has_kind = type == QUERY_ROWS || type == QUERY_DOC;
        if (s->is_open && s->q.type == type && (!has_kind || s->q.kind == kind) && i-- == 0) {
            return &s->q;
        }
    }
    return NULL;
}

size_t fake_subscription_count(const struct fake *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->hub->subs.n; i++) {
        n += f->hub->subs.at[i].is_open;
    }
    return n;
}

/* --- what is seen --- */

bool fake_shows(struct fake *f, const char *text)
{
    CLEANUP(str_release) struct str screen = STR_INIT;
    fake_settle(f);
    canvas_plain(app_canvas(f->app), &screen);
    return sv_find(sv_of(&screen), sv_z(text)) != SIZE_MAX;
}

void fake_golden(struct fake *f, const char *name)
{
    CLEANUP(str_release) struct str dump = STR_INIT;
    fake_settle(f);
    canvas_dump(app_canvas(f->app), &dump);
    golden_assert(name, dump.p);
}

void fake_golden_sized(struct fake *f, const char *stem)
{
    const struct canvas *c = app_canvas(f->app);
    CLEANUP(mem_free_ptr) char *name = xasprintf("%s-%dx%d", stem, c->w, c->h);
    fake_golden(f, name);
}

static unsigned random_next(unsigned *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void monkey_step(struct fake *f, unsigned *seed)
{
    static const char keys[] = "jkgG/naKAry<>[]{}(0fwmle +-:?*%\\";
    unsigned what = random_next(seed) % 16;
    if (what == 0) {
        app_resize(f->app, 30 + (int)(random_next(seed) % 120), 5 + (int)(random_next(seed) % 50));
    } else if (what == 1) {
        fake_pass(f, random_next(seed) % 3000);
    } else if (what < 5) {
        app_key(f->app,
                (struct key){(unsigned char)keys[random_next(seed) % (sizeof keys - 1)], 0});
    } else if (what == 5) {
        app_keys(f->app, random_next(seed) % 2 ? "<Esc>" : "<Enter>");
    } else {
        (void)app_command(f->app, (enum cmd)(random_next(seed) % CMD_COUNT), NULL);
    }
}

void fake_monkey(struct fake *f, const struct view_ops *ops, const char *id, unsigned seed, int n)
{
    for (int i = 0; i < n; i++) {
        if (!app_top(f->app)) {
            fake_open(f, ops, id);
        }
        monkey_step(f, &seed);
        fake_settle(f);
    }
}
