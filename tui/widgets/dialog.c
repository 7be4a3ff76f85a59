/* The confirmation's state machine and its looks. */
#include "tui/widgets/dialog.h"

#include <stdlib.h>

#include "core/base/mem.h"

static void capitalise(struct str *s)
{
    if (s->n && s->p[0] >= 'a' && s->p[0] <= 'z') {
        s->p[0] = (char)(s->p[0] - 'a' + 'A');
    }
}

void dialog_init(struct dialog *d, const struct dialog_spec *spec, struct key opened_by,
                 int64_t now_ms)
{
    *d = (struct dialog){.tier = spec->tier,
                         .verb = STR_INIT,
                         .object = STR_INIT,
                         .question = STR_INIT,
                         .body = STR_INIT,
                         .is_production = spec->is_production,
                         .in_burst = true,
                         .opened_by = opened_by,
                         .last_key_ms = now_ms};
    str_addz(&d->verb, spec->verb);
    utf8_sanitize(&d->object, sv_z(spec->object));
    str_addz(&d->body, spec->body ? spec->body : "");
    if (spec->question) {
        str_addz(&d->question, spec->question);
    } else if (d->tier == DIALOG_T2) {
        str_addf(&d->question, "Type the name to %s %s", spec->verb, d->object.p);
    } else {
        str_addf(&d->question, "%s %s?", spec->verb, d->object.p);
        capitalise(&d->question);
    }
    line_init(&d->line, SV(""), NULL);
}

void dialog_release(struct dialog *d)
{
    str_release(&d->verb);
    str_release(&d->object);
    str_release(&d->question);
    str_release(&d->body);
    line_release(&d->line);
}

void dialog_shown(struct dialog *d, int64_t now_ms)
{
    if (d->shown_ms == 0) {
        d->shown_ms = now_ms > 0 ? now_ms : 1;
    }
}

/* Keys typed ahead of the question are not an answer to it. */
static bool is_burst(struct dialog *d, int64_t now_ms)
{
    bool is_close = now_ms - d->last_key_ms < DIALOG_BURST_MS;
    d->last_key_ms = now_ms;
    d->in_burst = d->in_burst && is_close;
    return d->in_burst;
}

static bool may_confirm(const struct dialog *d, int64_t now_ms)
{
    return !d->is_production || (d->shown_ms && now_ms - d->shown_ms >= DIALOG_PRODUCTION_MS);
}

static bool is_escape(struct key key)
{
    return key_eq(key, (struct key){KEYCODE_ESC, 0}) || key_eq(key, (struct key){'c', KEYMOD_CTRL});
}

static enum dialog_answer key_t1(struct dialog *d, struct key key, int64_t now_ms)
{
    bool is_yes = key_eq(key, (struct key){'y', 0}) && !key_eq(key, d->opened_by);
    if (is_yes) {
        return may_confirm(d, now_ms) ? DIALOG_YES : DIALOG_OPEN;
    }
    bool is_no = is_escape(key) || key.code == KEYCODE_ENTER || key.code == 'n' || key.code == 'q';
    return is_no && !(key.mods & KEYMOD_ALT) ? DIALOG_NO : DIALOG_OPEN;
}

static enum dialog_answer key_t2(struct dialog *d, struct key key, int64_t now_ms)
{
    bool is_changed;
    if (is_escape(key)) {
        return DIALOG_NO;
    }
    if (key.code == KEYCODE_ENTER) {
        bool is_whole = sv_eq(sv_of(&d->line.text), sv_of(&d->object));
        return is_whole && may_confirm(d, now_ms) ? DIALOG_YES : DIALOG_OPEN;
    }
    (void)line_key(&d->line, key, &is_changed);
    return DIALOG_OPEN;
}

enum dialog_answer dialog_key(struct dialog *d, struct key key, int64_t now_ms)
{
    if (is_burst(d, now_ms)) {
        return DIALOG_OPEN;
    }
    return d->tier == DIALOG_T2 ? key_t2(d, key, now_ms) : key_t1(d, key, now_ms);
}

static int body_rows(const struct dialog *d)
{
    struct sv rest = sv_of(&d->body), line;
    int rows = 0;
    while (rest.n && rows < DIALOG_BODY_ROWS && sv_split(&rest, '\n', &line)) {
        rows++;
    }
    return rows;
}

int dialog_rows(const struct dialog *d, int w)
{
    /* a question too long to stand beside Cancel gets the row above for itself */
    bool is_long = (int)utf8_width(sv_of(&d->question)) + 24 > w;
    return body_rows(d) + 2 + (is_long && d->tier == DIALOG_T1);
}

static void draw_right(struct canvas *c, struct rect row, unsigned style, const char *text)
{
    int w = (int)utf8_width(sv_z(text));
    if (w < row.w) {
        canvas_z(c, row.x + row.w - w, row.y, style, text);
    }
}

static void draw_t1(const struct dialog *d, struct canvas *c, struct rect r)
{
    CLEANUP(str_release) struct str yes = STR_INIT;
    struct rect last = rect_cut_bottom(&r, 1);
    struct rect question = rect_cut_bottom(&r, r.h);
    if (!rect_is_empty(question)) {
        canvas_text(c, question.x, question.y, ROLE_TITLE, sv_of(&d->question));
    }
    int x = canvas_z(c, last.x, last.y, STYLE_REVERSE | ROLE_NORMAL, "Cancel: Esc, Enter");
    canvas_cursor(c, last.x, last.y, false);
    str_addf(&yes, "y %s %s", d->verb.p, d->object.p);
    struct rect rest = {x + 2, last.y, last.x + last.w - x - 2, 1};
    if (rest.w > 0) {
        canvas_fit(c, rest.x, rest.y, rest.w, ROLE_BAD, sv_of(&yes), ALIGN_RIGHT, UTF8_CUT_END);
    }
}

static void draw_t2(const struct dialog *d, struct canvas *c, struct rect r)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    struct rect last = rect_cut_bottom(&r, 1), field = rect_cut_bottom(&r, 1);
    str_addf(&label, "%s: ", d->question.p);
    if (field.w > 30) {
        struct rect cancel = rect_cut_right(&field, 12);
        draw_right(c, cancel, ROLE_NORMAL, "Cancel: Esc");
    }
    canvas_z(c, last.x, last.y, ROLE_DIM, d->is_production ? "T2 production" : "T2");
    str_truncate(&label, label.n);
    CLEANUP(str_release) struct str keys = STR_INIT;
    str_addf(&keys, "Enter %s  Esc Cancel", d->verb.p);
    draw_right(c, last, ROLE_DIM, keys.p);
    line_draw(&d->line, c, field, label.p);
}

void dialog_draw(const struct dialog *d, struct canvas *c, struct rect r)
{
    struct sv rest = sv_of(&d->body), line;
    canvas_fill(c, r, ROLE_NORMAL);
    for (int i = body_rows(d); i > 0 && r.h > 2 && sv_split(&rest, '\n', &line); i--) {
        struct rect row = rect_cut_top(&r, 1);
        canvas_text(c, row.x, row.y, ROLE_NORMAL, line);
    }
    if (d->tier == DIALOG_T2) {
        draw_t2(d, c, r);
    } else {
        draw_t1(d, c, r);
    }
}
