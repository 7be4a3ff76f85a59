/* Which runs, which metrics, and the curves of those in sight; see charts_state.h. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "views/charts_state.h"

enum { COLOURS = 8, PIXELS_PER_CELL = 4, PIXELS_MIN = 160 };

/* --- runs --- */

static unsigned hash_of(const char *id)
{
    unsigned h = 2166136261u;
    for (; *id; id++) {
        h = (h ^ (unsigned char)*id) * 16777619u;
    }
    return h % COLOURS;
}

/* The run's own colour, or the next that no other has. */
static unsigned colour_of(const struct charts *c, const char *id)
{
    unsigned want = hash_of(id);
    for (unsigned i = 0; i < COLOURS; i++) {
        bool is_free = true;
        for (size_t k = 0; k < c->runs.n; k++) {
            is_free &= c->runs.at[k].colour != (want + i) % COLOURS;
        }
        if (is_free) {
            return (want + i) % COLOURS;
        }
    }
    return want;
}

static size_t find_run(const struct charts *c, const char *id)
{
    for (size_t i = 0; i < c->runs.n; i++) {
        if (z_eq(c->runs.at[i].id, id)) {
            return i;
        }
    }
    return SIZE_MAX;
}

size_t charts_run_place(const struct charts *c)
{
    size_t at = find_run(c, c->run);
    return at != SIZE_MAX ? at : c->runs.n ? 0 : SIZE_MAX;
}

size_t charts_pinned(const struct charts *c)
{
    size_t at = find_run(c, c->pinned);
    return at != SIZE_MAX ? at : 0;
}

const struct row *charts_row(const struct charts *c, size_t run)
{
    for (size_t i = 0; c->rows && i < c->rows->n; i++) {
        if (z_eq(c->rows->rows[i].id, c->runs.at[run].id)) {
            return &c->rows->rows[i];
        }
    }
    return NULL;
}

const char *charts_name(const struct charts *c, size_t run)
{
    const char *name = row_text(charts_row(c, run), FIELD_RUN_name);
    return *name ? name : c->runs.at[run].id;
}

/* --- metrics --- */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct charts_metric *)a)->key, ((const struct charts_metric *)b)->key);
}

static void learn_metrics(struct charts *c)
{
    struct map seen = MAP_INIT;
    for (size_t i = 0; i < c->metrics.n; i++) {
        (void)map_set(&seen, sv_z(c->metrics.at[i].key), c);
    }
    for (size_t r = 0; r < c->rows->n; r++) {
        const struct named_list *list = &c->rows->rows[r].families[FAMILY_METRICS];
        for (size_t i = 0; i < list->n; i++) {
            if (!map_has(&seen, sv_z(list->at[i].key))) {
                struct charts_metric metric = {.key = xstrdup(list->at[i].key)};
                (void)map_set(&seen, sv_z(metric.key), c);
                vec_push(&c->metrics, metric);
            }
        }
    }
    map_release(&seen);
    if (c->metrics.n) {
        qsort(c->metrics.at, c->metrics.n, sizeof *c->metrics.at, by_key);
    }
}

static bool matches(const char *key, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = key; n && *p; p++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)p[i]) == tolower((unsigned char)word[i])) {
            i++;
        }
        if (i == n) {
            return true;
        }
    }
    return n == 0;
}

static void show(struct charts *c)
{
    vec_clear(&c->shown);
    for (size_t i = 0; i < c->metrics.n; i++) {
        if (matches(c->metrics.at[i].key, c->filter)) {
            vec_push(&c->shown, i);
        }
    }
}

void charts_filter(struct charts *c, struct sv text)
{
    char *next = sv_dup(sv_trim(text));
    free(c->filter);
    c->filter = next;
    show(c);
}

size_t charts_place(const struct charts *c)
{
    for (size_t i = 0; i < c->shown.n; i++) {
        if (z_eq(c->metrics.at[c->shown.at[i]].key, c->metric)) {
            return i;
        }
    }
    return c->shown.n ? 0 : SIZE_MAX;
}

void charts_visible(const struct charts *c, size_t *ret_first, size_t *ret_n)
{
    size_t at = charts_place(c), page = (size_t)c->columns * (size_t)c->lines;
    if (c->is_whole || page <= 1) {
        *ret_first = at == SIZE_MAX ? 0 : at;
        *ret_n = c->shown.n ? 1 : 0;
        return;
    }
    *ret_first = at == SIZE_MAX ? 0 : at / page * page;
    *ret_n = c->shown.n - *ret_first < page ? c->shown.n - *ret_first : page;
}

void charts_take(struct charts *c, struct snapshot *rows)
{
    struct snapshot *old = c->rows;
    c->rows = snapshot_ref(rows);
    snapshot_unref(old);
    for (size_t i = 0; i < rows->n && c->runs.n < CHARTS_RUNS_MAX; i++) {
        const char *id = rows->rows[i].id;
        if (find_run(c, id) == SIZE_MAX) {
            struct charts_run run = {.id = xstrdup(id), .colour = colour_of(c, id)};
            vec_push(&c->runs, run);
        }
    }
    learn_metrics(c);
    show(c);
}

/* --- curves --- */

static void curve_end(struct charts *c, size_t i)
{
    struct charts_curve *curve = &c->curves.at[i];
    hub_unsubscribe(view_hub(c->view), curve->sub);
    snapshot_unref(curve->snapshot);
    free(curve->run);
    free(curve->key);
    vec_remove(&c->curves, i);
}

static struct charts_curve *curve_find(const struct charts *c, const char *run, const char *key)
{
    for (size_t i = 0; i < c->curves.n; i++) {
        if (strcmp(c->curves.at[i].run, run) == 0 && strcmp(c->curves.at[i].key, key) == 0) {
            return &c->curves.at[i];
        }
    }
    return NULL;
}

