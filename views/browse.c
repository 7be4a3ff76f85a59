/* The table view of every kind: its life and its keys; see browse.h. */
#include "views/browse.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/widgets/menu.h"
#include "views/help.h"
#include "views/reasons.h"
#include "views/views.h"

enum { TAG_FILTER = 1, TAG_SORT, TAG_COLUMNS, TAG_COPY };

/* --- life --- */

static void filter_words(struct browse *b);

/* "auc:desc" of a kept view. */
static void take_order(struct browse *b, const char *sort)
{
    struct sv rest = sv_z(sort), name = {"", 0};
    if (rest.n && sv_split(&rest, ':', &name)) {
        b->sort_id = sv_dup(name);
        b->sort_dir = sv_eqz(rest, "desc") ? -1 : 1;
    }
}

static bool browse_open(struct view *v, const struct route *route, struct err *e)
{
    struct browse *b = browse_of(v);
    enum kind kind = kind_find(sv_z(route->kind));
    if (kind == KIND_COUNT) {
        return err_set(e, ERR_NOT_FOUND, "there is no kind \"%s\"", route->kind ? route->kind : "");
    }
    b->view = v;
    b->kind = kind;
    b->parent = xstrdup(route->id);
    b->filter = xstrdup(route->filter ? route->filter : "");
    b->only = xstrdup(route->columns);
    b->n = BROWSE_FIRST_N;
    take_order(b, route->sort);
    table_init(&b->table, NULL, 0, &browse_table_source, b);
    filter_words(b);
    b->sub = hub_subscribe(view_hub(v), &(struct query){.type = QUERY_ROWS,
                                                        .kind = kind,
                                                        .id = b->parent,
                                                        .filter = *b->filter ? b->filter : NULL,
                                                        .sort = route->sort,
                                                        .n = b->n});
    return true;
}

static void browse_close(struct view *v)
{
    struct browse *b = browse_of(v);
    browse_sparks_release(b);
    hub_unsubscribe(view_hub(v), b->sub);
    rawdoc_release(&b->raw, v);
    act_release(&b->act, v);
    table_release(&b->table);
    browse_columns_release(b);
    snapshot_unref(b->rows);
    snapshot_unref(b->fresh);
    vec_release(&b->fresh_rows);
    free(b->filter_before);
    free(b->filter);
    free(b->parent);
}

static void browse_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct browse *b = browse_of(v);
    if (act_event(&b->act, v, ev) || rawdoc_event(&b->raw, v, ev) || browse_sparks_event(b, ev) ||
        browse_marks_event(v, ev)) {
        return;
    }
    if (ev->type == EV_SNAPSHOT && ev->id == b->sub && ev->snapshot) {
        browse_take(b, ev->snapshot);
    }
}

static void browse_timer(struct view *v)
{
    struct browse *b = browse_of(v);
    b->is_ticking = false;
    if (b->fresh && !b->is_paused && !app_is_held(v->app)) {
        browse_adopt(b);
    }
}

/* --- the filter --- */

static bool is_plain_word(struct sv word)
{
    for (size_t i = 0; i < word.n; i++) {
        if (strchr(":=!<>~()|\"'`", word.p[i])) {
            return false;
        }
    }
    return word.n && word.p[0] != '-' && !sv_eqz(word, "AND") && !sv_eqz(word, "OR") &&
           !sv_eqz(word, "NOT");
}

/* The words of the filter, to be seen where they match. */
static void filter_words(struct browse *b)
{
    VEC(struct sv) words = {0};
    struct sv rest = sv_z(b->filter), word;
    while (rest.n && sv_split(&rest, ' ', &word)) {
        if (is_plain_word(word)) {
            vec_push(&words, word);
        }
    }
    table_match(&b->table, words.at, words.n);
    vec_release(&words);
}

