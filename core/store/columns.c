/* Metrics: the latest values as columns, the curves as chunks; see runs.h.
 *
 * A block of mcol is 4096 f64 in host byte order, or, while fewer than SPARSE_LIMIT slots have a
 * value, pairs of (u32 slot in the block, f64) of 12 bytes; the length tells which. */
#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/store/db.h"
#include "core/store/runs.h"

enum { PAIR_BYTES = 12, DENSE_BYTES = MCOL_BLOCK * 8, SPARSE_LIMIT = 1024 };

/* A quiet NaN with a payload that no arithmetic makes. */
static const uint64_t missing_bits = 0x7FF8DEAD00000001u;

double cell_missing(void)
{
    double x;
    memcpy(&x, &missing_bits, sizeof x);
    return x;
}

bool cell_is_missing(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits == missing_bits;
}

bool cell_is_same(double a, double b)
{
    uint64_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return x == y;
}

static bool is_block_valid(struct sv data)
{
    return data.n == DENSE_BYTES || (data.n % PAIR_BYTES == 0 && data.n < DENSE_BYTES);
}

/* Cells [first, first + n) of a stored block; those that it does not name are left alone. */
static void unpack(struct sv data, size_t first, double *ret, size_t n)
{
    if (data.n == DENSE_BYTES) {
        memcpy(ret, data.p + first * sizeof *ret, n * sizeof *ret);
        return;
    }
    for (size_t at = 0; at + PAIR_BYTES <= data.n; at += PAIR_BYTES) {
        uint32_t slot;
        memcpy(&slot, data.p + at, sizeof slot);
        if (slot >= first && slot - first < n) {
            memcpy(&ret[slot - first], data.p + at + 4, sizeof *ret);
        }
    }
}

static void pack(const double *cells, struct str *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < MCOL_BLOCK; i++) {
        n += !cell_is_missing(cells[i]);
    }
    if (n >= SPARSE_LIMIT) {
        str_add(out, cells, DENSE_BYTES);
        return;
    }
    for (uint32_t i = 0; i < MCOL_BLOCK; i++) {
        if (!cell_is_missing(cells[i])) {
            str_add(out, &i, sizeof i);
            str_add(out, &cells[i], sizeof cells[i]);
        }
    }
}

static void fill_missing(double *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cells[i] = cell_missing();
    }
}

/* --- blocks that a transaction changes: read once, written once, before it commits --- */

struct cell_block {
    int64_t source, key, number;
    double cells[MCOL_BLOCK];
};

void cells_forget(struct store *st)
{
    while (st->block_count) {
        free(st->blocks[--st->block_count]);
    }
}

static bool save_block(struct store *st, const struct cell_block *b, struct err *e)
{
    CLEANUP(str_release) struct str data = STR_INIT;
    pack(b->cells, &data);
    struct q q = q_get(st, STMT_MCOL_SET);
    q_i64(q, ":source", b->source);
    q_i64(q, ":key", b->key);
    q_i64(q, ":block", b->number);
    q_blob(q, ":data", data.p, data.n);
    return q_run(q, e);
}

bool cells_save(struct store *st, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < st->block_count; i++) {
        ok = save_block(st, st->blocks[i], e);
    }
    if (ok) {
        cells_forget(st);
    }
    return ok;
}

static bool load_block(struct store *st, struct cell_block *b, struct err *e)
{
    fill_missing(b->cells, MCOL_BLOCK);
    struct q q = q_get(st, STMT_MCOL_GET);
    q_i64(q, ":source", b->source);
    q_i64(q, ":key", b->key);
    q_i64(q, ":block", b->number);
    int rc = q_step(q, e);
    if (rc == 1) {
        unpack(q_col_blob(q, 0), 0, b->cells, MCOL_BLOCK);
        q_done(q);
    }
    return rc >= 0;
}

