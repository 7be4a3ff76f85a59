/* The pipeline view as cells: its state, the form, the rails with the plan beside them. */
#include <string.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/model/state.h"
#include "views/cells.h"
#include "views/pipeline.h"

enum {
    ROOMY_H = 12, /* from this height on there is a head, blank rows and both lists */
    FIXED_ROWS = 5,
    NAME_MIN = 14,
    TYPE_W = 13, /* "RegisterModel" */
    TYPE_FROM_W = 60,
    AFTER_FROM_W = 110,
    ACTION_W = 7, /* "unknown" */
    GAP = 2,
};

/* --- places --- */

static int longest_name(const struct pipeline *x)
{
    int w = 0;
    for (size_t i = 0; i < x->steps.n; i++) {
        int one = (int)utf8_width(sv_z(x->steps.at[i].name));
        w = one > w ? one : w;
    }
    return w;
}

static int longest_after(const struct pipeline *x)
{
    int w = 0;
    for (size_t i = 0; i < x->steps.n; i++) {
        int one = x->steps.at[i].after ? (int)utf8_width(sv_z(x->steps.at[i].after)) : 0;
        w = one > w ? one : w;
    }
    return w;
}

/* The name is never cut, the plan's word neither; rails, type and reason give way. */
static void columns_place(const struct pipeline *x, struct pipeline_places *p, int w)
{
    int name = longest_name(x);
    p->name_w = w >= TYPE_FROM_W && name < NAME_MIN ? NAME_MIN : name;
    int rails = rails_width(&x->rails);
    p->rails_w = rails + GAP + p->name_w + GAP + ACTION_W <= w ? rails : 0;
    p->name_x = p->rails_w ? p->rails_w + GAP : 0;
    int at = p->name_x + p->name_w + GAP;
    p->type_x = at;
    p->type_w = w >= TYPE_FROM_W ? TYPE_W : 0;
    at += p->type_w ? p->type_w + GAP : 0;
    p->after_x = at;
    p->after_w = w >= AFTER_FROM_W ? longest_after(x) : 0;
    at += p->after_w ? p->after_w + GAP : 0;
    p->action_x = at;
    p->why_x = at + ACTION_W + GAP;
}

/* Both lists whole where they fit; else the steps have half, and the form the rest. */
static void rows_place(const struct pipeline *x, struct pipeline_places *p, struct rect r)
{
    int fields = x->form.fields.n ? (int)x->form.fields.n : 1, steps = (int)x->steps.n;
    bool is_roomy = r.h >= ROOMY_H;
    int room = r.h - FIXED_ROWS;
    *p = (struct pipeline_places){.head = {0, 0, 0, 0}};
    if (!is_roomy) { /* the list with the cursor alone */
        *(x->in_steps ? &p->steps_title : &p->form_title) = rect_cut_top(&r, 1);
        *(x->in_steps ? &p->steps : &p->form) = r;
        return;
    }
    int own = room - fields;
    own = own > room / 2 ? own : room / 2;
    steps = steps < own ? steps : own;
    p->head = rect_cut_top(&r, 1);
    rect_cut_top(&r, 1);
    p->form_title = rect_cut_top(&r, 1);
    p->form = rect_cut_top(&r, fields < room - steps ? fields : room - steps);
    rect_cut_top(&r, 1);
    p->steps_title = rect_cut_top(&r, 1);
    p->steps = r;
}

void pipeline_layout(struct view *v, struct rect area)
{
    struct pipeline *x = pipeline_of(v);
    rows_place(x, &x->places, area);
    columns_place(x, &x->places, area.w);
    form_layout(&x->form, x->places.form);
    size_t page = x->places.steps.h > 0 ? (size_t)x->places.steps.h : 1;
    size_t max_top = x->steps.n > page ? x->steps.n - page : 0;
    x->top = x->step < x->top ? x->step : x->top;
    x->top = x->step >= x->top + page ? x->step - page + 1 : x->top;
    x->top = x->top < max_top ? x->top : max_top;
}

bool pipeline_pick(struct view *v, int y)
{
    struct pipeline *x = pipeline_of(v);
    struct rect f = x->places.form, s = x->places.steps;
    if (y >= f.y && y < f.y + f.h && x->form.top + (size_t)(y - f.y) < x->form.fields.n) {
        x->in_steps = false;
        form_select(&x->form, x->form.top + (size_t)(y - f.y));
        return true;
    }
    if (y >= s.y && y < s.y + s.h && x->top + (size_t)(y - s.y) < x->steps.n) {
        x->in_steps = true;
        x->step = x->top + (size_t)(y - s.y);
        return true;
    }
    return false;
}

