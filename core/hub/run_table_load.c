/* Reading runs in slices, and taking over what changed; see run_table.h. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/hub/run_table.h"
#include "core/model/state.h"

enum { REFRESH_SLICE = 50, HEAD_PAGE = 64 };

/* --- rows --- */

static uint32_t add_text(struct run_table *t, const char *z)
{
    size_t at = t->text.n;
    str_add(&t->text, z, strlen(z) + 1);
    return (uint32_t)at;
}

static bool add_row(void *arg, const struct list_row *row)
{
    struct run_table *t = arg;
    const struct value *c = row->cells;
    struct run_record r = {
        .id = row->run,
        .slot = (uint32_t)row->slot,
        .started_ms = c[FIELD_RUN_created].type == VALUE_TIME ? c[FIELD_RUN_created].i : INT64_MIN,
        .started_us = c[FIELD_RUN_created].us,
        .ended_us = c[FIELD_RUN_ended].us,
        .ended_ms = c[FIELD_RUN_ended].type == VALUE_TIME ? c[FIELD_RUN_ended].i : INT64_MIN,
        .status = intern_add(&t->words, c[FIELD_RUN_status]),
        .experiment = intern_add(&t->words, c[FIELD_RUN_experiment]),
        .source = intern_add(&t->words, c[FIELD_RUN_source]),
    };
    r.uid = add_text(t, c[FIELD_RUN_id].text);
    bool is_same = strcmp(c[FIELD_RUN_id].text, c[FIELD_RUN_name].text) == 0;
    r.name = is_same ? r.uid : add_text(t, c[FIELD_RUN_name].text);
    if (c[FIELD_RUN_parent].type == VALUE_TEXT) {
        r.parent = add_text(t, c[FIELD_RUN_parent].text);
    }
    vec_push(&t->rows, r);
    vec_push(&t->base, (uint32_t)(t->rows.n - 1));
    return true;
}

static bool count(struct run_table *t, struct store *st, struct err *e)
{
    t->statements++;
    return list_run_count(st, t->experiment, &t->total, e);
}

static bool read_page(struct run_table *t, struct store *st, struct err *e)
{
    if (!t->is_counted) {
        if (!count(t, st, e)) {
            return false;
        }
        t->is_counted = true;
    }
    size_t n, limit = t->rows.n ? RUN_PAGE : RUN_FIRST_PAGE;
    t->statements++;
    if (!list_runs(st, t->experiment, &t->cursor, limit, 0, add_row, t, &n, e)) {
        return false;
    }
    t->is_read = n < limit;
    if (t->is_read || t->total < t->rows.n) {
        t->total = t->rows.n;
    }
    t->version++;
    return true;
}

/* --- metrics --- */

static bool source_id(struct run_table *t, struct store *st, uint32_t row, int64_t *ret,
                      struct err *e)
{
    uint32_t name = t->rows.at[row].source;
    for (size_t i = 0; i < t->sources.n; i++) {
        if (t->sources.at[i].name == name) {
            *ret = t->sources.at[i].id;
            return true;
        }
    }
    struct arena a;
    arena_init(&a, 0);
    struct run_row r;
    t->statements++;
    bool ok = run_get(st, run_table_uid(t, row), &a, &r, e);
    if (ok) {
        struct run_source s = {name, r.source};
        vec_push(&t->sources, s);
        *ret = r.source;
    }
    arena_release(&a);
    return ok;
}

static bool read_keys(struct run_table *t, struct store *st, struct err *e)
{
    struct arena a;
    arena_init(&a, 0);
    struct metric_keys keys;
    t->statements++;
    bool ok = run_metric_keys(st, &a, &keys, e);
    for (size_t i = 0; ok && i < keys.n; i++) {
        (void)run_table_saw_key(t, FAMILY_METRICS, keys.at[i].key);
        if (keys.n <= RUN_ALL_COLUMNS) {
            run_table_want_metric(t, keys.at[i].key);
        }
        for (size_t k = 0; k < t->metrics.n; k++) {
            if (strcmp(t->metrics.at[k]->key, keys.at[i].key) == 0) {
                t->metrics.at[k]->id = keys.at[i].id;
            }
        }
    }
    arena_release(&a);
    t->needs_keys = false;
    return ok;
}

static void grow_metric(struct run_metric *m, size_t n)
{
    if (n > m->cap) {
        m->cap = m->at ? n + n / 8 : n;
        m->at = xreallocarray(m->at, m->cap, sizeof *m->at);
    }
    for (; m->n < n; m->n++) {
        m->at[m->n] = cell_missing();
    }
}

