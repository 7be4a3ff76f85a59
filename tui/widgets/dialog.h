/* dialog: the question before anything that cannot simply be taken back. A pure state machine.
 *
 * T1: `y` is yes; Enter (Cancel has the focus), Esc, n, q, Space and the key that opened it never
 * are. T2: the object's name is typed, then Enter; a paste is ignored. Keys within 30 ms of the
 * opening, and those that follow each other within 30 ms from there on, are discarded; in
 * production a confirming key counts only 400 ms after the frame was written (dialog_shown).
 *
 * The body is broken into rows of words; where it does not fit, its last row says what is above
 * and below, and the arrows and page keys (j and k where nothing is typed) scroll. Life:
 * dialog_init, dialog_layout before each draw, dialog_key, dialog_draw (pure), dialog_release. */
#ifndef MLW_TUI_WIDGETS_DIALOG_H
#define MLW_TUI_WIDGETS_DIALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "tui/app.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/widgets/line.h"

enum { DIALOG_BURST_MS = 30, DIALOG_PRODUCTION_MS = 400, DIALOG_BODY_ROWS = 12 };

enum dialog_answer { DIALOG_OPEN, DIALOG_YES, DIALOG_NO };

struct dialog {
    enum dialog_tier tier;
    struct str verb, object, question, body;
    bool is_production, in_burst;
    struct key opened_by;
    int64_t last_key_ms; /* or when it was opened */
    int64_t shown_ms;    /* 0: its frame is not on the terminal yet */
    struct line line;    /* T2 */
    int rows, page, top; /* of the body: all, in sight, above; from dialog_layout */
};

void dialog_init(struct dialog *d, const struct dialog_spec *spec, struct key opened_by,
                 int64_t now_ms);
void dialog_release(struct dialog *d);
void dialog_shown(struct dialog *d, int64_t now_ms); /* the first time counts */
enum dialog_answer dialog_key(struct dialog *d, struct key key, int64_t now_ms);
/* Rows it takes of w cells by at most h rows: those of the body in sight and those below. */
int dialog_layout(struct dialog *d, int w, int h);
void dialog_draw(const struct dialog *d, struct canvas *c, struct rect r);

#endif
