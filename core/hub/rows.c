/* QUERY_ROWS: a filtered and sorted order over a rowset, and windows of whole rows of it. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/hub/hash.h"
#include "core/hub/hub.h"
#include "core/hub/pick.h"
#include "core/hub/relatives.h"
#include "core/hub/row_copy.h"

enum { FILTER_BATCH = 512, CURVE_BATCH = 16, SORT_BATCH = 8192 };

struct rows {
    struct rowset *set;
    struct filter *filter; /* NULL: all */
    struct sort sort;
    bool has_sort, is_parsed, has_learned;
    char *filter_text, *sort_text; /* in force: the last that could be read */
    struct err err;                /* of the text asked for */
    uint64_t parsed_keys, wanted_keys;
    VEC(uint32_t) order, next;
    bool is_computing;
    size_t at;
    uint64_t computing, computed; /* version of the set */
    uint64_t narrowing;           /* version for which `order` holds all that can match; 0: none */
    bool is_narrow;               /* the rows of `order` are looked at, not all */
    uint64_t epoch;
    struct row_reader reader;
    struct relatives relatives;                           /* of runs, for the filter */
    struct sorting *sorting;                              /* NULL: not begun */
    const struct run_metric *sort_metrics[SORT_MAX_KEYS]; /* of the keys that are metrics */
    const struct doc_column *sort_params[SORT_MAX_KEYS];
    struct picks picks; /* of the query's ids; none: all */
    struct err pick_err;
};

/* --- texts --- */

static bool is_empty(const char *z)
{
    return !z || !z[0];
}

static uint64_t keys_version(const struct rowset *set)
{
    uint64_t n = 0;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        n += rowset_keys(set, (enum family)f)->version;
    }
    return n;
}

/* Families that the filter and the order read. */
static unsigned needs_of(const struct rows *r)
{
    return (r->filter ? filter_needs(r->filter) : 0) | (r->has_sort ? sort_needs(&r->sort) : 0);
}

/* The keys of a family that filter and order name, one after the other; NULL from the end on. */
static const char *named_key(const struct rows *r, enum family family, size_t n)
{
    for (size_t i = 0; r->filter && filter_key(r->filter, family, i); i++) {
        if (n-- == 0) {
            return filter_key(r->filter, family, i);
        }
    }
    for (size_t i = 0; r->has_sort && i < r->sort.n; i++) {
        const struct query_field *f = &r->sort.keys[i].field;
        if (f->field < 0 && f->family == family && n-- == 0) {
            return f->key;
        }
    }
    return NULL;
}

/* Words look in every param there is. */
static bool reads_all_params(const struct rows *r)
{
    return r->filter && filter_needs_all(r->filter) & 1u << FAMILY_PARAMS;
}

/* What the filter and the order read of runs is to be read for all of them. */
static void want_of(const struct rows *r, struct run_table *t)
{
    const char *key;
    for (size_t i = 0; (key = named_key(r, FAMILY_METRICS, i)) != NULL; i++) {
        run_table_want_metric(t, key);
    }
    for (size_t i = 0; (key = named_key(r, FAMILY_PARAMS, i)) != NULL; i++) {
        run_table_want_param(t, key);
    }
    const struct key_set *all = &t->keys[FAMILY_PARAMS];
    for (size_t i = 0; reads_all_params(r) && i < all->at.n; i++) {
        run_table_want_param(t, all->at.at[i]);
    }
    if (needs_of(r) & 1u << FAMILY_TAGS) {
        run_table_want_tags(t);
    }
}

static void want(struct rows *r)
{
    if (!r->set->runs) {
        return;
    }
    want_of(r, r->set->runs);
    if (r->set->next) {
        want_of(r, r->set->next);
    }
    r->set->is_stale = true;
    r->wanted_keys = keys_version(r->set);
}

/* Rows of which everything is known that the filter and the order ask about. */
static size_t loaded(const struct rows *r)
{
    const struct run_table *t = r->set->runs;
    size_t n = rowset_count(r->set);
    const char *key;
    for (size_t i = 0; t && (key = named_key(r, FAMILY_PARAMS, i)) != NULL; i++) {
        size_t read = run_table_param_read(t, key);
        n = read < n ? read : n;
    }
    for (size_t i = 0; t && reads_all_params(r) && i < t->params.at.n; i++) {
        size_t read = t->params.at.at[i]->n;
        n = read < n ? read : n;
    }
    if (t && needs_of(r) & 1u << FAMILY_TAGS && run_table_tags_read(t) < n) {
        n = run_table_tags_read(t);
    }
    return n;
}

