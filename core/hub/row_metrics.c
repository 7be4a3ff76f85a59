/* Metrics of copied rows; see row_metrics.h. */
#include "core/hub/row_metrics.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/store/sources.h"

/* --- of a table that holds all columns --- */

static void from_table(const struct run_table *t, const uint32_t *at, size_t n, struct arena *a,
                       struct row *ret)
{
    const struct key_set *keys = &t->keys[FAMILY_METRICS];
    size_t max = keys->at.n;
    const struct run_metric **columns = xcalloc(max + 1, sizeof *columns);
    const char **names = xcalloc(max + 1, sizeof *names);
    struct named_value *list = xcalloc(max + 1, sizeof *list);
    for (size_t k = 0; k < max; k++) {
        columns[k] = run_table_metric(t, keys->at.at[k]);
        names[k] = arena_z(a, keys->at.at[k]);
    }
    for (size_t i = 0; i < n; i++) {
        size_t have = 0;
        for (size_t k = 0; k < max; k++) {
            struct value v = run_metric_value(columns[k], at[i]);
            if (v.type != VALUE_MISSING) {
                list[have++] = (struct named_value){names[k], v};
            }
        }
        ret[i].families[FAMILY_METRICS] =
            (struct named_list){arena_copy(a, list, have * sizeof *list), have};
    }
    free(columns);
    free(names);
    free(list);
}

/* --- run by run --- */

static bool of_run(struct store *st, const char *uid, struct arena *a, struct named_list *ret,
                   struct err *e)
{
    struct run_row run;
    struct series_keys keys;
    if (!run_get(st, uid, a, &run, e) || !run_series_keys(st, run.id, a, &keys, e)) {
        return false;
    }
    struct named_value *at = arena_alloc(a, (keys.n + 1) * sizeof *at);
    size_t n = 0;
    for (size_t i = 0; i < keys.n; i++) {
        double x;
        if (!run_cell(st, run.source, keys.at[i].id, run.slot, &x, e)) {
            return false;
        }
        if (!cell_is_missing(x)) {
            at[n++] = (struct named_value){keys.at[i].key, value_num(x)};
        }
    }
    *ret = (struct named_list){at, n};
    return true;
}

static bool run_by_run(const struct run_table *t, struct store *st, const uint32_t *at, size_t n,
                       struct arena *a, struct row *ret, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = of_run(st, run_table_uid(t, at[i]), a, &ret[i].families[FAMILY_METRICS], e);
    }
    return ok;
}

/* --- column by column --- */

/* The rows of one source, and the slots that they take. */
struct part {
    uint32_t name; /* of the source, as rows have it */
    int64_t source;
    size_t first, end; /* slots */
};
struct found { /* a value of a row */
    uint32_t row;
    uint32_t key;
    double x;
};
struct columns {
    struct store *st;
    const struct run_table *t;
    const uint32_t *at;
    size_t n;
    struct metric_keys keys; /* sorted */
    VEC(struct part) parts;
    VEC(struct found) found; /* by key, then by row */
};

static int by_name(const void *a, const void *b)
{
    const struct metric_key *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static struct part *part_of(struct columns *c, uint32_t name)
{
    for (size_t i = 0; i < c->parts.n; i++) {
        if (c->parts.at[i].name == name) {
            return &c->parts.at[i];
        }
    }
    return NULL;
}

static bool find_parts(struct columns *c, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct run_record *r = &c->t->rows.at[c->at[i]];
        struct part *p = part_of(c, r->source);
        if (!p) {
            struct run_row run;
            if (!run_get(c->st, run_table_uid(c->t, c->at[i]), a, &run, e)) {
                return false;
            }
            struct part fresh = {r->source, run.source, r->slot, r->slot + (size_t)1};
            vec_push(&c->parts, fresh);
            continue;
        }
        p->first = r->slot < p->first ? r->slot : p->first;
        p->end = r->slot >= p->end ? r->slot + (size_t)1 : p->end;
    }
    return true;
}

