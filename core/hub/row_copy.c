/* Rows into an arena; see row_copy.h. Metrics of more columns than a table keeps are
 * row_metrics.c. */
#include "core/hub/row_copy.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/hub/docs.h"
#include "core/hub/row_metrics.h"

enum { LEARN_ROWS = 100, FEW_ROWS = 16, DOC_BATCH = 512, SPREAD = 4, SEEN = 16 };

/* --- texts --- */

static struct value copy_value(struct arena *a, struct value v)
{
    return v.type == VALUE_TEXT ? value_text(arena_z(a, v.text)) : v;
}

static struct named_list copy_named(struct arena *a, struct named_list from)
{
    struct named_value *at = arena_alloc(a, (from.n + 1) * sizeof *at);
    for (size_t i = 0; i < from.n; i++) {
        at[i] = (struct named_value){arena_z(a, from.at[i].key), copy_value(a, from.at[i].value)};
    }
    return (struct named_list){at, from.n};
}

/* Copies of what many rows say: their state, their experiment. */
struct seen {
    const char *from[SEEN], *copy[SEEN];
};

static struct value copy_seen(struct seen *s, struct arena *a, size_t field, struct value v)
{
    size_t i = (field + ((uintptr_t)v.text >> 4)) % SEEN;
    if (v.type != VALUE_TEXT) {
        return v;
    }
    if (s->from[i] != v.text) {
        s->from[i] = v.text;
        s->copy[i] = arena_z(a, v.text);
    }
    return value_text(s->copy[i]);
}

/* --- docs: params and tags --- */

static void saw_keys(struct run_table *t, enum family family, struct named_list list,
                     struct named_list before)
{
    for (size_t i = 0; i < list.n; i++) {
        if (i >= before.n || list.at[i].key != before.at[i].key) {
            (void)run_table_saw_key(t, family, list.at[i].key);
        }
    }
}

/* Rows whose docs are read, in the order of their ids. */
struct doc_place {
    int64_t run;
    struct row *row;
};
struct docs {
    struct run_table *t;
    struct arena *a;
    const struct doc_place *at; /* that are read now */
    size_t n;
    unsigned omit;
    struct named_list before[FAMILY_COUNT];
};

static void take_doc(struct docs *d, struct row *row, enum family family, struct sv text)
{
    if (!(d->omit & 1u << family)) {
        struct named_list list = named_list_of(d->a, text, d->before[family]);
        saw_keys(d->t, family, list, d->before[family]);
        row->families[family] = list;
        d->before[family] = list.n ? list : d->before[family];
    }
}

static int by_run(const void *a, const void *b)
{
    const struct doc_place *x = a, *y = b;
    return (x->run > y->run) - (x->run < y->run);
}

static void take_docs(void *arg, int64_t run, struct sv params, struct sv tags)
{
    struct docs *d = arg;
    const struct doc_place key = {.run = run};
    const struct doc_place *place = bsearch(&key, d->at, d->n, sizeof key, by_run);
    if (place) {
        take_doc(d, place->row, FAMILY_PARAMS, params);
        take_doc(d, place->row, FAMILY_TAGS, tags);
    }
}

/* A range where much of it is wanted, else one by one. */
static bool read_docs(struct docs *d, struct store *st, struct err *e)
{
    int64_t from = d->at[0].run, to = d->at[d->n - 1].run + 1;
    if (d->n > FEW_ROWS && (uint64_t)(to - from) < d->n * SPREAD) {
        return run_docs_each(st, from, to, take_docs, d, e);
    }
    bool ok = true;
    for (size_t i = 0; ok && i < d->n; i++) {
        ok = run_docs_each(st, d->at[i].run, d->at[i].run + 1, take_docs, d, e);
    }
    return ok;
}

