/* The app's own view: a text to read. Help, messages, the last error, and what views hand over. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tui/app_internal.h"
#include "tui/widgets/help.h"
#include "tui/widgets/text.h"

enum { TAG_DOC_SEARCH = 1, HELP_KEYS_WIDTH = 16 };

struct doc {
    struct text text;
    char *title, *bytes;
    bool is_narrowed; /* a search leaves only the lines that match */
    VEC(struct sv) lines;
};

static struct sv doc_line(const void *arg, size_t line)
{
    const struct doc *d = arg;
    return d->lines.at[line];
}

/* Headings of a text of ours stand at the left, the rest is indented. */
static unsigned doc_style(const void *arg, size_t line, struct sv text)
{
    (void)arg;
    (void)line;
    return text.n && text.p[0] != ' ' ? ROLE_TITLE : ROLE_NORMAL;
}

static void doc_set(struct doc *d, const char *title, struct sv text, bool has_headings)
{
    struct sv rest, line;
    d->title = xstrdup(title);
    d->bytes = sv_dup(text);
    rest = sv_z(d->bytes);
    while (rest.n && sv_split(&rest, '\n', &line)) {
        vec_push(&d->lines, line);
    }
    text_init(&d->text, doc_line, d);
    d->text.style = has_headings ? doc_style : NULL;
    text_update(&d->text, d->lines.n);
}

static void doc_layout(struct view *v, struct rect area)
{
    text_layout(&((struct doc *)v->state)->text, area);
}

static void doc_draw(const struct view *v, struct canvas *c, struct rect area)
{
    text_draw(&((const struct doc *)v->state)->text, c, area);
}

static bool doc_search(struct doc *d, struct sv text)
{
    d->text.only_matches = d->is_narrowed ? text.n > 0 : d->text.only_matches;
    return text_search(&d->text, text);
}

static enum can doc_can(const struct view *v, enum cmd cmd, struct str *why)
{
    const struct doc *d = v->state;
    bool needs_needle = cmd == CMD_SEARCH_NEXT || cmd == CMD_SEARCH_PREV || cmd == CMD_ONLY_MATCHES;
    if (needs_needle && d->text.needle.n == 0) {
        str_addz(why, "nothing is searched for; / begins");
        return CAN_OFF;
    }
    return CAN_YES;
}

/* To the next match or error; that there is none is said. */
static enum handled doc_step(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct doc *d = v->state;
    size_t before = d->text.cursor;
    enum handled handled = text_command(&d->text, cmd, arg);
    if (d->text.cursor == before) {
        app_toast(v->app, TOAST_INFO,
                  cmd == CMD_NEXT_ERROR || cmd == CMD_PREV_ERROR
                      ? "no other line looks like an error"
                      : "no other line matches");
    }
    return handled;
}

static enum handled doc_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    struct doc *d = v->state;
    bool is_search = (cmd == CMD_SEARCH || cmd == CMD_FILTER) && arg->text.n == 0;
    if (is_search) {
        app_prompt(v->app, v, TAG_DOC_SEARCH,
                   &(struct prompt_spec){.label = "/", .history = "search", .is_live = true});
        return HANDLED;
    }
    if (cmd == CMD_COPY && d->text.cursor < d->lines.n) {
        app_copy(v->app, d->lines.at[d->text.cursor]);
        return HANDLED;
    }
    if (cmd == CMD_WRAP) {
        app_toast(v->app, TOAST_INFO, "long lines are %s",
                  d->text.is_wrapped ? "cut at the edge" : "wrapped");
    }
    if (cmd == CMD_BACK && d->text.needle.n) {
        doc_search(d, SV(""));
        return HANDLED;
    }
    bool is_step = cmd == CMD_SEARCH_NEXT || cmd == CMD_SEARCH_PREV || cmd == CMD_NEXT_ERROR ||
                   cmd == CMD_PREV_ERROR;
    return is_step ? doc_step(v, cmd, arg) : text_command(&d->text, cmd, arg);
}

static void doc_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct doc *d = v->state;
    (void)tag;
    if (!doc_search(d, what == REPLY_CANCELLED ? SV("") : text) && what == REPLY_ACCEPTED) {
        app_toast(v->app, TOAST_INFO, "no match for %.*s", (int)text.n, text.p);
    }
}

static void doc_crumbs(const struct view *v, struct str *out)
{
    crumb_add(out, ((const struct doc *)v->state)->title);
}

static void doc_status(const struct view *v, struct status *st)
{
    text_status(&((const struct doc *)v->state)->text, st);
}

static void doc_hints(const struct view *v, struct hints *h)
{
    (void)v;
    hint_add(h, CMD_CLOSE, "close");
    hint_add(h, CMD_SEARCH, "search");
}

static unsigned doc_contexts(const struct view *v)
{
    (void)v;
    return KEYCTX_BIT(DOCUMENT);
}

static void doc_close(struct view *v)
{
    struct doc *d = v->state;
    text_release(&d->text);
    vec_release(&d->lines);
    free(d->title);
    free(d->bytes);
}

static const struct view_ops doc_view = {
    .name = "text",
    .state_size = sizeof(struct doc),
    .layout = doc_layout,
    .draw = doc_draw,
    .command = doc_command,
    .can = doc_can,
    .reply = doc_reply,
    .crumbs = doc_crumbs,
    .status = doc_status,
    .hints = doc_hints,
    .contexts = doc_contexts,
    .close = doc_close,
};