/* --- head --- */

static void draw_head(const struct pipeline *x, struct canvas *c, struct rect r)
{
    const struct json *mlw = pipeline_mlw(x);
    const char *problem = pipeline_problem(x), *file = json_get_str(mlw, "File");
    const char *last = json_get_str(mlw, "LastExecution");
    int64_t n = json_get_i64(mlw, "Executions", 0);
    int at = r.x;
    if (problem) {
        at = canvas_glyph(c, at, r.y, ROLE_BAD, GLYPH_FAILED);
        canvas_textf(c, at, r.y, ROLE_BAD, " %s", problem);
        return;
    }
    if (last) {
        at = canvas_textf(c, at, r.y, ROLE_NORMAL, "%lld execution%s, last %s ", (long long)n,
                          n == 1 ? "" : "s", last);
        if (at < r.x + r.w) {
            at = cells_state(c, at, r.y, r.x + r.w - at < 16 ? r.x + r.w - at : 16,
                             json_get_str(mlw, "LastStatus"), 0);
        }
    } else {
        at = canvas_z(c, at, r.y, ROLE_NORMAL, "never started here");
    }
    int room = r.x + r.w - at - GAP;
    if (file && room >= NAME_MIN) {
        canvas_fit(c, at + GAP, r.y, room, ROLE_DIM, sv_z(file), ALIGN_RIGHT, UTF8_CUT_MIDDLE);
    }
}

/* --- titles --- */

/* "3 more", at the right edge, where a list goes on. */
static void draw_title(struct canvas *c, struct rect r, const char *title, const char *note)
{
    int x = r.w > 0 ? canvas_z(c, r.x, r.y, ROLE_TITLE, title) : r.x;
    int w = note ? (int)utf8_width(sv_z(note)) : 0;
    if (w > 0 && x + GAP + w <= r.x + r.w) {
        canvas_z(c, r.x + r.w - w, r.y, ROLE_DIM, note);
    }
}

static char *more(size_t top, int h, size_t n)
{
    size_t shown = h > 0 ? (size_t)h : 0;
    return n > shown ? xasprintf("%zu to %zu of %zu", top + 1, top + shown < n ? top + shown : n, n)
                     : NULL;
}

static void form_title(const struct pipeline *x, struct str *out)
{
    size_t changes = form_changes(&x->form);
    str_addf(out, "Parameters %zu", x->form.fields.n);
    if (changes) {
        str_addf(out, ", %zu changed", changes);
    } else if (x->from) {
        str_addf(out, ", as %s had them", x->from);
    }
}

static const struct {
    const char *action, *word, *many; /* in the plan, beside a step, and counted */
    unsigned style;
} actions[] = {
    {"cache", "cache", "cached", ROLE_DIM},
    {"run", "runs", "run", ROLE_NORMAL},
    {"skip", "skip", "skipped", ROLE_DIM},
    {"unknown", "unknown", "unknown", ROLE_DIM},
};

static size_t action_of(const struct pipeline_step *s)
{
    size_t i = 0;
    while (i < ALEN(actions) && !z_eq(actions[i].action, s->action)) {
        i++;
    }
    return i;
}

static void steps_title(const struct pipeline *x, struct str *out)
{
    size_t counts[ALEN(actions) + 1] = {0};
    const char *comma = ": ";
    for (size_t i = 0; i < x->steps.n; i++) {
        counts[action_of(&x->steps.at[i])]++;
    }
    str_addf(out, "Steps %zu", x->steps.n);
    for (size_t i = 0; i < ALEN(actions); i++) {
        if (counts[i]) {
            str_addf(out, "%s%zu %s", comma, counts[i], actions[i].many);
            comma = ", ";
        }
    }
}

/* --- steps --- */

static void draw_why(const struct pipeline_step *s, struct canvas *c, int x, int y, int w)
{
    const char *text = s->action ? s->why : s->after;
    bool is_bad = s->why && sv_starts(sv_z(s->why), "fails: ");
    if (w > 0 && text) {
        canvas_fit(c, x, y, w, is_bad ? ROLE_BAD : ROLE_DIM, sv_z(text), ALIGN_LEFT, UTF8_CUT_END);
    }
}

