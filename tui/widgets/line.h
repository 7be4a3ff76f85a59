/* line: one line that is typed: cursor, words, history. Every printable key is text. */
#ifndef MLW_TUI_WIDGETS_LINE_H
#define MLW_TUI_WIDGETS_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "tui/canvas.h"
#include "tui/command.h"
#include "tui/key.h"

enum { LINE_MAX_BYTES = 4096, HISTORY_MAX = 200 };

/* Lines that were accepted, oldest first; the app keeps one for each name. */
struct history {
    char **at;
    size_t n, cap;
};
void history_add(struct history *h, struct sv text); /* an equal one moves to the end */
void history_release(struct history *h);

struct line {
    struct str text;
    size_t at;               /* byte offset of the cursor, between clusters */
    struct history *history; /* borrowed; NULL: none */
    size_t history_at;       /* history->n: the line that is being typed */
    struct str draft;        /* that line, while history is shown */
};

void line_init(struct line *l, struct sv text, struct history *history);
void line_release(struct line *l);
void line_set(struct line *l, struct sv text);
/* HANDLED when the key edits or moves; PASS for Enter, Esc, Tab and what is no text. */
enum handled line_key(struct line *l, struct key key, bool *ret_is_changed);
void line_paste(struct line *l, struct sv text); /* line ends become spaces */
/* Label and text in one row, scrolled so that the cursor is in sight; the cursor stands in it. */
void line_draw(const struct line *l, struct canvas *c, struct rect row, const char *label);

#endif
