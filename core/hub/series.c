/* QUERY_SERIES: the curves of a run in as many buckets as there are pixels. */
#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/hub/hash.h"
#include "core/hub/hub.h"

enum { DEFAULT_PIXELS = 512, MAX_PIXELS = 100000 };

/* A curve while its points go by: n is known, so each point's bucket is. */
struct buckets {
    struct series_point *at;
    size_t n, count; /* used, of so many */
    size_t total, seen;
    size_t current; /* bucket of the point before */
    double last;
};

static bool add_points(void *arg, const struct point *points, size_t n)
{
    struct buckets *b = arg;
    for (size_t i = 0; i < n && b->seen < b->total; i++, b->seen++) {
        const struct point *p = &points[i];
        size_t bucket = b->seen * b->count / b->total;
        if (b->n == 0 || bucket != b->current) {
            b->at[b->n++] = (struct series_point){.min = NAN, .max = NAN};
            b->current = bucket;
        }
        struct series_point *to = &b->at[b->n - 1];
        to->step = (double)p->step;
        to->time_ms = p->time_ms;
        to->value = p->value;
        to->min = fmin(to->min, p->value); /* a NaN gives way to a number */
        to->max = fmax(to->max, p->value);
        b->last = p->value;
    }
    return b->seen < b->total;
}

static bool read_curve(struct hub *hub, const struct run_row *run, const struct series_key *key,
                       size_t pixels, struct arena *a, struct series *ret, struct err *e)
{
    struct buckets b = {.total = (size_t)key->n, .last = NAN};
    b.count = b.total < pixels ? b.total : pixels;
    b.at = arena_alloc(a, (b.count + 1) * sizeof *b.at);
    if (!run_series(hub->st, run->id, key->id, add_points, &b, e)) {
        return false;
    }
    *ret = (struct series){.run = arena_z(a, run->uid),
                           .key = arena_z(a, key->key),
                           .total = b.total,
                           .at = b.at,
                           .n = b.n,
                           .last = b.last};
    return true;
}

static bool read_curves(struct hub *hub, const struct query *q, struct snapshot *s, uint64_t *h,
                        struct err *e)
{
    struct run_row run;
    struct series_keys keys;
    struct arena *a = &s->arena;
    CLEANUP(mem_free_ptr) char *uid = run_resolve(hub->st, q->id ? q->id : "", e);
    if (!uid || !run_get(hub->st, uid, a, &run, e) ||
        !run_series_keys(hub->st, run.id, a, &keys, e)) {
        return false;
    }
    size_t pixels = q->pixels > 0 ? (size_t)q->pixels : DEFAULT_PIXELS;
    pixels = pixels < MAX_PIXELS ? pixels : MAX_PIXELS;
    struct series *series = arena_alloc(a, (keys.n + 1) * sizeof *series);
    for (size_t i = 0; i < keys.n; i++) {
        if (q->key && strcmp(q->key, keys.at[i].key) != 0) {
            continue;
        }
        struct series *to = &series[s->series_count];
        if (!read_curve(hub, &run, &keys.at[i], pixels, a, to, e)) {
            return false;
        }
        s->series_count++;
        *h = hash_u64(hash_z(*h, to->key), to->total);
        *h = hash_bytes(*h, (const char *)to->at, to->n * sizeof *to->at);
    }
    s->series = series;
    return true;
}

static void begin(struct hub *hub, struct sub *sub)
{
    (void)hub, (void)sub;
}

static void changed(struct hub *hub, struct sub *sub)
{
    (void)hub;
    sub->needs_work = true;
}

static void window(struct hub *hub, struct sub *sub, const struct query *before)
{
    (void)hub, (void)sub, (void)before;
}

static bool work(struct hub *hub, struct sub *sub, int64_t deadline_us)
{
    (void)deadline_us;
    struct err e;
    struct snapshot *s = snapshot_new(SNAPSHOT_SERIES);
    uint64_t h = hash_u64(HASH_INIT, sub->generation);
    s->kind = KIND_RUN;
    s->as_of_ms = clock_wall_ms();
    if (read_curves(hub, &sub->query, s, &h, &e)) {
        hub_send_snapshot(hub, sub, s, h);
    } else {
        snapshot_unref(s);
        hub_send_error(hub, sub, &e);
    }
    return false;
}

const struct sub_type series_type = {
    .begin = begin, .changed = changed, .window = window, .work = work, .end = begin};