static void set_filter(struct browse *b, struct sv text)
{
    CLEANUP(mem_free_ptr) char *next = sv_dup(sv_trim(text));
    if (z_eq(next, b->filter)) {
        return;
    }
    free(b->filter);
    b->filter = xstrdup(next);
    b->filter_err = (struct err)ERR_INIT;
    b->first = 0;
    filter_words(b);
    browse_ask(b);
    if (b->columns_w) {
        browse_columns_make(b, b->columns_w);
    }
}

static void filter_prompt(struct view *v)
{
    struct browse *b = browse_of(v);
    free(b->filter_before);
    b->filter_before = xstrdup(b->filter);
    app_prompt(v->app, v, TAG_FILTER,
               &(struct prompt_spec){
                   .label = "/", .text = b->filter, .history = "filter", .is_live = true});
}

static void add_word(struct menu *menu, struct sv prefix, const char *word, const char *describe)
{
    if (strncmp(word, prefix.p, prefix.n) == 0) {
        menu_add(menu, &(struct menu_item){.id = word, .describe = describe});
    }
}

/* `status:` and what statuses there are, the fields, the keys. */
static void browse_complete(const struct view *v, int tag, struct sv text, struct menu *menu)
{
    const struct browse *b = browse_of(v);
    size_t at = text.n;
    while (at > 0 && text.p[at - 1] != ' ' && text.p[at - 1] != '(') {
        at--;
    }
    CLEANUP(mem_free_ptr) char *word = sv_dup((struct sv){text.p + at, text.n - at});
    struct sv prefix = sv_z(word);
    if (tag != TAG_FILTER) {
        return;
    }
    for (size_t i = 0; i < b->columns.n; i++) {
        const struct browse_column *c = &b->columns.at[i];
        bool is_field = c->source == BROWSE_FIELD;
        const char *what =
            is_field ? kinds[b->kind].fields[c->field].help : family_names[c->family];
        if (c->source != BROWSE_SPARK) {
            add_word(menu, prefix, c->id, what);
        }
    }
    struct map seen = MAP_INIT;
    for (size_t i = 0; b->rows && i < b->rows->n; i++) {
        const char *status = row_text(&b->rows->rows[i], FIELD_RUN_status);
        CLEANUP(mem_free_ptr) char *term = xasprintf("status:%s", status);
        if (*status && !map_has(&seen, sv_z(term))) {
            (void)map_set(&seen, sv_z(term), menu);
            add_word(menu, prefix, term, "the state");
        }
    }
    map_release(&seen);
}

/* --- the order --- */

static bool starts_high(const struct browse *b, const struct browse_column *c)
{
    return c->source == BROWSE_NAMED ? c->is_number
                                     : kinds[b->kind].fields[c->field].type != FIELD_TEXT &&
                                           kinds[b->kind].fields[c->field].type != FIELD_STATE;
}

static void set_sort(struct browse *b, const struct browse_column *c, int dir)
{
    CLEANUP(mem_free_ptr) char *id = xstrdup(c->id);
    bool is_again = b->sort_id && z_eq(b->sort_id, id);
    b->sort_dir = dir ? dir : is_again ? -b->sort_dir : starts_high(b, c) ? -1 : 1;
    free(b->sort_id);
    b->sort_id = xstrdup(id);
    b->first = 0;
    browse_ask(b);
    browse_columns_make(b, b->columns_w ? b->columns_w : 80);
}

/* "loss", "loss desc", "loss:desc", "-loss" */
static void sort_by(struct view *v, struct sv text)
{
    struct browse *b = browse_of(v);
    struct sv rest = sv_trim(text), name;
    int dir = 0;
    if (rest.n && rest.p[0] == '-') {
        dir = -1;
        rest = (struct sv){rest.p + 1, rest.n - 1};
    }
    char part = sv_find(rest, SV(":")) != SIZE_MAX ? ':' : ' ';
    name = rest;
    (void)sv_split(&rest, part, &name);
    rest = name.n < text.n ? sv_trim(rest) : (struct sv){"", 0};
    dir = sv_eqz(rest, "desc") ? -1 : sv_eqz(rest, "asc") ? 1 : dir;
    const struct browse_column *c = browse_column_find(b, sv_trim(text)); /* it may have spaces */
    c = c ? c : browse_column_find(b, sv_trim(name));
    if (c) {
        set_sort(b, c, dir);
    } else {
        app_toast(v->app, TOAST_WARN, "%s have no column \"%.*s\": o lists them",
                  kinds[b->kind].plural, (int)name.n, name.p);
    }
}

