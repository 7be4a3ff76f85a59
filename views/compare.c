/* The comparison: its life and its keys; see compare_state.h. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "views/compare_state.h"
#include "views/reasons.h"
#include "views/views.h"

enum { TAG_FILTER = 1, TAG_PIN, TAG_COPY };

/* --- life --- */

static bool open_with(struct comparison *c, const struct route *route, struct err *e)
{
    struct sv rest = sv_z(route->id), id;
    size_t n = 0;
    while (rest.n && sv_split(&rest, '\n', &id)) {
        n += id.n > 0;
    }
    c->kind = route->kind ? kind_find(sv_z(route->kind)) : KIND_RUN;
    if (n < 2 || c->kind == KIND_COUNT) {
        err_set(e, ERR_USAGE, "it takes two to compare: %zu named", n);
        return err_hint(e, "mark rows with Space, then c; or compare ID ID");
    }
    return n <= COMPARE_MAX ||
           err_set(e, ERR_LIMIT, "%zu are too many to stand side by side: at most %d", n,
                   COMPARE_MAX);
}

static bool compare_open(struct view *v, const struct route *route, struct err *e)
{
    struct comparison *c = comparison_of(v);
    if (!open_with(c, route, e)) {
        return false;
    }
    c->view = v;
    c->ids = xstrdup(route->id);
    c->filter = xstrdup("");
    c->only_diff = z_eq(route->filter, "differences");
    table_init(&c->table, NULL, 0, &comparison_source, c);
    c->table.flags = TABLE_NO_MARGIN | TABLE_NO_MARKS;
    c->sub = hub_subscribe(view_hub(v),
                           &(struct query){.type = QUERY_ROWS, .kind = c->kind, .ids = c->ids});
    return true;
}

static void compare_close(struct view *v)
{
    struct comparison *c = comparison_of(v);
    hub_unsubscribe(view_hub(v), c->sub);
    comparison_release(c);
    table_release(&c->table);
    snapshot_unref(c->rows);
    free(c->ids);
    free(c->baseline);
    free(c->current);
    free(c->filter);
    free(c->filter_before);
}

static void compare_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct comparison *c = comparison_of(v);
    if (ev->type != EV_SNAPSHOT || ev->id != c->sub || c->is_paused) {
        return;
    }
    if (ev->snapshot->type != SNAPSHOT_ROWS) {
        c->err = ev->snapshot->err;
        return;
    }
    struct snapshot *old = c->rows;
    c->err = (struct err)ERR_INIT;
    c->rows_err = ev->snapshot->err;
    c->rows = snapshot_ref(ev->snapshot);
    comparison_make(c, c->w ? c->w : 80);
    snapshot_unref(old);
}

static void compare_timer(struct view *v)
{
    (void)v; /* ages are drawn anew */
}

/* --- moves --- */

static void set_text(char **at, const char *text)
{
    char *copy = xstrdup(text);
    free(*at);
    *at = copy;
}

static const char *column_id(const struct comparison *c, size_t i)
{
    return c->rows->rows[c->columns.at[i].row].id;
}

