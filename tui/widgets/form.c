/* Fields that are changed in place; see form.h. */
#include "tui/widgets/form.h"

#include "core/base/mem.h"

enum { INDENT = 2, GAP = 2, NOTE_MIN = 8, VALUE_MIN = 12 };

void form_init(struct form *f)
{
    *f = (struct form){0};
    line_init(&f->line, SV(""), NULL);
}

static void field_release(struct form_field *field)
{
    for (size_t i = 0; i < field->choices.n; i++) {
        free(field->choices.at[i]);
    }
    vec_release(&field->choices);
    free(field->label);
    free(field->note);
    free(field->given);
    str_release(&field->text);
}

void form_clear(struct form *f)
{
    for (size_t i = 0; i < f->fields.n; i++) {
        field_release(&f->fields.at[i]);
    }
    vec_clear(&f->fields);
    f->is_editing = false;
    f->selected = f->top = 0;
}

void form_release(struct form *f)
{
    form_clear(f);
    vec_release(&f->fields);
    line_release(&f->line);
}

struct form_field *form_add(struct form *f, const struct form_spec *spec)
{
    struct form_field field = {.label = xstrdup(spec->label),
                               .note = xstrdup(spec->note),
                               .given = xstrdup(spec->text ? spec->text : ""),
                               .text = STR_INIT,
                               .is_marked = spec->is_marked};
    str_addz(&field.text, field.given);
    vec_push(&f->fields, field);
    return &f->fields.at[f->fields.n - 1];
}

void form_choice(struct form_field *field, const char *text)
{
    vec_push(&field->choices, xstrdup(text));
}

