/* cells: how a value, a state and a metric's curve look, the same in every view.
 *
 * A state is its glyph and the backend's own word, both in the role of its class; what has not
 * happened is dim. A value is shown as it was logged. Everything here is pure: data → cells, and
 * costs what it draws.
 *
 *     int x = cells_state(c, r.x, r.y, 24, row_text(row, FIELD_STEP_status), 0);
 *     cells_value(ret, row_cell(row, f), &kinds[KIND_RUN].fields[f], now_ms);  // table_source.cell
 *     cells_spark(c, r.x, r.y, 12, ROLE_NORMAL, series);                       // ▇▅▄▃▂▁ */
#ifndef MLW_VIEWS_CELLS_H
#define MLW_VIEWS_CELLS_H

#include "core/mlw.h"
#include "tui/canvas.h"
#include "tui/widgets/table.h"

/* What stands before a state's word; GLYPH_COUNT: a word nobody knows has none. */
enum glyph cells_state_glyph(const char *word);
/* ROLE_* of the glyph and the word. */
unsigned cells_state_style(const char *word);
/* "▶ Executing"; "" for NULL and "". Unicode: an ASCII canvas folds it. */
void cells_state_text(struct str *out, const char *word);
/* The same in exactly w cells; `flags` are added. Returns the column after them. */
int cells_state(struct canvas *c, int x, int y, int w, const char *word, unsigned flags);

/* One cell of a table: text into ret->buf, role into ret->style (states, NaN, ages). `field` may
 * be NULL: a member of an open family. */
void cells_value(struct table_cell *ret, struct value v, const struct field *field, int64_t now_ms);
/* The role alone. */
unsigned cells_value_style(struct value v, const struct field *field);

/* Last values of a metric in w cells; shorter when there are fewer. Returns the column after. */
int cells_spark(struct canvas *c, int x, int y, int w, unsigned style, const struct series *s);
/* Words in as many rows of r as they need; returns how many. */
int cells_words(struct canvas *c, struct rect r, unsigned style, const char *text);
/* Why there is nothing to see: the error, and what to do about it. */
void cells_error(struct canvas *c, struct rect r, const struct err *e);
/* Right end of row 1 while what is shown is older than it should be. */
void cells_stale(struct str *out, unsigned *style, int64_t as_of_ms, int64_t now_ms);
/* "0.3304", or "NaN" */
void cells_number(struct str *out, double value);

#endif
