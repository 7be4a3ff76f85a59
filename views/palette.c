/* Lines of the palette that are no commands; see palette.h. */
#include "views/palette.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/compare.h"
#include "tui/widgets/menu.h"
#include "views/browse.h"
#include "views/views.h"

/* Kinds whose things are offered by name. */
static const struct {
    enum kind kind;
    const char *word; /* before the id: a thing of the kind is opened by it */
    int describe;     /* field that says what it is */
    unsigned rows;    /* the newest; more would cost each letter too much */
} sources[PALETTE_SOURCES] = {
    {KIND_EXECUTION, "execution", FIELD_EXECUTION_pipeline, 500},
    {KIND_PACKAGE, "package", FIELD_PACKAGE_status, 500},
    {KIND_PIPELINE, "pipeline", FIELD_PIPELINE_last, 500},
    {KIND_EXPERIMENT, "experiment", FIELD_EXPERIMENT_status, 500},
    {KIND_RUN, "run", FIELD_RUN_name, 200},
    {KIND_STEP, "logs", FIELD_STEP_status, 200},
    {KIND_DATASET, "dataset", FIELD_DATASET_name, 200},
};
enum { ID_PREFIX_MIN = 4 };

void palette_init(struct palette *p, struct hub *hub)
{
    *p = (struct palette){.hub = hub};
}

void palette_release(struct palette *p)
{
    for (int i = 0; i < PALETTE_SOURCES; i++) {
        if (p->subs[i]) {
            hub_unsubscribe(p->hub, p->subs[i]);
        }
        snapshot_unref(p->rows[i]);
    }
    free(p->wanted);
    *p = (struct palette){0};
}

static void begin(struct palette *p)
{
    for (int i = 0; i < PALETTE_SOURCES; i++) {
        if (!p->subs[i]) {
            p->subs[i] = hub_subscribe(
                p->hub,
                &(struct query){.type = QUERY_ROWS, .kind = sources[i].kind, .n = sources[i].rows});
        }
    }
}

bool palette_event(struct palette *p, const struct ev *ev)
{
    for (int i = 0; ev->type == EV_SNAPSHOT && i < PALETTE_SOURCES; i++) {
        if (p->subs[i] && p->subs[i] == ev->id) {
            if (ev->snapshot->type == SNAPSHOT_ROWS) {
                snapshot_unref(p->rows[i]);
                p->rows[i] = snapshot_ref(ev->snapshot);
            }
            return true;
        }
    }
    return false;
}

/* --- what is offered --- */

/* Orders of the list that is shown. */
static void offer_orders(const struct app *app, struct menu *menu)
{
    const struct view *v = app_top(app);
    const struct browse *b =
        v && (v->ops == &browse_view || v->ops == &journal_view) ? browse_of(v) : NULL;
    for (size_t i = 0; b && i < b->columns.n; i++) {
        const struct browse_column *c = &b->columns.at[i];
        const char *help = c->source == BROWSE_FIELD ? kinds[b->kind].fields[c->field].help : "";
        CLEANUP(mem_free_ptr) char *up = xasprintf("sort %s asc", c->id);
        CLEANUP(mem_free_ptr) char *down = xasprintf("sort %s desc", c->id);
        if (c->source != BROWSE_SPARK) {
            menu_add(menu, &(struct menu_item){.id = up, .describe = help});
            menu_add(menu, &(struct menu_item){.id = down, .describe = help});
        }
    }
}

/* `compare a b`: the last word is completed. */
static void offer_more_runs(const struct palette *p, struct sv text, struct menu *menu)
{
    size_t before = text.n;
    while (before > 0 && text.p[before - 1] != ' ') {
        before--;
    }
    for (int i = 0; i < PALETTE_SOURCES; i++) {
        for (size_t r = 0; sources[i].kind == KIND_RUN && p->rows[i] && r < p->rows[i]->n; r++) {
            const struct row *row = &p->rows[i]->rows[r];
            CLEANUP(mem_free_ptr) char *line = xasprintf("%.*s%s", (int)before, text.p, row->id);
            menu_add(menu,
                     &(struct menu_item){.id = line, .describe = row_text(row, FIELD_RUN_name)});
        }
    }
}

