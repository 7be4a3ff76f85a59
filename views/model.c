/* A version of a model: its metrics beside those of the last approved one, where it came from, and
 * the decision. */
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "views/approval.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/help.h"
#include "views/reasons.h"
#include "views/things.h"
#include "views/views.h"

enum { COL_NAME, COL_VALUE, COL_OTHER, COL_CHANGE, COL_COUNT };

struct line {
    enum table_row kind;
    char *id, *text[COL_COUNT];
    unsigned style, change_style; /* of the value */
    enum kind opens;              /* what Enter on it opens; KIND_COUNT: nothing */
    const char *title;            /* of a group; static */
};

struct model {
    struct view *view;
    char *id, *group, *beside; /* beside: the approved version it is held against; NULL: none */
    uint64_t sub;
    struct snapshot *rows; /* all versions of the group */
    struct err err;
    VEC(struct line) lines;
    struct table table;
    struct table_column columns[COL_COUNT];
    int columns_w; /* they were made for */
    struct act act;
    struct rawdoc raw;
    struct rect head;
};

static struct model *model_of(const struct view *v)
{
    return v->state;
}

enum { ROOMY_W = 60, CHANGE_W = 13 /* "+0.004 better" */ };

/* Where it is narrow the other's values go first: what changed says enough. The change takes what
 * is left over, so that the values stand beside each other. */
static void columns_make(struct model *m, int w)
{
    bool is_roomy = w >= ROOMY_W;
    const struct table_column of[COL_COUNT] = {
        [COL_NAME] = {.min = is_roomy ? 15 : 8, .ideal = is_roomy ? 28 : 13, .flags = TABLE_FROZEN},
        [COL_VALUE] = {.min = 8, .ideal = 22, .weight = 1, .priority = 9, .flags = TABLE_SPILL},
        [COL_OTHER] = {.min = 8, .ideal = 22, .priority = 1},
        [COL_CHANGE] = {.min = CHANGE_W, .weight = 1000, .priority = 2},
    };
    static const char *const ids[COL_COUNT] = {"name", "value", "other", "change"};
    for (int i = 0; i < COL_COUNT; i++) {
        m->columns[i] = of[i];
        m->columns[i].id = ids[i];
        m->columns[i].title = "";
    }
    m->columns_w = w;
    table_columns(&m->table, m->columns, COL_COUNT);
    table_update(&m->table, m->lines.n);
}

/* --- which versions --- */

static const struct row *own(const struct model *m)
{
    return approval_row(m->rows, m->id);
}

/* --- lines --- */

static void lines_clear(struct model *m)
{
    for (size_t i = 0; i < m->lines.n; i++) {
        free(m->lines.at[i].id);
        for (int c = 0; c < COL_COUNT; c++) {
            free(m->lines.at[i].text[c]);
        }
    }
    vec_clear(&m->lines);
}

static struct line *add(struct model *m, const char *id, const char *name, char *value)
{
    struct line line = {.kind = TABLE_DATA,
                        .id = xstrdup(id),
                        .text = {xstrdup(name), value},
                        .style = ROLE_NORMAL,
                        .opens = KIND_COUNT};
    vec_push(&m->lines, line);
    return &m->lines.at[m->lines.n - 1];
}

static void add_title(struct model *m, const char *title, const char *other)
{
    if (m->lines.n) {
        vec_push(&m->lines, (struct line){.kind = TABLE_BLANK});
    }
    struct line line = {
        .kind = TABLE_GROUP,
        .title = title,
        .text = {other ? xasprintf("%s, beside %s", title, other) : xstrdup(title)}};
    vec_push(&m->lines, line);
}

static char *value_text_of(struct value v, int64_t now_ms)
{
    struct table_cell cell = {.buf = STR_INIT};
    cells_value(&cell, v, NULL, now_ms);
    return str_detach(&cell.buf);
}

/* Its lines of some parts, beside those of what was approved before. */
static void add_proof(struct model *m, const struct approval *a, enum approval_part first,
                      enum approval_part last)
{
    for (size_t i = 0; i < a->lines.n; i++) {
        const struct approval_line *from = &a->lines.at[i];
        if (from->part < first || from->part > last || !(from->value || from->other)) {
            continue;
        }
        CLEANUP(mem_free_ptr) char *id = xasprintf("%s %zu", from->name, i);
        struct line *l = add(m, id, from->name, xstrdup(from->value ? from->value : "–"));
        l->style = from->value ? from->style : ROLE_DIM;
        l->text[COL_OTHER] = xstrdup(from->other);
        l->text[COL_CHANGE] = xstrdup(from->change);
        l->change_style = from->is_worse ? ROLE_WARN
                          : from->part != APPROVAL_METRIC && !from->is_same
                              ? ROLE_NORMAL | STYLE_BOLD
                              : ROLE_DIM;
        l->opens = from->part == APPROVAL_DATA && from->value ? KIND_DATASET : KIND_COUNT;
    }
}

