/* The rows around a view: crumbs, badges, sentence or toast, status line with hints. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/app_internal.h"

void crumb_add(struct str *out, const char *part)
{
    if (out->n) {
        str_addc(out, '\n');
    }
    utf8_sanitize(out, sv_z(part));
}

void hint_add(struct hints *h, enum cmd cmd, const char *text)
{
    if (h->n < HINTS_MAX) {
        h->at[h->n++] = (struct hint){cmd, text};
    }
}

/* --- row 1 --- */

static void crumbs_join(const struct str *parts, size_t skip, struct str *out)
{
    struct sv rest = sv_of(parts), part;
    str_addz(out, "mlw");
    if (skip) {
        str_addf(out, " %s %s", glyph_text(GLYPH_CRUMB, false), glyph_text(GLYPH_ELLIPSIS, false));
    }
    for (size_t i = 0; rest.n && sv_split(&rest, '\n', &part); i++) {
        if (i >= skip) {
            str_addf(out, " %s ", glyph_text(GLYPH_CRUMB, false));
            str_addsv(out, part);
        }
    }
}

static size_t part_count(const struct str *parts)
{
    size_t n = parts->n > 0;
    for (size_t i = 0; i < parts->n; i++) {
        n += parts->p[i] == '\n';
    }
    return n;
}

/* The path from the left; too long, the front gives way: the last part is what one looks at. */
static void draw_crumbs(const struct view *v, struct canvas *c, struct rect row)
{
    CLEANUP(str_release) struct str parts = STR_INIT;
    CLEANUP(str_release) struct str line = STR_INIT;
    if (v && v->ops->crumbs) {
        v->ops->crumbs(v, &parts);
    } else if (v) {
        crumb_add(&parts, v->ops->name);
    }
    size_t n = part_count(&parts);
    for (size_t skip = 0; skip < (n ? n : 1); skip++) {
        str_clear(&line);
        crumbs_join(&parts, skip, &line);
        if ((int)utf8_width(sv_of(&line)) <= row.w) {
            break;
        }
    }
    canvas_fit(c, row.x, row.y, row.w, ROLE_NORMAL, sv_of(&line), ALIGN_LEFT, UTF8_CUT_END);
}

/* At the right edge; what is left of the row is returned. */
static struct rect draw_right(struct canvas *c, struct rect row, unsigned style, struct sv text)
{
    int w = (int)utf8_width(text);
    if (w == 0 || w > row.w) {
        return row;
    }
    struct rect at = rect_cut_right(&row, w);
    canvas_text(c, at.x, at.y, style, text);
    rect_cut_right(&row, 1);
    return row;
}

static void draw_row1(const struct app *app, const struct view *v, struct canvas *c,
                      struct rect row)
{
    CLEANUP(str_release) struct str connection = STR_INIT;
    CLEANUP(str_release) struct str badges = STR_INIT;
    unsigned style = ROLE_NORMAL;
    if (v && v->ops->connection) {
        v->ops->connection(v, &connection, &style);
    }
    if (connection.n == 0) {
        str_addsv(&connection, sv_of(&app->connection));
        style = app->connection_style;
    }
    if (v && v->ops->badges) {
        v->ops->badges(v, &badges);
    }
    if (app->config.is_read_only) {
        str_addz(&badges, badges.n ? " [RO]" : "[RO]");
    }
    row = draw_right(c, row, style, sv_of(&connection));
    row = draw_right(c, row, ROLE_BADGE, sv_of(&badges));
    draw_crumbs(v, c, row);
}

/* --- row h - 1 --- */

static void draw_toast(const struct app *app, struct canvas *c, struct rect row)
{
    static const unsigned styles[] = {
        [TOAST_INFO] = ROLE_NORMAL, [TOAST_WARN] = ROLE_WARN, [TOAST_ERROR] = ROLE_BAD};
    if (app->toast_kind == TOAST_ERROR) {
        row = draw_right(c, row, ROLE_DIM, SV("! all of it"));
    }
    canvas_fit(c, row.x, row.y, row.w, styles[app->toast_kind], sv_of(&app->toast), ALIGN_LEFT,
               UTF8_CUT_END);
}

static void draw_sentence(const struct view *v, struct canvas *c, struct rect row)
{
    CLEANUP(str_release) struct str sentence = STR_INIT;
    if (!v || !v->ops->sentence) {
        return;
    }
    v->ops->sentence(v, &sentence);
    struct sv rest = sv_of(&sentence), left = {"", 0};
    sv_split(&rest, '\t', &left);
    if (left.n < sentence.n) {
        row = draw_right(c, row, ROLE_DIM, rest);
    }
    canvas_fit(c, row.x, row.y, row.w, ROLE_DIM, left, ALIGN_LEFT, UTF8_CUT_END);
}

/* --- row h --- */

static void status_release(struct status *st)
{
    str_release(&st->filter);
    str_release(&st->order);
    str_release(&st->state);
}

/* One piece, two cells after the one before it. */
static struct rect piece(struct canvas *c, struct rect row, unsigned style, const char *text)
{
    if (row.w <= 0) {
        return row;
    }
    int x = canvas_z(c, row.x, row.y, style, text);
    rect_cut_left(&row, x - row.x + 2);
    return row;
}

/* The state in its colour, and what belongs to it without. */
static struct rect state_piece(struct canvas *c, struct rect row, const struct status *st)
{
    struct sv rest = sv_of(&st->state), state = rest;
    (void)sv_split(&rest, '\t', &state);
    int x = canvas_text(c, row.x, row.y, st->state_style, state);
    if (state.n < st->state.n && x < row.x + row.w) {
        x = canvas_text(c, x, row.y, ROLE_NORMAL, rest);
    }
    rect_cut_left(&row, x - row.x + 2);
    return row;
}