static bool is_wanted(const struct charts *c, const struct charts_curve *curve, size_t first,
                      size_t n)
{
    size_t run = find_run(c, curve->run);
    bool is_in_sight = false;
    for (size_t i = first; i < first + n; i++) {
        is_in_sight |= strcmp(c->metrics.at[c->shown.at[i]].key, curve->key) == 0;
    }
    return is_in_sight && run != SIZE_MAX && !c->runs.at[run].is_hidden;
}

/* Buckets to ask for: what the chart can draw; more of a part that is looked at closely; every
 * point where one is read. */
static int pixels_of(const struct charts *c, const char *key)
{
    double first, last, part = 1;
    int columns = c->is_whole || c->columns < 1 ? 1 : c->columns;
    int pixels = c->grid.w / columns * PIXELS_PER_CELL;
    pixels = pixels > PIXELS_MIN ? pixels : PIXELS_MIN;
    size_t at = charts_place(c);
    if (c->is_inspecting && at != SIZE_MAX && z_eq(c->metrics.at[c->shown.at[at]].key, key)) {
        return CHARTS_RAW_MAX;
    }
    if (!isnan(c->look.from) && charts_range(c, &first, &last) && last > first) {
        part = (last - first) / (c->look.to - c->look.from);
    }
    double wanted = part > 1 ? pixels * part : pixels;
    return wanted < CHARTS_RAW_MAX ? (int)wanted : CHARTS_RAW_MAX;
}

static void curve_want(struct charts *c, const char *run, const char *key)
{
    struct hub *hub = view_hub(c->view);
    struct charts_curve *curve = curve_find(c, run, key);
    int pixels = pixels_of(c, key);
    struct query q = {.type = QUERY_SERIES, .id = run, .key = key, .pixels = pixels};
    if (!curve) {
        struct charts_curve one = {.run = xstrdup(run),
                                   .key = xstrdup(key),
                                   .pixels = pixels,
                                   .sub = hub_subscribe(hub, &q)};
        vec_push(&c->curves, one);
    } else if (curve->pixels < pixels || curve->pixels > 4 * pixels) {
        curve->pixels = pixels;
        hub_window(hub, curve->sub, &q);
    }
}

void charts_subscribe(struct charts *c)
{
    size_t first, n;
    charts_visible(c, &first, &n);
    for (size_t i = c->curves.n; i-- > 0;) {
        if (!is_wanted(c, &c->curves.at[i], first, n)) {
            curve_end(c, i);
        }
    }
    for (size_t i = first; i < first + n; i++) {
        const char *key = c->metrics.at[c->shown.at[i]].key;
        for (size_t r = 0; r < c->runs.n; r++) {
            struct value last = row_named(charts_row(c, r), FAMILY_METRICS, key);
            if (!c->runs.at[r].is_hidden && last.type != VALUE_MISSING) {
                curve_want(c, c->runs.at[r].id, key);
            }
        }
    }
}

bool charts_curve_event(struct charts *c, const struct ev *ev)
{
    for (size_t i = 0; ev->type == EV_SNAPSHOT && i < c->curves.n; i++) {
        struct charts_curve *curve = &c->curves.at[i];
        if (curve->sub != ev->id) {
            continue;
        }
        if (!c->is_paused && ev->snapshot->type == SNAPSHOT_SERIES) {
            struct snapshot *old = curve->snapshot;
            curve->snapshot = snapshot_ref(ev->snapshot);
            snapshot_unref(old);
        }
        return true;
    }
    return false;
}

const struct series *charts_series(const struct charts *c, const char *run, const char *key)
{
    const struct charts_curve *curve = curve_find(c, run, key);
    const struct snapshot *s = curve ? curve->snapshot : NULL;
    for (size_t i = 0; s && i < s->series_count; i++) {
        if (strcmp(s->series[i].key, key) == 0 && s->series[i].n) {
            return &s->series[i];
        }
    }
    return NULL;
}

bool charts_range(const struct charts *c, double *ret_first, double *ret_last)
{
    size_t at = charts_place(c);
    double first = INFINITY, last = -INFINITY;
    for (size_t r = 0; at != SIZE_MAX && r < c->runs.n; r++) {
        const struct series *s =
            charts_series(c, c->runs.at[r].id, c->metrics.at[c->shown.at[at]].key);
        if (s && !c->runs.at[r].is_hidden) {
            first = fmin(first, curve_x(&c->look, s, 0));
            last = fmax(last, curve_x(&c->look, s, s->n - 1));
        }
    }
    *ret_first = first;
    *ret_last = last;
    return first <= last;
}

size_t charts_point(const struct charts *c, const struct series *s)
{
    if (!s || s->n == 0) {
        return SIZE_MAX;
    }
    if (!c->is_inspecting) {
        return s->n - 1;
    }
    struct curve curve;
    struct curve_look look = c->look;
    look.smoothing = 0; /* the points themselves */
    curve_init(&curve, &look, s);
    size_t at = chart_nearest(&(struct chart_series){.x = curve.x, .n = curve.n}, c->cursor);
    curve_release(&curve);
    return at;
}

void charts_release(struct charts *c)
{
    while (c->curves.n) {
        curve_end(c, c->curves.n - 1);
    }
    for (size_t i = 0; i < c->runs.n; i++) {
        free(c->runs.at[i].id);
    }
    for (size_t i = 0; i < c->metrics.n; i++) {
        free(c->metrics.at[i].key);
    }
    vec_release(&c->curves);
    vec_release(&c->runs);
    vec_release(&c->metrics);
    vec_release(&c->shown);
    snapshot_unref(c->rows);
}
