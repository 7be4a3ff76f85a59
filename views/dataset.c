/* The dataset view: what it asks for, and what its keys do; see dataset_state.h. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "views/dataset_state.h"
#include "views/reasons.h"
#include "views/views.h"

/* --- life --- */

static bool dataset_open(struct view *v, const struct route *route, struct err *e)
{
    static const struct {
        const struct table_column *columns;
        size_t n;
        const char *empty;
    } tables[DATASET_PANE_COUNT] = {
        [DATASET_COLUMNS] = {dataset_columns, DS_COLUMNS, "The table has no columns."},
        [DATASET_ROWS] = {NULL, 0, "The table has a header and no rows."},
        [DATASET_USES] = {dataset_use_columns, DU_COLUMNS, "Nothing is known of who read it."},
        [DATASET_VERSIONS] = {dataset_version_columns, DV_COLUMNS, "No version is known."},
    };
    struct dataset *d = dataset_of(v);
    if (!route->id || !*route->id) {
        err_set(e, ERR_USAGE, "which dataset? its id is missing");
        return err_hint(e, "open one from :datasets");
    }
    d->view = v;
    d->id = xstrdup(route->id);
    for (size_t i = 0; i < DATASET_PANE_COUNT; i++) {
        table_init(&d->tables[i], tables[i].columns, tables[i].n, &dataset_sources[i], d);
        d->tables[i].flags = TABLE_NO_MARGIN | TABLE_NO_MARKS;
        d->tables[i].empty = tables[i].empty;
    }
    d->sub = hub_subscribe(view_hub(v), &(struct query){QUERY_DOC, KIND_DATASET, .id = d->id});
    return true;
}

static void dataset_close(struct view *v)
{
    struct dataset *d = dataset_of(v);
    hub_unsubscribe(view_hub(v), d->sub);
    for (size_t i = 0; i < DATASET_PANE_COUNT; i++) {
        table_release(&d->tables[i]);
    }
    dataset_facts_clear(d);
    vec_release(&d->uses);
    vec_release(&d->titles);
    vec_release(&d->head);
    vec_release(&d->columns);
    vec_release(&d->rows);
    vec_release(&d->cells);
    vec_release(&d->versions);
    snapshot_unref(d->doc);
    free(d->id);
}

static void dataset_event(struct view *v, const void *arg)
{
    const struct ev *ev = arg;
    struct dataset *d = dataset_of(v);
    if (ev->type != EV_SNAPSHOT || ev->id != d->sub) {
        return;
    }
    if (ev->snapshot->type == SNAPSHOT_ERROR) {
        d->err = ev->snapshot->err;
        return;
    }
    struct snapshot *old = d->doc;
    bool is_first = !old || !json_get(old->doc, "versions");
    d->err = (struct err)ERR_INIT;
    d->doc = snapshot_ref(ev->snapshot);
    dataset_facts_make(d);
    if (is_first) {
        table_select_id(&d->tables[DATASET_VERSIONS], sv_z(json_get_str(dataset_doc(d), "id")));
    }
    snapshot_unref(old);
}

/* --- what can be done --- */

static struct table *front(const struct view *v)
{
    struct dataset *d = dataset_of(v);
    return &d->tables[d->pane];
}

static enum can off(struct str *why, const char *text)
{
    str_addz(why, text);
    return CAN_OFF;
}

static bool needs_document(enum cmd cmd)
{
    return cmd == CMD_RAW || cmd == CMD_LINEAGE || cmd == CMD_TAB || cmd == CMD_NEXT_PANE ||
           cmd == CMD_PREV_PANE;
}

static bool needs_row(enum cmd cmd)
{
    return cmd == CMD_OPEN || cmd == CMD_DESCRIBE || cmd == CMD_COPY;
}

static enum can dataset_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct dataset *d = dataset_of(v);
    if (needs_document(cmd) && !d->doc) {
        return off(why, "nothing of this dataset is known yet");
    }
    if (cmd == CMD_LINEAGE && d->pane == DATASET_USES) {
        return off(why, "this is who read it, and what came of that");
    }
    if (needs_row(cmd) && front(v)->selected >= front(v)->rows) {
        return off(why, "nothing is selected");
    }
    if ((cmd == CMD_PANE_LESS || cmd == CMD_PANE_RESET) && !d->is_zoomed) {
        return off(why, "nothing is shown large here: + does that to a column");
    }
    if (cmd == CMD_ZOOM_PANE && (d->pane != DATASET_COLUMNS || !dataset_column(d))) {
        return off(why, "a column is shown large: select one in the first tab");
    }
    return CAN_YES;
}

