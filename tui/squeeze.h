/* squeeze: bytes for the terminal without what it does not need. Pure; any thread.
 *
 * ncurses names each change of attributes alone and turns all of them off before some are turned
 * on. Here adjacent SGR sequences (ECMA-48 8.3.117: CSI Ps ; … m) become one, without what a reset
 * in them takes back, and the choice of a character set that is never left is dropped. What the
 * terminal then shows is the same. Everything else passes as it is; O(n). */
#ifndef MLW_TUI_SQUEEZE_H
#define MLW_TUI_SQUEEZE_H

#include "core/base/str.h"

/* In place, from byte `from` on; what stands before it is not looked at. */
void squeeze(struct str *out, size_t from);

#endif
