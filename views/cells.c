/* States, values and curves as cells; see cells.h. */
#include "views/cells.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/model/cell.h"
#include "core/model/state.h"
#include "tui/widgets/spark.h"

static const struct {
    enum glyph glyph;
    unsigned style;
} classes[] = {
    [STATE_NEUTRAL] = {GLYPH_COUNT, ROLE_NORMAL},    [STATE_GOOD] = {GLYPH_OK, ROLE_GOOD},
    [STATE_BAD] = {GLYPH_FAILED, ROLE_BAD},          [STATE_WARN] = {GLYPH_WARNING, ROLE_WARN},
    [STATE_RUNNING] = {GLYPH_RUNNING, ROLE_RUNNING}, [STATE_WAITING] = {GLYPH_WAITING, ROLE_NORMAL},
    [STATE_STOPPED] = {GLYPH_SKIPPED, ROLE_DIM},
};
_Static_assert(ALEN(classes) == STATE_CLASS_COUNT, "every class has a look");

enum glyph cells_state_glyph(const char *word)
{
    return classes[state_class(word)].glyph;
}

unsigned cells_state_style(const char *word)
{
    /* a step that waits for another has not happened; a person that is waited for has */
    return z_eq(word, "waiting") ? ROLE_DIM : classes[state_class(word)].style;
}

void cells_state_text(struct str *out, const char *word)
{
    enum glyph glyph = cells_state_glyph(word);
    if (!word || !*word) {
        return;
    }
    str_addz(out, glyph == GLYPH_COUNT ? "" : glyph_text(glyph, false));
    str_addz(out, glyph == GLYPH_COUNT ? "" : " ");
    str_addz(out, word);
}

int cells_state(struct canvas *c, int x, int y, int w, const char *word, unsigned flags)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    cells_state_text(&text, word);
    int used = (int)utf8_width(sv_of(&text));
    int end = canvas_fit(c, x, y, w, ROLE_NORMAL | flags, SV(""), ALIGN_LEFT, UTF8_CUT_END);
    if (used > 0) {
        canvas_fit(c, x, y, used < w ? used : w, cells_state_style(word) | flags, sv_of(&text),
                   ALIGN_LEFT, UTF8_CUT_END);
    }
    return end;
}

unsigned cells_value_style(struct value v, const struct field *field)
{
    if (v.type == VALUE_NUM && isnan(v.num)) {
        return ROLE_BAD;
    }
    if (v.type == VALUE_MISSING || (field && field->flags & F_AGE)) {
        return ROLE_DIM;
    }
    return field && field->type == FIELD_STATE && v.type == VALUE_TEXT ? cells_state_style(v.text)
                                                                       : ROLE_NORMAL;
}

void cells_value(struct table_cell *ret, struct value v, const struct field *field, int64_t now_ms)
{
    ret->style = cells_value_style(v, field);
    if (field && field->type == FIELD_STATE && v.type == VALUE_TEXT) {
        cells_state_text(&ret->buf, v.text);
    } else {
        cell_text(&ret->buf, v, field, CELL_HUMAN, now_ms);
    }
}

int cells_spark(struct canvas *c, int x, int y, int w, unsigned style, const struct series *s)
{
    double *values = s && s->n ? xcalloc(s->n, sizeof *values) : NULL;
    for (size_t i = 0; values && i < s->n; i++) {
        values[i] = s->at[i].value;
    }
    x = values ? spark_draw(c, x, y, w, style, values, s->n, NAN, NAN) : x;
    free(values);
    return x;
}

void cells_number(struct str *out, double value)
{
    fmt_double(out, value);
}

int cells_words(struct canvas *c, struct rect r, unsigned style, const char *text)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, sv_z(text));
    struct sv rest = sv_of(&clean);
    int y = 0;
    for (; y < r.h && rest.n && r.w > 0; y++) {
        struct sv all = rest, part = utf8_row(&rest, (size_t)r.w);
        if (part.n == 0) {
            break;
        }
        bool is_last = y + 1 == r.h; /* what does not fit ends in an ellipsis */
        canvas_fit(c, r.x, r.y + y, r.w, style, is_last ? all : part, ALIGN_LEFT, UTF8_CUT_END);
    }
    return y;
}

void cells_error(struct canvas *c, struct rect r, const struct err *e)
{
    int rows = cells_words(c, r, ROLE_BAD, e->msg);
    rect_cut_top(&r, rows);
    if (e->hint[0] && !rect_is_empty(r)) {
        cells_words(c, r, ROLE_DIM, e->hint);
    }
}

void cells_stale(struct str *out, unsigned *style, int64_t as_of_ms, int64_t now_ms)
{
    str_addz(out, "cached ");
    fmt_age(out, now_ms - as_of_ms);
    *style = ROLE_WARN;
}