static void add_proofs(struct model *m)
{
    struct approval a;
    approval_init(&a, m->rows, m->id, view_goals(m->view), app_now_ms(m->view->app));
    add_title(m, "Metrics", a.beside);
    free(m->beside);
    m->beside = xstrdup(a.beside);
    if (!own(m)->families[FAMILY_METRICS].n) {
        (void)add(m, "none", "none", xstrdup("its registration named no metrics"));
    }
    add_proof(m, &a, APPROVAL_METRIC, APPROVAL_METRIC);
    add_title(m, "Passed", NULL);
    if (!*row_text(own(m), FIELD_PACKAGE_passed)) {
        (void)add(m, "no gate", "none", xstrdup("no condition or callback stood before it"));
    }
    add_proof(m, &a, APPROVAL_GATE, APPROVAL_GATE);
    add_title(m, "Made from", NULL);
    add_proof(m, &a, APPROVAL_MADE, APPROVAL_CODE);
    approval_release(&a);
}

static void add_fact(struct model *m, const struct row *row, int field, enum kind opens)
{
    const struct field *f = &kinds[KIND_PACKAGE].fields[field];
    struct value v = row_cell(row, field);
    if (v.type == VALUE_MISSING || (v.type == VALUE_TEXT && !*v.text)) {
        return;
    }
    struct line *l = add(m, f->id, f->id, value_text_of(v, app_now_ms(m->view->app)));
    l->opens = opens;
}

static void lines_make(struct model *m)
{
    const struct row *row = own(m);
    lines_clear(m);
    if (row) {
        add_proofs(m);
        add_fact(m, row, FIELD_PACKAGE_execution, KIND_EXECUTION);
        add_fact(m, row, FIELD_PACKAGE_run, KIND_RUN);
        add_fact(m, row, FIELD_PACKAGE_artifact, KIND_COUNT);
        add_fact(m, row, FIELD_PACKAGE_digest, KIND_COUNT);
        add_fact(m, row, FIELD_PACKAGE_image, KIND_COUNT);
        add_title(m, "Decision", NULL);
        struct line *l = add(m, "approval", "approval_status", NULL);
        struct str s = STR_INIT;
        cells_state_text(&s, row_text(row, FIELD_PACKAGE_status));
        l->text[COL_VALUE] = str_detach(&s);
        l->style = cells_state_style(row_text(row, FIELD_PACKAGE_status));
        add_fact(m, row, FIELD_PACKAGE_decided_by, KIND_COUNT);
        add_fact(m, row, FIELD_PACKAGE_reason, KIND_COUNT);
        add_fact(m, row, FIELD_PACKAGE_token, KIND_COUNT);
    }
    table_update(&m->table, m->lines.n);
}

/* --- the table's questions --- */

static enum table_row source_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct line *l = &((const struct model *)arg)->lines.at[row];
    *ret_id = sv_z(l->id);
    return l->kind;
}

static void source_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct line *l = &((const struct model *)arg)->lines.at[row];
    if (l->text[col]) {
        ret->text = sv_z(l->text[col]);
        ret->style = l->kind == TABLE_GROUP ? ROLE_TITLE
                     : col == COL_VALUE     ? l->style
                     : col == COL_NAME      ? ROLE_NORMAL
                     : col == COL_CHANGE    ? l->change_style
                                            : ROLE_DIM;
    }
}

static const struct table_source source = {.row = source_row, .cell = source_cell};

/* --- life --- */

static bool model_open(struct view *v, const struct route *route, struct err *e)
{
    struct model *m = model_of(v);
    const char *slash = route->id ? strrchr(route->id, '/') : NULL;
    if (!slash) {
        err_set(e, ERR_USAGE, "which version? \"%s\" is not of the form GROUP/VERSION",
                route->id ? route->id : "");
        return err_hint(e, "open one from :packages");
    }
    m->view = v;
    m->id = xstrdup(route->id);
    m->group = xstrndup(route->id, (size_t)(slash - route->id));
    table_init(&m->table, m->columns, 0, &source, m);
    m->table.flags = TABLE_NO_TITLES | TABLE_NO_MARKS;
    m->sub = hub_subscribe(
        view_hub(v), &(struct query){.type = QUERY_ROWS, .kind = KIND_PACKAGE, .id = m->group});
    return true;
}

