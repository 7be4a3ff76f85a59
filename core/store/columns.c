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
        struct sv data = q_col_blob(q, 4);
        c->number = q_col_i64(q, 0);
        c->n = q_col_i64(q, 1);
        if (c->n < 0 || c->n > SERIES_CHUNK || data.n != (size_t)c->n * sizeof *c->at) {
            q_done(q);
            return err_set(e, ERR_CORRUPT, "a curve in %s is damaged (run %lld, chunk %lld)",
                           st->path, (long long)run, (long long)c->number);
        }
        memcpy(c->at, data.p, data.n);
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

bool run_log(struct store *st, const char *uid, const char *key_name, const struct point *points,
             size_t n, struct err *e)
{
    struct run_row run;
    int rc = run_ids(st, uid, &run, e);
    if (rc != 1 || n == 0) {
        return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no run \"%s\"", uid) : rc == 1;
    }
    int64_t key = run_metric_id(st, key_name, e);
    struct chunk c;
    if (key < 0 || !load_tail(st, run.id, key, &c, e)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (c.n == SERIES_CHUNK) {
            if (!save_chunk(st, run.id, key, &c, e)) {
                return false;
            }
            chunk_begin(&c, c.number + 1);
        }
        c.at[c.n++] = points[i];
        if (isfinite(points[i].value)) {
            c.vmin = fmin(c.vmin, points[i].value);
            c.vmax = fmax(c.vmax, points[i].value);
        }
    }
    return save_chunk(st, run.id, key, &c, e) && set_cell(st, &run, key, points[n - 1].value, e);
}

bool run_metric_keys(struct store *st, struct arena *a, struct metric_keys *ret, struct err *e)
{
    VEC(struct metric_key) keys = {0};
    struct q q = q_get(st, STMT_METRIC_KEYS);
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
        struct sv data = q_col_blob(q, 4);
        int64_t n = q_col_i64(q, 1);
        struct point points[SERIES_CHUNK];
        if (n < 0 || n > SERIES_CHUNK || data.n != (size_t)n * sizeof *points) {
            q_done(q);
            return err_set(e, ERR_CORRUPT, "a curve in %s is damaged", st->path);
        }
        if (n == 0) {
            continue;
        }
        memcpy(points, data.p, data.n);
        if (!fn(arg, points, (size_t)n)) {
            q_done(q);
            return true;
        }
    }
    return rc == 0;
}
