/* What a reader hands over; see sink.h. */
#include "tests/unit/test.h"

#include "tests/unit/sink.h"

#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

struct series {
    VEC(struct point) points;
    double latest;
    bool has_latest;
};
struct run {
    struct json *doc;
    struct map series;
    bool is_gone;
};

static struct run *known(struct sink *s, const char *id)
{
    struct run *run = map_get(&s->runs, sv_z(id));
    assert_non_null(run); /* a run is told before anything of it */
    return run;
}

static struct series *series_of(struct sink *s, const char *id, const char *key)
{
    struct run *run = known(s, id);
    struct series *x = map_get(&run->series, sv_z(key));
    if (!x) {
        x = xcalloc(1, sizeof *x);
        map_set(&run->series, sv_z(key), x);
    }
    return x;
}

static void set_time(struct json *doc, const char *key, int64_t us)
{
    if (us != READER_NO_TIME) {
        json_set_i64(doc, key, us);
    }
}

static bool take_run(void *arg, const struct source_run *told, struct err *e)
{
    struct sink *s = arg;
    struct run *run = map_get(&s->runs, sv_z(told->id));
    (void)e;
    if (!run) {
        run = xcalloc(1, sizeof *run);
        map_set(&s->runs, sv_z(told->id), run);
    }
    json_free(run->doc);
    run->is_gone = false;
    run->doc = json_new_object();
    json_set_str(run->doc, "name", told->name);
    json_set(run->doc, "experiment", json_new_str(told->experiment));
    json_set(run->doc, "status", json_new_str(told->status));
    json_set(run->doc, "parent", json_new_str(told->parent));
    set_time(run->doc, "started", told->started_us);
    set_time(run->doc, "ended", told->ended_us);
    json_set(run->doc, "params", told->params ? json_clone(told->params) : json_new_object());
    json_set(run->doc, "tags", told->tags ? json_clone(told->tags) : json_new_object());
    return true;
}

static bool take_gone(void *arg, const char *id, struct err *e)
{
    (void)e;
    known(arg, id)->is_gone = true;
    return true;
}

static bool take_each(void *arg, void (*fn)(void *fn_arg, const char *run), void *fn_arg,
                      struct err *e)
{
    struct sink *s = arg;
    (void)e;
    for (size_t i = 0; i < s->runs.n; i++) {
        const struct run *run = s->runs.at[i].value;
        if (!run->is_gone) {
            fn(fn_arg, s->runs.at[i].key);
        }
    }
    return true;
}

static bool take_points(void *arg, const char *id, const char *key, const struct point *points,
                        size_t n, struct err *e)
{
    struct sink *s = arg;
    struct series *x = series_of(s, id, key);
    (void)e;
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        vec_push(&x->points, points[i]);
    }
    s->calls++;
    return true;
}

static bool take_latest(void *arg, const char *id, const char *key, double value, struct err *e)
{
    struct series *x = series_of(arg, id, key);
    (void)e;
    x->latest = value;
    x->has_latest = true;
    return true;
}

static bool take_purge(void *arg, const char *id, const char *key, int64_t from, struct err *e)
{
    struct run *run = known(arg, id);
    (void)e;
    for (size_t i = 0; i < run->series.n; i++) {
        struct series *x = run->series.at[i].value;
        size_t kept = 0;
        if (key && strcmp(key, run->series.at[i].key) != 0) {
            continue;
        }
        for (size_t j = 0; j < x->points.n; j++) {
            if (x->points.at[j].step < from) {
                x->points.at[kept++] = x->points.at[j];
            }
        }
        x->points.n = kept;
        x->has_latest = kept > 0;
        x->latest = kept ? x->points.at[kept - 1].value : 0;
    }
    return true;
}

static void take_damage(void *arg, const char *file, int64_t offset, const char *reason)
{
    struct sink *s = arg;
    CLEANUP(mem_free_ptr) char *key = xasprintf("%s:%lld", file, (long long)offset);
    free(map_set(&s->damages, sv_z(key), xstrdup(reason)));
}

static void take_afresh(void *arg, const char *file)
{
    struct sink *s = arg;
    CLEANUP(mem_free_ptr) char *prefix = xasprintf("%s:", file);
    for (size_t i = 0; i < s->damages.n; i++) {
        if (sv_starts(sv_z(s->damages.at[i].key), prefix)) {
            free(s->damages.at[i].value);
            s->damages.at[i].value = NULL;
        }
    }
}

static struct json *take_get(void *arg, const char *piece)
{
    const struct sink *s = arg;
    const char *text = map_get(&s->pieces, sv_z(piece));
    struct err why = ERR_INIT;
    struct json *state = NULL;
    assert_true(!text || json_parse(sv_z(text), &state, &why));
    return state;
}

