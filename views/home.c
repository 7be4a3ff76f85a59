/* Home: what is red, who is waited for, what runs, where things are; in the order of need. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/model/state.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/help.h"
#include "views/reasons.h"
#include "views/things.h"
#include "views/views.h"

enum group { GROUP_RED, GROUP_WAITING, GROUP_RUNNING, GROUP_CONTEXTS, GROUP_COUNT };

static const struct {
    const char *word;  /* in the rows */
    const char *title; /* on the screen */
} groups[GROUP_COUNT] = {
    [GROUP_RED] = {"Red", "Red"},
    [GROUP_WAITING] = {"Waiting", "Waiting for a person"},
    [GROUP_RUNNING] = {"Running", "Running"},
    [GROUP_CONTEXTS] = {"Contexts", "Contexts"},
};

enum {
    NARROW_W = 60,
    ROOMY_W = 76,
    NAME_W = 21,
    STATE_W = 23,
    TICK_MS = 1000,
    IDLE_TICK_MS = 60000
};

/* A line of the page: a title, a blank, or a row of a group. */
struct line {
    enum table_row kind;
    enum group group;
    size_t row; /* of the snapshot */
};

struct home {
    struct view *view;
    uint64_t sub, gates_sub;
    struct snapshot *rows, *fresh, *gates;
    struct err err;
    VEC(struct line) lines;
    size_t counts[GROUP_COUNT];
    bool is_folded[GROUP_COUNT]; /* one line of counts, for want of rows */
    int height, width;           /* the lines were arranged for */
    struct table table;
    struct table_column columns[4];
    struct act act;
    struct rawdoc raw;
    bool has_chosen, is_ticking, is_paused;
};

static struct home *home_of(const struct view *v)
{
    return v->state;
}

/* --- rows and lines --- */

static enum group group_of(const struct row *row)
{
    const char *word = row_text(row, FIELD_ATTENTION_group);
    for (int g = 0; g < GROUP_COUNT; g++) {
        if (z_eq(groups[g].word, word)) {
            return (enum group)g;
        }
    }
    return GROUP_CONTEXTS;
}

static const struct row *fresh_of(const struct home *s, const struct row *row)
{
    for (size_t i = 0; s->fresh && !s->is_paused && i < s->fresh->n; i++) {
        if (strcmp(s->fresh->rows[i].id, row->id) == 0) {
            return &s->fresh->rows[i];
        }
    }
    return row;
}

static const struct row *row_at(const struct home *s, size_t line)
{
    if (line >= s->lines.n || s->lines.at[line].kind != TABLE_DATA || !s->rows) {
        return NULL;
    }
    return fresh_of(s, &s->rows->rows[s->lines.at[line].row]);
}

static const struct row *selected(const struct home *s)
{
    return s->table.selected == SIZE_MAX ? NULL : row_at(s, s->table.selected);
}

static void add_group(struct home *s, enum group g)
{
    if (s->counts[g] == 0 && g != GROUP_RED) {
        return;
    }
    if (s->lines.n) {
        vec_push(&s->lines, (struct line){TABLE_BLANK, g, 0});
    }
    vec_push(&s->lines, (struct line){TABLE_GROUP, g, 0});
    for (size_t i = 0; i < s->rows->n && !s->is_folded[g]; i++) {
        if (group_of(&s->rows->rows[i]) == g) {
            vec_push(&s->lines, (struct line){TABLE_DATA, g, i});
        }
    }
}

static size_t lines_make(struct home *s)
{
    vec_clear(&s->lines);
    for (int g = 0; g < GROUP_COUNT; g++) {
        add_group(s, (enum group)g);
    }
    return s->lines.n;
}