static struct rect draw_status(const struct view *v, struct canvas *c, struct rect row)
{
    struct status st = {.filter = STR_INIT, .order = STR_INIT, .state = STR_INIT};
    CLEANUP(str_release) struct str s = STR_INIT;
    if (!v || !v->ops->status) {
        return row;
    }
    v->ops->status(v, &st);
    if (st.state.n) {
        row = state_piece(c, row, &st);
    }
    if (st.is_filtered) {
        CLEANUP(str_release) struct str matched = STR_INIT;
        str_addf(&matched, "%zu", st.matched);
        str_setf(&s, "/%s (%s/%zu)", st.filter.p, st.is_counting ? "…" : matched.p, st.total);
        row = piece(c, row, st.is_bad_filter ? ROLE_BAD : ROLE_CHIP, s.p);
    }
    if (st.order.n && st.order_dir) {
        str_setf(&s, "%s%s", st.order.p,
                 glyph_text(st.order_dir < 0 ? GLYPH_SORT_DOWN : GLYPH_SORT_UP, false));
        row = piece(c, row, ROLE_NORMAL, s.p);
    }
    if (st.marks) {
        str_setf(&s, "%zu*", st.marks);
        row = piece(c, row, ROLE_NORMAL, s.p);
    }
    status_release(&st);
    return row;
}

static void hint_text(const struct app *app, struct hint hint, struct str *out)
{
    struct key key;
    if (keymap_key_of(&app->keymap, app_contexts(app), hint.cmd, &key)) {
        key_label(key, app->canvas.is_ascii, out);
        str_addf(out, " %s", hint.text);
    }
}

static bool may_hint(const struct app *app, const struct view *v, enum cmd cmd)
{
    CLEANUP(str_release) struct str why = STR_INIT;
    return app_can(app, v, cmd, &why) == CAN_YES;
}

/* The view's hints that would do something, then `? help`; the last before it goes first when
 * there is no room. */
static size_t hints_collect(const struct app *app, const struct view *v, struct hint *at)
{
    struct hints own = {.n = 0};
    size_t n = 0;
    if (v && v->ops->hints) {
        v->ops->hints(v, &own);
    }
    for (size_t i = 0; i < own.n; i++) {
        if (may_hint(app, v, own.at[i].cmd)) {
            at[n++] = own.at[i];
        }
    }
    at[n++] = (struct hint){CMD_HELP, "help"};
    return n;
}

static void hints_join(const struct app *app, const struct hint *at, size_t n, struct str *out)
{
    str_clear(out);
    for (size_t i = 0; i < n; i++) {
        CLEANUP(str_release) struct str one = STR_INIT;
        hint_text(app, at[i], &one);
        if (one.n) {
            str_addz(out, out->n ? "  " : "");
            str_addsv(out, sv_of(&one));
        }
    }
}

static void draw_hints(const struct app *app, const struct view *v, struct canvas *c,
                       struct rect row)
{
    struct hint at[HINTS_MAX + 1];
    CLEANUP(str_release) struct str line = STR_INIT;
    size_t n = hints_collect(app, v, at);
    hints_join(app, at, n, &line);
    while ((int)utf8_width(sv_of(&line)) > row.w && n > 0) {
        at[n - 2 < n ? n - 2 : 0] = at[n - 1]; /* help stays to the last */
        n--;
        hints_join(app, at, n, &line);
    }
    draw_right(c, row, ROLE_DIM, sv_of(&line));
}

/* --- the whole --- */

static void draw_modal(const struct app *app, struct canvas *c)
{
    struct modal *m = app_modal(app);
    struct rect area = canvas_area(c);
    struct rect r = rect_cut_bottom(&area, app_modal_layout(m, c->w, c->h - 1));
    canvas_push(c, r);
    app_modal_draw(app, m, c, r);
    canvas_pop(c);
}

static void draw_view(struct view *v, struct canvas *c, struct rect body)
{
    v->area = body;
    if (v->ops->layout) {
        v->ops->layout(v, body);
    }
    canvas_push(c, body);
    v->ops->draw(v, c, body);
    canvas_pop(c);
}

static void draw_rows(struct app *app, struct canvas *c)
{
    struct view *v = app_top(app);
    struct rect body = canvas_area(c);
    struct rect top = rect_cut_top(&body, 1);
    struct rect last = rect_cut_bottom(&body, 1), above = rect_cut_bottom(&body, 1);
    if (v) {
        draw_view(v, c, body);
    }
    draw_row1(app, v, c, top);
    if (app->toast.n) {
        draw_toast(app, c, above);
    } else {
        draw_sentence(v, c, above);
    }
    if (app_modal(app)) {
        draw_modal(app, c);
    } else if (app_is_typing(app)) {
        struct rect rest = draw_status(v, c, last);
        draw_right(c, rest, ROLE_DIM, SV("Enter keep  Tab next field  Esc leave"));
    } else {
        draw_hints(app, v, c, draw_status(v, c, last));
    }
}

void app_chrome_draw(struct app *app)
{
    struct canvas *c = &app->canvas;
    canvas_clear(c);
    if (c->w < APP_MIN_W || c->h < APP_MIN_H) {
        canvas_textf(c, 0, 0, ROLE_NORMAL, "needs %dx%d", APP_MIN_W, APP_MIN_H);
        return;
    }
    draw_rows(app, c);
}

void app_paint(struct app *app)
{
    app_chrome_draw(app);
    app->is_dirty = false;
    app_modal_shown(app);
}
