/* Rows of every kind; see rowset.h. */
#include "core/hub/rowset.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/hub/hash.h"

struct rowset *rowset_new(enum kind kind, const char *id)
{
    struct rowset *rs = xcalloc(1, sizeof *rs);
    rs->kind = kind;
    rs->id = id && id[0] ? xstrdup(id) : NULL;
    arena_init(&rs->arena, 0);
    rs->is_stale = true;
    if (kind == KIND_RUN) {
        rs->runs = run_table_new(rs->id);
    }
    return rs;
}

static void release_keys(struct rowset *rs)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        vec_release(&rs->keys[f].at);
    }
}

void rowset_free(struct rowset *rs)
{
    if (rs) {
        run_table_free(rs->runs);
        run_table_free(rs->next);
        release_keys(rs);
        arena_release(&rs->arena);
        free(rs->id);
        free(rs);
    }
}

void rowset_changed(struct rowset *rs)
{
    if (rs->runs) {
        run_table_changed(rs->runs);
    }
    rs->is_stale = true;
}

/* --- small kinds --- */

struct loading {
    enum kind kind;
    struct arena arena;
    VEC(struct row) rows;
    uint64_t hash;
};

static uint64_t hash_cell(uint64_t h, const struct field *field, struct value v)
{
    h = hash_u64(h, (uint64_t)v.type);
    if (v.type == VALUE_TEXT) {
        return hash_z(h, v.text);
    }
    /* what still runs is longer with every look: seconds are what is shown */
    return hash_u64(h, (uint64_t)(field->type == FIELD_DURATION ? v.i / 1000 : v.i));
}

static bool load_row(void *arg, const struct list_row *from)
{
    struct loading *l = arg;
    size_t n = kinds[l->kind].field_count;
    struct value *cells = arena_alloc(&l->arena, n * sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        cells[i] = from->cells[i];
        if (cells[i].type == VALUE_TEXT) {
            cells[i].text = arena_z(&l->arena, cells[i].text);
        }
        l->hash = hash_cell(l->hash, &kinds[l->kind].fields[i], cells[i]);
    }
    struct row row = {.cells = cells, .id = cells[0].type == VALUE_TEXT ? cells[0].text : ""};
    if (l->kind == KIND_PACKAGE) {
        struct named_list like = {0};
        if (l->rows.n) {
            like = l->rows.at[l->rows.n - 1].families[FAMILY_METRICS];
        }
        row.families[FAMILY_METRICS] = named_list_of(&l->arena, sv_z(from->metrics), like);
        l->hash = hash_z(l->hash, from->metrics);
    }
    vec_push(&l->rows, row);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect_keys(struct rowset *rs, enum family family)
{
    struct key_set *set = &rs->keys[family];
    vec_clear(&set->at);
    for (size_t i = 0; i < rs->n; i++) {
        for (size_t k = 0; k < rs->rows[i].families[family].n; k++) {
            vec_push(&set->at, rs->rows[i].families[family].at[k].key);
        }
    }
    if (set->at.n == 0) {
        return;
    }
    qsort(set->at.at, set->at.n, sizeof *set->at.at, by_text);
    size_t n = 0;
    for (size_t i = 0; i < set->at.n; i++) {
        if (n == 0 || strcmp(set->at.at[n - 1], set->at.at[i]) != 0) {
            set->at.at[n++] = set->at.at[i];
        }
    }
    set->at.n = n;
    set->version++;
}

static void take_over(struct rowset *rs, struct loading *l)
{
    arena_release(&rs->arena);
    rs->arena = l->arena;
    rs->n = l->rows.n;
    rs->rows = arena_alloc(&rs->arena, (rs->n + 1) * sizeof *rs->rows);
    if (rs->n) {
        memcpy(rs->rows, l->rows.at, rs->n * sizeof *rs->rows);
    }
    rs->hash = l->hash;
    rs->version++;
    rs->epoch++;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        collect_keys(rs, (enum family)f);
    }
}

static void load_small(struct rowset *rs, struct store *st)
{
    struct loading l = {.kind = rs->kind, .hash = HASH_INIT};
    arena_init(&l.arena, 0);
    struct err e;
    int64_t now_ms = clock_wall_ms();
    rs->is_stale = false;
    rs->loads++;
    if (!list_rows(st, rs->kind, rs->id, now_ms, load_row, &l, &e)) {
        rs->version += rs->err.code == ERR_NONE;
        rs->err = e;
        arena_release(&l.arena);
    } else {
        bool had_error = rs->err.code != ERR_NONE, is_first = rs->epoch == 0;
        rs->err.code = ERR_NONE;
        rs->as_of_ms = now_ms;
        if (is_first || had_error || l.hash != rs->hash || l.rows.n != rs->n) {
            take_over(rs, &l);
        } else {
            arena_release(&l.arena);
        }
    }
    vec_release(&l.rows);
}