static bool copy_docs(struct rowset *rs, struct store *st, const uint32_t *at, size_t n,
                      unsigned omit, struct arena *a, struct row *ret, struct err *e)
{
    struct doc_place *places = xcalloc(n + 1, sizeof *places);
    bool is_sorted = true;
    for (size_t i = 0; i < n; i++) { /* lists begin with the newest */
        places[i] = (struct doc_place){rs->runs->rows.at[at[n - 1 - i]].id, &ret[n - 1 - i]};
        is_sorted = is_sorted && (i == 0 || places[i - 1].run < places[i].run);
    }
    if (!is_sorted) {
        qsort(places, n, sizeof *places, by_run);
    }
    struct docs d = {.t = rs->runs, .a = a, .omit = omit};
    bool ok = true;
    for (size_t i = 0; ok && i < n; i += d.n) {
        d.at = places + i;
        d.n = n - i < DOC_BATCH ? n - i : DOC_BATCH;
        ok = read_docs(&d, st, e);
    }
    free(places);
    return ok;
}

void rowset_learn_keys(struct rowset *rs, struct store *st)
{
    struct err ignored;
    struct arena a;
    struct row rows[LEARN_ROWS] = {0};
    uint32_t at[LEARN_ROWS];
    size_t n = 0;
    arena_init(&a, 0);
    for (; rs->runs && n < rs->runs->rows.n && n < LEARN_ROWS; n++) {
        at[n] = rowset_nth(rs, n);
    }
    if (n) {
        (void)!copy_docs(rs, st, at, n, 0, &a, rows, &ignored);
    }
    arena_release(&a);
}

/* --- rows --- */

static void copy_small(const struct rowset *rs, uint32_t from, unsigned omit, struct arena *a,
                       struct row *ret)
{
    size_t n = kinds[rs->kind].field_count;
    struct value *cells = arena_copy(a, rs->rows[from].cells, n * sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        cells[i] = copy_value(a, cells[i]);
    }
    *ret = (struct row){.cells = cells, .id = cells[0].type == VALUE_TEXT ? cells[0].text : ""};
    for (unsigned f = 0; f < FAMILY_COUNT; f++) {
        if (!(omit & 1u << f)) {
            ret->families[f] = copy_named(a, rs->rows[from].families[f]);
        }
    }
}

/* The cells of a run; its name is its id in many lists. */
static void copy_run(const struct run_table *t, uint32_t from, int64_t now_ms, struct seen *seen,
                     struct arena *a, struct row *ret)
{
    size_t n = kinds[KIND_RUN].field_count;
    struct value *cells = arena_alloc(a, n * sizeof *cells);
    run_table_cells(t, from, now_ms, cells);
    bool is_same = cells[FIELD_RUN_id].text == cells[FIELD_RUN_name].text;
    for (size_t i = 0; i < n; i++) {
        bool is_own = i == FIELD_RUN_id || i == FIELD_RUN_name;
        cells[i] = !is_own                          ? copy_seen(seen, a, i, cells[i])
                   : i == FIELD_RUN_name && is_same ? cells[FIELD_RUN_id]
                                                    : copy_value(a, cells[i]);
    }
    *ret = (struct row){.cells = cells, .id = cells[FIELD_RUN_id].text};
}

bool rows_copy(struct rowset *rs, struct store *st, const uint32_t *at, size_t n, int64_t now_ms,
               unsigned omit, struct arena *a, struct row *ret, struct err *e)
{
    static const unsigned docs = 1u << FAMILY_PARAMS | 1u << FAMILY_TAGS;
    struct seen seen = {0};
    for (size_t i = 0; i < n; i++) {
        if (rs->runs) {
            copy_run(rs->runs, at[i], now_ms, &seen, a, &ret[i]);
        } else {
            copy_small(rs, at[i], omit, a, &ret[i]);
        }
    }
    if (!rs->runs || !n) {
        return true;
    }
    bool has_metrics = omit & 1u << FAMILY_METRICS || row_metrics(rs->runs, st, at, n, a, ret, e);
    return has_metrics && ((omit & docs) == docs || copy_docs(rs, st, at, n, omit, a, ret, e));
}
