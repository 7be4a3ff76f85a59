/* Rows of the table view: the window of the subscription, and what waits while a key is held. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/state.h"
#include "views/browse.h"

/* --- which row stands where --- */

/* Which row that waits is which row that is shown: once for a list, not once for a cell. */
static void pair_rows(struct browse *b)
{
    struct map ids = MAP_INIT; /* in the order of the rows */
    for (size_t i = 0; i < b->fresh->n; i++) {
        (void)map_set(&ids, sv_z(b->fresh->rows[i].id), b);
    }
    vec_clear(&b->fresh_rows);
    for (size_t i = 0; i < b->rows->n; i++) {
        size_t at = map_index(&ids, sv_z(b->rows->rows[i].id));
        const struct row *row = at < ids.n ? &b->fresh->rows[at] : NULL;
        vec_push(&b->fresh_rows, row);
    }
    map_release(&ids);
}

const struct row *browse_row(const struct browse *b, size_t place)
{
    const struct row *row = snapshot_row(b->rows, place);
    bool has_fresh = row && b->fresh && !b->is_paused;
    const struct row *fresh = has_fresh ? b->fresh_rows.at[place - b->rows->first] : NULL;
    return fresh ? fresh : row;
}

const struct row *browse_selected(const struct browse *b)
{
    return b->table.selected == SIZE_MAX ? NULL : browse_row(b, b->table.selected);
}

bool browse_is_running(const struct row *row)
{
    const char *status = row_text(row, FIELD_RUN_status);
    return state_class(status) == STATE_RUNNING;
}

/* --- asking --- */

/* The order in words of the query language. */
static char *sort_text(const struct browse *b)
{
    return b->sort_id ? xasprintf("%s:%s", b->sort_id, b->sort_dir < 0 ? "desc" : "asc") : NULL;
}

bool browse_is_answered(const struct browse *b)
{
    CLEANUP(mem_free_ptr) char *sort = sort_text(b);
    const char *theirs = b->rows && b->rows->filter ? b->rows->filter : "";
    const char *order = b->rows && b->rows->sort ? b->rows->sort : "";
    return b->rows && z_eq(theirs, b->filter) && z_eq(order, sort ? sort : "");
}

void browse_ask(struct browse *b)
{
    CLEANUP(mem_free_ptr) char *sort = sort_text(b);
    CLEANUP(str_release) struct str id = STR_INIT;
    bool has_id = table_selection(&b->table, &id);
    hub_window(view_hub(b->view), b->sub,
               &(struct query){.filter = *b->filter ? b->filter : NULL,
                               .sort = sort,
                               .select = has_id ? id.p : NULL,
                               .first = b->first,
                               .n = b->n});
}

/* Rows in sight that are not in the window, or a page from its edge: another window. */
void browse_window(struct browse *b)
{
    size_t first, n, page = b->list.h > 1 ? (size_t)b->list.h - 1 : 1;
    if (!b->rows || !table_window(&b->table, &first, &n)) {
        return;
    }
    size_t top = b->table.top, end = top + page;
    size_t from = b->first, to = b->first + b->n;
    end = end < b->table.rows ? end : b->table.rows;
    bool is_near_start = from > 0 && top < from + page;
    bool is_near_end = to < b->table.rows && end + page > to;
    if (is_near_start || is_near_end) {
        b->first = first;
        b->n = n > BROWSE_FIRST_N ? n : BROWSE_FIRST_N;
        browse_ask(b);
    }
}

/* --- what comes --- */

static bool has_new_keys(const struct browse *b, const struct snapshot *s)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        if (b->key_counts[f] != s->keys[f].n) {
            return true;
        }
    }
    return false;
}

static void show(struct browse *b, struct snapshot *s)
{
    struct snapshot *old = b->rows;
    b->rows = snapshot_ref(s);
    snapshot_unref(old);
    b->filter_err = s->err;
    if (has_new_keys(b, s) || !b->table_columns) {
        browse_columns_make(b, b->columns_w ? b->columns_w : 80);
    } else {
        table_update(&b->table, s->matched);
    }
}

void browse_adopt(struct browse *b)
{
    struct snapshot *s = b->fresh;
    b->fresh = NULL;
    if (s) {
        show(b, s);
        snapshot_unref(s);
    }
}