static void model_close(struct view *v)
{
    struct model *m = model_of(v);
    hub_unsubscribe(view_hub(v), m->sub);
    rawdoc_release(&m->raw, v);
    act_release(&m->act, v);
    lines_clear(m);
    vec_release(&m->lines);
    table_release(&m->table);
    snapshot_unref(m->rows);
    free(m->group);
    free(m->beside);
    free(m->id);
}

static void model_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct model *m = model_of(v);
    if (act_event(&m->act, v, ev) || rawdoc_event(&m->raw, v, ev) || ev->type != EV_SNAPSHOT ||
        ev->id != m->sub) {
        return;
    }
    if (ev->snapshot->type == SNAPSHOT_ERROR) {
        m->err = ev->snapshot->err;
        return;
    }
    struct snapshot *old = m->rows;
    m->err = (struct err)ERR_INIT;
    m->rows = snapshot_ref(ev->snapshot);
    snapshot_unref(old);
    lines_make(m);
}

static void model_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    (void)act_reply(&model_of(v)->act, v, tag, what, text);
}

/* --- what can be done --- */

static const struct line *selected(const struct model *m)
{
    return m->table.selected < m->lines.n ? &m->lines.at[m->table.selected] : NULL;
}

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static enum can model_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct model *m = model_of(v);
    const struct line *l = selected(m);
    if (!own(m) && cmd_info(cmd)->flags & (CMD_NEEDS_SELECTION | CMD_WRITES)) {
        return off(why, "the version is not known yet");
    }
    if (cmd == CMD_OPEN && (!l || l->opens == KIND_COUNT)) {
        return off(why, "Enter opens the data, the execution and the run it was made from");
    }
    if ((cmd == CMD_COMPARE || cmd == CMD_DIFF) && !m->beside) {
        return off(why, "no other version was approved: mark two in :packages");
    }
    if (cmd == CMD_OPEN || cmd == CMD_DESCRIBE || cmd == CMD_COMPARE || cmd == CMD_DIFF) {
        return CAN_YES;
    }
    struct thing t = thing_of(KIND_PACKAGE, own(m));
    enum can can = things_can(&t, cmd, why);
    return can == CAN_NOT && !(cmd_info(cmd)->flags & CMD_WRITES) ? CAN_YES : can;
}

/* Beside the approved one, which is the baseline. */
static void compare(struct view *v, bool only_diff)
{
    struct model *m = model_of(v);
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *ids = xasprintf("%s\n%s", m->beside, m->id);
    if (!views_compare(v->app, KIND_PACKAGE, ids, only_diff, &e)) {
        app_error(v->app, &e);
    }
}

static enum handled model_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct model *m = model_of(v);
    const struct line *l = selected(m);
    struct err e = ERR_INIT;
    if (cmd == CMD_OPEN) {
        if (l && l->opens < KIND_COUNT && !views_open_thing(v->app, l->opens, l->text[1], &e)) {
            app_error(v->app, &e);
        }
        return HANDLED;
    }
    if (cmd == CMD_DESCRIBE) {
        CLEANUP(str_release) struct str text = STR_INIT;
        things_describe(&text, KIND_PACKAGE, own(m), app_now_ms(v->app));
        app_prose(v->app, m->id, sv_of(&text));
        return HANDLED;
    }
    if (cmd == CMD_COMPARE || cmd == CMD_DIFF) {
        compare(v, cmd == CMD_DIFF);
        return HANDLED;
    }
    if (cmd == CMD_COPY && l && l->text[1]) {
        app_copy(v->app, sv_z(l->text[1]));
        return HANDLED;
    }
    if (cmd == CMD_REFRESH) {
        hub_window(view_hub(v), m->sub, &(struct query){.n = 0});
        return HANDLED;
    }
    if (table_command(&m->table, cmd, arg) == HANDLED) {
        return HANDLED;
    }
    struct thing t = thing_of(KIND_PACKAGE, own(m));
    return things_do(v, &m->act, &m->raw, &t, cmd, arg);
}

/* --- drawing --- */

