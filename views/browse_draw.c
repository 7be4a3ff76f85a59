/* What the table view draws around its rows: crumbs, sentence, chips, the detail beside it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "views/browse.h"
#include "views/views.h"

enum { SIDE_MIN_W = 36, GIT_DIGITS = 7, TICK_MS = 1000, IDLE_TICK_MS = 60000 };

/* What each kind is a part of, and what to say when there is none. */
static const struct {
    enum kind parent;
    const char *empty;
} facts[KIND_COUNT] = {
    [KIND_CONTEXT] = {KIND_COUNT, "No context is known."},
    [KIND_ATTENTION] = {KIND_COUNT, "Nothing needs a person."},
    [KIND_PIPELINE] = {KIND_COUNT, "No pipeline was started here yet: `mlw run FILE` starts one."},
    [KIND_EXECUTION] = {KIND_PIPELINE, "No executions yet: `mlw run FILE` starts one, and r in "
                                       ":pipelines."},
    [KIND_STEP] = {KIND_EXECUTION, "No steps yet."},
    [KIND_JOB] = {KIND_EXECUTION, "No jobs yet: an execution's steps become jobs when they start."},
    [KIND_DATASET] = {KIND_COUNT, "No data yet: what an execution's steps read comes here."},
    [KIND_EXPERIMENT] = {KIND_COUNT, "No experiments yet: a pipeline's training makes one."},
    [KIND_RUN] = {KIND_EXPERIMENT, "No runs yet: a pipeline's training makes them."},
    [KIND_MODEL] = {KIND_COUNT, "No models yet: a RegisterModel step makes one."},
    [KIND_PACKAGE] = {KIND_MODEL, "No versions yet: a RegisterModel step makes one."},
    [KIND_GATE] = {KIND_EXECUTION, "Nobody is waited for: models to approve and callbacks come "
                                   "here."},
    [KIND_JOURNAL] = {KIND_COUNT, "Nothing was done yet: every action on what is shared comes "
                                  "here."},
    [KIND_EVENT] = {KIND_EXECUTION, "No events yet."},
    [KIND_BOOKMARK] = {KIND_COUNT, "No view is kept yet: b keeps the one that is seen."},
    [KIND_EVIDENCE] = {KIND_COUNT,
                       "Nothing speaks against it: no step failed, no attempt was lost, "
                       "nobody is waited for."},
    [KIND_TIMELINE] = {KIND_COUNT, "It has had no state yet."},
    [KIND_LINEAGE] = {KIND_COUNT, "Nothing is known of where it came from."},
};

enum kind browse_parent_kind(enum kind kind)
{
    return facts[kind].parent;
}

/* --- around the table --- */

void browse_crumbs(const struct view *v, struct str *out)
{
    const struct browse *b = browse_of(v);
    const struct row *row = browse_selected(b);
    int context = (int)kinds[b->kind].field_count - 1;
    const char *where = row_text(row, context);
    crumb_add(out, *where ? where : "local");
    const char *id = b->parent;
    enum kind parent = kind_is_about(b->kind) ? views_split(b->parent, &id) : facts[b->kind].parent;
    if (b->parent && parent < KIND_COUNT) {
        crumb_add(out, kinds[parent].plural);
        crumb_add(out, id);
    }
    crumb_add(out, kinds[b->kind].plural);
}

void browse_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct browse *b = browse_of(v);
    if (b->err.code && b->rows) {
        cells_stale(out, style, b->rows->as_of_ms, app_now_ms(v->app));
    } else if (b->is_paused) {
        str_addz(out, b->fresh ? "paused, there is news" : "paused");
        *style = ROLE_WARN;
    }
}

/* What the columns in the table do not say already, as far as there is room. */
static void more_of(const struct browse *b, const struct row *row, struct str *out)
{
    const struct kind_info *info = &kinds[b->kind];
    for (size_t i = 0; i < info->field_count && out->n < 240; i++) {
        const struct field *f = &info->fields[i];
        struct value v = row_cell(row, (int)i);
        const struct browse_column *c = browse_column_find(b, sv_z(f->id));
        bool is_short = f->width < 24;
        bool is_said = f->flags & F_HIDDEN || (c && browse_column_is_shown(b, c) && is_short);
        if (v.type != VALUE_TEXT || !*v.text || is_said || i == FIELD_RUN_name ||
            z_eq(f->id, "context") || z_eq(v.text, b->parent)) {
            continue;
        }
        if (i == 0 && (strstr(v.text, row_text(row, FIELD_RUN_name)) || kind_is_about(b->kind))) {
            continue; /* EXEC/STEP says no more than the step in an execution */
        }
        str_addf(out, "  %s %s", f->id, v.text);
    }
}