/* --- doing it --- */

static void turn(struct dataset *d, enum dataset_pane pane)
{
    d->pane = pane;
    d->is_zoomed = false;
}

static void describe(struct view *v)
{
    const struct dataset *d = dataset_of(v);
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str title = STR_INIT;
    const char *column = json_get_str(dataset_column(d), "name");
    utf8_sanitize(&title, sv_z(d->pane == DATASET_COLUMNS && column ? column : d->id));
    dataset_describe(d, &text);
    app_text(v->app, title.p, sv_of(&text));
}

static void open_row(struct view *v)
{
    const struct dataset *d = dataset_of(v);
    struct err e = ERR_INIT;
    size_t at = front(v)->selected;
    bool ok = true;
    if (d->pane == DATASET_USES) {
        ok = views_open_thing(v->app, d->uses.at[at].kind, d->uses.at[at].id, &e);
    } else if (d->pane == DATASET_VERSIONS) {
        ok = views_open_thing(v->app, KIND_DATASET, json_get_str(d->versions.at[at], "id"), &e);
    } else {
        describe(v);
    }
    if (!ok) {
        app_error(v->app, &e);
    }
}

static void copy(struct view *v)
{
    const struct dataset *d = dataset_of(v);
    size_t at = front(v)->selected;
    CLEANUP(str_release) struct str text = STR_INIT;
    if (d->pane == DATASET_COLUMNS) {
        str_addz(&text, json_get_str(d->columns.at[at], "name"));
    } else if (d->pane == DATASET_USES) {
        str_addz(&text, d->uses.at[at].id);
    } else if (d->pane == DATASET_VERSIONS) {
        str_addz(&text, json_get_str(d->versions.at[at], "id"));
    } else {
        json_print(d->rows.at[at], JSON_COMPACT, &text);
    }
    app_copy(v->app, sv_of(&text));
}

static void show_raw(struct view *v)
{
    const struct dataset *d = dataset_of(v);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(dataset_doc(d), JSON_PRETTY, &text);
    app_text(v->app, d->id, sv_of(&text));
}

static enum handled turn_tab(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct dataset *d = dataset_of(v);
    const unsigned n = DATASET_PANE_COUNT;
    if (cmd == CMD_NEXT_PANE || cmd == CMD_PREV_PANE) {
        turn(d, (enum dataset_pane)((d->pane + (cmd == CMD_NEXT_PANE ? 1 : n - 1)) % n));
        return HANDLED;
    }
    long tab = arg->n;
    if (tab < 1 || tab > (long)n) {
        app_toast(v->app, TOAST_INFO, "a dataset has tabs 1 to 4: columns, rows, uses, versions");
    } else if (tab - 1 == (long)d->pane) {
        app_toast(v->app, TOAST_INFO, "tab %ld is in front", tab);
    } else {
        turn(d, (enum dataset_pane)(tab - 1));
    }
    return HANDLED;
}

static enum handled look(struct view *v, enum cmd cmd)
{
    struct dataset *d = dataset_of(v);
    switch ((int)cmd) {
    case CMD_OPEN:
        open_row(v);
        return HANDLED;
    case CMD_DESCRIBE:
        describe(v);
        return HANDLED;
    case CMD_RAW:
        show_raw(v);
        return HANDLED;
    case CMD_COPY:
        copy(v);
        return HANDLED;
    case CMD_LINEAGE:
        turn(d, DATASET_USES);
        return HANDLED;
    case CMD_ZOOM_PANE:
    case CMD_PANE_LESS:
    case CMD_PANE_RESET:
        d->is_zoomed = !d->is_zoomed;
        return HANDLED;
    case CMD_REFRESH:
        hub_window(view_hub(v), d->sub, &(struct query){.n = 0});
        return HANDLED;
    default:
        return PASS;
    }
}

