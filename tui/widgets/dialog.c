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

static void scroll(struct dialog *d, int by)
{
    int most = d->rows - d->page;
    d->top += by;
    d->top = d->top > most ? most : d->top;
    d->top = d->top < 0 ? 0 : d->top;
}

/* False: it is no key that scrolls. */
static bool key_scrolls(struct dialog *d, struct key key)
{
    static const struct {
        uint32_t code;
        int rows, pages;
    } moves[] = {
        {KEYCODE_UP, -1, 0}, {KEYCODE_DOWN, 1, 0},  {'k', -1, 0},
        {'j', 1, 0},         {KEYCODE_PGUP, 0, -1}, {KEYCODE_PGDN, 0, 1},
    };
    for (size_t i = 0; i < ALEN(moves); i++) {
        bool is_typed = moves[i].code < 128 && d->tier == DIALOG_T2;
        if (key_eq(key, (struct key){moves[i].code, 0}) && !is_typed) {
            scroll(d, moves[i].rows + moves[i].pages * (d->page > 1 ? d->page - 1 : 1));
            return true;
        }
    }
    return false;
}

enum dialog_answer dialog_key(struct dialog *d, struct key key, int64_t now_ms)
{
    if (is_burst(d, now_ms) || key_scrolls(d, key)) {
        return DIALOG_OPEN;
    }
    return d->tier == DIALOG_T2 ? key_t2(d, key, now_ms) : key_t1(d, key, now_ms);
}

/* The next row of the body: a line, or a part of one, which is indented as its line is. */
static bool next_row(struct sv *rest, struct sv *line, int w, int *ret_x, struct sv *ret_row)
{
    if (line->n == 0) {
        size_t blanks = 0;
        if (rest->n == 0 || !sv_split(rest, '\n', line)) {
            return false;
        }
        while (blanks < line->n && line->p[blanks] == ' ') {
            blanks++;
        }
        *ret_x = (int)blanks < w / 2 ? (int)blanks : 0;
        *line = (struct sv){line->p + blanks, line->n - blanks};
    }
    *ret_row = utf8_row(line, (size_t)(w - *ret_x));
    if (ret_row->n == 0) { /* an empty line, or wider than the whole */
        *ret_row = *line;
        line->n = 0;
    }
    return true;
}

static int body_rows(const struct dialog *d, int w)
{
    struct sv rest = sv_of(&d->body), line = {"", 0}, row;
    int rows = 0, x = 0;
    while (next_row(&rest, &line, w, &x, &row)) {
        rows++;
    }
    return rows;
}

/* One too long for a row takes as many as it needs. */
static int question_rows(const struct dialog *d, int w)
{
    struct sv rest = sv_of(&d->question);
    int rows = 0;
    while (rest.n && utf8_row(&rest, (size_t)w).n) {
        rows++;
    }
    return rows;
}

int dialog_layout(struct dialog *d, int w, int h)
{
    int below = d->tier == DIALOG_T2 ? 2 : 1 + question_rows(d, w);
    int most = h - below < DIALOG_BODY_ROWS ? h - below : DIALOG_BODY_ROWS;
    d->rows = body_rows(d, w);
    if (d->rows > most) { /* one says that there is more */
        d->page = most > 1 ? most - 1 : 0;
        below += most > 0;
    } else {
        d->page = d->rows;
    }
    scroll(d, 0);
    return d->page + below;
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
    struct sv rest = sv_of(&d->question);
    for (int y = 0; y < r.h && rest.n; y++) {
        struct sv all = rest, row = utf8_row(&rest, (size_t)r.w);
        canvas_text(c, r.x, r.y + y, ROLE_TITLE, y + 1 == r.h ? all : row);
    }
    int x = canvas_z(c, last.x, last.y, STYLE_REVERSE | ROLE_NORMAL, "Cancel: Esc, Enter");
    canvas_cursor(c, last.x, last.y, false);
    str_addf(&yes, "y %s %s", d->verb.p, d->object.p);
    struct rect right = {x + 2, last.y, last.x + last.w - x - 2, 1};
    if (right.w > 0) {
        canvas_fit(c, right.x, right.y, right.w, ROLE_BAD, sv_of(&yes), ALIGN_RIGHT, UTF8_CUT_END);
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

/* "↓ 5 more lines", "↑ 2 above  ↓ 3 below" */
static void add_counts(struct str *out, int above, int below)
{
    if (above > 0) {
        str_addf(out, "%s %d above  ", glyph_text(GLYPH_SORT_UP, false), above);
    }
    if (below > 0) {
        str_addf(out, "%s %d %s", glyph_text(GLYPH_SORT_DOWN, false), below,
                 above > 0    ? "below"
                 : below == 1 ? "more line"
                              : "more lines");
    }
}

static void draw_body(const struct dialog *d, struct canvas *c, struct rect *r)
{
    struct sv rest = sv_of(&d->body), line = {"", 0}, text;
    int x = 0;
    for (int y = 0; y < d->top + d->page && next_row(&rest, &line, r->w, &x, &text); y++) {
        if (y >= d->top) {
            struct rect row = rect_cut_top(r, 1);
            canvas_fit(c, row.x + x, row.y, row.w - x, ROLE_NORMAL, text, ALIGN_LEFT, UTF8_CUT_END);
        }
    }
    if (d->page < d->rows && r->h > 2) {
        CLEANUP(str_release) struct str more = STR_INIT;
        struct rect row = rect_cut_top(r, 1);
        add_counts(&more, d->top, d->rows - d->top - d->page);
        canvas_fit(c, row.x, row.y, row.w, ROLE_DIM, sv_of(&more), ALIGN_LEFT, UTF8_CUT_END);
    }
}

void dialog_draw(const struct dialog *d, struct canvas *c, struct rect r)
{
    canvas_fill(c, r, ROLE_NORMAL);
    draw_body(d, c, &r);
    if (d->tier == DIALOG_T2) {
        draw_t2(d, c, r);
    } else {
        draw_t1(d, c, r);
    }
}