/* All groups; what does not fit becomes a line of counts, the least needed first. */
static void arrange(struct home *s)
{
    static const enum group foldable[] = {GROUP_CONTEXTS, GROUP_RUNNING};
    size_t room = s->height > 1 ? (size_t)s->height - 1 : 1;
    for (int g = 0; g < GROUP_COUNT; g++) {
        s->counts[g] = 0;
        s->is_folded[g] = false;
    }
    for (size_t i = 0; s->rows && i < s->rows->n; i++) {
        s->counts[group_of(&s->rows->rows[i])]++;
    }
    size_t n = s->rows ? lines_make(s) : 0;
    for (size_t i = 0; i < ALEN(foldable) && n > room; i++) {
        if (s->counts[foldable[i]] > 1 && s->counts[foldable[i]] < s->rows->n) {
            s->is_folded[foldable[i]] = true;
            n = lines_make(s);
        }
    }
}

/* Nobody has moved: the first thing in the order of need. */
static void stand_on_first(struct home *s)
{
    for (size_t i = 0; i < s->lines.n; i++) {
        if (s->lines.at[i].kind == TABLE_DATA) {
            table_select_row(&s->table, i);
            s->table.top = 0;
            return;
        }
    }
}

static void update(struct home *s)
{
    arrange(s);
    table_update(&s->table, s->lines.n);
    if (!s->has_chosen) {
        stand_on_first(s);
    }
}

/* --- the table's questions --- */

static enum table_row source_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct home *s = arg;
    const struct row *r = row_at(s, row);
    *ret_id = sv_z(r ? r->id : "");
    return row < s->lines.n ? s->lines.at[row].kind : TABLE_BLANK;
}

/* "Contexts 4: 3 ready, 1 login expired" */
static void folded_text(const struct home *s, enum group g, struct str *out)
{
    struct map seen = MAP_INIT;
    for (size_t i = 0; i < s->rows->n; i++) {
        const struct row *row = &s->rows->rows[i];
        const char *word = row_text(row, FIELD_ATTENTION_status);
        size_t n = 0;
        if (group_of(row) != g || map_has(&seen, sv_z(word))) {
            continue;
        }
        for (size_t k = i; k < s->rows->n; k++) {
            const struct row *other = &s->rows->rows[k];
            n += group_of(other) == g && z_eq(row_text(other, FIELD_ATTENTION_status), word);
        }
        str_addf(out, "%s %zu %s", seen.n ? "," : ":", n, word);
        (void)map_set(&seen, sv_z(word), NULL);
    }
    map_release(&seen);
}

static void title_cell(const struct home *s, enum group g, struct table_cell *ret)
{
    if (g == GROUP_RED && s->counts[g] == 0) {
        ret->style = ROLE_NORMAL;
        str_addz(&ret->buf, "Nothing is red");
        return;
    }
    str_addf(&ret->buf, "%s %zu", groups[g].title, s->counts[g]);
    if (s->is_folded[g]) {
        folded_text(s, g, &ret->buf);
    }
}

enum { COL_NAME, COL_STATE, COL_WHY, COL_FOR };

static void source_cell(const void *arg, size_t line, size_t col, struct table_cell *ret)
{
    static const int fields[] = {[COL_NAME] = FIELD_ATTENTION_name,
                                 [COL_STATE] = FIELD_ATTENTION_status,
                                 [COL_WHY] = FIELD_ATTENTION_why,
                                 [COL_FOR] = FIELD_ATTENTION_created};
    const struct home *s = arg;
    const struct row *row = row_at(s, line);
    if (!row) {
        title_cell(s, s->lines.at[line].group, ret);
        return;
    }
    struct value v = row_cell(row, fields[col]);
    if (v.type == VALUE_MISSING) {
        return; /* not yet is blank */
    }
    cells_value(ret, v, &kinds[KIND_ATTENTION].fields[fields[col]], app_now_ms(s->view->app));
    if (col == COL_NAME && s->lines.at[line].group == GROUP_RED) {
        ret->style = ROLE_TITLE;
    }
}

static const struct table_source source = {.row = source_row, .cell = source_cell};