size_t form_find(const struct form *f, const char *label)
{
    for (size_t i = 0; i < f->fields.n; i++) {
        if (strcmp(f->fields.at[i].label, label) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool form_is_changed(const struct form *f, size_t i)
{
    return !sv_eqz(sv_of(&f->fields.at[i].text), f->fields.at[i].given);
}

size_t form_changes(const struct form *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->fields.n; i++) {
        n += form_is_changed(f, i);
    }
    return n;
}

void form_select(struct form *f, size_t i)
{
    f->is_editing = false;
    f->selected = i < f->fields.n ? i : f->fields.n ? f->fields.n - 1 : 0;
}

void form_note(struct form *f, size_t i, const char *note)
{
    free(f->fields.at[i].note);
    f->fields.at[i].note = xstrdup(note);
}

bool form_set(struct form *f, size_t i, struct sv text)
{
    struct str *at = &f->fields.at[i].text;
    if (sv_eq(sv_of(at), text)) {
        return false;
    }
    str_clear(at);
    str_addsv(at, text);
    return true;
}

/* --- editing --- */

bool form_edit(struct form *f)
{
    if (f->selected >= f->fields.n || f->fields.at[f->selected].choices.n) {
        return false;
    }
    line_set(&f->line, sv_of(&f->fields.at[f->selected].text));
    f->is_editing = true;
    f->is_touched = false; /* what cannot stand in a line is lost only when one types */
    return true;
}

static enum form_event keep(struct form *f)
{
    f->is_editing = false;
    return f->is_touched && form_set(f, f->selected, sv_of(&f->line.text)) ? FORM_CHANGED
                                                                           : FORM_LEFT;
}

/* The next field is edited too, unless it is one that is chosen. */
static enum form_event go_on(struct form *f, int dir)
{
    enum form_event ev = keep(f);
    size_t last = f->fields.n - 1;
    if (dir < 0 ? f->selected > 0 : f->selected < last) {
        f->selected = dir < 0 ? f->selected - 1 : f->selected + 1;
        (void)form_edit(f);
    }
    return ev == FORM_LEFT && f->is_editing ? FORM_NOTHING : ev;
}

enum form_event form_key(struct form *f, struct key key)
{
    bool is_changed;
    if (!f->is_editing) {
        return FORM_NOTHING;
    }
    if (key.code == KEYCODE_ENTER) {
        return keep(f);
    }
    if (key.code == KEYCODE_TAB) {
        return go_on(f, key.mods & KEYMOD_SHIFT ? -1 : 1);
    }
    if (key.code == KEYCODE_UP || key.code == KEYCODE_DOWN) {
        return go_on(f, key.code == KEYCODE_UP ? -1 : 1);
    }
    if (key.code == KEYCODE_ESC || key_eq(key, (struct key){'c', KEYMOD_CTRL})) {
        f->is_editing = false;
        return FORM_LEFT;
    }
    (void)line_key(&f->line, key, &is_changed);
    f->is_touched |= is_changed;
    return FORM_NOTHING;
}

void form_paste(struct form *f, struct sv text)
{
    if (f->is_editing) {
        line_paste(&f->line, text);
        f->is_touched = true;
    }
}

/* --- looks --- */

void form_layout(struct form *f, struct rect r)
{
    int label = 0, value = VALUE_MIN;
    for (size_t i = 0; i < f->fields.n; i++) {
        int l = (int)utf8_width(sv_z(f->fields.at[i].label));
        int t = (int)utf8_width(sv_of(&f->fields.at[i].text));
        label = l > label ? l : label;
        value = t > value ? t : value;
    }
    int room = r.w - INDENT;
    f->label_w = label < room * 2 / 5 ? label : room * 2 / 5;
    room -= f->label_w + GAP;
    int with_note = room - GAP - room * 2 / 5;
    f->value_w = value <= with_note ? value : with_note > VALUE_MIN ? with_note : room;
    f->value_w = f->value_w < room ? f->value_w : room > 0 ? room : 0;
    f->rows = r.h > 0 ? r.h : 0;
    size_t page = r.h > 0 ? (size_t)r.h : 1, n = f->fields.n;
    size_t max_top = n > page ? n - page : 0;
    f->top = f->selected < f->top ? f->selected : f->top;
    f->top = f->selected >= f->top + page ? f->selected - page + 1 : f->top;
    f->top = f->top < max_top ? f->top : max_top;
}

static void draw_field(const struct form *f, size_t i, struct canvas *c, struct rect row)
{
    const struct form_field *field = &f->fields.at[i];
    bool is_bold = field->is_marked || form_is_changed(f, i);
    bool is_edited = f->is_editing && i == f->selected;
    unsigned flags = is_bold ? STYLE_BOLD : 0;
    int x = row.x + INDENT, end = row.x + row.w;
    canvas_fit(c, x, row.y, f->label_w, ROLE_NORMAL | flags, sv_z(field->label), ALIGN_LEFT,
               UTF8_CUT_END);
    x += f->label_w + GAP;
    if (x >= end) {
        return;
    }
    canvas_fit(c, x, row.y, f->value_w, ROLE_NORMAL | flags, sv_of(&field->text), ALIGN_LEFT,
               UTF8_CUT_END);
    int note_x = x + f->value_w + GAP;
    if (end - note_x >= NOTE_MIN && field->note) {
        canvas_fit(c, note_x, row.y, end - note_x, ROLE_DIM, sv_z(field->note), ALIGN_LEFT,
                   UTF8_CUT_END);
    }
    if (is_edited) {
        int w = end - note_x >= NOTE_MIN ? f->value_w + GAP : end - x;
        line_draw(&f->line, c, (struct rect){x, row.y, w, 1}, "");
    }
}

void form_draw(const struct form *f, struct canvas *c, struct rect r, bool has_focus)
{
    for (int i = 0; i < r.h && f->top + (size_t)i < f->fields.n; i++) {
        size_t at = f->top + (size_t)i;
        struct rect row = rect_row(r, i);
        draw_field(f, at, c, row);
        if (has_focus && at == f->selected && !f->is_editing) {
            canvas_select(c, row);
        }
    }
}