static bool set_cell(struct store *st, const struct run_row *run, int64_t key, double value,
                     struct err *e)
{
    xassert(st->in_transaction);
    int64_t number = run->slot / MCOL_BLOCK;
    struct cell_block *found = NULL;
    for (size_t i = 0; i < st->block_count && !found; i++) {
        struct cell_block *b = st->blocks[i];
        found = b->source == run->source && b->key == key && b->number == number ? b : NULL;
    }
    if (!found) {
        if (st->block_count == CHANGED_BLOCKS_MAX && !cells_save(st, e)) {
            return false;
        }
        found = xcalloc(1, sizeof *found);
        found->source = run->source;
        found->key = key;
        found->number = number;
        if (!load_block(st, found, e)) {
            free(found);
            return false;
        }
        st->blocks[st->block_count++] = found;
    }
    found->cells[run->slot % MCOL_BLOCK] = value;
    return true;
}

/* Points of a stored chunk; false when its bytes are not n points. */
static bool read_points(struct q q, struct point *ret, size_t n)
{
    enum { DATA = 4, HAS_WHOLE_STEPS = 5 };
    struct sv data = q_col_blob(q, DATA);
    if (n > SERIES_CHUNK || data.n != n * sizeof *ret) {
        return false;
    }
    if (n) {
        memcpy(ret, data.p, data.n);
    }
    for (size_t i = 0; i < n && !q_col_i64(q, HAS_WHOLE_STEPS); i++) {
        double step;
        memcpy(&step, &ret[i].step, sizeof step);
        ret[i].step = fabs(step) < 9.2e18 ? (int64_t)step : 0;
    }
    return true;
}

struct chunk {
    int64_t number, n;
    double vmin, vmax;
    struct point at[SERIES_CHUNK];
};

static void chunk_begin(struct chunk *c, int64_t number)
{
    c->number = number;
    c->n = 0;
    c->vmin = INFINITY;
    c->vmax = -INFINITY;
}

static bool load_tail(struct store *st, int64_t run, int64_t key, struct chunk *c, struct err *e)
{
    struct q q = q_get(st, STMT_SERIES_TAIL);
    q_i64(q, ":run", run);
    q_i64(q, ":key", key);
    int rc = q_step(q, e);
    chunk_begin(c, 0);
    if (rc == 1) {
        c->number = q_col_i64(q, 0);
        c->n = q_col_i64(q, 1);
        if (!read_points(q, c->at, (size_t)c->n)) {
            q_done(q);
            return err_set(e, ERR_CORRUPT, "a curve in %s is damaged (run %lld, chunk %lld)",
                           st->path, (long long)run, (long long)c->number);
        }
        c->vmin = q_col_is_null(q, 2) ? INFINITY : q_col_num(q, 2);
        c->vmax = q_col_is_null(q, 3) ? -INFINITY : q_col_num(q, 3);
        q_done(q);
    }
    return rc >= 0;
}

static bool save_chunk(struct store *st, int64_t run, int64_t key, const struct chunk *c,
                       struct err *e)
{
    struct q q = q_get(st, STMT_SERIES_SET);
    q_i64(q, ":run", run);
    q_i64(q, ":key", key);
    q_i64(q, ":chunk", c->number);
    q_i64(q, ":n", c->n);
    if (c->vmin <= c->vmax) {
        q_num(q, ":vmin", c->vmin);
        q_num(q, ":vmax", c->vmax);
    }
    q_blob(q, ":data", c->at, (size_t)c->n * sizeof *c->at);
    return q_run(q, e);
}

/* Chunk after chunk from the one that `c` holds on; it is left in c what the last one holds. */
static bool append(struct store *st, int64_t run, int64_t key, struct chunk *c,
                   const struct point *points, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (c->n == SERIES_CHUNK) {
            if (!save_chunk(st, run, key, c, e)) {
                return false;
            }
            chunk_begin(c, c->number + 1);
        }
        c->at[c->n++] = points[i];
        if (isfinite(points[i].value)) {
            c->vmin = fmin(c->vmin, points[i].value);
            c->vmax = fmax(c->vmax, points[i].value);
        }
    }
    return n == 0 || save_chunk(st, run, key, c, e);
}

/* By step, then by time: no time comes first. */
static int compare(const struct point *a, const struct point *b)
{
    if (a->step != b->step || isnan(a->time_ms) || isnan(b->time_ms)) {
        return a->step != b->step ? (a->step > b->step) - (a->step < b->step)
                                  : isnan(b->time_ms) - isnan(a->time_ms);
    }
    return (a->time_ms > b->time_ms) - (a->time_ms < b->time_ms);
}