static void columns_make(struct home *s, int w)
{
    bool is_narrow = w < NARROW_W, is_roomy = w >= ROOMY_W;
    s->columns[COL_NAME] = (struct table_column){.id = "name",
                                                 .title = "NAME",
                                                 .min = is_roomy ? NAME_W : 8,
                                                 .ideal = is_roomy ? 48 : 18,
                                                 .flags = TABLE_FROZEN};
    s->columns[COL_STATE] = (struct table_column){.id = "status",
                                                  .title = "STATE",
                                                  .min = is_roomy ? STATE_W : 8,
                                                  .ideal = is_narrow ? 16 : 0,
                                                  .flags = TABLE_FROZEN};
    /* WHY is the answer: where it is narrow, FOR goes before it */
    s->columns[COL_WHY] = (struct table_column){.id = "why",
                                                .title = "WHY",
                                                .min = is_roomy ? 10 : 14,
                                                .weight = 1,
                                                .priority = 2,
                                                .flags = TABLE_TIGHT};
    s->columns[COL_FOR] = (struct table_column){
        .id = "created", .title = "FOR", .min = 3, .priority = 1, .align = ALIGN_RIGHT};
    table_columns(&s->table, s->columns, ALEN(s->columns));
}

/* --- life --- */

static bool home_open(struct view *v, const struct route *route, struct err *e)
{
    struct home *s = home_of(v);
    (void)route;
    (void)e;
    s->view = v;
    table_init(&s->table, s->columns, 0, &source, s);
    s->table.flags = TABLE_NO_MARKS;
    columns_make(s, 80);
    s->sub =
        hub_subscribe(view_hub(v), &(struct query){.type = QUERY_ROWS, .kind = KIND_ATTENTION});
    s->gates_sub = hub_subscribe(
        view_hub(v),
        &(struct query){.type = QUERY_ROWS, .kind = KIND_GATE, .filter = "status:Waiting"});
    return true;
}

static void home_close(struct view *v)
{
    struct home *s = home_of(v);
    hub_unsubscribe(view_hub(v), s->sub);
    hub_unsubscribe(view_hub(v), s->gates_sub);
    snapshot_unref(s->rows);
    snapshot_unref(s->fresh);
    snapshot_unref(s->gates);
    table_release(&s->table);
    vec_release(&s->lines);
    rawdoc_release(&s->raw, v);
    act_release(&s->act, v);
}

static void show(struct home *s, struct snapshot *rows)
{
    struct snapshot *old = s->rows;
    s->rows = snapshot_ref(rows);
    snapshot_unref(old);
    update(s);
}

/* Would a row that is in sight stand elsewhere? */
static bool moves_rows(const struct snapshot *old, const struct snapshot *now)
{
    for (size_t i = 0; i < old->n; i++) {
        if (i >= now->n || strcmp(old->rows[i].id, now->rows[i].id) != 0 ||
            group_of(&old->rows[i]) != group_of(&now->rows[i])) {
            return true;
        }
    }
    return old->n != now->n;
}

static void take_rows(struct home *s, struct snapshot *rows)
{
    if (rows->type == SNAPSHOT_ERROR) {
        s->err = rows->err;
        return;
    }
    s->err = (struct err)ERR_INIT;
    bool waits = s->is_paused || (app_is_held(s->view->app) && !act_take_done(&s->act));
    snapshot_unref(s->fresh);
    s->fresh = NULL;
    if (s->rows && waits && moves_rows(s->rows, rows)) {
        s->fresh = snapshot_ref(rows);
        s->is_ticking = false;
    } else if (!s->is_paused || !s->rows) {
        show(s, rows);
    } else {
        s->fresh = snapshot_ref(rows);
    }
}

static void adopt(struct home *s)
{
    struct snapshot *fresh = s->fresh;
    s->fresh = NULL;
    if (fresh) {
        show(s, fresh);
        snapshot_unref(fresh);
    }
}

static void home_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct home *s = home_of(v);
    if (act_event(&s->act, v, ev) || rawdoc_event(&s->raw, v, ev) || ev->type != EV_SNAPSHOT) {
        return;
    }
    if (ev->id == s->sub) {
        take_rows(s, ev->snapshot);
    } else if (ev->id == s->gates_sub && ev->snapshot->type == SNAPSHOT_ROWS) {
        snapshot_unref(s->gates);
        s->gates = snapshot_ref(ev->snapshot);
    }
}