static void open_doc(struct app *app, const char *title, struct sv text, bool has_headings)
{
    struct err e = ERR_INIT;
    struct view *v = app_open(app, &doc_view, NULL, &e); /* has no open: cannot fail */
    if (v) {
        doc_set(v->state, title, text, has_headings);
    }
}

void app_text(struct app *app, const char *title, struct sv text)
{
    open_doc(app, title, text, false);
}

void app_prose(struct app *app, const char *title, struct sv text)
{
    open_doc(app, title, text, false);
    struct doc *d = app_top(app)->state;
    d->text.is_wrapped = d->text.by_words = true;
}

/* --- help --- */

static void help_text(const struct help *h, struct str *out)
{
    for (size_t i = 0; i < h->n; i++) {
        const struct help_row *row = &h->at[i];
        if (row->right) {
            int pad = HELP_KEYS_WIDTH - (int)utf8_width(sv_z(row->left));
            str_addf(out, "  %s%*s%s", row->left, pad > 2 ? pad : 2, "", row->right);
        } else if (row->left) {
            str_addz(out, row->left);
        }
        str_addc(out, '\n');
    }
}

/* A key that means nothing here has its place at the end. */
static bool is_for_here(const void *arg, enum cmd cmd)
{
    const struct app *app = arg;
    const struct view *v = app_top(app);
    CLEANUP(str_release) struct str why = STR_INIT;
    return !app_reason(app, v, cmd) &&
           (cmd_info(cmd)->flags & CMD_IS_APPS || app_can(app, v, cmd, &why) != CAN_NOT);
}

/* Whether binding i is the first one of its key. */
static bool is_first_of_key(const struct keymap *m, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (key_eq(m->at[k].key, m->at[i].key)) {
            return false;
        }
    }
    return true;
}

/* Every key that does nothing here, with the reason; those of one reason on one line. */
static void help_not_here(const struct app *app, struct help *h)
{
    const struct keymap *m = &app->keymap;
    const char **why = xcalloc(m->n + 1, sizeof *why); /* of each key, said once */
    bool is_begun = false;
    for (size_t i = 0; i < m->n; i++) {
        why[i] = is_first_of_key(m, i) ? app_key_reason(app, app_top(app), m->at[i].key) : NULL;
    }
    for (size_t i = 0; i < m->n; i++) {
        CLEANUP(str_release) struct str keys = STR_INIT;
        const char *reason = why[i];
        for (size_t k = i; reason && k < m->n; k++) {
            if (z_eq(why[k], reason)) {
                str_addz(&keys, keys.n ? " " : "");
                key_label(m->at[k].key, app->canvas.is_ascii, &keys);
                why[k] = NULL;
            }
        }
        if (reason && !is_begun) {
            help_section(h, "Not here");
            is_begun = true;
        }
        if (reason) {
            help_line(h, keys.p, reason);
        }
    }
    free(why);
}

void app_open_help(struct app *app)
{
    struct help h;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str title = STR_INIT;
    const struct view *v = app_top(app);
    help_init(&h);
    help_keys(&h, &app->keymap, app_contexts(app), app->canvas.is_ascii, is_for_here, app);
    if (v && v->ops->help) {
        v->ops->help(v, &h);
    }
    help_not_here(app, &h);
    help_text(&h, &text);
    const char *name = v ? v->ops->title ? v->ops->title : v->ops->name : "mlw";
    str_addf(&title, "help: %s", name);
    open_doc(app, title.p, sv_of(&text), true);
    struct doc *d = app_top(app)->state;
    d->is_narrowed = d->text.is_wrapped = d->text.by_words = true;
    d->text.hang = HELP_KEYS_WIDTH + 2;
    help_release(&h);
}

/* --- messages --- */

static void message_text(const struct message *m, int64_t now_ms, struct str *out)
{
    static const enum glyph glyphs[] = {
        [TOAST_INFO] = GLYPH_OK, [TOAST_WARN] = GLYPH_WARNING, [TOAST_ERROR] = GLYPH_FAILED};
    static const char *const words[] = {
        [TOAST_INFO] = "info   ", [TOAST_WARN] = "warning", [TOAST_ERROR] = "error  "};
    clock_local(out, m->time_ms, now_ms);
    str_addf(out, "  %s %s  %s", glyph_text(glyphs[m->kind], false), words[m->kind], m->text);
    if (m->times > 1) {
        str_addf(out, " (%u times)", m->times);
    }
    str_addc(out, '\n');
    if (m->hint) {
        str_addf(out, "         %s\n", m->hint);
    }
}

void app_open_messages(struct app *app, bool only_last_error)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    const struct messages *all = &app->messages;
    const struct message *last = messages_last_error(all);
    if (only_last_error && !last) {
        app_toast(app, TOAST_INFO, "no error so far");
        return;
    }
    for (size_t i = all->n; i-- > 0 && !only_last_error;) {
        message_text(&all->at[i], app->wall_ms, &text);
    }
    if (only_last_error) {
        message_text(last, app->wall_ms, &text);
    }
    if (text.n == 0) {
        str_addz(&text, "nothing was said yet\n");
    }
    open_doc(app, only_last_error ? "last error" : "messages", sv_of(&text), false);
    struct doc *d = app_top(app)->state;
    d->text.is_wrapped = d->text.by_words = true;
}
