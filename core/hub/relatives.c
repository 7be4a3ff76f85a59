/* Curves, parents and children of runs for their filter; see relatives.h. */
#include "core/hub/relatives.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"

enum { NO_ROW = UINT32_MAX };

/* The reader that a row was made by. */
static const struct row_reader *reader_of(const struct row *row)
{
    return (const struct row_reader *)(const void *)((const char *)row -
                                                     offsetof(struct row_reader, row));
}

/* --- curves --- */

static bool add_points(void *arg, const struct point *points, size_t n)
{
    struct relatives *r = arg;
    for (size_t i = 0; i < n; i++) {
        vec_push(&r->points, ((struct filter_point){points[i].step, points[i].value}));
    }
    return true;
}

static bool series(void *arg, const struct row *row, const char *metric, struct filter_series *ret)
{
    struct relatives *r = arg;
    const struct run_table *t = r->reader->set->runs;
    const struct run_metric *m = run_table_metric(t, metric);
    struct err ignored = ERR_INIT; /* a curve that cannot be read is none, nor a goal */
    if (!r->has_config && !(r->has_config = config_load(r->dir, &r->config, &ignored))) {
        config_init(&r->config);
        r->has_config = true;
    }
    struct goals goals = config_goals(&r->config);
    vec_clear(&r->points);
    if (!m ||
        !run_series(r->st, t->rows.at[reader_of(row)->number].id, m->id, add_points, r, &ignored)) {
        return false;
    }
    *ret = (struct filter_series){r->points.at, r->points.n, goals_find(&goals, metric)};
    return true;
}

/* --- relatives --- */

static void add_name(struct str *out, const struct run_table *t, uint32_t row, uint32_t place)
{
    str_setf(out, "%x/%s", t->rows.at[row].source, t->text.p + place);
}

static void link_rows(struct relatives *r, const struct run_table *t)
{
    CLEANUP(str_release) struct str name = STR_INIT;
    struct map rows = MAP_INIT; /* the n-th key is that of row n */
    size_t n = t->rows.n;
    vec_clear(&r->links);
    vec_reserve(&r->links, n);
    r->links.n = n;
    memset(r->links.at, 0xFF, n * sizeof *r->links.at);
    for (uint32_t row = 0; row < n; row++) {
        add_name(&name, t, row, t->rows.at[row].uid);
        map_set(&rows, sv_of(&name), &t->rows.at[row]);
    }
    for (uint32_t row = 0; row < n; row++) {
        if (!t->rows.at[row].parent) {
            continue;
        }
        add_name(&name, t, row, t->rows.at[row].parent);
        const struct run_record *found = map_get(&rows, sv_of(&name));
        if (found) {
            uint32_t parent = (uint32_t)(found - t->rows.at);
            r->links.at[row].parent = parent;
            r->links.at[row].next = r->links.at[parent].child;
            r->links.at[parent].child = row;
        }
    }
    map_release(&rows);
    r->is_linked = true;
    r->epoch = r->reader->set->epoch;
}

/* The reader of rows one step further away. */
static struct row_reader *further(struct relatives *r)
{
    if (r->depth == r->others.n) {
        struct row_reader *made = xmalloc(sizeof *made);
        vec_push(&r->others, made);
    }
    struct row_reader *reader = r->others.at[r->depth];
    if (r->depth >= r->made) {
        *reader = *r->reader; /* its lists are borrowed */
        r->made = r->depth + 1;
    }
    return reader;
}

static bool any(void *arg, const struct row *row, enum filter_relation relation,
                filter_row_fn *holds, void *holds_arg)
{
    struct relatives *r = arg;
    const struct run_table *t = r->reader->set->runs;
    if (!r->is_linked || r->epoch != r->reader->set->epoch || r->links.n != t->rows.n) {
        link_rows(r, t);
    }
    uint32_t of = reader_of(row)->number;
    bool is_parent = relation == RELATED_PARENT, does_hold = false;
    uint32_t other = is_parent ? r->links.at[of].parent : r->links.at[of].child;
    struct row_reader *reader = further(r);
    r->depth++;
    while (other != NO_ROW && !does_hold) {
        does_hold = holds(holds_arg, row_reader_row(reader, other));
        other = is_parent ? NO_ROW : r->links.at[other].next;
    }
    r->depth--;
    return does_hold;
}

void relatives_begin(struct relatives *r, struct store *st, const char *dir,
                     const struct row_reader *reader)
{
    r->world = (struct filter_world){r, series, any};
    r->st = st;
    r->dir = dir;
    r->reader = reader;
    r->made = 0;
}

void relatives_release(struct relatives *r)
{
    for (size_t i = 0; i < r->others.n; i++) {
        free(r->others.at[i]);
    }
    vec_release(&r->others);
    vec_release(&r->links);
    vec_release(&r->points);
    if (r->has_config) {
        config_release(&r->config);
    }
}
