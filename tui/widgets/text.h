/* text: a document or a log: scroll, follow, search, wrap. Embedded by value in a view.
 *
 * Lines come through a callback (borrowed until the next call); control sequences in them are
 * stripped when drawn. Life: text_init, text_update after every change, text_layout from the
 * view's layout slot, text_command, text_draw (pure), text_release. One screen of lines is looked
 * at per draw; a search looks at all lines from the cursor on.
 *
 *     text_init(&s->log, log_line, s);  s->log.is_following = true;
 *     text_update(&s->log, s->line_count);              // more lines came
 *     text_search(&s->log, text);                       // from the reply of a "/" prompt
 *     text_words(&s->log, &out);                        // "107 lines, following" | "paused, 12
 * new" */
#ifndef MLW_TUI_WIDGETS_TEXT_H
#define MLW_TUI_WIDGETS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "tui/canvas.h"
#include "tui/command.h"
#include "tui/view_ops.h"

typedef struct sv (*text_line_fn)(const void *arg, size_t line);

struct text {
    text_line_fn line;
    const void *arg;
    /* Style of a line; NULL: lines that look like an error or a warning are bold. */
    unsigned (*style)(const void *arg, size_t line, struct sv text);
    size_t count, top, cursor; /* cursor: the selected line, in sight */
    int x;                     /* scrolled so many cells to the right */
    int hang;                  /* cells before the later rows of a wrapped line */
    bool by_words;             /* lines are wrapped at spaces: for prose */
    bool is_following, can_follow, is_wrapped, only_matches,
        has_no_cursor /* not reversed: a pane */;
    size_t count_at_pause;
    size_t counted, match_count; /* lines looked at for the needle, and how many hold it */
    struct rect area;
    struct str needle;
    const char *empty; /* sentence when there are no lines; borrowed */
};

void text_init(struct text *t, text_line_fn line, const void *arg);
void text_release(struct text *t);
void text_update(struct text *t, size_t count);
void text_layout(struct text *t, struct rect area);
void text_draw(const struct text *t, struct canvas *c, struct rect area);
/* Moves, FOLLOW, WRAP, SEARCH_NEXT/PREV, ONLY_MATCHES, NEXT/PREV_ERROR. PASS for all else; SEARCH
 * with text searches, without text is the view's (it opens the prompt). */
enum handled text_command(struct text *t, enum cmd cmd, const struct cmd_arg *arg);
/* Set the needle ("": none) and go to the first match from the cursor; false: no match. */
bool text_search(struct text *t, struct sv needle);
/* Whether a line holds the needle. */
bool text_matches(const struct text *t, struct sv line);
void text_words(const struct text *t, struct str *out);
/* Fills filter with the needle, matched with the lines that hold it, total with all lines. */
void text_status(const struct text *t, struct status *st);
bool text_is_alarming(struct sv line); /* error, warning, Traceback, FATAL … as a word */

#endif
