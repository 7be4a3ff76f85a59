/* A source, its reader and the sink that writes to the cache; see source.h. */
#include "core/provider/files/source.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/utf8.h"
#include "core/provider/files/reader.h"

/* A transaction goes on over several slices: the state is saved once for all that they read. */
enum { COMMIT_MS = 100, READ_SLICE_US = 50000 };

struct source {
    struct store *st;
    char *path;
    const struct reader *reader;
    void *r;
    int64_t id, commits;
    struct reader_sink sink;
    bool is_in_transaction;
    int64_t begun_ms;
    struct err damage_err; /* of damaged and afresh, which cannot fail for a reader */
    /* the run and the metric that were written last: points come in long rows of one */
    char *run_uid;
    struct run_row run;
    char *key_name;
    int64_t key;
};

/* --- texts --- */

/* Valid UTF-8: `z` itself, or a copy in `out`. */
static const char *valid(struct str *out, const char *z)
{
    for (size_t i = 0, n = z ? strlen(z) : 0; i < n;) {
        size_t bytes = utf8_valid_bytes(z + i, n - i);
        if (bytes == 0) {
            str_clear(out);
            utf8_make_valid(out, sv_z(z));
            return out->p;
        }
        i += bytes;
    }
    return z;
}

/* --- the sink --- */

static void forget_run(struct source *s)
{
    free(s->run_uid);
    s->run_uid = NULL;
}

/* 1 found, 0 not handed over, -1 an error. */
static int find_run(struct source *s, const char *id, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    id = valid(&text, id);
    if (z_eq(s->run_uid, id)) {
        return 1;
    }
    int rc = source_run_ids(s->st, s->id, id, &s->run, e);
    if (rc == 1) {
        forget_run(s);
        s->run_uid = xstrdup(id);
    }
    return rc;
}

/* False with an error. */
static bool find_key(struct source *s, const char *key, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    key = valid(&text, key);
    if (!z_eq(s->key_name, key)) {
        s->key = run_metric_id(s->st, key, e);
        free(s->key_name);
        s->key_name = s->key < 0 ? NULL : xstrdup(key);
    }
    return s->key >= 0;
}

static bool sink_run(void *arg, const struct source_run *run, struct err *e)
{
    struct source *s = arg;
    struct source_run clean = *run;
    CLEANUP(str_release) struct str id = STR_INIT;
    CLEANUP(str_release) struct str name = STR_INIT;
    CLEANUP(str_release) struct str experiment = STR_INIT;
    CLEANUP(str_release) struct str status = STR_INIT;
    CLEANUP(str_release) struct str parent = STR_INIT;
    clean.id = valid(&id, run->id);
    clean.name = valid(&name, run->name ? run->name : "");
    clean.experiment = valid(&experiment, run->experiment ? run->experiment : "");
    clean.status = valid(&status, run->status);
    clean.parent = valid(&parent, run->parent);
    return source_run_set(s->st, s->id, &clean, e);
}

static bool sink_gone(void *arg, const char *run, struct err *e)
{
    struct source *s = arg;
    CLEANUP(str_release) struct str text = STR_INIT;
    forget_run(s);
    return source_run_gone(s->st, s->id, valid(&text, run), e);
}

static bool sink_each_run(void *arg, void (*fn)(void *fn_arg, const char *run), void *fn_arg,
                          struct err *e)
{
    struct source *s = arg;
    return source_each_run(s->st, s->id, fn, fn_arg, e);
}

static bool sink_points(void *arg, const char *run, const char *key, const struct point *points,
                        size_t n, struct err *e)
{
    struct source *s = arg;
    int rc = find_run(s, run, e);
    return rc != 1 ? rc == 0
                   : find_key(s, key, e) && run_points(s->st, s->run.id, s->key, points, n,
                                                       s->reader->in_file_order, e);
}

static bool sink_latest(void *arg, const char *run, const char *key, double value, struct err *e)
{
    struct source *s = arg;
    int rc = find_run(s, run, e);
    return rc != 1 ? rc == 0
                   : find_key(s, key, e) && run_set_latest(s->st, &s->run, s->key, value, e);
}