/* Of a run's tags: who, from which code, on which data, as MLflow and mlw itself name them. */
static void tags_of(const struct row *row, struct str *out)
{
    static const struct {
        const char *key, *word;
        size_t most; /* cells; 0: all */
    } told[] = {
        {"user", "", 0},
        {"mlflow.user", "", 0},
        {"git", "git ", GIT_DIGITS},
        {"mlflow.source.git.commit", "git ", GIT_DIGITS},
        {"data", "", 0},
    };
    for (size_t i = 0; i < ALEN(told); i++) {
        struct value v = row_named(row, FAMILY_TAGS, told[i].key);
        if (v.type == VALUE_TEXT && *v.text) {
            size_t n = told[i].most ? strnlen(v.text, told[i].most) : strlen(v.text);
            str_addf(out, "  %s%.*s", told[i].word, (int)n, v.text);
        }
    }
}

static void place_text(const struct browse *b, struct str *out)
{
    const struct snapshot *s = b->fresh ? b->fresh : b->rows;
    size_t shown = b->rows->matched;
    if (s->loaded < s->total) {
        str_addf(out, "\t%zu of %zu loaded of %zu", s->matched, s->loaded, s->total);
    } else if (b->table.selected < shown) {
        str_addf(out, "\trow %zu of %zu", b->table.selected + 1, shown);
    }
}

void browse_sentence(const struct view *v, struct str *out)
{
    const struct browse *b = browse_of(v);
    const struct row *row = browse_selected(b);
    if (b->filter_err.code) {
        str_addz(out, b->filter_err.msg);
        return;
    }
    if (b->err.code && b->rows) {
        str_addz(out, b->err.msg);
        return;
    }
    if (row) {
        str_addz(out, row_text(row, FIELD_RUN_name));
        more_of(b, row, out);
        tags_of(row, out);
    }
    if (b->rows) {
        place_text(b, out);
    }
}

void browse_status(const struct view *v, struct status *st)
{
    const struct browse *b = browse_of(v);
    const struct snapshot *s = b->fresh && !b->is_paused ? b->fresh : b->rows;
    const struct browse_column *sorted =
        b->sort_id ? browse_column_find(b, sv_z(b->sort_id)) : NULL;
    st->marks = b->table.mark_count;
    if (sorted) {
        str_addz(&st->order, sorted->key ? sorted->key : sorted->id);
        st->order_dir = b->sort_dir;
    }
    if (*b->filter && s) {
        st->is_filtered = true;
        st->is_bad_filter = b->filter_err.code != ERR_NONE;
        /* the rows may still be those of what was typed before */
        st->is_counting = !st->is_bad_filter && !z_eq(s->filter, b->filter);
        str_addz(&st->filter, b->filter);
        st->matched = s->matched;
        st->total = s->total;
    }
}

void browse_hints(const struct view *v, struct hints *h)
{
    const struct browse *b = browse_of(v);
    struct thing t = thing_of(b->kind, browse_selected(b));
    if (t.gate.token && *t.gate.token) {
        hint_add(h, CMD_APPROVE, "approve");
    }
    bool is_narrowed = *b->filter || b->table.mark_count || b->has_detail;
    if (!is_narrowed) {
        hint_add(h, CMD_OPEN, "open");
    }
    if (b->kind == KIND_PIPELINE) {
        hint_add(h, CMD_RUN, "run");
    } else if (b->kind == KIND_EXECUTION) {
        hint_add(h, CMD_STOP, "stop");
        hint_add(h, CMD_RETRY, "retry");
        hint_add(h, CMD_RUN, "run again");
    }
    if (b->table.mark_count > 1) {
        hint_add(h, CMD_COMPARE, "compare");
    }
    if (b->kind == KIND_RUN) {
        hint_add(h, CMD_METRICS, "charts");
    }
    if (is_narrowed) {
        hint_add(h, CMD_BACK, "clear");
        hint_add(h, CMD_OPEN, "open");
    } else if (b->rows && b->rows->total) {
        hint_add(h, CMD_FILTER, "filter");
        hint_add(h, CMD_SORT, "order");
    }
}