struct placed {
    struct point point;
    size_t place; /* keeps equal ones in the order in which they came */
};

static int by_order(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int c = compare(&x->point, &y->point);
    return c ? c : (x->place > y->place) - (x->place < y->place);
}

struct points {
    VEC(struct point) list;
};

static bool collect(void *arg, const struct point *points, size_t n)
{
    struct points *to = arg;
    for (size_t i = 0; i < n; i++) {
        vec_push(&to->list, points[i]);
    }
    return true;
}

/* The whole curve anew. */
static bool rewrite(struct store *st, int64_t run, int64_t key, const struct point *points,
                    size_t n, struct err *e)
{
    struct chunk c;
    struct q q = q_get(st, STMT_SERIES_DROP);
    q_i64(q, ":run", run);
    q_i64(q, ":key", key);
    chunk_begin(&c, 0);
    return q_run(q, e) && append(st, run, key, &c, points, n, e);
}

/* What came goes between what is there: both in order. */
static bool merge(struct store *st, int64_t run, int64_t key, const struct placed *came, size_t n,
                  struct err *e)
{
    struct points old = {0}, all = {0};
    bool ok = run_series(st, run, key, collect, &old, e);
    for (size_t i = 0, k = 0; ok && (i < old.list.n || k < n);) {
        bool is_old = i < old.list.n && (k == n || compare(&old.list.at[i], &came[k].point) <= 0);
        vec_push(&all.list, is_old ? old.list.at[i++] : came[k++].point);
    }
    ok = ok && rewrite(st, run, key, all.list.at, all.list.n, e);
    vec_release(&old.list);
    vec_release(&all.list);
    return ok;
}

static bool is_ordered(const struct chunk *tail, const struct point *points, size_t n)
{
    bool ok = tail->n == 0 || compare(&tail->at[tail->n - 1], &points[0]) <= 0;
    for (size_t i = 1; ok && i < n; i++) {
        ok = compare(&points[i - 1], &points[i]) <= 0;
    }
    return ok;
}

bool run_points(struct store *st, int64_t run, int64_t key, const struct point *points, size_t n,
                bool in_order, struct err *e)
{
    struct chunk tail;
    if (n == 0 || !load_tail(st, run, key, &tail, e)) {
        return n == 0;
    }
    if (in_order || is_ordered(&tail, points, n)) {
        return append(st, run, key, &tail, points, n, e);
    }
    struct placed *came = xreallocarray(NULL, n, sizeof *came);
    for (size_t i = 0; i < n; i++) {
        came[i] = (struct placed){points[i], i};
    }
    qsort(came, n, sizeof *came, by_order);
    bool ok = merge(st, run, key, came, n, e);
    free(came);
    return ok;
}

bool run_set_latest(struct store *st, const struct run_row *run, int64_t key, double value,
                    struct err *e)
{
    return set_cell(st, run, key, value, e);
}

bool run_purge(struct store *st, const struct run_row *run, int64_t key, int64_t from,
               struct err *e)
{
    struct points all = {0};
    bool ok = from == INT64_MIN || run_series(st, run->id, key, collect, &all, e);
    size_t n = 0;
    for (size_t i = 0; i < all.list.n; i++) {
        if (all.list.at[i].step < from) {
            all.list.at[n++] = all.list.at[i];
        }
    }
    ok = ok && (rewrite(st, run->id, key, all.list.at, n, e) &&
                set_cell(st, run, key, n ? all.list.at[n - 1].value : cell_missing(), e));
    vec_release(&all.list);
    return ok;
}

bool run_log(struct store *st, const char *uid, const char *key_name, const struct point *points,
             size_t n, struct err *e)
{
    struct run_row run;
    int rc = run_ids(st, uid, &run, e);
    if (rc != 1 || n == 0) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no run \"%s\"", uid) : rc == 1;
    }
    int64_t key = run_metric_id(st, key_name, e);
    return key >= 0 && run_points(st, run.id, key, points, n, true, e) &&
           set_cell(st, &run, key, points[n - 1].value, e);
}