static void home_timer(struct view *v)
{
    struct home *s = home_of(v);
    s->is_ticking = false;
    if (!s->is_paused && !app_is_held(v->app)) {
        adopt(s);
    }
}

static void home_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    (void)act_reply(&home_of(v)->act, v, tag, what, text);
}

/* --- what can be done --- */

/* The selected row as what it stands for; a gate with the execution it belongs to. */
static struct thing thing_here(const struct home *s)
{
    struct thing t = thing_of(KIND_ATTENTION, selected(s));
    for (size_t i = 0; t.kind == KIND_GATE && s->gates && i < s->gates->n; i++) {
        const struct row *g = &s->gates->rows[i];
        if (z_eq(row_text(g, FIELD_GATE_token), t.id)) {
            t.execution = row_text(g, FIELD_GATE_execution);
            t.step = row_text(g, FIELD_GATE_step);
            t.gate = act_gate_of(g);
        }
    }
    return t;
}

static bool has_other_group(const struct home *s)
{
    size_t n = 0;
    for (int g = 0; g < GROUP_COUNT; g++) {
        n += s->counts[g] > 0 && !s->is_folded[g];
    }
    return n > 1;
}

static enum can home_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct home *s = home_of(v);
    if ((cmd == CMD_NEXT_PANE || cmd == CMD_PREV_PANE) && !has_other_group(s)) {
        str_addz(why, "there is no other group");
        return CAN_OFF;
    }
    if (cmd == CMD_ROLL_BACK) {
        return act_can_undo(&s->act, why);
    }
    if (cmd == CMD_DESCRIBE && !selected(s)) {
        str_addz(why, "no row is selected");
        return CAN_OFF;
    }
    if (cmd == CMD_DESCRIBE) {
        return CAN_YES;
    }
    struct thing t = thing_here(s);
    enum can can = things_can(&t, cmd, why);
    return can == CAN_NOT && !(cmd_info(cmd)->flags & CMD_WRITES) ? CAN_YES : can;
}

static void describe(struct view *v)
{
    const struct row *row = selected(home_of(v));
    CLEANUP(str_release) struct str text = STR_INIT;
    things_describe(&text, KIND_ATTENTION, row, app_now_ms(v->app));
    app_prose(v->app, row_text(row, FIELD_ATTENTION_name), sv_of(&text));
}

static enum handled home_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct home *s = home_of(v);
    struct thing t = thing_here(s);
    switch ((int)cmd) {
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE:
        s->has_chosen = true;
        table_next_group(&s->table, cmd == CMD_NEXT_PANE ? 1 : -1);
        return HANDLED;
    case CMD_DESCRIBE:
        describe(v);
        return HANDLED;
    case CMD_REFRESH:
        hub_window(view_hub(v), s->sub, &(struct query){.n = 0});
        return HANDLED;
    case CMD_PAUSE:
        s->is_paused = !s->is_paused;
        adopt(s);
        return HANDLED;
    case CMD_ROLL_BACK:
        act_undo(&s->act, v);
        return HANDLED;
    default:
        break;
    }
    if (table_command(&s->table, cmd, arg) == HANDLED) {
        s->has_chosen = true;
        return HANDLED;
    }
    return things_do(v, &s->act, &s->raw, &t, cmd, arg);
}

/* --- drawing --- */

static void home_layout(struct view *v, struct rect area)
{
    struct home *s = home_of(v);
    bool is_running = s->counts[GROUP_RUNNING] > 0 || s->fresh;
    if (s->width != area.w) {
        columns_make(s, area.w);
    }
    if (s->width != area.w || s->height != area.h) {
        s->width = area.w;
        s->height = area.h;
        update(s);
    }
    table_layout(&s->table, area);
    if (!s->is_ticking) {
        s->is_ticking = true;
        app_timer(v->app, v, is_running ? TICK_MS : IDLE_TICK_MS);
    }
}

static void home_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct home *s = home_of(v);
    if (s->rows) {
        table_draw(&s->table, c, area);
    } else if (s->err.code) {
        cells_error(c, area, &s->err);
    } else {
        cells_words(c, area, ROLE_DIM, "Reading the workspace");
    }
}