/* --- layout and drawing --- */

static void tick(struct browse *b)
{
    bool is_running = false;
    for (size_t i = 0; i < (size_t)b->list.h; i++) {
        is_running |= browse_is_running(browse_row(b, b->table.top + i));
    }
    bool is_due = is_running || (b->fresh && !b->is_paused);
    if (!b->is_ticking) {
        b->is_ticking = true;
        app_timer(b->view->app, b->view, is_due ? TICK_MS : IDLE_TICK_MS);
    }
}

void browse_layout(struct view *v, struct rect area)
{
    struct browse *b = browse_of(v);
    b->list = area;
    b->side = (struct rect){0};
    if (b->has_detail && area.w >= BROWSE_SIDE_MIN_W) {
        int w = area.w / 3 > SIDE_MIN_W ? area.w / 3 : SIDE_MIN_W;
        b->side = rect_cut_right(&b->list, w);
        rect_cut_right(&b->list, 2);
    }
    if (b->columns_w != b->list.w) {
        browse_columns_make(b, b->list.w);
    }
    table_layout(&b->table, b->list);
    browse_window(b);
    browse_sparks_update(b);
    tick(b);
}

static void draw_side(const struct browse *b, struct canvas *c)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct rect r = b->side;
    const struct row *row = browse_selected(b);
    things_describe(&text, b->kind, row, app_now_ms(b->view->app));
    struct sv rest = sv_of(&text), line = {"", 0};
    for (int y = 0; y < r.h && rest.n && sv_split(&rest, '\n', &line); y++) {
        bool is_heading = line.n && line.p[0] != ' ';
        if (line.n) {
            canvas_fit(c, r.x, r.y + y, r.w, is_heading ? ROLE_TITLE : ROLE_NORMAL, line,
                       ALIGN_LEFT, UTF8_CUT_END);
        }
    }
}

static void draw_empty(const struct browse *b, struct canvas *c, struct rect area)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    if (*b->filter) {
        str_addf(&s, "No %s match /%s; Esc clears the filter.", kinds[b->kind].plural, b->filter);
    } else {
        str_addz(&s, facts[b->kind].empty);
    }
    cells_words(c, area, ROLE_DIM, s.p);
}

void browse_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct browse *b = browse_of(v);
    if (!b->rows && b->err.code) {
        cells_error(c, area, &b->err);
    } else if (!b->rows) {
        CLEANUP(mem_free_ptr) char *text = xasprintf("Reading the %s", kinds[b->kind].plural);
        cells_words(c, area, ROLE_DIM, text);
    } else if (b->rows->matched == 0 && b->rows->loaded < b->rows->total) {
        CLEANUP(mem_free_ptr)
        char *text = xasprintf("Reading the %s: none of %zu loaded of %zu match yet",
                               kinds[b->kind].plural, b->rows->loaded, b->rows->total);
        cells_words(c, area, ROLE_DIM, text);
    } else if (b->rows->matched == 0) {
        draw_empty(b, c, area);
    } else {
        canvas_push(c, b->list);
        table_draw(&b->table, c, b->list);
        canvas_pop(c);
        if (!rect_is_empty(b->side)) {
            canvas_push(c, b->side);
            draw_side(b, c);
            canvas_pop(c);
        }
    }
}

/* --- a value in words --- */

void browse_value(const struct browse *b, const struct browse_column *c, const struct row *row,
                  struct str *out)
{
    struct table_cell cell = {.buf = STR_INIT};
    const struct field *f = c->source == BROWSE_FIELD ? &kinds[b->kind].fields[c->field] : NULL;
    struct value v = f ? row_cell(row, c->field) : row_named(row, c->family, c->key);
    bool is_state = f && f->type == FIELD_STATE && v.type == VALUE_TEXT;
    if (c->source == BROWSE_SPARK || v.type == VALUE_MISSING) {
        return;
    }
    cells_value(&cell, v, f, app_now_ms(b->view->app));
    str_addsv(out, is_state ? sv_z(v.text) : sv_of(&cell.buf));
    str_release(&cell.buf);
}