/* The next line that differs, or SIZE_MAX. */
static size_t next_difference(const struct comparison *c, int dir)
{
    size_t at = c->table.selected;
    if (at == SIZE_MAX) {
        return SIZE_MAX;
    }
    for (size_t i = at + (size_t)dir; i < c->shown.n; i += (size_t)dir) {
        const struct compare_shown *s = &c->shown.at[i];
        if (s->row == TABLE_DATA && c->compare.lines.at[s->line].differs) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void remake(struct comparison *c)
{
    comparison_make(c, c->w);
}

static void set_filter(struct comparison *c, struct sv text)
{
    CLEANUP(mem_free_ptr) char *z = sv_dup(sv_trim(text));
    set_text(&c->filter, z);
    remake(c);
}

/* --- what can be done --- */

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static enum can compare_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct comparison *c = comparison_of(v);
    if (!c->has_compare && cmd != CMD_BACK && cmd != CMD_REFRESH && cmd != CMD_PAUSE) {
        return off(why, "what is compared is not here yet");
    }
    switch ((int)cmd) {
    case CMD_NEXT_DIFF:
        return next_difference(c, 1) == SIZE_MAX ? off(why, "no difference below") : CAN_YES;
    case CMD_PREV_DIFF:
        return next_difference(c, -1) == SIZE_MAX ? off(why, "no difference above") : CAN_YES;
    case CMD_WIDE:
        return c->is_wide || c->has_cut ? CAN_YES : off(why, "every value is whole already");
    case CMD_PIN:
        return c->columns.n < 2 ? off(why, "there is one to measure against") : CAN_YES;
    case CMD_METRICS:
        return c->kind == KIND_RUN ? CAN_YES : off(why, "curves are those of runs");
    case CMD_DESCRIBE:
    case CMD_COPY:
        return comparison_selected(c) ? CAN_YES : off(why, "no field is selected");
    default:
        break;
    }
    bool is_of_text = cmd_info(cmd)->flags & CMD_WRITES;
    return is_of_text ? CAN_NOT : CAN_YES;
}

/* --- doing it --- */

static void move_column(struct comparison *c, int dir)
{
    size_t at = comparison_current(c) + (size_t)dir;
    if (at < c->columns.n) {
        set_text(&c->current, column_id(c, at));
    }
}

/* The column that keys are about becomes the baseline; of the baseline itself: which? */
static void pin(struct view *v)
{
    struct comparison *c = comparison_of(v);
    size_t at = comparison_current(c);
    if (c->columns.at[at].row != c->compare.baseline) {
        set_text(&c->baseline, column_id(c, at));
        CLEANUP(mem_free_ptr) char *before = xstrdup(column_id(c, 0));
        remake(c);
        set_text(&c->current, before);
        return;
    }
    VEC(struct menu_item) items = {0};
    for (size_t i = 1; i < c->columns.n; i++) {
        vec_push(&items, (struct menu_item){.id = column_id(c, i),
                                            .text = comparison_name(c, c->columns.at[i].row)});
    }
    app_menu(v->app, v, TAG_PIN, "baseline: ", items.at, items.n);
    vec_release(&items);
}

/* The value under both cursors, then what else there is to copy. */
static void copy_menu(struct view *v)
{
    const struct comparison *c = comparison_of(v);
    const struct compare_line *l = comparison_selected(c);
    size_t row = c->columns.at[comparison_current(c)].row;
    CLEANUP(str_release) struct str value = STR_INIT;
    CLEANUP(str_release) struct str all = STR_INIT;
    CLEANUP(str_release) struct str table = STR_INIT;
    comparison_value(c, l, row, &value);
    for (size_t i = 0; i < c->columns.n; i++) {
        str_addz(&all, i ? " " : "");
        comparison_value(c, l, c->columns.at[i].row, &all);
    }
    (void)comparison_text(c, SV("md"), &table);
    const struct menu_item items[] = {
        {.id = value.p, .describe = l->name},
        {.id = all.p, .describe = "of all of them"},
        {.id = c->rows->rows[row].id, .describe = "id"},
        {.id = c->ids, .text = "every id", .describe = "a line each"},
        {.id = table.p, .text = "the table", .describe = "as Markdown"},
    };
    app_menu(v->app, v, TAG_COPY, "copy: ", items, ALEN(items));
}

/* The selected field of all of them, whole. */
static void describe(struct view *v)
{
    const struct comparison *c = comparison_of(v);
    const struct compare_line *l = comparison_selected(c);
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t i = 0; i < c->columns.n; i++) {
        str_addf(&text, "%s\n  ", c->columns.at[i].title);
        comparison_value(c, l, c->columns.at[i].row, &text);
        str_addz(&text, "\n");
    }
    app_prose(v->app, l->name, sv_of(&text));
}

static void open_one(struct view *v)
{
    const struct comparison *c = comparison_of(v);
    struct err e = ERR_INIT;
    if (!views_open_thing(v->app, c->kind, column_id(c, comparison_current(c)), &e)) {
        app_error(v->app, &e);
    }
}

/* Of all of them, the baseline first. */
static void open_charts(struct view *v)
{
    const struct comparison *c = comparison_of(v);
    CLEANUP(str_release) struct str ids = STR_INIT;
    for (size_t i = 0; i < c->columns.n; i++) {
        str_addf(&ids, "%s%s", i ? "\n" : "", column_id(c, i));
    }
    views_go_charts(v, ids.p);
}

static void filter_prompt(struct view *v)
{
    struct comparison *c = comparison_of(v);
    set_text(&c->filter_before, c->filter);
    app_prompt(v->app, v, TAG_FILTER,
               &(struct prompt_spec){
                   .label = "/", .text = c->filter, .history = "fields", .is_live = true});
}

static enum handled back(struct comparison *c)
{
    if (!*c->filter) {
        return PASS;
    }
    set_filter(c, SV(""));
    return HANDLED;
}

static void refresh(struct view *v)
{
    hub_window(view_hub(v), comparison_of(v)->sub, &(struct query){.n = 0});
}

static enum handled steer(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct comparison *c = comparison_of(v);
    switch ((int)cmd) {
    case CMD_FILTER:
        arg->text.n ? set_filter(c, arg->text) : filter_prompt(v);
        return HANDLED;
    case CMD_WIDE:
        c->is_wide = !c->is_wide;
        remake(c);
        return HANDLED;
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE:
        table_next_group(&c->table, cmd == CMD_NEXT_PANE ? 1 : -1);
        return HANDLED;
    case CMD_PAUSE:
        c->is_paused = !c->is_paused;
        if (!c->is_paused) {
            refresh(v);
        }
        return HANDLED;
    case CMD_REFRESH:
        refresh(v);
        return HANDLED;
    case CMD_BACK:
        return back(c);
    default:
        return PASS;
    }
}

