/* form: named values, one a row, changed in place: label, value, and beside it what may stand
 * there.
 *
 * While a field is edited every printable key is text (form_key); Enter keeps it, Tab keeps it and
 * goes on to the next, Esc leaves it as it was. A field with choices is not typed but chosen: its
 * owner shows form_field.choices in a menu and calls form_set. A value that is not the given one,
 * or is_marked, is bold. What is allowed is for the owner to say: the form takes any text.
 *
 *     form_init(&s->form);
 *     form_add(&s->form, &(struct form_spec){.label = "Epochs", .text = "60", .note = "Integer"});
 *     static void x_layout(struct view *v, struct rect r) { form_layout(&s->form, r); }
 *     static void x_type(struct view *v, struct key k) {
 *         if (form_key(&s->form, k) == FORM_CHANGED) refresh(v); }
 *     form_draw(&s->form, c, r, true);
 *
 * Texts are copied; embedded by value, one thread. Costs: draw O(visible rows), add O(1). */
#ifndef MLW_TUI_WIDGETS_FORM_H
#define MLW_TUI_WIDGETS_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/base/vec.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/widgets/line.h"

struct form_spec {
    const char *label, *text;
    const char *note; /* dim, beside the value; NULL: none */
    bool is_marked;   /* bold though nobody changed it */
};

struct form_field {
    char *label, *note;
    char *given; /* the text it was added with */
    struct str text;
    bool is_marked;
    VEC(char *) choices; /* none: it is typed */
};

struct form {
    VEC(struct form_field) fields;
    size_t selected, top;
    bool is_editing, is_touched; /* typed into since it began */
    struct line line;            /* of the selected field while it is edited */
    int label_w, value_w, rows;
};

enum form_event {
    FORM_NOTHING, /* it goes on */
    FORM_CHANGED, /* a field has another text now */
    FORM_LEFT,    /* nothing is edited any more, and nothing changed */
};

void form_init(struct form *f);
void form_release(struct form *f);
void form_clear(struct form *f);                                           /* no fields */
struct form_field *form_add(struct form *f, const struct form_spec *spec); /* until the next add */
void form_choice(struct form_field *field, const char *text);
/* Index of a label, or SIZE_MAX. */
size_t form_find(const struct form *f, const char *label);
bool form_is_changed(const struct form *f, size_t i); /* its text is not the given one */
size_t form_changes(const struct form *f);            /* how many */
void form_select(struct form *f, size_t i);           /* the last when there are fewer */
/* What stands beside a field from now on. */
void form_note(struct form *f, size_t i, const char *note);
/* Put a text into a field; false: it was there already. */
bool form_set(struct form *f, size_t i, struct sv text);

/* Begin to edit the selected field; false: there is none, or it is chosen from a list. */
bool form_edit(struct form *f);
enum form_event form_key(struct form *f, struct key key); /* while is_editing */
void form_paste(struct form *f, struct sv text);

void form_layout(struct form *f, struct rect r);
void form_draw(const struct form *f, struct canvas *c, struct rect r, bool has_focus);

#endif
