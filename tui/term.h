/* term: the terminal. The only user of ncurses; cells in, bytes out.
 *
 * ncurses writes into a file in memory; term_frame hands those bytes to the app, which moves them
 * to the terminal when it takes them: nothing here blocks. Input is not ncurses' either (input.h);
 * term_define_keys tells it what terminfo knows. Quirks by TERM are a table in term.c. Unknown
 * TERMs are treated as xterm-256color. One terminal a process: the restore hook is global, as
 * signals are. */
#ifndef MLW_TUI_TERM_H
#define MLW_TUI_TERM_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "tui/canvas.h"
#include "tui/input.h"
#include "tui/theme.h"

struct term;

/* fd: the terminal, read and write. Raw mode, alternate screen, bracketed paste begin with the
 * first bytes (term_frame). Installs the hooks for fatal signals. */
struct term *term_open(int fd, bool no_colour, struct err *e);
/* Bytes that put the terminal back are appended to out; when they are written, the modes follow. */
void term_close(struct term *t, struct str *out);
void term_modes_restore(int fd); /* as they were at term_open */
/* stderr is held back while the screen is up, if it is the terminal; say now what was said. */
void term_stderr_release(void);
bool term_is_dumb(void); /* TERM is dumb or not set */
/* What else the environment says of the terminal; NULL and 0 when it does not. */
const char *term_env_colorfgbg(void);
int term_env_sync_fd(void);   /* MLW_SYNC_FD */
bool term_env_no_color(void); /* NO_COLOR is set to anything */

void term_size(const struct term *t, int *ret_w, int *ret_h); /* asks the tty */
void term_resize(struct term *t, int w, int h);
enum colour_level term_level(const struct term *t); /* what it can show */
void term_theme(struct term *t, const struct theme *theme);
void term_define_keys(struct term *t, struct input *in);

/* Append what must be written so that the terminal shows the canvas. */
void term_frame(struct term *t, const struct canvas *c, struct str *out);
void term_redraw(struct term *t);                   /* the next frame writes everything */
void term_suspend(struct term *t, struct str *out); /* put back, for SIGTSTP */
void term_resume(struct term *t);                   /* and take again, with the next frame */
/* Ask for the colour of its ground (OSC 11); the answer comes as input. False, and nothing, where
 * the terminal would print the question. */
bool term_ask_background(const struct term *t, struct str *out);
void term_clipboard(struct str *out, struct sv text); /* OSC 52 */
/* OSC 9 or OSC 777, whichever the terminal is known for, which desktops show as a notification:
 * one, not both, as some terminals show both. Inside tmux and screen it is handed on to the
 * terminal around them. Nothing to terminals that would print it. `text` is one harmless line; at
 * most TERM_NOTIFY_BYTES of it are sent. */
enum { TERM_NOTIFY_BYTES = 300 };
void term_notify(const struct term *t, struct str *out, struct sv text);

#endif