static void sort_invert(struct browse *b)
{
    const struct browse_column *c =
        browse_column_find(b, b->sort_id ? sv_z(b->sort_id) : SV("created"));
    if (c) {
        set_sort(b, c, b->sort_id ? 0 : 1);
    }
}

/* --- pickers --- */

static void column_menu(struct view *v, int tag, const char *label)
{
    const struct browse *b = browse_of(v);
    VEC(struct menu_item) items = {0};
    for (size_t i = 0; i < b->columns.n; i++) {
        const struct browse_column *c = &b->columns.at[i];
        bool is_field = c->source == BROWSE_FIELD;
        bool is_shown = browse_column_is_shown(b, c);
        if (c->source == BROWSE_SPARK && tag == TAG_SORT) {
            continue;
        }
        vec_push(&items, (struct menu_item){
                             .id = c->id,
                             .describe = is_field ? kinds[b->kind].fields[c->field].help
                                         : c->source == BROWSE_SPARK ? "its curve over steps"
                                                                     : family_names[c->family],
                             .key = tag == TAG_COLUMNS ? is_shown ? "shown" : "hidden" : NULL});
    }
    app_menu(v->app, v, tag, label, items.at, items.n);
    vec_release(&items);
}

/* Every field of the row with its value: one is copied. */
static void copy_menu(struct view *v)
{
    const struct browse *b = browse_of(v);
    const struct row *row = browse_selected(b);
    VEC(struct menu_item) items = {0};
    VEC(char *) values = {0};
    for (size_t i = 0; row && i < b->columns.n; i++) {
        CLEANUP(str_release) struct str value = STR_INIT;
        browse_value(b, &b->columns.at[i], row, &value);
        if (value.n) {
            vec_push(&values, str_detach(&value));
            vec_push(&items, (struct menu_item){.id = values.at[values.n - 1],
                                                .describe = b->columns.at[i].id});
        }
    }
    app_menu(v->app, v, TAG_COPY, "copy: ", items.at, items.n);
    for (size_t i = 0; i < values.n; i++) {
        free(values.at[i]);
    }
    vec_release(&values);
    vec_release(&items);
}

static void choose_columns(struct view *v, struct sv names)
{
    struct browse *b = browse_of(v);
    struct sv rest = sv_trim(names), name;
    if (rest.n == 0) {
        column_menu(v, TAG_COLUMNS, "show or hide: ");
        return;
    }
    if (browse_column_find(b, rest)) { /* one whose name has spaces */
        browse_column_toggle(b, browse_column_find(b, rest));
        return;
    }
    while (rest.n && sv_split(&rest, ' ', &name)) {
        const struct browse_column *c = name.n ? browse_column_find(b, name) : NULL;
        if (c && c->field != FIELD_RUN_name) {
            browse_column_toggle(b, c);
        }
    }
}

static void browse_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct browse *b = browse_of(v);
    if (act_reply(&b->act, v, tag, what, text)) {
        return;
    }
    if (tag == TAG_FILTER) {
        set_filter(b, what == REPLY_CANCELLED ? sv_z(b->filter_before) : text);
    } else if (tag == TAG_SORT && what == REPLY_ACCEPTED) {
        sort_by(v, text);
    } else if (tag == TAG_COLUMNS && what == REPLY_ACCEPTED) {
        choose_columns(v, text);
    } else if (tag == TAG_COPY && what == REPLY_ACCEPTED) {
        app_copy(v->app, text);
    }
}