static enum handled dataset_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct dataset *d = dataset_of(v);
    if (cmd == CMD_NEXT_PANE || cmd == CMD_PREV_PANE || cmd == CMD_TAB) {
        return turn_tab(v, cmd, arg);
    }
    if (cmd == CMD_BACK && d->is_zoomed) {
        d->is_zoomed = false;
        return HANDLED;
    }
    return look(v, cmd) == HANDLED ? HANDLED : table_command(front(v), cmd, arg);
}

/* --- around it --- */

static void dataset_crumbs(const struct view *v, struct str *out)
{
    const struct dataset *d = dataset_of(v);
    const char *name = json_get_str(dataset_doc(d), "name");
    crumb_add(out, "local");
    crumb_add(out, "datasets");
    if (name) {
        crumb_add(out, name);
        crumb_add(out, dataset_version(json_get_str(dataset_doc(d), "id")));
    } else {
        crumb_add(out, d->id);
    }
}

static void dataset_connection(const struct view *v, struct str *out, unsigned *style)
{
    const struct dataset *d = dataset_of(v);
    if (d->err.code && d->doc) {
        cells_stale(out, style, d->doc->as_of_ms, app_now_ms(v->app));
    }
}

static void dataset_sentence(const struct view *v, struct str *out)
{
    const struct dataset *d = dataset_of(v);
    if (d->err.code && d->doc) {
        str_addz(out, d->err.msg);
    } else if (d->doc) {
        CLEANUP(str_release) struct str text = STR_INIT;
        dataset_say(d, &text);
        /* names and cells come from outside; the tab parts what stands at the right */
        struct sv rest = sv_of(&text), part;
        for (bool is_first = true; sv_split(&rest, '\t', &part); is_first = false) {
            str_addz(out, is_first ? "" : "\t");
            utf8_sanitize(out, part);
        }
    }
}

static void dataset_hints(const struct view *v, struct hints *h)
{
    const struct dataset *d = dataset_of(v);
    bool leads_on = d->pane == DATASET_USES || d->pane == DATASET_VERSIONS;
    hint_add(h, CMD_OPEN, leads_on ? "open" : "whole");
    hint_add(h, CMD_NEXT_PANE, "next tab");
    hint_add(h, CMD_ZOOM_PANE, d->is_zoomed ? "table" : "large");
    hint_add(h, CMD_LINEAGE, "used by");
    hint_add(h, CMD_RAW, "document");
}

static unsigned dataset_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(TABLE);
}

static bool dataset_pick(struct view *v, int y)
{
    size_t row = table_row_at(front(v), y);
    if (row == SIZE_MAX) {
        return false;
    }
    table_select_row(front(v), row);
    return true;
}

static bool dataset_selection(const struct view *v, struct str *out)
{
    str_addz(out, dataset_of(v)->id);
    return true;
}

static bool dataset_export(const struct view *v, struct sv format, struct str *out, struct err *e)
{
    const struct dataset *d = dataset_of(v);
    if (!sv_eqz(format, "csv")) {
        err_set(e, ERR_REFUSED, "a dataset is not saved as .%.*s", (int)format.n, format.p);
        return err_hint(e, "end the name in .csv, .txt or .svg");
    }
    if (d->tables[d->pane].rows == 0) {
        return err_set(e, ERR_REFUSED, "there is no table here that could be saved");
    }
    dataset_csv(d, out);
    return true;
}

static bool dataset_has_no_rows(const struct view *v)
{
    const struct dataset *d = dataset_of(v);
    return !d->doc && !d->err.code;
}

const struct view_ops dataset_view = {
    .name = "dataset",
    .title = "A version of a dataset",
    .state_size = sizeof(struct dataset),
    .flags = VIEW_IS_SINGLE,
    .reasons = reasons[REASONS_dataset],
    .open = dataset_open,
    .event = dataset_event,
    .command = dataset_command,
    .can = dataset_can,
    .is_loading = dataset_has_no_rows,
    .layout = dataset_layout,
    .draw = dataset_draw,
    .crumbs = dataset_crumbs,
    .connection = dataset_connection,
    .sentence = dataset_sentence,
    .hints = dataset_hints,
    .contexts = dataset_contexts,
    .pick = dataset_pick,
    .selection = dataset_selection,
    .export = dataset_export,
    .close = dataset_close,
};