bool run_metric_keys(struct store *st, struct arena *a, struct metric_keys *ret, struct err *e)
{
    VEC(struct metric_key) keys = {0};
    if (!cells_save(st, e)) {
        return false;
    }
    struct q q = q_get(st, STMT_METRIC_KEYS);
    q_scope(q);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct metric_key k = {q_col_i64(q, 0), arena_z(a, q_col(q, 1))};
        vec_push(&keys, k);
    }
    ret->n = keys.n;
    ret->at = arena_copy(a, keys.at, keys.n * sizeof *keys.at);
    vec_release(&keys);
    return rc == 0;
}

bool run_column(struct store *st, int64_t source, int64_t key, size_t first, double *ret, size_t n,
                struct err *e)
{
    if (!cells_save(st, e)) {
        return false;
    }
    fill_missing(ret, n);
    struct q q = q_get(st, STMT_MCOL_BLOCKS);
    q_i64(q, ":source", source);
    q_i64(q, ":key", key);
    q_i64(q, ":from", (int64_t)(first / MCOL_BLOCK));
    q_i64(q, ":to", (int64_t)((first + n + MCOL_BLOCK - 1) / MCOL_BLOCK));
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct sv data = q_col_blob(q, 1);
        if (!is_block_valid(data)) {
            q_done(q);
            err_set(e, ERR_CORRUPT, "a metric column in %s is damaged", st->path);
            break;
        }
        size_t at = (size_t)q_col_i64(q, 0) * MCOL_BLOCK;
        size_t from = at > first ? at : first;
        size_t to = at + MCOL_BLOCK < first + n ? at + MCOL_BLOCK : first + n;
        unpack(data, from - at, ret + (from - first), to - from);
    }
    return rc == 0;
}

bool run_cell(struct store *st, int64_t source, int64_t key, int64_t slot, double *ret,
              struct err *e)
{
    if (!cells_save(st, e)) {
        return false;
    }
    struct q q = q_get(st, STMT_MCOL_GET);
    q_i64(q, ":source", source);
    q_i64(q, ":key", key);
    q_i64(q, ":block", slot / MCOL_BLOCK);
    int rc = q_step(q, e);
    *ret = cell_missing();
    if (rc == 1) {
        struct sv data = q_col_blob(q, 0);
        if (is_block_valid(data)) {
            unpack(data, (size_t)(slot % MCOL_BLOCK), ret, 1);
        }
        q_done(q);
    }
    return rc >= 0;
}

bool run_series_keys(struct store *st, int64_t run, struct arena *a, struct series_keys *ret,
                     struct err *e)
{
    VEC(struct series_key) keys = {0};
    struct q q = q_get(st, STMT_SERIES_KEYS);
    q_i64(q, ":run", run);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct series_key k = {q_col_i64(q, 0), arena_z(a, q_col(q, 1)), q_col_i64(q, 2)};
        vec_push(&keys, k);
    }
    ret->n = keys.n;
    ret->at = arena_copy(a, keys.at, keys.n * sizeof *keys.at);
    vec_release(&keys);
    return rc == 0;
}

bool run_series_last(struct store *st, int64_t run, int64_t key, struct point *ret,
                     bool *ret_is_there, struct err *e)
{
    struct chunk c;
    if (!load_tail(st, run, key, &c, e)) {
        return false;
    }
    *ret_is_there = c.n > 0;
    if (c.n) {
        *ret = c.at[c.n - 1];
    }
    return true;
}

bool run_series(struct store *st, int64_t run, int64_t key,
                bool (*fn)(void *arg, const struct point *points, size_t n), void *arg,
                struct err *e)
{
    struct q q = q_get(st, STMT_SERIES_CHUNKS);
    q_i64(q, ":run", run);
    q_i64(q, ":key", key);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        size_t n = (size_t)q_col_i64(q, 1);
        struct point points[SERIES_CHUNK];
        if (!read_points(q, points, n)) {
            q_done(q);
            return err_set(e, ERR_CORRUPT, "a curve in %s is damaged", st->path);
        }
        if (n > 0 && !fn(arg, points, n)) {
            q_done(q);
            return true;
        }
    }
    return rc == 0;
}