/* --- what can be done --- */

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static enum can can_compare(const struct browse *b, struct str *why)
{
    if (b->table.mark_count < 2) {
        return off(why, "mark two or more rows with Space first");
    }
    return CAN_YES;
}

static enum can browse_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct browse *b = browse_of(v);
    struct thing t = thing_of(b->kind, browse_selected(b));
    enum can can = table_can(&b->table, cmd, why);
    if (can != CAN_NOT) {
        return can;
    }
    switch ((int)cmd) {
    case CMD_COMPARE:
    case CMD_DIFF:
        return can_compare(b, why);
    case CMD_WIDE:
        return b->rows && b->rows->n ? CAN_YES : off(why, "there are no rows");
    case CMD_ROLL_BACK:
        return act_can_undo(&b->act, why);
    case CMD_DESCRIBE:
        return browse_selected(b) ? CAN_YES : off(why, "no row is selected");
    default:
        break;
    }
    can = things_can(&t, cmd, why);
    return can == CAN_NOT && !(cmd_info(cmd)->flags & CMD_WRITES) ? CAN_YES : can;
}

/* --- doing it --- */

static void describe(struct view *v)
{
    struct browse *b = browse_of(v);
    const struct row *row = browse_selected(b);
    if (v->area.w >= BROWSE_SIDE_MIN_W) {
        b->has_detail = !b->has_detail;
        return;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    things_describe(&text, b->kind, row, app_now_ms(v->app));
    app_prose(v->app, row_text(row, FIELD_RUN_name), sv_of(&text));
}

/* One layer: the detail, the filter, the marks. */
static enum handled back(struct browse *b)
{
    if (*b->filter) {
        set_filter(b, SV(""));
    } else if (b->table.mark_count) {
        table_clear_marks(&b->table);
    } else if (b->has_detail) {
        b->has_detail = false;
    } else {
        return PASS;
    }
    return HANDLED;
}

static void add_id(void *arg, struct sv id)
{
    struct str *ids = arg;
    str_addz(ids, ids->n ? "\n" : "");
    str_addsv(ids, id);
}

static void compare(struct view *v, bool only_diff)
{
    struct browse *b = browse_of(v);
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str ids = STR_INIT;
    table_each_mark(&b->table, add_id, &ids);
    if (!views_compare(v->app, b->kind, ids.p, only_diff, &e)) {
        app_error(v->app, &e);
    }
}

static void charts(struct view *v)
{
    CLEANUP(str_release) struct str ids = STR_INIT;
    table_each_mark(&browse_of(v)->table, add_id, &ids);
    views_go_charts(v, ids.p);
}

static enum handled save(struct view *v, const struct cmd_arg *arg)
{
    struct browse *b = browse_of(v);
    if (!sv_ends(sv_trim(arg->text), ".csv")) {
        return PASS; /* a picture of the screen is the app's */
    }
    act_export(&b->act, v, b->sub, arg->text);
    return HANDLED;
}

static void pause(struct view *v)
{
    struct browse *b = browse_of(v);
    b->is_paused = !b->is_paused;
    if (!b->is_paused) {
        browse_adopt(b);
    }
}

static void wide(struct browse *b)
{
    b->is_wide = !b->is_wide;
    browse_columns_make(b, b->columns_w);
}

/* What is about the list, not about one row. */
static enum handled list_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct browse *b = browse_of(v);
    switch ((int)cmd) {
    case CMD_FILTER:
        arg->text.n ? set_filter(b, arg->text) : filter_prompt(v);
        return HANDLED;
    case CMD_SORT:
        arg->text.n ? sort_by(v, arg->text) : column_menu(v, TAG_SORT, "order by: ");
        return HANDLED;
    case CMD_SORT_INVERT:
        sort_invert(b);
        return HANDLED;
    case CMD_COLUMNS:
        choose_columns(v, arg->text);
        return HANDLED;
    case CMD_COPY:
        copy_menu(v);
        return HANDLED;
    case CMD_ROLL_BACK:
        act_undo(&b->act, v);
        return HANDLED;
    case CMD_WIDE:
        wide(b);
        return HANDLED;
    case CMD_REFRESH:
        browse_ask(b);
        return HANDLED;
    case CMD_PAUSE:
        pause(v);
        return HANDLED;
    default:
        return PASS;
    }
}