/* Blocks that one column has for these rows. */
static size_t blocks_of(const struct columns *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->parts.n; i++) {
        n += (c->parts.at[i].end - 1) / MCOL_BLOCK - c->parts.at[i].first / MCOL_BLOCK + 1;
    }
    return n;
}

/* Fewer blocks than cells, taking the first run for all? Of a source the curves need not be here,
 * so that they do not tell which metrics there are. */
static bool is_worth_it(const struct columns *c, struct arena *a, bool *ret, struct err *e)
{
    struct series_keys of_first;
    *ret = store_source(c->st) != 0;
    if (*ret) {
        return true;
    }
    if (!run_series_keys(c->st, c->t->rows.at[c->at[0]].id, a, &of_first, e)) {
        return false;
    }
    *ret = c->keys.n * blocks_of(c) <= c->n * (of_first.n + 2);
    return true;
}

static bool read_column(struct columns *c, uint32_t key, const struct part *p, double *cells,
                        struct err *e)
{
    if (!run_column(c->st, p->source, c->keys.at[key].id, p->first, cells, p->end - p->first, e)) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        const struct run_record *r = &c->t->rows.at[c->at[i]];
        double x = r->source == p->name ? cells[r->slot - p->first] : cell_missing();
        if (!cell_is_missing(x)) {
            struct found f = {(uint32_t)i, key, x};
            vec_push(&c->found, f);
        }
    }
    return true;
}

static bool read_columns(struct columns *c, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < c->parts.n; i++) {
        const struct part *p = &c->parts.at[i];
        double *cells = xreallocarray(NULL, p->end - p->first, sizeof *cells);
        for (uint32_t k = 0; ok && k < c->keys.n; k++) {
            ok = read_column(c, k, p, cells, e);
        }
        free(cells);
    }
    return ok;
}

/* Each row's values next to each other; a row is of one source, so its keys stay in order. */
static void spread(const struct columns *c, struct arena *a, struct row *ret)
{
    size_t *places = xcalloc(c->n + 1, sizeof *places);
    struct named_value *all = arena_alloc(a, (c->found.n + 1) * sizeof *all);
    for (size_t i = 0; i < c->found.n; i++) {
        places[c->found.at[i].row + 1]++;
    }
    for (size_t i = 0; i < c->n; i++) {
        size_t n = places[i + 1];
        places[i + 1] += places[i];
        ret[i].families[FAMILY_METRICS] = (struct named_list){all + places[i], n};
    }
    for (size_t i = 0; i < c->found.n; i++) {
        const struct found *f = &c->found.at[i];
        all[places[f->row]++] = (struct named_value){c->keys.at[f->key].key, value_num(f->x)};
    }
    free(places);
}

static bool from_store(const struct run_table *t, struct store *st, const uint32_t *at, size_t n,
                       struct arena *a, struct row *ret, struct err *e)
{
    struct columns c = {.st = st, .t = t, .at = at, .n = n};
    bool is_by_column = false;
    bool ok = run_metric_keys(st, a, &c.keys, e) && find_parts(&c, a, e) &&
              is_worth_it(&c, a, &is_by_column, e);
    if (ok && is_by_column) {
        qsort(c.keys.at, c.keys.n, sizeof *c.keys.at, by_name);
        ok = read_columns(&c, e);
        if (ok) {
            spread(&c, a, ret);
        }
    } else if (ok) {
        ok = run_by_run(t, st, at, n, a, ret, e);
    }
    vec_release(&c.parts);
    vec_release(&c.found);
    return ok;
}

bool row_metrics(struct run_table *t, struct store *st, const uint32_t *at, size_t n,
                 struct arena *a, struct row *ret, struct err *e)
{
    size_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        rows = at[i] >= rows ? at[i] + (size_t)1 : rows;
    }
    if (run_table_has_columns(t, rows) && t->keys[FAMILY_METRICS].at.n <= RUN_ALL_COLUMNS) {
        from_table(t, at, n, a, ret);
        return true;
    }
    return from_store(t, st, at, n, a, ret, e);
}
