/* tabs: names in a row, the active one bold; keys 1 to 9. Pure. */
#ifndef MLW_TUI_WIDGETS_TABS_H
#define MLW_TUI_WIDGETS_TABS_H

#include <stddef.h>

#include "tui/canvas.h"

/* "1 Overview  2 Metrics  3 Log": what does not fit is left out from the right, the active one
 * stays. */
void tabs_draw(struct canvas *c, struct rect row, const char *const *names, size_t n,
               size_t active);

#endif