static bool take_keep(void *arg, const char *piece, const struct json *state, struct err *e)
{
    struct sink *s = arg;
    struct str text = STR_INIT;
    (void)e;
    if (state) {
        json_print(state, JSON_COMPACT, &text);
    }
    free(map_set(&s->pieces, sv_z(piece), state ? str_detach(&text) : NULL));
    return true;
}

void sink_init(struct sink *s)
{
    *s = (struct sink){.to = {.run = take_run,
                              .gone = take_gone,
                              .each_run = take_each,
                              .points = take_points,
                              .latest = take_latest,
                              .purge = take_purge,
                              .damaged = take_damage,
                              .afresh = take_afresh,
                              .get = take_get,
                              .keep = take_keep}};
    s->to.arg = s;
}

static void free_values(struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->at[i].value);
    }
    map_release(m);
}

void sink_release(struct sink *s)
{
    for (size_t i = 0; i < s->runs.n; i++) {
        struct run *run = s->runs.at[i].value;
        for (size_t j = 0; j < run->series.n; j++) {
            struct series *x = run->series.at[j].value;
            vec_release(&x->points);
        }
        free_values(&run->series);
        json_free(run->doc);
    }
    free_values(&s->runs);
    free_values(&s->pieces);
    free_values(&s->damages);
    json_free(s->state);
}

void sink_steps(struct sink *s, const struct reader *f, void *r)
{
    struct err e = ERR_INIT;
    for (bool more = true; more;) {
        if (!f->step(r, &s->to, 0, &more, &e)) {
            fail_msg("%s", e.msg);
        }
    }
}

void sink_read(struct sink *s, const struct reader *f, const char *path)
{
    struct err e = ERR_INIT;
    void *r = f->open(path, s->state, &e);
    if (!r) {
        fail_msg("%s", e.msg);
    }
    sink_steps(s, f, r);
    json_free(s->state);
    s->state = f->state(r);
    f->close(r);
}

static int by_key(const void *a, const void *b)
{
    const struct map_entry *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

/* The entries in the order of their keys; the caller frees. */
static const struct map_entry **sorted(const struct map *m)
{
    const struct map_entry **at = xcalloc(m->n + 1, sizeof *at);
    for (size_t i = 0; i < m->n; i++) {
        at[i] = &m->at[i];
    }
    qsort(at, m->n, sizeof *at, by_key);
    return at;
}

static void dump_series(const struct map_entry *entry, struct str *out)
{
    const struct series *x = entry->value;
    if (!x->points.n && !x->has_latest) {
        return;
    }
    str_addf(out, "  %s ", entry->key);
    if (x->has_latest) {
        fmt_double(out, x->latest);
    }
    str_addc(out, ':');
    for (size_t i = 0; i < x->points.n; i++) {
        str_addf(out, " %lld@", (long long)x->points.at[i].step);
        fmt_double(out, x->points.at[i].time_ms);
        str_addc(out, '=');
        fmt_double(out, x->points.at[i].value);
    }
    str_addc(out, '\n');
}

void sink_dump(const struct sink *s, struct str *out)
{
    const struct map_entry **runs = sorted(&s->runs), **damages = sorted(&s->damages);
    for (size_t i = 0; i < s->runs.n; i++) {
        const struct run *run = runs[i]->value;
        if (run->is_gone) {
            continue;
        }
        str_addf(out, "run %s ", runs[i]->key);
        json_print(run->doc, JSON_COMPACT, out);
        str_addc(out, '\n');
        const struct map_entry **series = sorted(&run->series);
        for (size_t j = 0; j < run->series.n; j++) {
            dump_series(series[j], out);
        }
        free(series);
    }
    for (size_t i = 0; i < s->damages.n; i++) {
        if (damages[i]->value) {
            str_addf(out, "damaged %s %s\n", damages[i]->key, (const char *)damages[i]->value);
        }
    }
    free(runs);
    free(damages);
}

void sink_series(const struct sink *s, const char *run_id, const char *key, struct str *out)
{
    const struct run *run = map_get(&s->runs, sv_z(run_id));
    const struct series *x = run ? map_get(&run->series, sv_z(key)) : NULL;
    str_clear(out);
    for (size_t i = 0; x && i < x->points.n; i++) {
        str_addf(out, "%s%lld=", i ? " " : "", (long long)x->points.at[i].step);
        fmt_double(out, x->points.at[i].value);
    }
}

const struct json *sink_run(const struct sink *s, const char *run_id)
{
    const struct run *run = map_get(&s->runs, sv_z(run_id));
    return run && !run->is_gone ? run->doc : NULL;
}

const char *sink_damage(const struct sink *s, const char *file, int64_t offset)
{
    CLEANUP(mem_free_ptr) char *key = xasprintf("%s:%lld", file, (long long)offset);
    return map_get(&s->damages, sv_z(key));
}