static enum handled look(struct view *v, enum cmd cmd)
{
    struct comparison *c = comparison_of(v);
    switch ((int)cmd) {
    case CMD_METRICS:
        open_charts(v);
        return HANDLED;
    case CMD_OPEN:
        open_one(v);
        return HANDLED;
    case CMD_WHY:
    case CMD_TIMELINE:
    case CMD_LINEAGE:
        views_about_cmd(v, cmd, c->kind, column_id(c, comparison_current(c)));
        return HANDLED;
    case CMD_LEFT:
    case CMD_RIGHT:
        move_column(c, cmd == CMD_LEFT ? -1 : 1);
        return HANDLED;
    case CMD_DIFF:
        c->only_diff = !c->only_diff;
        remake(c);
        return HANDLED;
    case CMD_NEXT_DIFF:
    case CMD_PREV_DIFF:
        table_select_row(&c->table, next_difference(c, cmd == CMD_NEXT_DIFF ? 1 : -1));
        return HANDLED;
    case CMD_PIN:
        pin(v);
        return HANDLED;
    case CMD_COPY:
        copy_menu(v);
        return HANDLED;
    case CMD_DESCRIBE:
        describe(v);
        return HANDLED;
    default:
        return PASS;
    }
}

static enum handled compare_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    if (look(v, cmd) == HANDLED || steer(v, cmd, arg) == HANDLED) {
        return HANDLED;
    }
    return table_command(&comparison_of(v)->table, cmd, arg);
}

static void compare_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct comparison *c = comparison_of(v);
    if (tag == TAG_FILTER) {
        set_filter(c, what == REPLY_CANCELLED ? sv_z(c->filter_before) : text);
    } else if (tag == TAG_PIN && what == REPLY_ACCEPTED) {
        CLEANUP(mem_free_ptr) char *id = sv_dup(text);
        set_text(&c->baseline, id);
        remake(c);
    } else if (tag == TAG_COPY && what == REPLY_ACCEPTED) {
        app_copy(v->app, text);
    }
}

/* --- around it --- */

static unsigned compare_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(TABLE) | KEYCTX_BIT(COMPARE);
}

static bool compare_pick(struct view *v, int y)
{
    struct comparison *c = comparison_of(v);
    size_t row = table_row_at(&c->table, y);
    if (row == SIZE_MAX) {
        return false;
    }
    table_select_row(&c->table, row);
    return true;
}

static bool compare_selection(const struct view *v, struct str *out)
{
    const struct comparison *c = comparison_of(v);
    size_t at = comparison_current(c);
    if (at == SIZE_MAX) {
        return false;
    }
    str_addz(out, column_id(c, at));
    return true;
}

static bool compare_export(const struct view *v, struct sv format, struct str *out, struct err *e)
{
    const struct comparison *c = comparison_of(v);
    if (!c->has_compare) {
        return err_set(e, ERR_REFUSED, "what is compared is not here yet");
    }
    if (!comparison_text(c, format, out)) {
        err_set(e, ERR_REFUSED, "a comparison cannot be saved as %.*s", (int)format.n, format.p);
        return err_hint(e, "end the name in .csv, .tsv, .md, .txt or .svg");
    }
    return true;
}

static bool compare_is_loading(const struct view *v)
{
    const struct comparison *c = comparison_of(v);
    return !c->has_compare && !c->err.code;
}

const struct view_ops compare_view = {
    .name = "compare",
    .title = "A comparison",
    .state_size = sizeof(struct comparison),
    .reasons = reasons[REASONS_compare],
    .open = compare_open,
    .event = compare_event,
    .timer = compare_timer,
    .reply = compare_reply,
    .command = compare_command,
    .can = compare_can,
    .layout = comparison_layout,
    .is_loading = compare_is_loading,
    .draw = comparison_draw,
    .crumbs = comparison_crumbs,
    .connection = comparison_connection,
    .sentence = comparison_sentence,
    .status = comparison_status,
    .hints = comparison_hints,
    .contexts = compare_contexts,
    .pick = compare_pick,
    .selection = compare_selection,
    .export = compare_export,
    .close = compare_close,
};

bool views_compare(struct app *app, enum kind kind, const char *ids, bool only_diff, struct err *e)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    str_addf(&line, "compare %s", ids);
    for (size_t i = 0; i < line.n; i++) {
        line.p[i] = line.p[i] == '\n' ? ' ' : line.p[i];
    }
    return app_open(app, &compare_view,
                    &(struct route){.line = line.p,
                                    .kind = kinds[kind].plural,
                                    .id = ids,
                                    .filter = only_diff ? "differences" : NULL},
                    e) != NULL;
}
