/* clipboard: text for the desktop's own clipboard, where mlw runs on a desk and not over SSH.
 *
 * The terminal is told as well (OSC 52, tui/term.h), which works over SSH where the terminal
 * allows it; this is for those that do not. Blocks for the start of one process, a millisecond or
 * two: not for the UI thread. */
#ifndef MLW_EXECUTOR_CLIPBOARD_H
#define MLW_EXECUTOR_CLIPBOARD_H

#include "core/base/err.h"
#include "core/base/str.h"

/* Hand text to the first tool that fits: wl-copy under Wayland, xclip or xsel under X11, tmux's
 * buffer inside tmux, pbcopy. It gets the person's own environment, no terminal and no descriptor
 * of ours, and is not waited for. *ret_tool: its name, NULL when there is none here (no error). */
MUST_USE bool clipboard_put(struct sv text, const char **ret_tool, struct err *e);

#endif