static void model_layout(struct view *v, struct rect area)
{
    struct model *m = model_of(v);
    m->head = rect_cut_top(&area, 1);
    rect_cut_top(&area, 1);
    if (m->columns_w != area.w) {
        columns_make(m, area.w);
    }
    table_layout(&m->table, area);
}

static void draw_head(const struct model *m, const struct row *row, struct canvas *c)
{
    struct rect r = m->head;
    CLEANUP(str_release) struct str state = STR_INIT;
    CLEANUP(str_release) struct str more = STR_INIT;
    struct value created = row_cell(row, FIELD_PACKAGE_created);
    cells_state_text(&state, row_text(row, FIELD_PACKAGE_status));
    int x = canvas_text(c, r.x, r.y, cells_state_style(row_text(row, FIELD_PACKAGE_status)),
                        sv_of(&state));
    str_addf(&more, "  version %lld of %s", (long long)row_cell(row, FIELD_PACKAGE_version).i,
             m->group);
    if (created.type == VALUE_TIME) {
        str_addz(&more, ", made ");
        fmt_age(&more, app_now_ms(m->view->app) - created.i);
        str_addz(&more, " ago");
    }
    if (x < r.x + r.w) {
        canvas_text(c, x, r.y, ROLE_NORMAL, sv_of(&more));
    }
}

static void model_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct model *m = model_of(v);
    const struct row *row = own(m);
    if (row) {
        draw_head(m, row, c);
        rect_cut_top(&area, 2);
        table_draw(&m->table, c, area);
    } else if (m->err.code) {
        cells_error(c, area, &m->err);
    } else {
        CLEANUP(mem_free_ptr)
        char *text =
            m->rows ? xasprintf("There is no version %s: :packages lists those there are", m->id)
                    : xasprintf("Reading %s", m->id);
        cells_words(c, area, ROLE_DIM, text);
    }
}

static void model_crumbs(const struct view *v, struct str *out)
{
    const struct model *m = model_of(v);
    const char *context = row_text(own(m), FIELD_PACKAGE_context);
    crumb_add(out, *context ? context : "local");
    crumb_add(out, "models");
    crumb_add(out, m->group);
    crumb_add(out, "packages");
    crumb_add(out, m->id);
}

static void model_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct model *m = model_of(v);
    if (m->err.code && m->rows) {
        cells_stale(out, style, m->rows->as_of_ms, app_now_ms(v->app));
    }
}

static void model_sentence(const struct view *v, struct str *out)
{
    const struct model *m = model_of(v);
    const struct line *l = selected(m);
    if (m->err.code && m->rows) {
        str_addz(out, m->err.msg);
    } else if (l && l->kind == TABLE_DATA) {
        str_addf(out, "%s: %s", l->text[COL_NAME], l->text[COL_VALUE]);
        if (l->text[COL_OTHER]) {
            str_addf(out, ", beside %s", l->text[COL_OTHER]);
        }
    }
}

static void model_hints(const struct view *v, struct hints *h)
{
    (void)v;
    hint_add(h, CMD_APPROVE, "approve");
    hint_add(h, CMD_OPEN, "open");
    hint_add(h, CMD_METRICS, "charts");
    hint_add(h, CMD_RAW, "document");
    hint_add(h, CMD_CLOSE, "close");
}

static bool model_pick(struct view *v, int y)
{
    struct model *m = model_of(v);
    size_t row = table_row_at(&m->table, y);
    if (row == SIZE_MAX) {
        return false;
    }
    table_select_row(&m->table, row);
    return true;
}

static bool model_selection(const struct view *v, struct str *out)
{
    str_addz(out, model_of(v)->id);
    return true;
}

static void model_help(const struct view *v, struct help *h)
{
    (void)v;
    help_signs(h);
}

static bool model_is_loading(const struct view *v)
{
    const struct model *m = model_of(v);
    return !m->rows && !m->err.code;
}

const struct view_ops model_view = {
    .name = "model",
    .title = "A version of a model",
    .state_size = sizeof(struct model),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_model],
    .open = model_open,
    .event = model_event,
    .reply = model_reply,
    .command = model_command,
    .can = model_can,
    .is_loading = model_is_loading,
    .layout = model_layout,
    .draw = model_draw,
    .crumbs = model_crumbs,
    .connection = model_connection,
    .sentence = model_sentence,
    .hints = model_hints,
    .pick = model_pick,
    .selection = model_selection,
    .help = model_help,
    .close = model_close,
};