/* --- runs --- */

static bool step_runs(struct rowset *rs, struct store *st)
{
    struct run_table *t = rs->next ? rs->next : rs->runs;
    uint64_t before = t->version;
    bool has_more;
    struct err e;
    if (!run_table_step(t, st, &has_more, &e)) {
        rs->err = e;
        rs->version++;
        rs->is_stale = false;
        return false;
    }
    if (rs->err.code != ERR_NONE) {
        rs->err.code = ERR_NONE;
        rs->version++;
    }
    rs->as_of_ms = clock_wall_ms();
    if (rs->next && !has_more) {
        run_table_free(rs->runs);
        rs->runs = rs->next;
        rs->next = NULL;
        rs->epoch++;
        rs->version++;
    } else if (!rs->next && t->version != before) {
        rs->version++;
    }
    if (!rs->next && rs->runs->needs_reload) {
        rs->runs->needs_reload = false;
        rs->next = run_table_new(rs->id);
        run_table_want_as(rs->next, rs->runs);
        has_more = true;
    }
    rs->is_stale = has_more;
    return has_more;
}

bool rowset_step(struct rowset *rs, struct store *st)
{
    if (!rs->is_stale) {
        return false;
    }
    if (rs->runs) {
        return step_runs(rs, st);
    }
    load_small(rs, st);
    return false;
}

/* --- counts --- */

/* The first page with its metrics, or that there are none. */
static bool is_begun(const struct run_table *t)
{
    size_t n = t->rows.n < RUN_FIRST_PAGE ? t->rows.n : RUN_FIRST_PAGE;
    return (n > 0 || t->is_read) && run_table_has_columns(t, n);
}

bool rowset_is_begun(const struct rowset *rs)
{
    return rs->err.code != ERR_NONE || (rs->runs ? is_begun(rs->runs) : rs->epoch > 0);
}

bool rowset_is_complete(const struct rowset *rs)
{
    bool is_ahead = rs->is_stale && rs->runs && !rs->next && run_table_is_complete(rs->runs);
    return rs->err.code != ERR_NONE || !rs->is_stale || is_ahead;
}

size_t rowset_count(const struct rowset *rs)
{
    return rs->runs ? rs->runs->rows.n : rs->n;
}

size_t rowset_total(const struct rowset *rs)
{
    return rs->runs ? rs->runs->total : rs->n;
}

const struct key_set *rowset_keys(const struct rowset *rs, enum family family)
{
    return rs->runs ? &rs->runs->keys[family] : &rs->keys[family];
}

uint32_t rowset_nth(const struct rowset *rs, size_t n)
{
    return rs->runs ? rs->runs->base.at[n] : (uint32_t)n;
}

const char *rowset_row_id(const struct rowset *rs, uint32_t row)
{
    return rs->runs ? run_table_uid(rs->runs, row) : rs->rows[row].id;
}

/* --- one row --- */

static void add_named(struct row_reader *r, enum family family, const char *key, struct value v)
{
    struct named_list *list = &r->row.families[family];
    if (v.type != VALUE_MISSING && list->n < ROW_NAMED_MAX) {
        r->named[family][list->n++] = (struct named_value){key, v};
    }
}

const struct row *row_reader_row(struct row_reader *r, uint32_t row)
{
    const struct run_table *t = r->set->runs;
    if (!t) {
        return &r->set->rows[row];
    }
    for (size_t i = 0; i < r->fields.n; i++) {
        int field = r->fields.at[i];
        r->cells[field] = run_table_cell(t, row, field, r->now_ms);
    }
    r->number = row;
    r->row.cells = r->cells;
    r->row.id = run_table_uid(t, row);
    for (int f = 0; f < FAMILY_COUNT; f++) {
        r->row.families[f] = (struct named_list){r->named[f], 0};
    }
    for (size_t i = 0; i < r->metrics.n; i++) {
        add_named(r, FAMILY_METRICS, r->metrics.at[i]->key,
                  run_metric_value(r->metrics.at[i], row));
    }
    for (size_t i = 0; i < r->params.n; i++) {
        add_named(r, FAMILY_PARAMS, r->params.at[i]->key,
                  doc_column_value(&t->params, r->params.at[i], row));
    }
    if (r->has_tags) {
        r->row.families[FAMILY_TAGS].n =
            run_table_row_tags(t, row, r->named[FAMILY_TAGS], ROW_NAMED_MAX);
    }
    return &r->row;
}