/* Would a row that is shown stand elsewhere? */
static bool moves_rows(const struct snapshot *old, const struct snapshot *s)
{
    for (size_t i = 0; i < old->n; i++) {
        const struct row *now = snapshot_row(s, old->first + i);
        if (!now || strcmp(now->id, old->rows[i].id) != 0) {
            return true;
        }
    }
    return false;
}

/* The answer to something that was asked here is shown at once. */
static bool is_answer(const struct browse *b, const struct snapshot *s)
{
    return !b->rows || b->rows->n == 0 || b->rows->first != s->first ||
           !z_eq(b->rows->filter, s->filter) || !z_eq(b->rows->sort, s->sort) ||
           b->filter_err.code != s->err.code;
}

void browse_take(struct browse *b, struct snapshot *s)
{
    if (s->type == SNAPSHOT_ERROR) {
        b->err = s->err;
        return;
    }
    b->err = (struct err)ERR_INIT;
    bool is_held = app_is_held(b->view->app) && b->rows && moves_rows(b->rows, s);
    bool waits = b->is_paused || (is_held && !act_take_done(&b->act));
    snapshot_unref(b->fresh);
    b->fresh = NULL;
    if (waits && !is_answer(b, s)) {
        b->fresh = snapshot_ref(s);
        pair_rows(b);
        b->is_ticking = false;
    } else {
        show(b, s);
    }
}

/* --- curves of the runs in sight --- */

/* The metric of the curves, when their column is in sight. */
static const char *spark_metric(const struct browse *b)
{
    for (size_t i = 0; i < b->columns.n; i++) {
        const struct browse_column *c = &b->columns.at[i];
        if (c->source == BROWSE_SPARK && table_column_width(&b->table, i) > 0) {
            return c->key;
        }
    }
    return NULL;
}

static void spark_release(struct browse *b, struct browse_spark *s)
{
    hub_unsubscribe(view_hub(b->view), s->sub);
    snapshot_unref(s->series);
    free(s->run);
}

void browse_sparks_release(struct browse *b)
{
    for (size_t i = 0; i < b->sparks.n; i++) {
        spark_release(b, &b->sparks.at[i]);
    }
    vec_release(&b->sparks);
}

static bool has_spark(const struct browse *b, const char *run)
{
    for (size_t i = 0; i < b->sparks.n; i++) {
        if (strcmp(b->sparks.at[i].run, run) == 0) {
            return true;
        }
    }
    return false;
}

static void spark_add(struct browse *b, const char *run, const char *metric)
{
    if (b->sparks.n >= BROWSE_SPARKS_MAX) {
        spark_release(b, &b->sparks.at[0]); /* the oldest: it was in sight longest ago */
        vec_remove(&b->sparks, 0);
    }
    struct query q = {.type = QUERY_SERIES, .id = run, .key = metric, .pixels = 2 * BROWSE_SPARK_W};
    struct browse_spark s = {.run = xstrdup(run), .sub = hub_subscribe(view_hub(b->view), &q)};
    vec_push(&b->sparks, s);
}

void browse_sparks_update(struct browse *b)
{
    const char *metric = spark_metric(b);
    size_t rows = b->list.h > 1 ? (size_t)b->list.h - 1 : 0;
    if (!metric) {
        return;
    }
    rows = rows < BROWSE_SPARKS_MAX ? rows : BROWSE_SPARKS_MAX;
    for (size_t i = 0; i < rows; i++) {
        const struct row *row = browse_row(b, b->table.top + i);
        if (row && !has_spark(b, row->id)) {
            spark_add(b, row->id, metric);
        }
    }
}

bool browse_sparks_event(struct browse *b, const struct ev *ev)
{
    for (size_t i = 0; ev->type == EV_SNAPSHOT && i < b->sparks.n; i++) {
        struct browse_spark *s = &b->sparks.at[i];
        if (s->sub == ev->id) {
            if (ev->snapshot->type == SNAPSHOT_SERIES) {
                snapshot_unref(s->series);
                s->series = snapshot_ref(ev->snapshot);
            }
            return true;
        }
    }
    return false;
}
