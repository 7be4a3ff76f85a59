/* utf8: characters, their width on a terminal, and making foreign text harmless.
 *
 * Width is libc's wcwidth in a UTF-8 locale (ncurses places cells by the same table). A cluster
 * is a base character with what combines with it (zero-width marks, ZWJ sequences, VS16) and has
 * the width of its base. Sanitised text holds no control characters, no bidi overrides, no
 * invalid UTF-8: it is safe to draw. Any thread after setlocale. */
#ifndef MLW_BASE_UTF8_H
#define MLW_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

/* setlocale(LC_CTYPE, "") and, where that is not UTF-8, C.UTF-8 (for width and decoding only).
 * Returns whether the *terminal* takes UTF-8, as the person's locale says. Once, at start. */
bool utf8_init_locale(void);

/* Bytes of the valid UTF-8 character at p (1 to 4), or 0: RFC 3629, no surrogates. */
size_t utf8_valid_bytes(const char *p, size_t n);
/* Decode one character and move *v past it; an invalid byte yields U+FFFD and moves one. */
uint32_t utf8_next(struct sv *v);
void utf8_encode(struct str *out, uint32_t code);
/* Copy with invalid bytes and NUL replaced by U+FFFD. */
void utf8_make_valid(struct str *out, struct sv v);

/* Cells of one character: 0, 1 or 2; control characters 0. */
int utf8_width_of(uint32_t code);
/* Cut one cluster off the front of *v; its width in *ret_width. Empty at the end. */
struct sv utf8_cluster(struct sv *v, int *ret_width);
/* Cells of a whole text. */
size_t utf8_width(struct sv v);

/* Append v with control characters (also ESC sequences' remains), bidi controls (U+202A–202E,
 * U+2066–2069, U+200E/F, U+061C), line and paragraph separators and invalid bytes replaced:
 * tabs and line ends by a space, the rest by "·" (U+00B7). */
void utf8_sanitize(struct str *out, struct sv v);

/* Cut off the front of *v what goes into one row of w cells: up to its last blank, or as much as
 * fits; blanks around it are dropped. Empty at the end, and where not one cluster fits. */
struct sv utf8_row(struct sv *v, size_t w);

enum utf8_cut { UTF8_CUT_END, UTF8_CUT_MIDDLE };
/* Append v cut to at most `width` cells; what is left out shows as "…" (width 1). No padding. */
void utf8_fit(struct str *out, struct sv v, size_t width, enum utf8_cut cut);
/* Remove terminal sequences (CSI, OSC, DCS and friends, ECMA-48) from a line of a log and
 * sanitise the rest; tabs become spaces to the next multiple of 8. A sequence cut by the end is
 * dropped. */
void utf8_strip_ansi(struct str *out, struct sv line);

#endif
