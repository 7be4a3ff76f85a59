/* theme: style roles → colours and attributes, and the two sets of glyphs.
 *
 * Views name roles (roles.def) and glyphs (glyphs.def), never colours or characters. A theme is a
 * text file of `ROLE = COLOUR[:COLOUR16] [on COLOUR[:COLOUR16]] [bold dim underline reverse]` and
 * `mono.ROLE = ATTRIBUTES`; the bundled ones, in themes/, are compiled in; the first line of
 * one is a comment that says what it is for. COLOUR is 0..255, #rrggbb (the nearest of 16..255), a
 * name of the 16 (`red`, `brightblue`) or `default`; without COLOUR16 the nearest of the 16 is
 * taken. `foreground`/`background` = #rrggbb are for SVG. Constant after loading; any thread. */
#ifndef MLW_TUI_THEME_H
#define MLW_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

enum role {
#define ROLE(id, name) ROLE_##id,
#include "tui/roles.def"
#undef ROLE
    ROLE_COUNT
};

/* A style is a role with flags: `ROLE_BAD | STYLE_BOLD`. Flags add to what the theme says. */
enum {
    STYLE_ROLE_MASK = 0xff,
    STYLE_BOLD = 1 << 8,
    STYLE_DIM = 1 << 9,
    STYLE_UNDERLINE = 1 << 10,
    STYLE_REVERSE = 1 << 11, /* the selected row, over its full width */
};
/* Role of series i of a chart: stable for i modulo 8. */
static inline unsigned style_series(unsigned i)
{
    return (unsigned)ROLE_SERIES_1 + i % 8;
}
const char *role_name(enum role role);

enum colour_level { COLOUR_MONO, COLOUR_16, COLOUR_256 };

struct look {
    int16_t fg, bg; /* 0..255, or -1: the terminal's own */
    unsigned flags; /* STYLE_* */
};

struct theme {
    struct look look[COLOUR_256 + 1][ROLE_COUNT]; /* by colour_level */
    uint32_t foreground, background;              /* 0xrrggbb, for SVG */
};

/* Parse a theme file; errors name `file` and the line. Roles that are not named stay plain. */
MUST_USE bool theme_parse(struct sv text, const char *file, struct theme *ret, struct err *e);
/* A bundled theme by name ("dark"). */
MUST_USE bool theme_load(const char *name, struct theme *ret, struct err *e);
/* i-th bundled name, NULL after the last; caller frees. */
char *theme_bundled_name(size_t i);
char *theme_bundled_text(size_t i); /* its first line */
/* "dark" or "light" by COLORFGBG ("15;0"); NULL or nonsense: dark. */
const char *theme_guess(const char *colorfgbg);
/* The same by the ground that the terminal says it has. */
const char *theme_for_background(uint32_t rgb);
double theme_luminance(uint32_t rgb); /* WCAG, 0 black to 1 white */
/* What a style looks like at a level. */
struct look theme_look(const struct theme *t, unsigned style, enum colour_level level);
/* 0xrrggbb of colour 0..255 as xterm has it. */
uint32_t theme_rgb(int colour);

/* --- glyphs --- */
enum glyph {
#define GLYPH(id, unicode, ascii) GLYPH_##id,
#include "tui/glyphs.def"
#undef GLYPH
    GLYPH_COUNT
};
const char *glyph_text(enum glyph glyph, bool is_ascii);

#endif