static bool purge_all(struct source *s, int64_t from, struct err *e)
{
    struct arena a;
    struct series_keys keys;
    arena_init(&a, 0);
    bool ok = run_series_keys(s->st, s->run.id, &a, &keys, e);
    for (size_t i = 0; ok && i < keys.n; i++) {
        ok = run_purge(s->st, &s->run, keys.at[i].id, from, e);
    }
    arena_release(&a);
    return ok;
}

static bool sink_purge(void *arg, const char *run, const char *key, int64_t from, struct err *e)
{
    struct source *s = arg;
    int rc = find_run(s, run, e);
    if (rc != 1) {
        return rc == 0;
    }
    return key ? find_key(s, key, e) && run_purge(s->st, &s->run, s->key, from, e)
               : purge_all(s, from, e);
}

static void sink_damaged(void *arg, const char *file, int64_t offset, const char *reason)
{
    struct source *s = arg;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str why = STR_INIT;
    struct damage d = {valid(&text, file), offset, valid(&why, reason)};
    struct err e = ERR_INIT;
    if (!source_damage(s->st, s->id, &d, &e)) {
        s->damage_err = e;
    }
}

static void sink_afresh(void *arg, const char *file)
{
    struct source *s = arg;
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err e = ERR_INIT;
    if (!source_damage_forget(s->st, s->id, valid(&text, file), &e)) {
        s->damage_err = e;
    }
}

static struct json *sink_get(void *arg, const char *piece)
{
    struct source *s = arg;
    CLEANUP(str_release) struct str text = STR_INIT;
    return source_piece(s->st, s->id, valid(&text, piece));
}

static bool sink_keep(void *arg, const char *piece, const struct json *state, struct err *e)
{
    struct source *s = arg;
    CLEANUP(str_release) struct str text = STR_INIT;
    return source_piece_set(s->st, s->id, valid(&text, piece), state, e);
}

static const struct reader_sink cache_sink = {
    .run = sink_run,
    .gone = sink_gone,
    .each_run = sink_each_run,
    .points = sink_points,
    .latest = sink_latest,
    .purge = sink_purge,
    .damaged = sink_damaged,
    .afresh = sink_afresh,
    .get = sink_get,
    .keep = sink_keep,
};

/* --- opening --- */

static bool find_reader(struct source *s, struct err *e)
{
    s->reader = reader_find(s->path);
    if (s->reader) {
        return true;
    }
    CLEANUP(str_release) struct str all = STR_INIT;
    for (const struct reader *const *r = readers; *r; r++) {
        str_addf(&all, "%s%s", all.n ? ", " : "", (*r)->name);
    }
    err_set(e, ERR_NOT_FOUND, "%s holds no tracking data that is known here", s->path);
    return err_hint(e, "name the file or folder itself; known are: %s", all.p);
}

/* In a transaction: goes on where the last reading ended, another process's too. */
static bool begin_reader(struct source *s, struct err *e)
{
    struct source_place place;
    if (!source_begin(s->st, s->path, s->reader->name, &place, e)) {
        return false;
    }
    bool ok = true;
    if (!s->r || place.commits != s->commits) {
        if (s->r) {
            s->reader->close(s->r);
        }
        s->r = s->reader->open(s->path, place.state, e);
        ok = s->r != NULL;
    }
    s->id = place.id;
    s->commits = place.commits;
    json_free(place.state);
    return ok;
}

static bool begin(struct source *s, struct err *e)
{
    if (!store_begin(s->st, e)) {
        return false;
    }
    s->is_in_transaction = true;
    s->begun_ms = clock_mono_ms();
    return begin_reader(s, e);
}

static bool commit(struct source *s, struct err *e)
{
    CLEANUP(json_free_ptr) struct json *state = s->reader->state(s->r);
    s->is_in_transaction = false;
    s->commits++;
    return source_save(s->st, s->id, state, e) && store_commit(s->st, e);
}