/* What was computed so far is given up. */
static void stop_order(struct rows *r)
{
    sorting_free(r->sorting);
    r->sorting = NULL;
    r->is_computing = false;
}

static void parse(struct rows *r, const struct sub *sub)
{
    struct filter_keys keys;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct key_set *set = rowset_keys(r->set, (enum family)f);
        keys.families[f].at = set->at.at;
        keys.families[f].n = set->at.n;
    }
    r->is_parsed = true;
    r->parsed_keys = keys_version(r->set);
    r->err.code = ERR_NONE;
    enum kind kind = sub->query.kind;
    struct filter *filter = NULL;
    struct sort sort = SORT_INIT;
    if (!is_empty(sub->query.filter) &&
        !(filter = filter_parse(sv_z(sub->query.filter), kind, &keys, &r->err))) {
        return;
    }
    bool has_sort = !is_empty(sub->query.sort);
    if (has_sort && !sort_parse(sv_z(sub->query.sort), kind, &keys, &sort, &r->err)) {
        filter_free(filter);
        return;
    }
    stop_order(r);
    bool keeps_order = has_sort || !r->has_sort; /* else that of before is not the rows' own */
    bool is_narrower = keeps_order && !r->picks.at.n && filter_narrows(filter, r->filter);
    r->narrowing = is_narrower ? r->computed : 0;
    filter_free(r->filter);
    if (r->has_sort) {
        sort_release(&r->sort);
    }
    free(r->filter_text);
    free(r->sort_text);
    r->filter = filter;
    r->sort = sort;
    r->has_sort = has_sort;
    r->filter_text = xstrdup(filter ? sub->query.filter : NULL);
    r->sort_text = xstrdup(has_sort ? sub->query.sort : NULL);
    r->computed = 0;
    want(r);
}

/* --- order --- */