static void draw_step(const struct pipeline *x, size_t i, struct canvas *c, struct rect row)
{
    const struct pipeline_places *p = &x->places;
    const struct pipeline_step *s = &x->steps.at[i];
    size_t action = action_of(s);
    int end = row.x + row.w;
    if (p->rails_w) {
        rails_draw(&x->rails, i, false, c, row.x, row.y, p->rails_w, ROLE_DIM, ROLE_NORMAL);
    }
    int name_w = p->name_w < end - p->name_x ? p->name_w : end - p->name_x;
    canvas_fit(c, row.x + p->name_x, row.y, name_w, ROLE_NORMAL, sv_z(s->name), ALIGN_LEFT,
               UTF8_CUT_END);
    if (p->type_w) {
        canvas_fit(c, row.x + p->type_x, row.y, p->type_w, ROLE_DIM, sv_z(s->type ? s->type : ""),
                   ALIGN_LEFT, UTF8_CUT_END);
    }
    if (p->after_w) {
        canvas_fit(c, row.x + p->after_x, row.y, p->after_w, ROLE_DIM,
                   sv_z(s->after ? s->after : ""), ALIGN_LEFT, UTF8_CUT_END);
    }
    if (action < ALEN(actions) && p->action_x + ACTION_W <= row.w) {
        canvas_z(c, row.x + p->action_x, row.y, actions[action].style, actions[action].word);
    }
    draw_why(s, c, row.x + (s->action ? p->why_x : p->action_x), row.y,
             end - (row.x + (s->action ? p->why_x : p->action_x)));
}

static void draw_steps(const struct pipeline *x, struct canvas *c)
{
    struct rect r = x->places.steps;
    for (int i = 0; i < r.h && x->top + (size_t)i < x->steps.n; i++) {
        struct rect row = rect_row(r, i);
        draw_step(x, x->top + (size_t)i, c, row);
        if (x->in_steps && x->top + (size_t)i == x->step) {
            canvas_select(c, row);
        }
    }
}

/* --- the whole --- */

static void draw_waiting(const struct view *v, struct canvas *c, struct rect area)
{
    const struct pipeline *x = pipeline_of(v);
    CLEANUP(mem_free_ptr) char *text = xasprintf("Reading %s", x->name ? x->name : x->from);
    if (x->err.code) {
        cells_error(c, area, &x->err);
    } else {
        cells_words(c, area, ROLE_DIM, text);
    }
}

void pipeline_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct pipeline *x = pipeline_of(v);
    const struct pipeline_places *p = &x->places;
    CLEANUP(str_release) struct str title = STR_INIT;
    if (!x->doc) {
        draw_waiting(v, c, area);
        return;
    }
    CLEANUP(mem_free_ptr) char *more_fields = more(x->form.top, p->form.h, x->form.fields.n);
    CLEANUP(mem_free_ptr) char *more_steps = more(x->top, p->steps.h, x->steps.n);
    if (p->head.h) {
        draw_head(x, c, p->head);
    }
    if (p->form_title.h) {
        form_title(x, &title);
        draw_title(c, p->form_title, title.p, more_fields);
        form_draw(&x->form, c, p->form, !x->in_steps);
        if (!x->form.fields.n) {
            canvas_z(c, p->form.x + GAP, p->form.y, ROLE_DIM, "none: it runs as it is");
        }
    }
    if (p->steps_title.h) {
        str_clear(&title);
        steps_title(x, &title);
        draw_title(c, p->steps_title, title.p, x->plan_request ? "planning" : more_steps);
        draw_steps(x, c);
    }
}

static void say_step(const struct pipeline_step *s, struct str *out)
{
    size_t action = action_of(s);
    bool is_said = s->after && s->why && sv_starts(sv_z(s->why), s->after);
    str_addf(out, "%s: %s", s->name, s->type ? s->type : "");
    if (s->after && !is_said) {
        str_addf(out, ", %s", s->after);
    }
    if (action < ALEN(actions)) {
        str_addf(out, "; %s, %s", actions[action].word, s->why ? s->why : "");
    }
}

void pipeline_sentence(const struct view *v, struct str *out)
{
    const struct pipeline *x = pipeline_of(v);
    const struct pipeline_step *step = pipeline_step(x);
    const struct form_field *f =
        x->form.selected < x->form.fields.n ? &x->form.fields.at[x->form.selected] : NULL;
    if (x->err.code && x->doc) {
        str_addz(out, x->err.msg);
    } else if (x->form.is_editing && f) {
        str_addf(out, "%s: %s", f->label, f->note);
    } else if (x->plan_err.code && x->doc) {
        str_addz(out, x->plan_err.msg);
    } else if (step) {
        say_step(step, out);
    } else if (x->doc && f) {
        str_addf(out, "%s: %s", f->label, f->note);
    }
}