static void home_crumbs(const struct view *v, struct str *out)
{
    (void)v;
    (void)out; /* the root: `mlw` alone */
}

static void home_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct home *s = home_of(v);
    if (s->err.code && s->rows) {
        cells_stale(out, style, s->rows->as_of_ms, app_now_ms(v->app));
    } else if (s->is_paused) {
        str_addz(out, "paused");
        *style = ROLE_WARN;
    }
}

/* "execution k3v9x0m2q8ab, local": what is done with it has to name it. */
static void name_of(const struct row *row, struct str *out)
{
    const char *id = strchr(row->id, ':'), *context = row_text(row, FIELD_ATTENTION_context);
    str_addf(out, "%s %s", row_text(row, FIELD_ATTENTION_kind), id ? id + 1 : row->id);
    if (*context && group_of(row) != GROUP_CONTEXTS) {
        str_addf(out, ", %s", context);
    }
}

/* What the row does not say: where its WHY is cut the whole of it, else what is known besides. */
static void home_sentence(const struct view *v, struct str *out)
{
    const struct home *s = home_of(v);
    const struct row *row = selected(s);
    if (s->err.code && s->rows) {
        str_addz(out, s->err.msg);
        return;
    }
    if (!row) {
        return;
    }
    const char *why = row_text(row, FIELD_ATTENTION_why);
    const char *detail = row_text(row, FIELD_ATTENTION_detail);
    bool is_whole = (int)utf8_width(sv_z(why)) <= table_column_width(&s->table, COL_WHY);
    if (!is_whole) {
        str_addf(out, "%s  ", why);
    }
    name_of(row, out);
    if (is_whole && *detail) {
        str_addf(out, ": %s", detail);
    }
}

static void home_hints(const struct view *v, struct hints *h)
{
    const struct home *s = home_of(v);
    struct thing t = thing_here(s);
    hint_add(h, CMD_OPEN, "open");
    if (t.gate.token && *t.gate.token) {
        hint_add(h, CMD_APPROVE, "approve");
    }
    if (t.kind == KIND_EXECUTION && state_class(t.status) == STATE_BAD) {
        hint_add(h, CMD_WHY, "why");
        hint_add(h, CMD_RETRY, "retry");
    } else if (t.kind == KIND_EXECUTION) {
        hint_add(h, CMD_STOP, "stop");
    }
    hint_add(h, CMD_ACTIONS, "actions");
    hint_add(h, CMD_PALETTE, "go");
}

static bool home_pick(struct view *v, int y)
{
    struct home *s = home_of(v);
    size_t row = table_row_at(&s->table, y);
    if (row == SIZE_MAX) {
        return false;
    }
    s->has_chosen = true;
    table_select_row(&s->table, row);
    return true;
}

static bool home_selection(const struct view *v, struct str *out)
{
    return table_selection(&home_of(v)->table, out);
}

static void home_help(const struct view *v, struct help *h)
{
    (void)v;
    help_section(h, "Home");
    for (int g = 0; g < GROUP_COUNT; g++) {
        static const char *const texts[GROUP_COUNT] = {
            "failed in the last day, no success since; `:ack` hides it",
            "approvals and callbacks: A decides",
            "executions that have not ended",
            "where things live",
        };
        help_line(h, groups[g].word, texts[g]);
    }
    help_signs(h);
}

static bool home_is_loading(const struct view *v)
{
    const struct home *s = home_of(v);
    return !s->rows && !s->err.code;
}

const struct view_ops home_view = {
    .name = "home",
    .title = "Home",
    .state_size = sizeof(struct home),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_home],
    .open = home_open,
    .event = home_event,
    .timer = home_timer,
    .reply = home_reply,
    .command = home_command,
    .can = home_can,
    .is_loading = home_is_loading,
    .layout = home_layout,
    .draw = home_draw,
    .crumbs = home_crumbs,
    .connection = home_connection,
    .sentence = home_sentence,
    .hints = home_hints,
    .pick = home_pick,
    .selection = home_selection,
    .help = home_help,
    .close = home_close,
};