/* What is about the table and its marks. */
static bool in_table(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct browse *b = browse_of(v);
    size_t marks = b->table.mark_count;
    if (browse_mark_all(v, cmd)) {
        return true;
    }
    bool is_done =
        list_command(v, cmd, arg) == HANDLED || table_command(&b->table, cmd, arg) == HANDLED;
    if (is_done) {
        browse_say_marks(v, cmd, marks);
    }
    return is_done;
}

static enum handled do_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct browse *b = browse_of(v);
    struct thing t = thing_of(b->kind, browse_selected(b));
    if (cmd == CMD_BACK) {
        return back(b);
    }
    if (cmd == CMD_SAVE) {
        return save(v, arg);
    }
    if (cmd == CMD_COMPARE || cmd == CMD_DIFF) {
        compare(v, cmd == CMD_DIFF);
        return HANDLED;
    }
    if (cmd == CMD_METRICS && b->kind == KIND_RUN && b->table.mark_count) {
        charts(v);
        return HANDLED;
    }
    bool is_record = b->kind == KIND_JOURNAL || (b->kind == KIND_EVENT && !*t.execution);
    if (cmd == CMD_DESCRIBE || (cmd == CMD_OPEN && is_record)) {
        describe(v);
        return HANDLED;
    }
    return in_table(v, cmd, arg) ? HANDLED : things_do(v, &b->act, &b->raw, &t, cmd, arg);
}

/* What has no meaning in this table is not done, whoever asks. */
static enum handled browse_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    return v->ops->reasons[cmd] ? PASS : do_command(v, cmd, arg);
}

static bool browse_is_loading(const struct view *v)
{
    const struct browse *b = browse_of(v);
    return !browse_is_answered(b) && !b->err.code && !b->filter_err.code;
}

static unsigned browse_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(TABLE);
}

static bool browse_pick(struct view *v, int y)
{
    struct browse *b = browse_of(v);
    size_t row = table_row_at(&b->table, y);
    if (row == SIZE_MAX) {
        return false;
    }
    table_select_row(&b->table, row);
    return true;
}

static bool browse_selection(const struct view *v, struct str *out)
{
    return table_selection(&browse_of(v)->table, out);
}

static void browse_help(const struct view *v, struct help *h)
{
    const struct browse *b = browse_of(v);
    help_kind(h, b->kind, b->rows);
}

/* The same table; what has no meaning in it differs. */
#define SLOTS                                                                                      \
    .state_size = sizeof(struct browse), .open = browse_open, .event = browse_event,               \
    .timer = browse_timer, .reply = browse_reply, .command = browse_command, .can = browse_can,    \
    .is_loading = browse_is_loading, .layout = browse_layout, .draw = browse_draw,                 \
    .crumbs = browse_crumbs, .connection = browse_connection, .sentence = browse_sentence,         \
    .status = browse_status, .hints = browse_hints, .contexts = browse_contexts,                   \
    .pick = browse_pick, .line = browse_line, .selection = browse_selection,                       \
    .complete = browse_complete, .help = browse_help, .close = browse_close

const struct view_ops browse_view = {
    .name = "browse", .title = "A table", .reasons = reasons[REASONS_browse], SLOTS};

const struct view_ops journal_view = {
    .name = "journal", .title = "The journal", .reasons = reasons[REASONS_journal], SLOTS};
