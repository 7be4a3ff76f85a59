/* bars: durations on one shared time axis (screens.md 3). Pure.
 *
 *     struct bar_scale s = bar_scale(elapsed_ms, r.w);     // 1, 2, 5 · 10^k per cell: grows late
 *     bar_titles(c, title_rect, s);                        // 0s        10s       20s
 *     int x = bar_draw(c, row, s, start_ms, end_ms, ROLE_BAR); */
#ifndef MLW_TUI_WIDGETS_BARS_H
#define MLW_TUI_WIDGETS_BARS_H

#include <stdint.h>

#include "tui/canvas.h"

struct bar_scale {
    int64_t cell_ms; /* one cell; a tick is 10 cells */
};

/* The smallest scale on which span_ms fits into w cells; at least one second a cell. */
struct bar_scale bar_scale(int64_t span_ms, int w);
void bar_titles(struct canvas *c, struct rect row, struct bar_scale s);
/* From and to are counted from the axis' zero. A bar shorter than half a cell is "▏". Returns the
 * column after it. */
int bar_draw(struct canvas *c, struct rect row, struct bar_scale s, int64_t from_ms, int64_t to_ms,
             unsigned style);

#endif