static bool takes_runs(struct sv text)
{
    return sv_starts(text, "compare ") || sv_starts(text, "charts ");
}

void palette_complete(struct palette *p, const struct app *app, struct sv text, struct menu *menu)
{
    begin(p);
    if (takes_runs(text)) {
        offer_more_runs(p, text, menu);
        return;
    }
    if (sv_starts(text, "sort ")) {
        offer_orders(app, menu);
        return;
    }
    menu_add(menu, &(struct menu_item){.id = "home", .describe = "what needs a person"});
    for (int k = 0; k < KIND_COUNT; k++) {
        if (k != KIND_ATTENTION) {
            menu_add(menu, &(struct menu_item){.id = kinds[k].plural, .describe = kinds[k].help});
        }
    }
    for (int i = 0; i < PALETTE_SOURCES; i++) {
        for (size_t r = 0; p->rows[i] && r < p->rows[i]->n; r++) {
            const struct row *row = &p->rows[i]->rows[r];
            CLEANUP(mem_free_ptr)
            char *line = xasprintf("%s %s", sources[i].word, row->id);
            menu_add(menu, &(struct menu_item){.id = line,
                                               .describe = row_text(row, sources[i].describe)});
        }
    }
}

/* --- what a line means --- */

/* The whole id that a prefix of four or more stands for; itself when none is known. */
static const char *whole_id(const struct palette *p, enum kind kind, const char *id)
{
    const char *found = NULL;
    size_t n = strlen(id);
    for (int i = 0; i < PALETTE_SOURCES; i++) {
        for (size_t r = 0; sources[i].kind == kind && p->rows[i] && r < p->rows[i]->n; r++) {
            const char *other = p->rows[i]->rows[r].id;
            if (strcmp(other, id) == 0) {
                return id;
            }
            if (n >= ID_PREFIX_MIN && strncmp(other, id, n) == 0) {
                found = found ? id : other; /* of two the text stays what it was */
            }
        }
    }
    return found ? found : id;
}

/* `[ID] [@CONTEXT] [sort=KEY:desc] [columns=A,B] [/FILTER]`: the filter is all that follows its
 * slash. */
struct parts {
    struct sv id, sort, columns, filter;
};

static struct sv after_of(struct sv word, const char *prefix)
{
    size_t n = strlen(prefix);
    return sv_starts(word, prefix) ? (struct sv){word.p + n, word.n - n} : (struct sv){NULL, 0};
}

static struct parts parts_of(struct sv rest)
{
    struct parts p = {.id = {"", 0}};
    struct sv word = {"", 0};
    rest = sv_trim(rest);
    while (rest.n) {
        if (rest.p[0] == '/') {
            p.filter = (struct sv){rest.p + 1, rest.n - 1};
            break;
        }
        (void)sv_split(&rest, ' ', &word);
        rest = sv_trim(rest);
        struct sv sort = after_of(word, "sort="), columns = after_of(word, "columns=");
        if (sort.p) {
            p.sort = sort;
        } else if (columns.p) {
            p.columns = columns;
        } else if (word.p && word.n && word.p[0] != '@') {
            p.id = word;
        }
    }
    return p;
}

static char *dup_or_null(struct sv text)
{
    return text.p ? sv_dup(text) : NULL;
}

static bool open_list(struct app *app, enum kind kind, const struct parts *p, struct sv line,
                      struct err *e)
{
    CLEANUP(mem_free_ptr) char *whole = sv_dup(line);
    CLEANUP(mem_free_ptr) char *id = dup_or_null(p->id.n ? p->id : (struct sv){NULL, 0});
    CLEANUP(mem_free_ptr) char *sort = dup_or_null(p->sort);
    CLEANUP(mem_free_ptr) char *columns = dup_or_null(p->columns);
    CLEANUP(mem_free_ptr) char *filter = dup_or_null(p->filter);
    struct route route = {.line = whole,
                          .kind = kinds[kind].plural,
                          .id = id,
                          .filter = filter,
                          .sort = sort,
                          .columns = columns};
    return app_open(app, views_list(kind), &route, e) != NULL;
}

/* What is known under an id: a thing of one of the kinds that are offered by name; KIND_COUNT:
 * none.
 */
