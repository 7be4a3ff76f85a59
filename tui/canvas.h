/* canvas: cells that views draw on; knows nothing of terminals.
 *
 * Cell = one cluster (sanitised UTF-8, inline), its width and a style (theme.h). Coordinates are
 * absolute; a write is kept inside the clip. Text that starts inside and is too long is cut with
 * "…"; a write that starts outside is ignored and counted in `outside` (tests assert 0). On an
 * ASCII canvas every byte is below 128: our own signs fold ("…" to "."), other characters of data
 * become "?". Text from outside may be passed as it is: control and bidi characters become "·".
 *
 *     canvas_text(c, r.x, r.y, ROLE_TITLE, SV("LOG"));
 *     canvas_fit(c, r.x + 2, y, 14, ROLE_NORMAL, name, ALIGN_LEFT, UTF8_CUT_MIDDLE);
 *     int x = canvas_glyph(c, r.x, y, ROLE_BAD, GLYPH_FAILED);
 *     canvas_textf(c, x + 1, y, ROLE_BAD, "%s", status);
 *     canvas_select(c, rect_row(r, i));                      // reversed row, cursor on it
 *
 * One thread. O(cells) to clear, dump and compare; O(text) to write. */
#ifndef MLW_TUI_CANVAS_H
#define MLW_TUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "tui/rect.h"
#include "tui/theme.h"

enum { CELL_BYTES = 12, CANVAS_CLIPS = 16, CANVAS_MAX_SIDE = 1000 };

struct cell {
    char text[CELL_BYTES]; /* not terminated; longer clusters lose their last marks */
    uint8_t bytes;         /* 0: right half of a wide cell */
    uint8_t width;         /* 1 or 2; 0 for the right half */
    uint16_t style;
};

enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTRE, ALIGN_POINT /* tables only: decimal points */ };

struct canvas {
    int w, h;
    bool is_ascii;
    struct cell *cells;
    struct rect clips[CANVAS_CLIPS]; /* clips[clip_depth] is in force */
    int clip_depth;
    uint64_t outside;       /* writes that began outside the clip */
    int cursor_x, cursor_y; /* where the terminal's cursor stands */
    bool is_cursor_visible; /* a text field has it */
};

void canvas_init(struct canvas *c, int w, int h, bool is_ascii);
void canvas_release(struct canvas *c);
void canvas_resize(struct canvas *c, int w, int h); /* clears */
void canvas_clear(struct canvas *c);                /* spaces; clip whole; outside = 0 */
struct rect canvas_area(const struct canvas *c);

/* Narrow the clip to r within the one in force; at most CANVAS_CLIPS - 1 deep. */
void canvas_push(struct canvas *c, struct rect r);
void canvas_pop(struct canvas *c);

/* Each returns the column after what was written. */
int canvas_text(struct canvas *c, int x, int y, unsigned style, struct sv text);
int canvas_z(struct canvas *c, int x, int y, unsigned style, const char *text);
int canvas_textf(struct canvas *c, int x, int y, unsigned style, const char *fmt, ...) PRINTF(5, 6);
int canvas_glyph(struct canvas *c, int x, int y, unsigned style, enum glyph glyph);
/* Exactly w cells: cut with "…" or padded. */
int canvas_fit(struct canvas *c, int x, int y, int w, unsigned style, struct sv text,
               enum align align, enum utf8_cut cut);

void canvas_fill(struct canvas *c, struct rect r, unsigned style); /* spaces */
/* Add flags (STYLE_REVERSE …) to what stands there; roles stay. */
void canvas_flags(struct canvas *c, struct rect r, unsigned flags);
/* Set the role of cells, keeping flags and text (match highlight). */
void canvas_role(struct canvas *c, struct rect r, enum role role);
/* The selected row: reversed over its width, the cursor on its first letter (not blank). */
void canvas_select(struct canvas *c, struct rect row);
void canvas_cursor(struct canvas *c, int x, int y, bool is_visible);

const struct cell *canvas_cell(const struct canvas *c, int x, int y); /* NULL outside */

/* --- out again --- */
/* Rows as text, right-trimmed, one a line. */
void canvas_plain(const struct canvas *c, struct str *out);
void canvas_row_text(const struct canvas *c, int y, struct str *out);
/* Golden: each row as "TEXT|", then a line "ROW: X+N role flag, …" for rows with styles other than
 * normal, then "cursor X,Y". Reads like the screen and differs when a style does. */
void canvas_dump(const struct canvas *c, struct str *out);
/* A picture with the theme's colours; the same bytes for the same cells. */
void canvas_svg(const struct canvas *c, const struct theme *t, struct str *out);

#endif