/* A column as the store has it, by slot, spread over the rows of its source. */
static bool read_metric(struct run_table *t, struct store *st, struct run_metric *m, struct err *e)
{
    grow_metric(m, t->rows.n);
    uint32_t done = 0;
    for (size_t i = 0; i < t->rows.n; i++) {
        uint32_t source = t->rows.at[i].source;
        if (i > 0 && (source == done || source == t->rows.at[i - 1].source)) {
            continue;
        }
        done = source;
        int64_t id;
        uint32_t first = UINT32_MAX, slots = 0;
        for (size_t k = i; k < t->rows.n; k++) {
            const struct run_record *r = &t->rows.at[k];
            first = r->source == source && r->slot < first ? r->slot : first;
            slots = r->source == source && r->slot >= slots ? r->slot + 1 : slots;
        }
        size_t n = slots - first;
        double *column = xreallocarray(NULL, n, sizeof *column);
        t->statements++;
        bool ok =
            source_id(t, st, (uint32_t)i, &id, e) && run_column(st, id, m->id, first, column, n, e);
        for (size_t k = i; ok && k < t->rows.n; k++) {
            if (t->rows.at[k].source == source) {
                m->at[k] = column[t->rows.at[k].slot - first];
            }
        }
        free(column);
        if (!ok) {
            return false;
        }
    }
    t->version++;
    return true;
}

/* --- what changed --- */

/* Newer than row `b`, in the order of the list? */
static bool is_newer(const struct run_record *a, const struct run_record *b)
{
    return a->started_ms != b->started_ms ? a->started_ms > b->started_ms : a->id > b->id;
}

struct head {
    struct run_table *t;
    struct run_record newest;
    bool has_newest, is_at_known;
};

static bool add_new(void *arg, const struct list_row *row)
{
    struct head *h = arg;
    struct value began = row->cells[FIELD_RUN_created];
    struct run_record r = {.id = row->run,
                           .started_ms = began.type == VALUE_TIME ? began.i : INT64_MIN};
    if (h->has_newest && !is_newer(&r, &h->newest)) {
        h->is_at_known = true;
        return false;
    }
    return add_row(h->t, row);
}

/* The runs that are newer than the newest one known go to the front. */
static bool read_head(struct run_table *t, struct store *st, struct err *e)
{
    size_t before = t->rows.n;
    struct head h = {.t = t, .has_newest = before > 0};
    if (before) {
        h.newest = t->rows.at[t->base.at[0]];
    }
    struct run_cursor cursor = {0};
    size_t n = HEAD_PAGE;
    while (!h.is_at_known && n == HEAD_PAGE) {
        t->statements++;
        if (!list_runs(st, t->experiment, &cursor, HEAD_PAGE, 0, add_new, &h, &n, e)) {
            return false;
        }
    }
    size_t fresh = t->rows.n - before;
    if (fresh) {
        memmove(t->base.at + fresh, t->base.at, before * sizeof *t->base.at);
        for (size_t i = 0; i < fresh; i++) {
            t->base.at[i] = (uint32_t)(before + i);
        }
        t->version++;
    }
    if (!count(t, st, e)) {
        return false;
    }
    t->needs_reload = t->total != t->rows.n;
    t->total = t->needs_reload ? t->total : t->rows.n;
    return true;
}

static bool begin_refresh(struct run_table *t, struct store *st, struct err *e)
{
    size_t before = t->rows.n;
    if (!read_head(t, st, e)) {
        return false;
    }
    vec_clear(&t->refresh);
    t->refresh_at = 0;
    for (size_t i = 0; i < t->base.n && t->refresh.n < RUN_REFRESH_MAX; i++) {
        uint32_t row = t->base.at[i];
        if (row >= before ||
            !state_is_final(intern_value(&t->words, t->rows.at[row].status).text)) {
            vec_push(&t->refresh, row);
        }
    }
    t->is_changed = false;
    return true;
}

static bool refresh_state(struct run_table *t, struct store *st, struct run_record *r,
                          struct arena *a, struct err *e)
{
    struct run_state now;
    t->statements++;
    if (!run_state_get(st, r->id, a, &now, e)) {
        return false;
    }
    int64_t ended = now.ended_ms ? now.ended_ms : INT64_MIN;
    uint32_t status = intern_add(&t->words, value_text(now.status));
    t->version += status != r->status || ended != r->ended_ms;
    r->status = status;
    r->ended_ms = ended;
    return true;
}