static enum kind kind_of_id(const struct palette *p, const char *id)
{
    for (int i = 0; i < PALETTE_SOURCES; i++) {
        const char *whole = whole_id(p, sources[i].kind, id);
        for (size_t r = 0; p->rows[i] && r < p->rows[i]->n; r++) {
            if (strcmp(p->rows[i]->rows[r].id, whole) == 0) {
                return sources[i].kind;
            }
        }
    }
    return KIND_COUNT;
}

/* `timeline [KIND:]ID`: of what failed of late without an id, else of the thing it names. */
static bool open_about(struct palette *p, struct app *app, enum kind about, struct parts parts,
                       struct sv line, struct err *e)
{
    const char *bare = NULL;
    CLEANUP(mem_free_ptr) char *id = sv_dup(parts.id);
    CLEANUP(mem_free_ptr) char *thing = NULL;
    if (parts.id.n && views_split(id, &bare) == KIND_COUNT) {
        enum kind kind = kind_of_id(p, id);
        if (kind == KIND_COUNT) {
            err_set(e, ERR_USAGE, "%s of what? no thing has the id \"%s\"", kinds[about].singular,
                    id);
            return err_hint(e, "say its kind too: %s execution:ID; or press its key on a row",
                            kinds[about].singular);
        }
        thing = xasprintf("%s:%s", kinds[kind].singular, whole_id(p, kind, id));
        parts.id = sv_z(thing);
    }
    return open_list(app, about, &parts, line, e);
}

static bool open_kind(struct palette *p, struct app *app, enum kind kind, bool is_list,
                      struct sv rest, struct sv line, struct err *e)
{
    struct parts parts = parts_of(rest);
    if (kind_is_about(kind)) {
        return open_about(p, app, kind, parts, line, e);
    }
    if (!is_list && parts.id.n) {
        CLEANUP(mem_free_ptr) char *id = sv_dup(parts.id);
        return views_open_thing(app, kind, whole_id(p, kind, id), e);
    }
    return open_list(app, kind, &parts, line, e);
}

/* `compare [KINDS] ID ID…`: of one kind. */
static bool open_compare(const struct palette *p, struct app *app, struct sv rest, struct err *e)
{
    CLEANUP(str_release) struct str ids = STR_INIT;
    enum kind kind = KIND_COUNT;
    struct sv word;
    while (rest.n && sv_split(&rest, ' ', &word)) {
        CLEANUP(mem_free_ptr) char *id = sv_dup(word);
        enum kind named = ids.n == 0 && kind == KIND_COUNT ? kind_find(word) : KIND_COUNT;
        if (named < KIND_COUNT) {
            kind = named;
        } else if (word.n) {
            kind = kind < KIND_COUNT ? kind : compare_kind(id);
            str_addf(&ids, "%s%s", ids.n ? "\n" : "", whole_id(p, kind, id));
        }
    }
    return views_compare(app, kind < KIND_COUNT ? kind : KIND_RUN, ids.p, false, e);
}

/* `charts ID ID…`: the curves of runs. */
static bool open_charts(const struct palette *p, struct app *app, struct sv rest, struct err *e)
{
    CLEANUP(str_release) struct str ids = STR_INIT;
    struct sv word;
    while (rest.n && sv_split(&rest, ' ', &word)) {
        CLEANUP(mem_free_ptr) char *id = sv_dup(word);
        if (word.n) {
            str_addf(&ids, "%s%s", ids.n ? "\n" : "", whole_id(p, KIND_RUN, id));
        }
    }
    return views_charts(app, ids.p, e);
}

static const struct {
    const char *word;
    const struct view_ops *view;
} words[] = {{"home", &home_view}, {"logs", &logs_view}, {"log", &logs_view}};

static bool is_command_here(const struct app *app, struct sv word, struct sv rest)
{
    const struct view *v = app_top(app);
    enum cmd cmd = cmd_by_name(word);
    CLEANUP(str_release) struct str why = STR_INIT;
    /* `run` starts, as on the command line; `events` of what is selected, where something is */
    return cmd == CMD_RUN || cmd == CMD_BOOKMARK ||
           (cmd == CMD_EVENTS && rest.n == 0 && v && v->ops->can &&
            !(v->ops->reasons && v->ops->reasons[cmd]) && v->ops->can(v, cmd, &why) == CAN_YES);
}