/* After a failure: nothing that was made in the transaction is there, the reader's place least. */
static void give_up(struct source *s)
{
    store_rollback(s->st);
    s->is_in_transaction = false;
    forget_run(s);
    free(s->key_name);
    s->key_name = NULL;
    if (s->r) {
        s->reader->close(s->r);
        s->r = NULL;
    }
}

bool source_open(const char *path, struct store *st, struct source **ret_source, struct err *e)
{
    struct source *s = xcalloc(1, sizeof *s);
    s->st = st;
    s->sink = cache_sink;
    s->sink.arg = s;
    s->path = os_real_path(path, e);
    if (!s->path || !find_reader(s, e) || !begin(s, e) || !commit(s, e)) {
        source_close(s);
        return false;
    }
    store_look_at(st, s->id, RUNS_ACTIVE);
    *ret_source = s;
    return true;
}

void source_close(struct source *s)
{
    if (!s) {
        return;
    }
    give_up(s); /* what was not committed is read again */
    free(s->path);
    free(s);
}

/* --- reading --- */

static bool step(struct source *s, int64_t deadline_us, bool *ret_more, struct err *e)
{
    if (!s->is_in_transaction && !begin(s, e)) {
        return false;
    }
    s->damage_err.code = ERR_NONE;
    if (!s->reader->step(s->r, &s->sink, deadline_us, ret_more, e)) {
        return false;
    }
    if (s->damage_err.code != ERR_NONE) {
        *e = s->damage_err;
        return false;
    }
    bool is_due = !*ret_more || clock_mono_ms() - s->begun_ms >= COMMIT_MS;
    return !is_due || commit(s, e);
}

bool source_step(struct source *s, int64_t deadline_us, bool *ret_more, struct err *e)
{
    if (step(s, deadline_us, ret_more, e)) {
        return true;
    }
    give_up(s);
    return err_wrap(e, "could not read %s", s->path);
}

bool source_read(struct source *s, struct err *e)
{
    bool has_more = true;
    while (has_more) {
        if (!source_step(s, clock_mono_us() + READ_SLICE_US, &has_more, e)) {
            return false;
        }
    }
    return true;
}

/* --- what is asked --- */

int64_t source_id(const struct source *s)
{
    return s->id;
}

const char *source_path(const struct source *s)
{
    return s->path;
}

const char *source_format(const struct source *s)
{
    return s->reader->name;
}

struct curve {
    bool (*fn)(void *arg, const struct point *points, size_t n);
    void *arg;
    bool is_found;
};

static bool curve_points(void *arg, const char *run, const char *key, const struct point *points,
                         size_t n, struct err *e)
{
    struct curve *c = arg;
    (void)run, (void)key, (void)e;
    c->is_found = true;
    return c->fn(c->arg, points, n);
}

bool source_curve(struct source *s, const char *run, const char *key,
                  bool (*fn)(void *arg, const struct point *points, size_t n), void *arg,
                  struct err *e)
{
    struct arena a;
    struct run_row row;
    struct series_keys keys;
    struct curve c = {fn, arg, false};
    if (s->reader->series) {
        struct reader_sink sink = {.arg = &c, .points = curve_points};
        return s->reader->series(s->r, run, key, &sink, e) &&
               (c.is_found || err_set(e, ERR_NOT_FOUND, "run %s has no metric \"%s\"", run, key));
    }
    arena_init(&a, 0);
    bool ok = run_get(s->st, run, &a, &row, e) && run_series_keys(s->st, row.id, &a, &keys, e);
    for (size_t i = 0; ok && i < keys.n && !c.is_found; i++) {
        c.is_found = strcmp(keys.at[i].key, key) == 0;
        ok = !c.is_found || run_series(s->st, row.id, keys.at[i].id, fn, arg, e);
    }
    arena_release(&a);
    return ok && (c.is_found || err_set(e, ERR_NOT_FOUND, "run %s has no metric \"%s\"", run, key));
}