/* Cells of one metric for neighbours: rows of one source whose slots lie in one block. */
struct piece {
    int64_t source;
    size_t first, end, n; /* slots [first, end) of n rows */
};

static bool piece_of(struct run_table *t, struct store *st, const uint32_t *rows, size_t n,
                     struct piece *ret, struct err *e)
{
    const struct run_record *r = &t->rows.at[rows[0]];
    *ret = (struct piece){.first = r->slot, .end = r->slot + (size_t)1, .n = 1};
    for (; ret->n < n; ret->n++) {
        const struct run_record *next = &t->rows.at[rows[ret->n]];
        if (next->source != r->source || next->slot / MCOL_BLOCK != r->slot / MCOL_BLOCK) {
            break;
        }
        ret->first = next->slot < ret->first ? next->slot : ret->first;
        ret->end = next->slot >= ret->end ? next->slot + (size_t)1 : ret->end;
    }
    return source_id(t, st, rows[0], &ret->source, e);
}

static bool refresh_metric(struct run_table *t, struct store *st, struct run_metric *m,
                           const uint32_t *rows, size_t n, struct err *e)
{
    double cells[MCOL_BLOCK];
    struct piece p;
    for (size_t i = 0; i < n; i += p.n) {
        t->statements++;
        if (!piece_of(t, st, rows + i, n - i, &p, e) ||
            !run_column(st, p.source, m->id, p.first, cells, p.end - p.first, e)) {
            return false;
        }
        for (size_t k = i; k < i + p.n; k++) {
            double x = cells[t->rows.at[rows[k]].slot - p.first];
            grow_metric(m, rows[k] + (size_t)1);
            t->version += !cell_is_same(x, m->at[rows[k]]);
            m->at[rows[k]] = x;
        }
    }
    return true;
}

static bool refresh_rows(struct run_table *t, struct store *st, struct err *e)
{
    const uint32_t *rows = t->refresh.at + t->refresh_at;
    size_t left = t->refresh.n - t->refresh_at;
    size_t n = left < REFRESH_SLICE ? left : REFRESH_SLICE;
    struct arena a;
    arena_init(&a, 0);
    bool ok = store_read_begin(st, e);
    for (size_t i = 0; ok && i < n; i++) {
        ok = refresh_state(t, st, &t->rows.at[rows[i]], &a, e);
    }
    for (size_t i = 0; ok && i < t->metrics.n; i++) {
        struct run_metric *m = t->metrics.at[i];
        ok = m->id < 0 || !m->at || refresh_metric(t, st, m, rows, n, e);
    }
    store_rollback(st);
    arena_release(&a);
    t->refresh_at += n;
    return ok;
}

/* --- one slice --- */

static struct run_metric *metric_to_read(const struct run_table *t)
{
    for (size_t i = 0; i < t->metrics.n; i++) {
        struct run_metric *m = t->metrics.at[i];
        /* of the first page at once, of the others when all are there */
        if (m->id >= 0 && m->n < t->rows.n && (t->is_read || m->n == 0)) {
            return m;
        }
    }
    return NULL;
}

static bool has_more_but_docs(const struct run_table *t)
{
    return t->needs_keys || !t->is_read || t->is_changed || t->refresh_at < t->refresh.n ||
           metric_to_read(t);
}

bool run_table_is_complete(const struct run_table *t)
{
    return !has_more_but_docs(t) && !(t->is_asked && run_table_has_docs_to_read(t));
}

bool run_table_step(struct run_table *t, struct store *st, bool *ret_more, struct err *e)
{
    struct run_metric *m;
    bool ok = true;
    if (t->needs_keys) {
        ok = read_keys(t, st, e);
    } else if (t->rows.n && !t->is_read && (m = metric_to_read(t)) != NULL) {
        ok = read_metric(t, st, m, e);
    } else if (!t->is_read) {
        ok = read_page(t, st, e);
    } else if (t->is_changed) {
        ok = begin_refresh(t, st, e);
    } else if (t->refresh_at < t->refresh.n) {
        ok = refresh_rows(t, st, e);
    } else if ((m = metric_to_read(t)) != NULL) {
        ok = read_metric(t, st, m, e);
    } else if (run_table_has_docs_to_read(t)) {
        ok = run_table_read_docs(t, st, e);
    }
    *ret_more = has_more_but_docs(t) || run_table_has_docs_to_read(t);
    return ok;
}
