/* spark: a row of eight-level bars, and a bar for a fraction. Pure. */
#ifndef MLW_TUI_WIDGETS_SPARK_H
#define MLW_TUI_WIDGETS_SPARK_H

#include <stddef.h>

#include "core/base/str.h"
#include "tui/canvas.h"

/* Append at most `width` levels of the last values squeezed into cells (the last value of each
 * cell); NaN is a blank. lo and hi NaN: from the values. Fewer values than cells: shorter. */
void spark_text(struct str *out, const double *values, size_t n, size_t width, double lo,
                double hi);
/* The same drawn; returns the column after it. */
int spark_draw(struct canvas *c, int x, int y, int w, unsigned style, const double *values,
               size_t n, double lo, double hi);
/* A bar of `fraction` (0..1) in w cells, the rest blank; eighths in Unicode. */
void gauge_draw(struct canvas *c, struct rect row, double fraction, unsigned style);

#endif