static int by_key(const void *a, const void *b)
{
    const struct run_metric *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

static int by_column_key(const void *a, const void *b)
{
    const struct doc_column *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

/* What a match reads. */
static void choose_columns(struct rows *r, struct row_reader *reader, const struct run_table *t)
{
    const char *key;
    for (size_t i = 0; (key = filter_key(r->filter, FAMILY_METRICS, i)) != NULL; i++) {
        const struct run_metric *m = run_table_metric(t, key);
        if (m) {
            vec_push(&reader->metrics, m);
        }
    }
    bool is_all = reads_all_params(r);
    for (size_t i = 0; is_all && i < t->params.at.n; i++) {
        vec_push(&reader->params, t->params.at.at[i]);
    }
    for (size_t i = 0; !is_all && (key = filter_key(r->filter, FAMILY_PARAMS, i)) != NULL; i++) {
        const struct doc_column *column = run_table_param(t, key);
        if (column) {
            vec_push(&reader->params, column);
        }
    }
    if (reader->metrics.n) {
        qsort(reader->metrics.at, reader->metrics.n, sizeof *reader->metrics.at, by_key);
    }
    if (reader->params.n) {
        qsort(reader->params.at, reader->params.n, sizeof *reader->params.at, by_column_key);
    }
    reader->has_tags = filter_needs(r->filter) & 1u << FAMILY_TAGS;
    uint64_t fields = filter_fields(r->filter);
    for (int field = 0; field < (int)kinds[KIND_RUN].field_count; field++) {
        if (fields & 1ull << field) {
            vec_push(&reader->fields, field);
        }
    }
}

static void begin_order(struct rows *r)
{
    stop_order(r);
    r->is_computing = true;
    r->computing = r->set->version;
    r->is_narrow = r->narrowing && r->narrowing == r->set->version && r->epoch == r->set->epoch;
    r->narrowing = 0;
    r->epoch = r->set->epoch;
    r->at = 0;
    picks_begin(&r->picks);
    vec_clear(&r->next);
    struct row_reader *reader = &r->reader;
    reader->set = r->set;
    reader->now_ms = clock_wall_ms();
    reader->has_tags = false;
    vec_clear(&reader->metrics);
    vec_clear(&reader->params);
    vec_clear(&reader->fields);
    memset(&reader->row, 0, sizeof reader->row);
    if (r->set->runs && r->filter) {
        choose_columns(r, reader, r->set->runs);
    }
}

static struct value sort_value(void *arg, uint32_t row, size_t key)
{
    struct rows *r = arg;
    const struct run_table *t = r->set->runs;
    const struct query_field *field = &r->sort.keys[key].field;
    if (!t) {
        return query_value(&r->set->rows[row], field);
    }
    if (field->field >= 0) {
        return run_table_cell(t, row, field->field, r->reader.now_ms);
    }
    if (field->family == FAMILY_METRICS) {
        return run_metric_value(r->sort_metrics[key], row);
    }
    return field->family == FAMILY_PARAMS ? doc_column_value(&t->params, r->sort_params[key], row)
                                          : run_table_tag(t, row, field->key);
}

static const char *sort_id(void *arg, uint32_t row)
{
    struct rows *r = arg;
    return rowset_row_id(r->set, row);
}

static void look_at(struct rows *r, uint32_t row)
{
    const struct filter_world *world = r->set->runs ? &r->relatives.world : NULL;
    if (r->filter &&
        !filter_match(r->filter, row_reader_row(&r->reader, row), r->reader.now_ms, world)) {
        return;
    }
    if (r->picks.at.n) {
        picks_look(&r->picks, rowset_row_id(r->set, row), row);
    } else {
        vec_push(&r->next, row);
    }
}

/* Rows that were named stand in the order of their names; that one is not there is only known
 * when all were looked at. */
static void end_picks(struct rows *r)
{
    struct err e = ERR_INIT;
    r->pick_err = e;
    if (r->picks.at.n == 0) {
        return;
    }
    vec_reserve(&r->next, r->picks.at.n);
    bool is_whole = rowset_count(r->set) == rowset_total(r->set);
    if (!picks_end(&r->picks, r->set->kind, r->next.at, &r->next.n, &e) && is_whole) {
        r->pick_err = e;
    }
}

/* A piece of the sorting; true when it is done. Metrics are looked for anew: the table may have
 * grown since the last piece. */
static bool put_in_order(struct rows *r, int64_t deadline_us)
{
    struct sort_source source = {r, sort_value, sort_id};
    if (!r->sorting) {
        r->sorting = sorting_new(&r->sort, r->next.at, r->next.n, &source);
    }
    for (size_t i = 0; r->set->runs && i < r->sort.n; i++) {
        const struct query_field *f = &r->sort.keys[i].field;
        const struct run_table *t = r->set->runs;
        bool is_metric = f->field < 0 && f->family == FAMILY_METRICS;
        bool is_param = f->field < 0 && f->family == FAMILY_PARAMS;
        r->sort_metrics[i] = is_metric ? run_table_metric(t, f->key) : NULL;
        r->sort_params[i] = is_param ? run_table_param(t, f->key) : NULL;
    }
    while (!sorting_step(r->sorting, SORT_BATCH)) {
        if (clock_mono_us() >= deadline_us) {
            return false;
        }
    }
    return true;
}

/* True when the order is whole. */
static bool compute(struct hub *hub, struct rows *r, int64_t deadline_us)
{
    if (!r->is_computing || r->epoch != r->set->epoch) {
        begin_order(r);
        relatives_begin(&r->relatives, hub->st, hub->ws.dir, &r->reader);
    }
    size_t n = r->is_narrow ? r->order.n : rowset_count(r->set), batch = FILTER_BATCH;
    if (r->filter) {
        filter_remember(r->filter);
        batch = filter_has_curves(r->filter) ? CURVE_BATCH : FILTER_BATCH;
    }
    while (r->at < n) {
        size_t end = r->at + batch < n ? r->at + batch : n;
        for (; r->at < end; r->at++) {
            look_at(r, r->is_narrow ? r->order.at[r->at] : rowset_nth(r->set, r->at));
        }
        if (clock_mono_us() >= deadline_us && r->at < n) {
            return false;
        }
    }
    if (!r->sorting) {
        end_picks(r);
    }
    if (r->has_sort && !put_in_order(r, deadline_us)) {
        return false;
    }
    uint32_t *at = r->order.at;
    size_t cap = r->order.cap;
    r->order.at = r->next.at;
    r->order.n = r->next.n;
    r->order.cap = r->next.cap;
    r->next.at = at;
    r->next.n = 0;
    r->next.cap = cap;
    stop_order(r);
    r->computed = r->computing;
    return true;
}

/* --- snapshots --- */

static uint64_t hash_value(uint64_t h, struct value v, bool is_duration)
{
    h = hash_u64(h, (uint64_t)v.type);
    if (v.type == VALUE_TEXT) {
        return hash_z(h, v.text);
    }
    return hash_u64(h, (uint64_t)(is_duration && v.type == VALUE_TIME ? v.i / 1000 : v.i));
}

static uint64_t hash_row(uint64_t h, const struct row *row, enum kind kind)
{
    for (size_t i = 0; i < kinds[kind].field_count; i++) {
        h = hash_value(h, row->cells[i], kinds[kind].fields[i].type == FIELD_DURATION);
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        for (size_t i = 0; i < row->families[f].n; i++) {
            h = hash_z(h, row->families[f].at[i].key);
            h = hash_value(h, row->families[f].at[i].value, false);
        }
    }
    return h;
}

static size_t place_of(const struct rows *r, const char *id)
{
    for (size_t i = 0; !is_empty(id) && i < r->order.n; i++) {
        if (strcmp(rowset_row_id(r->set, r->order.at[i]), id) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static uint64_t copy_keys(struct rows *r, struct snapshot *s, uint64_t h)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct key_set *set = rowset_keys(r->set, (enum family)f);
        const char **at = arena_alloc(&s->arena, (set->at.n + 1) * sizeof *at);
        for (size_t i = 0; i < set->at.n; i++) {
            at[i] = arena_z(&s->arena, set->at.at[i]);
            h = hash_z(h, at[i]);
        }
        s->keys[f].at = at;
        s->keys[f].n = set->at.n;
        h = hash_u64(h, set->at.n);
    }
    return h;
}

/* Rows of the order that the window holds. */
static size_t window_n(const struct rows *r, const struct query *q)
{
    size_t left = q->first < r->order.n ? r->order.n - q->first : 0;
    return q->n == 0 || q->n > left ? left : q->n;
}

static bool copy_window(struct hub *hub, struct rows *r, const struct query *q, struct snapshot *s,
                        uint64_t *h, struct err *e)
{
    s->first = q->first < r->order.n ? q->first : r->order.n;
    s->n = window_n(r, q);
    struct row *rows = arena_alloc(&s->arena, (s->n + 1) * sizeof *rows);
    bool ok =
        store_read_begin(hub->st, e) && rows_copy(r->set, hub->st, r->order.at + s->first, s->n,
                                                  r->reader.now_ms, q->omit, &s->arena, rows, e);
    if (s->n >= RUN_FIRST_PAGE) {
        *h = hash_u64(*h, r->set->version); /* what changed of so many is not looked for */
    } else {
        for (size_t i = 0; ok && i < s->n; i++) {
            *h = hash_row(*h, &rows[i], r->set->kind);
        }
    }
    store_rollback(hub->st);
    s->rows = rows;
    return ok;
}

static void emit(struct hub *hub, struct sub *sub, struct rows *r)
{
    const struct query *q = &sub->query;
    struct snapshot *s = snapshot_new(SNAPSHOT_ROWS);
    struct err e;
    uint64_t h = hash_u64(HASH_INIT, sub->generation);
    s->kind = r->set->kind;
    s->as_of_ms = r->set->as_of_ms;
    r->reader.now_ms = clock_wall_ms();
    if (!copy_window(hub, r, q, s, &h, &e)) {
        snapshot_unref(s);
        hub_send_error(hub, sub, &e);
        return;
    }
    s->total = rowset_total(r->set);
    /* complete only when everything that was asked about was read */
    s->loaded = loaded(r);
    s->matched = r->order.n;
    s->selected = place_of(r, q->select);
    s->filter = arena_z(&s->arena, r->filter_text);
    s->sort = arena_z(&s->arena, r->sort_text);
    s->err = r->err.code == ERR_NONE ? r->pick_err : r->err;
    h = copy_keys(r, s, h);
    h = hash_u64(hash_u64(hash_u64(h, s->total), s->loaded), s->matched);
    h = hash_u64(hash_u64(hash_u64(h, s->first), s->n), s->selected);
    h = hash_z(hash_z(h, s->filter), s->sort);
    h = hash_z(h, s->err.code == ERR_NONE ? NULL : s->err.msg);
    hub_send_snapshot(hub, sub, s, h);
}

/* --- as a subscription --- */

static void begin(struct hub *hub, struct sub *sub)
{
    struct rows *r = xcalloc(1, sizeof *r);
    sub->state = r;
    r->set = hub_set(hub, sub->query.kind, sub->query.id);
    if (!hub->is_inline && r->set->runs && r->set->refs == 1) {
        run_table_read_ahead(r->set->runs); /* a person will filter; a command said what it wants */
    }
    picks_init(&r->picks, sub->query.ids);
}

static void window_of(struct hub *hub, struct sub *sub, const struct query *before)
{
    (void)hub;
    struct rows *r = sub->state;
    const char *filter = sub->query.filter, *sort = sub->query.sort;
    if (!z_eq(is_empty(filter) ? NULL : filter, is_empty(before->filter) ? NULL : before->filter) ||
        !z_eq(is_empty(sort) ? NULL : sort, is_empty(before->sort) ? NULL : before->sort)) {
        r->is_parsed = false;
    }
}

/* May the order be made now, or would it stand on columns that were not read yet? */
static bool can_order(const struct rows *r)
{
    const struct run_table *t = r->set->runs;
    if (!t || (!r->filter && !r->has_sort)) {
        return true;
    }
    unsigned needs = needs_of(r);
    return !(needs & 1u << FAMILY_METRICS) || run_table_has_columns(t, t->rows.n);
}

/* No screen has so many rows: a command's are put in order and copied once, when all is read. */
static bool is_for_a_screen(const struct rows *r, const struct query *q)
{
    return r->picks.at.n || (q->n && q->n < RUN_FIRST_PAGE);
}

static void learn_and_parse(struct hub *hub, struct rows *r, const struct sub *sub)
{
    bool asks = !is_empty(sub->query.filter) || !is_empty(sub->query.sort);
    if (r->set->runs && !r->has_learned && asks) {
        rowset_learn_keys(r->set, hub->st);
        r->has_learned = true;
    }
    parse(r, sub);
}

static bool work(struct hub *hub, struct sub *sub, int64_t deadline_us)
{
    struct rows *r = sub->state;
    if (r->set->err.code != ERR_NONE) {
        hub_send_error(hub, sub, &r->set->err);
        return false;
    }
    if (!rowset_is_begun(r->set)) {
        return false; /* the set wakes us */
    }
    if (!r->is_parsed || (r->err.code != ERR_NONE && r->parsed_keys != keys_version(r->set))) {
        learn_and_parse(hub, r, sub);
    }
    if (r->set->runs && reads_all_params(r) && r->wanted_keys != keys_version(r->set)) {
        want(r); /* a param came to light */
    }
    bool is_complete = rowset_is_complete(r->set);
    if (!can_order(r) || (!is_complete && !is_for_a_screen(r, &sub->query))) {
        hub_work_soon(hub);
        return false;
    }
    if (r->computed != r->set->version && !compute(hub, r, deadline_us)) {
        return true;
    }
    emit(hub, sub, r);
    sub->not_before_ms = is_complete ? 0 : clock_mono_ms() + PROGRESS_MS;
    return r->computed != r->set->version;
}

static void end(struct hub *hub, struct sub *sub)
{
    struct rows *r = sub->state;
    stop_order(r);
    hub_set_unref(hub, r->set);
    filter_free(r->filter);
    if (r->has_sort) {
        sort_release(&r->sort);
    }
    free(r->filter_text);
    free(r->sort_text);
    picks_release(&r->picks);
    vec_release(&r->order);
    vec_release(&r->next);
    relatives_release(&r->relatives);
    vec_release(&r->reader.metrics);
    vec_release(&r->reader.params);
    vec_release(&r->reader.fields);
    free(r);
}

const struct sub_type rows_type = {.begin = begin, .window = window_of, .work = work, .end = end};

struct rowset *rows_set(const struct sub *sub)
{
    return ((const struct rows *)sub->state)->set;
}

bool rows_is_ordered(const struct sub *sub)
{
    const struct rows *r = sub->state;
    bool is_done = r->is_parsed && r->computed == r->set->version && !r->is_computing &&
                   loaded(r) == rowset_count(r->set);
    return is_done || r->set->err.code != ERR_NONE || r->err.code != ERR_NONE;
}

const uint32_t *rows_order(const struct sub *sub, struct rowset **ret_set, size_t *ret_n)
{
    struct rows *r = sub->state;
    *ret_set = r->set;
    *ret_n = r->order.n;
    return r->order.at;
}