static bool no_such(struct sv word, struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "there is no command, list or id \"%.*s\"", (int)word.n, word.p);
    return err_hint(e, "Tab completes; :help lists the keys of this view");
}

static bool open_id(struct palette *p, struct app *app, struct sv word, struct err *e)
{
    CLEANUP(mem_free_ptr) char *id = sv_dup(word);
    enum kind kind = kind_of_id(p, id);
    return kind < KIND_COUNT ? views_open_thing(app, kind, whole_id(p, kind, id), e)
                             : no_such(word, e);
}

/* A word with a view of its own; false: it has none. */
static bool open_word(struct palette *p, struct app *app, struct sv word, struct sv rest,
                      bool *ret_ok, struct err *e)
{
    if (sv_eqz(word, "compare") && rest.n) {
        *ret_ok = open_compare(p, app, rest, e);
        return true;
    }
    if (sv_eqz(word, "charts")) {
        *ret_ok = open_charts(p, app, rest, e);
        return true;
    }
    for (size_t i = 0; i < ALEN(words); i++) {
        bool is_home = words[i].view == &home_view;
        if (sv_eqz(word, words[i].word) && (is_home || rest.n)) {
            CLEANUP(mem_free_ptr) char *id = sv_dup(rest);
            *ret_ok = app_open(app, words[i].view, &(struct route){.id = is_home ? NULL : id}, e);
            return true;
        }
    }
    return false;
}

/* After `ls` or `show` a word is a kind, whatever command has the same name. */
static bool open_shown(struct palette *p, struct app *app, struct sv line, struct err *e)
{
    struct sv rest = line, word = line;
    (void)sv_split(&rest, ' ', &word);
    rest = word.n < line.n ? sv_trim(rest) : (struct sv){"", 0};
    enum kind kind = kind_find(word);
    if (kind == KIND_COUNT || kind == KIND_ATTENTION) {
        return palette_open(p, app, line, e);
    }
    return open_kind(p, app, kind, sv_eqz(word, kinds[kind].plural), rest, line, e);
}

/* `run X` starts the pipeline X, as on the command line, unless X is a run: one that is known, or
 * the 32 digits that ids of runs are. */
static bool is_run(const struct palette *p, struct sv rest)
{
    bool is_hex = rest.n == 32;
    for (size_t i = 0; i < rest.n; i++) {
        is_hex &= strchr("0123456789abcdef", rest.p[i]) != NULL;
    }
    CLEANUP(mem_free_ptr) char *id = sv_dup(rest);
    for (int i = 0; i < PALETTE_SOURCES; i++) {
        for (size_t r = 0; sources[i].kind == KIND_RUN && p->rows[i] && r < p->rows[i]->n; r++) {
            is_hex |= z_eq(p->rows[i]->rows[r].id, whole_id(p, KIND_RUN, id));
        }
    }
    return is_hex;
}

bool palette_open(struct palette *p, struct app *app, struct sv line, struct err *e)
{
    struct sv rest = sv_trim(line), word = {"", 0};
    struct sv whole = rest;
    (void)sv_split(&rest, ' ', &word);
    rest = word.n < whole.n ? sv_trim(rest) : (struct sv){"", 0};
    if (sv_eqz(word, "ls") || sv_eqz(word, "show")) { /* the same words as on the command line */
        return open_shown(p, app, rest, e);
    }
    if (cmd_by_name(word) == CMD_RUN && rest.n) {
        return is_run(p, rest) ? open_kind(p, app, KIND_RUN, false, rest, whole, e)
                               : views_start(app, rest, e);
    }
    if (is_command_here(app, word, rest)) {
        return no_such(word, e);
    }
    bool ok;
    if (open_word(p, app, word, rest, &ok, e)) {
        return ok;
    }
    enum kind kind = kind_find(word);
    if (kind == KIND_ATTENTION) {
        return app_open(app, &home_view, NULL, e) != NULL;
    }
    if (kind < KIND_COUNT) {
        return open_kind(p, app, kind, sv_eqz(word, kinds[kind].plural), rest, whole, e);
    }
    return cmd_by_name(word) == CMD_NONE ? open_id(p, app, word, e) : no_such(word, e);
}
