/* plain: the same views without a screen, for TERM=dumb, --plain and screen readers.
 *
 * Writes no ESC byte: crumbs, then the view's lines with numbers, then the sentence. Reads lines:
 * a number opens that line; a key name or key does what it does on the screen; `/text` filters;
 * `:line` is a palette line; an empty line prints again; `q` or the end of input leaves with 0. */
#ifndef MLW_TUI_PLAIN_H
#define MLW_TUI_PLAIN_H

#include "core/base/err.h"
#include "tui/app.h"

/* Until it ends; false when stdin or stdout fail. wake_fd and config are the app's. */
MUST_USE bool plain_run(struct app *app, int wake_fd, int *ret_status, struct err *e);

#endif
